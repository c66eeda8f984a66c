// Fits: the list, and the request for a new one.
import { make, makeButton, makeTable } from "./dom.js";
import { days, listed, sentence, timeOf } from "./format.js";
import { goalName } from "./names.js";
import { problemOf } from "./codes.js";
import { t } from "./language.js";
import { ask, callApi, forgetAnswers } from "./session.js";
import { explain } from "./explain.js";
import { linkTo } from "./state.js";

const PAUSE = 1500;

export async function makeFits(visit) {
  const list = make("div", {}),
    status = make("p", { role: "status" }),
    problem = make("p", { class: "error", role: "alert" });
  const draw = (fits) =>
    list.replaceChildren(fits.length ? fitsTable(fits) : make("p", { class: "soft" }, t("fits.none")));
  draw((await ask("v1/fits?limit=20", visit)).fits);
  const request = makeButton(
    t("fits.request"),
    async (button) => {
      problem.textContent = "";
      button.disabled = true;
      try {
        const asked = await callApi("v1/fits", { method: "POST", body: {} });
        status.textContent = t("fits.asked");
        await followFit(asked.id, visit, draw, status);
      } catch (error) {
        if (visit.signal.aborted) return;
        status.textContent = "";
        problem.textContent = explain(error, "task.fit", "roles.admin");
      } finally {
        button.disabled = false;
      }
    },
    { id: "request-fit", class: "" },
  );
  return make("div", {}, make("p", { class: "soft" }, t("fits.about")), make("p", {}, request), status, problem, list);
}

async function followFit(id, visit, draw, status) {
  for (;;) {
    const one = await callApi(`v1/fits/${encodeURIComponent(id)}`, { signal: visit.signal });
    status.textContent = t("fits.state", { state: t(`fit.${one.status}`) });
    if (["done", "failed"].includes(one.status)) break;
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE);
    });
    visit.signal.throwIfAborted();
  }
  forgetAnswers();
  draw((await ask("v1/fits?limit=20", visit)).fits);
}

function fitsTable(fits) {
  return makeTable(
    "",
    [
      { label: t("fits.requested"), words: true, short: true, cell: (one) => timeOf(one.requested_at) },
      { label: t("fits.window"), words: true, short: true, cell: (one) => days(one.window.from, one.window.to) },
      {
        label: t("fits.goals"),
        words: true,
        cell: (one) => (one.goals && one.goals.length ? listed(one.goals.map((goal) => goalName(goal))) : "–"),
      },
      {
        label: t("imports.status"),
        words: true,
        tone: (one) => (one.status === "failed" ? "bad" : null),
        cell: (one) => [t(`fit.${one.status}`), one.error ? [": ", errorOf(one.error)] : ""],
      },
      {
        label: t("fits.open"),
        words: true,
        cell: (one) =>
          one.status === "done"
            ? make("a", { href: linkTo("overview", null, { fit: one.id, from: null, to: null }) }, t("fits.show"))
            : "–",
      },
    ],
    fits,
  );
}

// The title of the code; the detail is an English sentence.
function errorOf(error) {
  const { title } = problemOf(error.code);
  return error.detail ? [`${title}. `, make("span", { lang: "en" }, sentence(error.detail))] : title;
}
