// The parts of a file that an import did not use, and its notes.
import { foreign, make, makeTable } from "./dom.js";
import { count, decimal, sentence, whole } from "./format.js";
import { hasText, t } from "./language.js";
import { platformName } from "./names.js";
import { reasonInWords } from "./codes.js";

function section(heading, ...content) {
  return make("section", {}, make("h2", {}, heading), content);
}

const listOf = (texts) =>
  make(
    "ul",
    {},
    texts.map((text) => make("li", { lang: "en" }, foreign(text))),
  );

const FEW = 12;

export function makeWarnings(one) {
  if (!one.warnings.length) return null;
  return make(
    "section",
    { class: "panel caution" },
    make("h2", {}, t("unread.numbers")),
    make("p", {}, t("unread.numbers_help")),
    listOf(one.warnings),
  );
}

export function makeUnreadColumns(one) {
  const columns = one.unread_columns,
    metrics = columns.filter((column) => column.metric),
    others = columns.filter((column) => !column.metric);
  if (!columns.length) return null;
  return section(
    t("unread.columns"),
    metrics.length
      ? makeTable(
          "",
          [
            { label: t("unread.column"), words: true, wide: true, cell: (column) => foreign(column.heading) },
            { label: t("unread.sum"), cell: (column) => decimal(column.sum) },
            { label: t("unread.metric"), words: true, tone: () => "caution", cell: () => t("unread.metric_yes") },
          ],
          metrics,
        )
      : null,
    others.length
      ? make(
          "details",
          { open: others.length <= FEW },
          make("summary", {}, count(others.length, metrics.length ? "other_column" : "column")),
          make(
            "ul",
            { class: "columns" },
            others.map((column) => make("li", {}, otherOf(column))),
          ),
        )
      : null,
    columns.some((column) => /^\(column \d+\)$/.test(column.heading))
      ? make("p", { class: "soft" }, t("unread.personal"))
      : null,
    one.unread_more
      ? make("p", { class: "soft" }, t("unread.more", { columns: count(one.unread_more, "column") }))
      : null,
  );
}

function otherOf(column) {
  const more = [column.sum === null ? "" : t("unread.sum_of", { sum: decimal(column.sum) }), column.why]
    .filter(Boolean)
    .join(", ");
  return foreign(more ? `${column.heading}: ${more}` : column.heading);
}

export function makeNoData(one) {
  if (!one.no_data.length) return null;
  return section(
    t("unread.no_data"),
    make("p", { class: "soft" }, t("unread.no_data_about")),
    makeTable(
      "",
      [
        {
          label: t("unread.reason"),
          words: true,
          wide: true,
          cell: (row) => foreign(row.reason.charAt(0).toUpperCase() + row.reason.slice(1)),
        },
        { label: t("import.rows"), cell: (row) => whole(row.rows) },
      ],
      one.no_data,
    ),
  );
}

export function makeSkipped(one) {
  if (!one.skipped.length) return null;
  const label = (what) => (hasText(`skipped.${what}`) ? t(`skipped.${what}`) : what);
  return section(
    t("unread.skipped"),
    makeTable(
      "",
      [
        {
          label: t("unread.name"),
          words: true,
          wide: true,
          cell: (part) => [`${label(part.what)}: `, foreign(part.name)],
        },
        {
          label: t("unread.reason"),
          words: true,
          wide: true,
          cell: (part) => foreign(sentence(reasonInWords(part.reason))),
        },
      ],
      one.skipped,
    ),
  );
}

function amountsOf(rows, label) {
  return makeTable(
    "",
    [
      { label, words: true, cell: (row) => decimal(row.count) },
      { label: t("unread.value"), cell: (row) => [decimal(row.value), row.currency].filter(Boolean).join(" ") },
    ],
    rows,
  );
}

export function makeUnpaidOrders(one) {
  if (!one.unpaid_orders.length) return null;
  return section(
    t("unread.unpaid"),
    make("p", { class: "soft" }, t("unread.unpaid_about")),
    amountsOf(one.unpaid_orders, t("unread.orders")),
  );
}

export function makeClaims(one) {
  if (!one.claimed_conversions.length) return null;
  return section(
    t("unread.claims"),
    make("p", { class: "soft" }, t("unread.claims_about", { platform: platformName(one.platform) })),
    amountsOf(one.claimed_conversions, t("unread.conversions")),
  );
}

export function makeNotes(one) {
  if (!one.notes.length) return null;
  return section(t("unread.notes"), listOf(one.notes));
}
