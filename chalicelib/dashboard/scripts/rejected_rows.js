// The rejected rows of an import, grouped by reason, with examples.
import { foreign, make, makeTable } from "./dom.js";
import { count, sentence, whole } from "./format.js";
import { callApi, explain } from "./session.js";
import { rejection } from "./codes.js";

const EXAMPLES = 3, ROWS_AT_ONCE = 200, LONGEST = 240;

export function makeRejectedRows(one) {
  const groups = make("div", {}), more = make("div", {});
  const part = make("section", { "aria-labelledby": "rejected-title" },
    make("h3", { id: "rejected-title" }, `Rejected rows: ${whole.format(one.rejected)}`),
    make("p", { class: "soft" }, "Rejected rows are not imported. Correct the file and upload it again. Rows that are already imported are not counted twice."),
    groups, more);
  const seen = [];
  const draw = () => groups.replaceChildren(...groupsOf(one, seen));
  async function read(cursor) {
    more.replaceChildren();
    try {
      const query = new URLSearchParams({ limit: ROWS_AT_ONCE, ...(cursor ? { cursor } : {}) });
      const page = await callApi(`v1/imports/${encodeURIComponent(one.id)}/rejects?${query}`);
      seen.push(...page.rejects);
      draw();
      if (page.next) {
        const button = make("button", { type: "button", class: "plain" }, `Load more of the ${count(one.rejected, "rejected row")}`);
        button.addEventListener("click", () => read(page.next));
        more.replaceChildren(make("p", { class: "soft" }, `The examples are from the first ${count(seen.length, "rejected row")}.`), button);
      } else if (!seen.length) {
        more.replaceChildren(make("p", { class: "soft" }, "Rejected rows are deleted after 90 days. These rows have been deleted."));
      }
    } catch (error) {
      draw();
      more.replaceChildren(make("p", { class: "error", role: "alert" }, explain(error, "see rejected rows, because they can contain personal data", "ingest or admin")));
    }
  }
  draw();
  read(null);
  return part;
}

// Imports of earlier versions have no counts by code. Count the loaded rows instead.
function groupsOf(one, seen) {
  const known = one.rejected_by_code.length
    ? one.rejected_by_code
    : [...new Set(seen.map((row) => row.code))].map((code) => ({ code, rows: seen.filter((row) => row.code === code).length }));
  return known.map(({ code, rows }) => {
    const entry = rejection(code), examples = seen.filter((row) => row.code === code).slice(0, EXAMPLES);
    return make("div", { class: "panel caution" },
      make("h4", {}, `${entry.title}: ${count(rows, "row")} `, make("code", { class: "code" }, code)),
      make("p", {}, [entry.meaning, entry.help].filter(Boolean).join(" ")),
      examples.length ? examplesOf(examples, rows) : null);
  });
}

// Messages of rejected events start with a JSON pointer to the field: /cost/currency.
function wordsOf(message) {
  return sentence(message.replace(/^\/(\S+): /, (_, pointer) => `${pointer.replaceAll("/", " ")}: `));
}

function examplesOf(examples, rows) {
  const caption = rows > examples.length ? `The first ${examples.length} of ${count(rows, "row")}` : "";
  return makeTable(caption, [
    { label: "Line", words: true, short: !examples.some((row) => row.part), cell: (row) => (row.part ? [foreign(row.part), `, ${row.row}`] : `${row.row}`) },
    { label: "What is wrong", words: true, wide: true, cell: (row) => foreign(wordsOf(row.message)) },
    { label: "The row", words: true, wide: true, cell: (row) => make("span", { class: "raw" }, foreign(row.raw.length > LONGEST ? `${row.raw.slice(0, LONGEST)} …` : row.raw)) },
  ], examples);
}
