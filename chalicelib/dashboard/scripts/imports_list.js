// The list of imports, newest first, in pages.
import { $, foreign, make, makeTable } from "./dom.js";
import { platformName, timeOf, whole } from "./format.js";
import { callApi, explain } from "./session.js";
import { stateOf } from "./states.js";

const IMPORTS_AT_ONCE = 25;

export const addressOf = (id) => `#/imports/${encodeURIComponent(id)}`;

export async function showImports(after) {
  const query = new URLSearchParams({ limit: IMPORTS_AT_ONCE, ...(after ? { cursor: after } : {}) });
  let page;
  try {
    page = await callApi(`v1/imports?${query}`);
  } catch (error) {
    throw new Error(explain(error, "see imports", "ingest, read or admin"));
  }
  $("list").replaceChildren(...(page.imports.length ? [tableOf(page.imports)] : [make("p", { class: "soft" }, after ? "There are no older imports." : "You have not imported any files yet.")]), pagesOf(page.next, after));
}

function tableOf(imports) {
  return makeTable("", [
    { label: "File", words: true, wide: true, cell: (one) => make("a", { href: addressOf(one.id) }, foreign(one.filename)) },
    { label: "Platform", words: true, short: true, cell: (one) => platformName(one.platform) },
    { label: "Uploaded", words: true, short: true, cell: (one) => timeOf(one.created_at) },
    { label: "Status", words: true, tone: (one) => stateOf(one).tone, cell: (one) => stateOf(one).text },
    { label: "Events", cell: (one) => whole.format(one.events) },
    { label: "Rejected rows", tone: (one) => one.rejected > 0 && "caution", cell: (one) => whole.format(one.rejected) },
    { label: "Warnings", tone: (one) => one.warning_count > 0 && "caution", cell: (one) => whole.format(one.warning_count) },
  ], imports);
}

function pagesOf(next, after) {
  return make("p", { class: "pages" },
    after ? make("a", { href: "#/imports" }, "Newest") : null,
    next ? make("a", { href: `#/imports?after=${encodeURIComponent(next)}` }, "Older imports") : null);
}
