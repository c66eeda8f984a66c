// The tenant's imports, newest first, a page at a time.
import { $, foreign, make, makeTable } from "./dom.js";
import { platformName, timeOf, whole } from "./format.js";
import { ask, explain } from "./session.js";
import { stateOf } from "./states.js";

const IMPORTS_AT_ONCE = 25;

export const addressOf = (id) => `#/imports/${encodeURIComponent(id)}`;

export async function showImports(after) {
  const query = new URLSearchParams({ limit: IMPORTS_AT_ONCE, ...(after ? { cursor: after } : {}) });
  let page;
  try {
    page = await ask(`v1/imports?${query}`);
  } catch (error) {
    throw new Error(explain(error, "see imports", "ingest, read or admin"));
  }
  $("list").replaceChildren(...(page.imports.length ? [tableOf(page.imports)] : [make("p", { class: "soft" }, after ? "There are no older imports." : "No file was imported yet.")]), pagesOf(page.next, after));
}

function tableOf(imports) {
  return makeTable("", [
    { label: "File", words: true, wide: true, cell: (one) => make("a", { href: addressOf(one.id) }, foreign(one.filename)) },
    { label: "Platform", words: true, short: true, cell: (one) => platformName(one.platform) },
    { label: "Uploaded", words: true, short: true, cell: (one) => timeOf(one.created_at) },
    { label: "Status", words: true, kind: (one) => stateOf(one).tone, cell: (one) => stateOf(one).text },
    { label: "Events", cell: (one) => whole.format(one.events) },
    { label: "Rejected rows", kind: (one) => one.rejected > 0 && "caution", cell: (one) => whole.format(one.rejected) },
    { label: "Warnings", kind: (one) => one.warning_count > 0 && "caution", cell: (one) => whole.format(one.warning_count) },
  ], imports);
}

function pagesOf(next, after) {
  return make("p", { class: "pages" },
    after ? make("a", { href: "#/imports" }, "Newest") : null,
    next ? make("a", { href: `#/imports?after=${encodeURIComponent(next)}` }, "Older imports") : null);
}
