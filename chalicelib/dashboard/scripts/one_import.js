// The page of one import.
import { foreign, make, makeButton } from "./dom.js";
import { count, days, sentence, timeOf, whole } from "./format.js";
import { t } from "./language.js";
import { platformName, words } from "./names.js";
import { callApi, forgetAnswers } from "./session.js";
import { explain } from "./explain.js";
import { rejection, withCode } from "./codes.js";
import { follow } from "./following.js";
import { makeOptions, mappingNames } from "./options.js";
import { makeHeading } from "./parts.js";
import { makeRejectedRows } from "./rejected_rows.js";
import { linkTo } from "./state.js";
import { isUnfinished, stateOf } from "./states.js";
import {
  makeClaims,
  makeNoData,
  makeNotes,
  makeSkipped,
  makeUnpaidOrders,
  makeUnreadColumns,
  makeWarnings,
} from "./unread_parts.js";

export async function showImport(root, visit) {
  const id = visit.state.part,
    state = make("div", { id: "import-state", "aria-live": "polite" }),
    body = make("div", { id: "import-body" });
  const heading = makeHeading(t("import.title"));
  let first;
  const seen = new Promise((resolve) => {
    first = resolve;
  });
  const title = heading.querySelector("h1");
  root.append(make("p", {}, make("a", { href: linkTo("data") }, `← ${t("imports.all")}`)), heading, state, body);
  const load = async () => {
    body.replaceChildren();
    const ended = await follow(
      id,
      (one) => {
        showState(one, title, state);
        first();
      },
      visit,
    );
    const mappings = await mappingNames(visit);
    body.replaceChildren(...bodyOf(ended, mappings, () => load().catch((error) => showFailure(error, visit, body))));
  };
  // The view appears with the first state; its details follow once the import has ended.
  const loading = load();
  loading.catch((error) => showFailure(error, visit, body));
  await Promise.race([seen, loading]);
}

function showFailure(error, visit, body) {
  if (!visit.signal.aborted)
    body.replaceChildren(make("p", { class: "error", role: "alert" }, explain(error, "task.imports", "roles.any")));
}

function showState(one, title, state) {
  const { text, more, tone } = stateOf(one);
  title.replaceChildren(foreign(one.filename));
  state.replaceChildren(
    make(
      "div",
      { class: `panel ${tone || ""}` },
      make("p", { class: tone }, text),
      more ? make("p", {}, more) : null,
      one.error ? makeError(one.error) : null,
      isUnfinished(one) ? make("progress", { "aria-label": text }) : null,
    ),
  );
}

function makeError(error) {
  const entry = rejection(error.code);
  return [
    entry.meaning ? make("p", {}, withCode(entry.meaning)) : null,
    make("p", { lang: "en" }, foreign(sentence(error.detail))),
    entry.help ? make("p", {}, make("strong", {}, `${t("import.to_do")} `), withCode(entry.help)) : null,
  ];
}

function bodyOf(one, mappings, reload) {
  return [
    makeFacts(one),
    makeWarnings(one),
    one.rejected ? makeRejectedRows(one) : null,
    makeUnreadColumns(one),
    makeSkipped(one),
    makeUnpaidOrders(one),
    makeClaims(one),
    makeNoData(one),
    makeNotes(one),
    one.state === "removed" ? null : makeReplayForm(one, mappings, reload),
    makeRemoval(one, reload),
  ].filter(Boolean);
}

function fact(label, value, figure = false) {
  if (!value && value !== 0) return null;
  return make("div", {}, make("dt", {}, label), make("dd", { class: figure ? "figure" : null }, value));
}

function makeFacts(one) {
  const file = one.description || {},
    distinct = one.summary ? one.summary.events : null;
  const form = [
    file.encoding,
    file.delimiter && t("import.delimiter", { what: delimiterName(file.delimiter) }),
    file.decimal_mark && t("import.decimal_mark", { what: delimiterName(file.decimal_mark) }),
  ]
    .filter(Boolean)
    .join(", ");
  return make(
    "section",
    { "aria-label": t("import.facts") },
    make(
      "dl",
      {},
      fact(t("import.events"), whole(one.events), true),
      fact(t("import.rows"), whole(one.rows), true),
      fact(t("import.rejected"), whole(one.rejected), true),
      fact(t("import.not_data"), whole(one.not_data), true),
    ),
    distinct !== null && distinct !== one.events ? make("p", {}, explainDifference(one.events, distinct)) : null,
    one.lifetime ? make("p", {}, t("import.lifetime")) : null,
    make(
      "dl",
      {},
      fact(t("imports.platform"), platformName(one.platform)),
      fact(t("import.report"), one.report && words(one.report)),
      fact(t("import.days"), one.from && make("span", { class: "whole" }, days(one.from, one.to))),
      fact(t("imports.uploaded"), timeOf(one.created_at)),
      fact(t("import.finished"), one.finished_at && timeOf(one.finished_at)),
      fact(t("import.mapping"), one.mapping_name ? foreign(one.mapping_name) : one.mapping && t("import.mapping_sent")),
      fact(t("import.several_days"), one.spread && t("import.spread")),
      fact(t("import.parts"), file.parts && file.parts.length ? foreign(file.parts.join(", ")) : null),
      fact(t("import.format"), form),
    ),
  );
}

const DELIMITERS = { ",": "comma", ";": "semicolon", "\t": "tab", ".": "point", "|": "bar" };
const delimiterName = (sign) => (DELIMITERS[sign] ? t(`delimiter.${DELIMITERS[sign]}`) : sign);

// The numbers differ in imports of earlier versions, and after a failed replay.
function explainDifference(events, distinct) {
  return distinct < events
    ? t("import.repeated", { events: count(events, "event"), distinct: whole(distinct) })
    : t("import.fewer", { distinct: count(distinct, "event"), events: whole(events) });
}

function makeReplayForm(one, mappings, reload) {
  const problem = make("p", { class: "error", role: "alert" });
  const codes = [one.error && one.error.code, ...one.rejected_by_code.map(({ code }) => code)];
  const canHelp = codes.some((code) => ["aggregate_period", "no_currency"].includes(code));
  if (one.state === "done" && !one.rejected) return null;
  const { fields, chosen } = makeOptions(mappings, { spread: one.spread || codes.includes("aggregate_period") });
  const form = make("form", { id: "replay" }, fields, make("button", {}, t("replay.send")), problem);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      await callApi(`v1/imports/${encodeURIComponent(one.id)}/replay`, { method: "POST", body: chosen() });
      forgetAnswers();
      await reload();
    } catch (error) {
      problem.textContent = explain(error, "task.replay", "roles.ingest");
    }
  });
  return make(
    "details",
    { open: canHelp, class: "panel" },
    make("summary", {}, t("replay.title")),
    make("p", { class: "soft" }, t("replay.about")),
    form,
  );
}

// Two steps, because a removal cannot be undone.
function makeRemoval(one, reload) {
  if (one.removal && one.state === "removed") {
    return make("p", { class: "soft" }, t("removal.done", { events: count(one.removal.events, "event") }));
  }
  if (!["done", "failed"].includes(one.state)) return null;
  const problem = make("p", { class: "error", role: "alert" }),
    box = make("div", {});
  const begin = makeButton(
    t("removal.begin"),
    () => {
      const really = makeButton(
        t("removal.confirm"),
        async () => {
          problem.textContent = "";
          try {
            await callApi(`v1/imports/${encodeURIComponent(one.id)}`, { method: "DELETE" });
            forgetAnswers();
            await reload();
          } catch (error) {
            problem.textContent = explain(error, "task.remove", "roles.admin");
          }
        },
        { class: "danger" },
      );
      box.replaceChildren(
        really,
        " ",
        makeButton(t("removal.cancel"), () => {
          box.replaceChildren(begin);
          begin.focus();
        }),
      );
      really.focus();
    },
    { id: "remove" },
  );
  box.append(begin);
  return make(
    "section",
    { class: "removal" },
    make("h2", {}, t("removal.title")),
    make("p", { class: "soft" }, t("removal.about")),
    box,
    problem,
  );
}
