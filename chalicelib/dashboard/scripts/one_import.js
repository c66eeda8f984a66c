// The page of one import.
import { $, foreign, make } from "./dom.js";
import { count, platformName, sentence, timeOf, whole, words } from "./format.js";
import { callApi, explain } from "./session.js";
import { rejection } from "./codes.js";
import { follow } from "./following.js";
import { makeOptions, mappingNames } from "./options.js";
import { makeRejectedRows } from "./rejected_rows.js";
import { isUnfinished, stateOf } from "./states.js";
import { makeClaims, makeNoData, makeNotes, makeSkipped, makeUnpaidOrders, makeUnreadColumns, makeWarnings } from "./unread_parts.js";

let currentVisit = null;

export function leaveImport() { currentVisit = null; }

export async function showImport(id) {
  const visit = {};
  currentVisit = visit;
  const isCurrent = () => currentVisit === visit;
  for (const part of ["import-title", "import-state", "import-body"]) $(part).replaceChildren();
  $("import-title").textContent = "Import";
  try {
    const ended = await follow(id, showState, isCurrent);
    if (ended === null) return;
    const mappings = await mappingNames();
    if (isCurrent()) $("import-body").replaceChildren(...bodyOf(ended, mappings));
  } catch (error) {
    if (isCurrent()) throw new Error(explain(error, "see imports", "ingest, read or admin"));
  }
}

function showState(one) {
  const { text, more, tone } = stateOf(one);
  $("import-title").replaceChildren(foreign(one.filename));
  $("import-state").replaceChildren(make("div", { class: `panel ${tone || ""}` },
    make("p", { class: tone }, text),
    more ? make("p", {}, more) : null,
    one.error ? makeError(one.error) : null,
    isUnfinished(one) ? make("progress", { "aria-label": text }) : null));
}

function makeError(error) {
  const entry = rejection(error.code);
  return [
    entry.meaning ? make("p", {}, entry.meaning) : null,
    make("p", {}, foreign(sentence(error.detail))),
    entry.help ? make("p", {}, make("strong", {}, "What to do: "), entry.help) : null,
    make("p", { class: "soft" }, "Code: ", make("code", {}, error.code)),
  ];
}

function bodyOf(one, mappings) {
  return [
    makeFacts(one), makeWarnings(one),
    one.rejected ? makeRejectedRows(one) : null,
    makeUnreadColumns(one), makeSkipped(one), makeUnpaidOrders(one), makeClaims(one), makeNoData(one), makeNotes(one),
    one.state === "removed" ? null : makeReplayForm(one, mappings),
  ].filter(Boolean);
}

function fact(label, value, figure = false) {
  if (!value && value !== 0) return null;
  return make("div", {}, make("dt", {}, label), make("dd", { class: figure ? "figure" : null }, value));
}

function makeFacts(one) {
  const file = one.description || {}, distinct = one.summary ? one.summary.events : null;
  const form = [file.encoding, file.delimiter && `cells separated by ${DELIMITERS[file.delimiter] || file.delimiter}`, file.decimal_mark && `decimal mark ${DELIMITERS[file.decimal_mark] || file.decimal_mark}`].filter(Boolean).join(", ");
  return make("section", { "aria-label": "Overview" },
    make("dl", {},
      fact("Events stored", whole.format(one.events), true),
      fact("Rows read", whole.format(one.rows), true),
      fact("Rows rejected", whole.format(one.rejected), true),
      fact("Rows without data", whole.format(one.not_data), true)),
    distinct !== null && distinct !== one.events ? make("p", {}, explainDifference(one.events, distinct)) : null,
    one.lifetime ? make("p", {}, "The counts are totals since publication. Each count is stored on the day of the post, not on the day of the engagement.") : null,
    make("dl", {},
      fact("Platform", platformName(one.platform)),
      fact("Report", one.report && words(one.report)),
      fact("Days covered", one.from && daysOf(one)),
      fact("Uploaded", timeOf(one.created_at)),
      fact("Finished", one.finished_at && timeOf(one.finished_at)),
      fact("Mapping", one.mapping_name ? foreign(one.mapping_name) : one.mapping && "sent with the import"),
      fact("Rows over several days", one.spread && "spread evenly over their days"),
      fact("Sheets or files read", file.parts && file.parts.length ? foreign(file.parts.join(", ")) : null),
      fact("File format", form)));
}

function daysOf(one) {
  const day = (text) => make("span", { class: "whole" }, text);
  return one.from === one.to ? day(one.from) : [day(one.from), " to ", day(one.to)];
}

const DELIMITERS = { ",": "a comma", ";": "a semicolon", "\t": "a tab", ".": "a point", "|": "a vertical bar" };

// The numbers differ in imports of earlier versions, and after a failed replay.
function explainDifference(events, distinct) {
  return distinct < events
    ? `The file contains ${count(events, "event")} with ${whole.format(distinct)} different ids. Events with the same id are stored once, so ${whole.format(distinct)} count.`
    : `The file contains ${count(distinct, "different event")}; ${whole.format(events)} ${events === 1 ? "is" : "are"} stored, because the rows of the others were rejected.`;
}

function makeReplayForm(one, mappings) {
  const problem = make("p", { class: "error", role: "alert" });
  const codes = [one.error && one.error.code, ...one.rejected_by_code.map(({ code }) => code)];
  const canHelp = codes.some((code) => ["aggregate_period", "no_currency"].includes(code));
  if (one.state === "done" && !one.rejected) return null;
  const { fields, chosen } = makeOptions(mappings, { spread: one.spread || codes.includes("aggregate_period") });
  const form = make("form", {}, fields, make("button", {}, "Read the file again"), problem);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      await callApi(`v1/imports/${encodeURIComponent(one.id)}/replay`, { method: "POST", body: chosen() });
      await showImport(one.id);
    } catch (error) {
      problem.textContent = explain(error, "read files again", "ingest or admin");
    }
  });
  return make("details", { open: canHelp }, make("summary", {}, "Read the file again with other options"), make("p", { class: "soft" }, "Rows that are already imported stay and are not counted twice."), form);
}
