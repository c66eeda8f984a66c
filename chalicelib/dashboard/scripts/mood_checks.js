// Messages drawn by lot, for a person to check.
import { labelled, make, makeButton, makeSelect } from "./dom.js";
import { download } from "./charts.js";
import { withCode } from "./codes.js";
import { t, tn } from "./language.js";
import { explain } from "./explain.js";
import { callApi, isShared, pathOf } from "./session.js";

const CHECK_STEPS = ["first", "second", "third"],
  SIZES = ["50", "100", "200", "500"],
  USUAL_SIZE = 100;

export function makeChecks({ from, to, channel, mood }, visit) {
  if (isShared()) return null;
  const needed = mood.needed.checked,
    wished = String(SIZES.find((one) => Number(one) >= (needed ?? USUAL_SIZE)) || SIZES.at(-1));
  const size = makeSelect(
    { id: "checks-size" },
    SIZES.map((one) => ({ value: one, label: one })),
    wished,
    () => {},
  );
  const status = make("p", { role: "status", id: "checks-status" }),
    problem = make("p", { class: "error", role: "alert" });
  const fetchSample = makeButton(
    t("checks.download"),
    async () => {
      problem.textContent = status.textContent = "";
      fetchSample.disabled = true;
      try {
        const path = pathOf("dialogue/sample", { n: size.value, from, to, channel });
        download("messages-to-check.csv", await callApi(path, { accept: "text/csv", signal: visit.signal }));
        status.textContent = t("checks.done");
      } catch (error) {
        if (!visit.signal.aborted) problem.textContent = explain(error, "task.answers", "roles.read");
      } finally {
        fetchSample.disabled = false;
      }
    },
    { id: "checks-download" },
  );
  return make(
    "details",
    { class: "panel", open: mood.method === null },
    make("summary", {}, t("checks.title")),
    make("p", {}, needed ? tn("checks.needed", needed) : t("checks.about")),
    make(
      "ol",
      {},
      CHECK_STEPS.map((one) => make("li", {}, withCode(t(`checks.${one}`)))),
    ),
    make("div", { class: "choice" }, labelled(t("checks.size"), size), fetchSample),
    status,
    problem,
  );
}
