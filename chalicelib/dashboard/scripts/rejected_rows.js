// The rejected rows of an import by reason, with the first examples of each.
import { foreign, make, makeTable } from "./dom.js";
import { count, sentence, whole } from "./format.js";
import { ask, explain } from "./session.js";
import { rejection } from "./codes.js";

const EXAMPLES = 3, ROWS_AT_ONCE = 200, LONGEST = 240;

export function makeRejectedRows(one) {
  const groups = make("div", {}), more = make("div", {});
  const part = make("section", { "aria-labelledby": "rejected-title" },
    make("h3", { id: "rejected-title" }, `Rejected rows: ${whole.format(one.rejected)}`),
    make("p", { class: "soft" }, "Nothing of a rejected row is imported. Correct the file and upload it again: rows that are imported already are not counted twice."),
    groups, more);
  const seen = [];
  const draw = () => groups.replaceChildren(...groupsOf(one, seen));
  async function read(cursor) {
    more.replaceChildren();
    try {
      const query = new URLSearchParams({ limit: ROWS_AT_ONCE, ...(cursor ? { cursor } : {}) });
      const page = await ask(`v1/imports/${encodeURIComponent(one.id)}/rejects?${query}`);
      seen.push(...page.rejects);
      draw();
      if (page.next) {
        const button = make("button", { type: "button", class: "plain" }, `Look at more of the ${count(one.rejected, "rejected row")}`);
        button.addEventListener("click", () => read(page.next));
        more.replaceChildren(make("p", { class: "soft" }, `The first ${whole.format(seen.length)} were looked at for examples.`), button);
      } else if (!seen.length) {
        more.replaceChildren(make("p", { class: "soft" }, "The rows themselves are kept for 90 days; these are gone."));
      }
    } catch (error) {
      draw();
      more.replaceChildren(make("p", { class: "error", role: "alert" }, explain(error, "see the rejected rows themselves, which can hold what customers wrote", "ingest or admin")));
    }
  }
  draw();
  read(null);
  return part;
}

// An import of an earlier version has no counts by code: count the rows that were loaded.
function groupsOf(one, seen) {
  const known = one.rejected_by_code.length
    ? one.rejected_by_code
    : [...new Set(seen.map((row) => row.code))].map((code) => ({ code, rows: seen.filter((row) => row.code === code).length }));
  return known.map(({ code, rows }) => {
    const told = rejection(code), examples = seen.filter((row) => row.code === code).slice(0, EXAMPLES);
    return make("div", { class: "panel caution" },
      make("h4", {}, `${told.title}: ${count(rows, "row")} `, make("code", { class: "code" }, code)),
      make("p", {}, [told.meaning, told.help].filter(Boolean).join(" ")),
      examples.length ? examplesOf(examples, rows) : null);
  });
}

// The message of an event that is rejected begins with a pointer to the field: /cost/currency.
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
