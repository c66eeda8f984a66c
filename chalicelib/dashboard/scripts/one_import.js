// Everything that is known of one import.
import { $, foreign, make } from "./dom.js";
import { count, platformName, sentence, timeOf, whole, words } from "./format.js";
import { ask, explain } from "./session.js";
import { rejection } from "./codes.js";
import { follow } from "./following.js";
import { makeOptions, mappingNames } from "./options.js";
import { makeRejectedRows } from "./rejected_rows.js";
import { isUnfinished, stateOf } from "./states.js";
import { makeClaims, makeNoData, makeNotes, makeSkipped, makeUnpaidOrders, makeUnreadColumns, makeWarnings } from "./unread_parts.js";

let awaited = null;

export function leaveImport() { awaited = null; }

export async function showImport(id) {
  const visit = {};
  awaited = visit;
  const isAwaited = () => awaited === visit;
  for (const part of ["import-title", "import-state", "import-body"]) $(part).replaceChildren();
  $("import-title").textContent = "Import";
  try {
    const ended = await follow(id, showState, isAwaited);
    if (ended === null) return;
    const mappings = await mappingNames();
    if (isAwaited()) $("import-body").replaceChildren(...bodyOf(ended, mappings));
  } catch (error) {
    if (isAwaited()) throw new Error(explain(error, "see imports", "ingest, read or admin"));
  }
}

function showState(one) {
  const { text, more, tone } = stateOf(one);
  $("import-title").replaceChildren(foreign(one.filename));
  $("import-state").replaceChildren(make("div", { class: `panel ${tone || ""}` },
    make("p", { class: tone }, text),
    more ? make("p", {}, more) : null,
    one.error ? whyOf(one.error) : null,
    isUnfinished(one) ? make("progress", { "aria-label": text }) : null));
}

function whyOf(error) {
  const told = rejection(error.code);
  return [
    told.meaning ? make("p", {}, told.meaning) : null,
    make("p", {}, foreign(sentence(error.detail))),
    told.help ? make("p", {}, make("strong", {}, "What to do: "), told.help) : null,
    make("p", { class: "soft" }, "Code: ", make("code", {}, error.code)),
  ];
}

function bodyOf(one, mappings) {
  return [
    makeFacts(one), makeWarnings(one),
    one.rejected ? makeRejectedRows(one) : null,
    makeUnreadColumns(one), makeSkipped(one), makeUnpaidOrders(one), makeClaims(one), makeNoData(one), makeNotes(one),
    one.state === "removed" ? null : makeAgain(one, mappings),
  ].filter(Boolean);
}

function fact(label, value, figure = false) {
  if (!value && value !== 0) return null;
  return make("div", {}, make("dt", {}, label), make("dd", { class: figure ? "figure" : null }, value));
}

function makeFacts(one) {
  const file = one.description || {}, distinct = one.summary ? one.summary.events : null;
  const form = [file.encoding, file.delimiter && `cells divided by ${DELIMITERS[file.delimiter] || file.delimiter}`, file.decimal_mark && `decimals with ${DELIMITERS[file.decimal_mark] || file.decimal_mark}`].filter(Boolean).join(", ");
  return make("section", { "aria-label": "Overview" },
    make("dl", {},
      fact("Events stored", whole.format(one.events), true),
      fact("Rows read", whole.format(one.rows), true),
      fact("Rows rejected", whole.format(one.rejected), true),
      fact("Rows without data", whole.format(one.not_data), true)),
    distinct !== null && distinct !== one.events ? make("p", {}, repeated(one.events, distinct)) : null,
    one.lifetime ? make("p", {}, "The counts are running totals since publication: the day is that of the post, not of the engagement.") : null,
    make("dl", {},
      fact("Platform", platformName(one.platform)),
      fact("Report", one.report && words(one.report)),
      fact("Days covered", one.from && daysOf(one)),
      fact("Uploaded", timeOf(one.created_at)),
      fact("Finished", one.finished_at && timeOf(one.finished_at)),
      fact("Mapping", one.mapping_name ? foreign(one.mapping_name) : one.mapping && "sent with the import"),
      fact("Rows over several days", one.spread && "spread evenly over their days"),
      fact("Sheets or files read", file.parts && file.parts.length ? foreign(file.parts.join(", ")) : null),
      fact("How the file is written", form)));
}

function daysOf(one) {
  const day = (text) => make("span", { class: "whole" }, text);
  return one.from === one.to ? day(one.from) : [day(one.from), " to ", day(one.to)];
}

const DELIMITERS = { ",": "a comma", ";": "a semicolon", "\t": "a tab", ".": "a point", "|": "a vertical bar" };

// The two differ in imports of an earlier version, and after a replay that failed.
function repeated(events, distinct) {
  return distinct < events
    ? `The file gave ${count(events, "event")} with ${whole.format(distinct)} different ids. Events with the same id are stored once: ${whole.format(distinct)} count.`
    : `The file makes ${count(distinct, "different event")}; ${whole.format(events)} ${events === 1 ? "is" : "are"} stored, because the rows of the others were rejected.`;
}

function makeAgain(one, mappings) {
  const problem = make("p", { class: "error", role: "alert" });
  const codes = [one.error && one.error.code, ...one.rejected_by_code.map(({ code }) => code)];
  const helps = codes.some((code) => ["aggregate_period", "no_currency"].includes(code));
  if (one.state === "done" && !one.rejected) return null;
  const { fields, chosen } = makeOptions(mappings, { spread: one.spread || codes.includes("aggregate_period") });
  const form = make("form", {}, fields, make("button", {}, "Read the file again"), problem);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      await ask(`v1/imports/${encodeURIComponent(one.id)}/replay`, { method: "POST", body: chosen() });
      await showImport(one.id);
    } catch (error) {
      problem.textContent = explain(error, "read files again", "ingest or admin");
    }
  });
  return make("details", { open: helps }, make("summary", {}, "Read the file again with other options"), make("p", { class: "soft" }, "Rows that are imported already stay, and are not counted twice."), form);
}
