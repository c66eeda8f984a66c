// The list of imports, newest first, in pages.
import { foreign, make, makeTable } from "./dom.js";
import { timeOf, whole } from "./format.js";
import { t } from "./language.js";
import { platformName } from "./names.js";
import { callApi } from "./session.js";
import { stateOf } from "./states.js";
import { linkTo } from "./state.js";

const IMPORTS_AT_ONCE = 25;

export const addressOf = (id) => linkTo("imports", id);

export async function showImports(visit) {
  const after = visit.state.params.get("after");
  const query = new URLSearchParams({ limit: IMPORTS_AT_ONCE, ...(after ? { cursor: after } : {}) });
  const page = await callApi(`v1/imports?${query}`, { signal: visit.signal });
  visit.signal.throwIfAborted();
  return make(
    "div",
    {},
    page.imports.length
      ? tableOf(page.imports)
      : make("p", { class: "soft" }, t(after ? "imports.no_older" : "imports.none")),
    pagesOf(page.next, after),
  );
}

function tableOf(imports) {
  return makeTable(
    "",
    [
      {
        label: t("imports.file"),
        words: true,
        wide: true,
        cell: (one) => make("a", { href: addressOf(one.id) }, foreign(one.filename)),
      },
      { label: t("imports.platform"), words: true, short: true, cell: (one) => platformName(one.platform) },
      { label: t("imports.uploaded"), words: true, short: true, cell: (one) => timeOf(one.created_at) },
      { label: t("imports.status"), words: true, tone: (one) => stateOf(one).tone, cell: (one) => stateOf(one).text },
      { label: t("imports.events"), cell: (one) => whole(one.events) },
      {
        label: t("imports.rejected"),
        tone: (one) => one.rejected > 0 && "caution",
        cell: (one) => whole(one.rejected),
      },
      {
        label: t("imports.warnings"),
        tone: (one) => one.warning_count > 0 && "caution",
        cell: (one) => whole(one.warning_count),
      },
    ],
    imports,
  );
}

function pagesOf(next, after) {
  return make(
    "p",
    { class: "pages" },
    after ? make("a", { href: linkTo("data") }, t("imports.newest")) : null,
    next ? make("a", { href: linkTo("data", null, { after: next }) }, t("imports.older")) : null,
  );
}
