// The parts of a file that an import did not use, and its notes.
import { foreign, make, makeTable } from "./dom.js";
import { count, decimal, platformName, sentence, whole } from "./format.js";
import { reasonInWords } from "./codes.js";

function section(heading, ...content) {
  return make("section", {}, make("h3", {}, heading), content);
}

const listOf = (texts) => make("ul", {}, texts.map((text) => make("li", {}, foreign(text))));

const FEW = 12;

export function makeWarnings(one) {
  if (!one.warnings.length) return null;
  return make("section", { class: "panel caution" },
    make("h3", {}, "Numbers that were not read"),
    make("p", {}, "If you need one of these numbers, export the report with another column, or import the file with a mapping."),
    listOf(one.warnings));
}

export function makeUnreadColumns(one) {
  const columns = one.unread_columns, metrics = columns.filter((column) => column.metric), others = columns.filter((column) => !column.metric);
  if (!columns.length) return null;
  return section("Columns that were not read",
    metrics.length ? makeTable("", [
      { label: "Column", words: true, wide: true, cell: (column) => foreign(column.heading) },
      { label: "Sum", cell: (column) => decimal(column.sum) },
      { label: "Looks like a metric", words: true, tone: () => "caution", cell: () => "Yes: check whether you need it" },
    ], metrics) : null,
    others.length ? make("details", { open: others.length <= FEW },
      make("summary", {}, count(others.length, metrics.length ? "other column" : "column")),
      make("ul", { class: "columns" }, others.map((column) => make("li", {}, otherOf(column))))) : null,
    columns.some((column) => /^\(column \d+\)$/.test(column.heading)) ? make("p", { class: "soft" }, "Columns whose heading may contain personal data are shown by their position.") : null,
    one.unread_more ? make("p", { class: "soft" }, `${count(one.unread_more, "more column")} not listed.`) : null);
}

function otherOf(column) {
  const more = [column.sum === null ? "" : `sum ${decimal(column.sum)}`, column.why].filter(Boolean).join(", ");
  return foreign(more ? `${column.heading}: ${more}` : column.heading);
}

export function makeNoData(one) {
  if (!one.no_data.length) return null;
  return section("Rows without data", make("p", { class: "soft" }, "These rows contain no events. They are not errors."), makeTable("", [
    { label: "Reason", words: true, wide: true, cell: (row) => foreign(row.reason.charAt(0).toUpperCase() + row.reason.slice(1)) },
    { label: "Rows", cell: (row) => whole.format(row.rows) },
  ], one.no_data));
}

export function makeSkipped(one) {
  if (!one.skipped.length) return null;
  const labels = { sheet: "Sheet", table: "Table", file: "File" };
  return section("Sheets, tables and files that were skipped", makeTable("", [
    { label: "Name", words: true, wide: true, cell: (part) => [`${labels[part.what] || part.what}: `, foreign(part.name)] },
    { label: "Why", words: true, wide: true, cell: (part) => foreign(sentence(reasonInWords(part.reason))) },
  ], one.skipped));
}

function amountsOf(rows, label) {
  return makeTable("", [
    { label, words: true, cell: (row) => decimal(row.count) },
    { label: "Value", cell: (row) => [decimal(row.value), row.currency].filter(Boolean).join(" ") },
  ], rows);
}

export function makeUnpaidOrders(one) {
  if (!one.unpaid_orders.length) return null;
  return section("Orders that are not paid yet", make("p", { class: "soft" }, "Unpaid orders are not counted. After payment, export the orders again and import the new file."), amountsOf(one.unpaid_orders, "Orders"));
}

export function makeClaims(one) {
  if (!one.claimed_conversions.length) return null;
  const platform = platformName(one.platform);
  return section("Conversions that the platform claims", make("p", { class: "soft" }, `${platform} attributes these conversions to itself. They are never counted, because several platforms can claim the same sale.`), amountsOf(one.claimed_conversions, "Conversions"));
}

export function makeNotes(one) {
  if (!one.notes.length) return null;
  return section("About this file", listOf(one.notes));
}
