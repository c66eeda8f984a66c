// The rejected rows of an import, grouped by reason, with examples.
import { foreign, make, makeButton, makeTable } from "./dom.js";
import { count, sentence, whole } from "./format.js";
import { t } from "./language.js";
import { callApi } from "./session.js";
import { explain } from "./explain.js";
import { rejection, withCode } from "./codes.js";

const EXAMPLES = 3,
  ROWS_AT_ONCE = 200,
  LONGEST = 240;

export function makeRejectedRows(one) {
  const groups = make("div", {}),
    more = make("div", {});
  const part = make(
    "section",
    { "aria-labelledby": "rejected-title" },
    make("h2", { id: "rejected-title" }, t("rejected.title", { n: whole(one.rejected) })),
    make("p", { class: "soft" }, t("rejected.about")),
    groups,
    more,
  );
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
        more.replaceChildren(
          make("p", { class: "soft" }, t("rejected.examples", { rows: count(seen.length, "row") })),
          makeButton(t("rejected.more", { rows: count(one.rejected, "row") }), () => read(page.next)),
        );
      } else if (!seen.length) {
        more.replaceChildren(make("p", { class: "soft" }, t("rejected.deleted")));
      }
    } catch (error) {
      draw();
      more.replaceChildren(
        make("p", { class: "error", role: "alert" }, explain(error, "task.rejected", "roles.ingest")),
      );
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
    : [...new Set(seen.map((row) => row.code))].map((code) => ({
        code,
        rows: seen.filter((row) => row.code === code).length,
      }));
  return known.map(({ code, rows }) => {
    const entry = rejection(code),
      examples = seen.filter((row) => row.code === code).slice(0, EXAMPLES);
    return make(
      "div",
      { class: "panel caution" },
      make("h3", {}, entry.title, `: ${count(rows, "row")}`),
      make("p", {}, withCode([entry.meaning, entry.help].filter(Boolean).join(" "))),
      examples.length ? examplesOf(examples, rows) : null,
    );
  });
}

// Messages of rejected events start with a JSON pointer to the field: /cost/currency.
function wordsOf(message) {
  return sentence(message.replace(/^\/(\S+): /, (_, pointer) => `${pointer.replaceAll("/", " ")}: `));
}

function examplesOf(examples, rows) {
  const caption = rows > examples.length ? t("rejected.first", { n: examples.length, rows: count(rows, "row") }) : "";
  return makeTable(
    caption,
    [
      {
        label: t("rejected.line"),
        words: true,
        short: !examples.some((row) => row.part),
        cell: (row) => (row.part ? [foreign(row.part), `, ${row.row}`] : `${row.row}`),
      },
      { label: t("rejected.wrong"), words: true, wide: true, cell: (row) => foreign(wordsOf(row.message)) },
      {
        label: t("rejected.row"),
        words: true,
        wide: true,
        cell: (row) =>
          make(
            "span",
            { class: "raw" },
            foreign(row.raw.length > LONGEST ? `${row.raw.slice(0, LONGEST)} …` : row.raw),
          ),
      },
    ],
    examples,
  );
}
