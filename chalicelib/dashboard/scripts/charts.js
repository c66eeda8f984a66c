// Figures: a chart that adapts to its width, with a table of the same numbers and a CSV download.
import { make, makeButton, makeTable } from "./dom.js";
import { point } from "./format.js";
import { locale, t } from "./language.js";

export const FONT = { fontFamily: "inherit", fontSize: "13px" };
const NARROW = 560;

export const isNarrow = (width) => width < NARROW;

// title: heading; sentence: text alternative of the picture; draw(width): an SVG element;
// columns: { label, raw(row), cell(row) }; file: name of the CSV file
export function makeFigure({ title, sentence, draw, columns, rows, file, note }) {
  const picture = make("div", { class: "picture" });
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width < 40 || width === drawn) return;
    drawn = width;
    picture.replaceChildren(asPicture(draw(width), sentence));
  }).observe(picture);
  return make(
    "figure",
    {},
    make("figcaption", {}, title),
    picture,
    note ? make("p", { class: "soft small" }, note) : null,
    makeNumbers(title, columns, rows, file),
  );
}

// The chart is one image with a text alternative. Plot names groups inside it, which have no role.
function asPicture(chart, sentence) {
  for (const group of chart.querySelectorAll("g[aria-label]")) {
    group.dataset.mark = group.getAttribute("aria-label");
    group.removeAttribute("aria-label");
  }
  chart.setAttribute("role", "img");
  chart.setAttribute("aria-label", sentence);
  return chart;
}

function makeNumbers(title, columns, rows, file) {
  const region = make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": title });
  const details = make(
    "details",
    { class: "numbers" },
    make("summary", {}, t("table.show")),
    make(
      "p",
      {},
      makeButton(t("table.csv"), () => download(`${file}.csv`, csvOf(columns, rows))),
    ),
    region,
  );
  details.addEventListener("toggle", () => {
    if (details.open && !region.firstChild) {
      region.append(
        makeTable(
          title,
          columns.map((one) => ({ ...one, cell: one.cell || ((row) => one.raw(row) ?? "") })),
          rows,
          true,
        ),
      );
    }
  });
  return details;
}

// Spreadsheets take texts that begin with these characters for formulas.
function csvCell(value) {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvOf(columns, rows) {
  const lines = [
    columns.map((one) => csvCell(one.label)),
    ...rows.map((row) => columns.map((one) => csvCell(one.raw(row)))),
  ];
  return `${lines.map((cells) => cells.join(",")).join("\r\n")}\r\n`;
}

export function download(name, text, type = "text/csv") {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = make("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

// The columns of an estimate: three numbers for CSV, one cell for readers.
export function estimateColumns(label, of, show) {
  return [
    {
      label,
      raw: (row) => of(row)?.estimate ?? null,
      cell: (row) => (of(row)?.estimate == null ? t("unknown") : point(of(row), show)),
    },
    {
      label: `${label}, ${t("table.low")}`,
      raw: (row) => of(row)?.ci_low ?? null,
      cell: (row) => (of(row)?.ci_low == null ? "–" : show(of(row).ci_low)),
    },
    {
      label: `${label}, ${t("table.high")}`,
      raw: (row) => of(row)?.ci_high ?? null,
      cell: (row) => (of(row)?.ci_high == null ? "–" : show(of(row).ci_high)),
    },
  ];
}

export const tick = (x, digits = 2) => new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(x);

// Names of rows are broken into lines if they need more than the margin.
export function marginFor(names, narrow) {
  return Math.min(narrow ? 118 : 215, 18 + Math.max(...names.map((name) => name.length)) * 7.4);
}

export function makeNames(margin) {
  return Plot.axisY({ label: null, tickSize: 0, lineWidth: (margin - 14) / 13, fill: "var(--ink)" });
}

// One axis for all rows: intervals as lines, estimates as points, reference lines with names.
// rows: { name, e (estimate), reach (how far an effect must be to be detected), tone }
export function drawForest(width, { rows, marks, label, format, domain, band }) {
  const narrow = isNarrow(width),
    marginLeft = marginFor(
      rows.map((row) => row.name),
      narrow,
    );
  const known = rows.filter((row) => row.e.estimate !== null);
  const values = known.flatMap((row) => [row.e.estimate, row.e.ci_low, row.e.ci_high]).filter((x) => x !== null);
  const [low, high] =
    domain ||
    clippedDomain(
      values,
      known.map((row) => row.e.estimate),
      [...marks.map((mark) => mark.x), ...(band ? [band.x1, band.x2] : [])],
    );
  const inside = (x) => Math.min(high, Math.max(low, x));
  const from = (row) => inside(row.e.ci_low ?? low),
    to = (row) => inside(row.e.ci_high ?? high);
  const ink = (row) =>
    row.tone === "do_not_act" ? "var(--bad)" : row.tone === "caution" ? "var(--warn)" : "var(--accent)";
  const arrows = known.flatMap((row) => [
    ...((row.e.ci_high ?? Infinity) > high ? [{ name: row.name, x: high, text: "▸", row }] : []),
    ...((row.e.ci_low ?? -Infinity) < low ? [{ name: row.name, x: low, text: "◂", row }] : []),
  ]);
  return Plot.plot({
    style: FONT,
    width,
    marginLeft,
    marginRight: 18,
    marginTop: 34,
    marginBottom: 40,
    height: 80 + rows.length * 36,
    x: {
      domain: [low, high],
      grid: true,
      label,
      labelAnchor: "center",
      labelArrow: "none",
      ticks: narrow ? 4 : 7,
      tickFormat: format || ((x) => tick(x)),
      tickSize: 0,
    },
    y: { domain: rows.map((row) => row.name), label: null, axis: null },
    marks: [
      makeNames(marginLeft),
      ...(band ? [Plot.rect([band], { x1: "x1", x2: "x2", fill: "var(--accent)", fillOpacity: 0.1 })] : []),
      Plot.ruleX(
        marks.filter((mark) => mark.strong),
        { x: "x", stroke: "var(--ink)" },
      ),
      Plot.ruleX(
        marks.filter((mark) => !mark.strong),
        { x: "x", stroke: "var(--zero)", strokeDasharray: "3,3" },
      ),
      ...marks.map((mark, index) =>
        Plot.text([mark], {
          x: "x",
          text: "text",
          frameAnchor: "top",
          dy: -16,
          fill: "var(--soft)",
          lineAnchor: "bottom",
          textAnchor: marks.length === 1 || !narrow ? "middle" : index === 0 ? "end" : "start",
        }),
      ),
      Plot.link(
        known.filter((row) => row.reach !== null && row.reach !== undefined),
        {
          y1: "name",
          y2: "name",
          x1: (row) => inside(row.reach.from),
          x2: (row) => inside(row.reach.to),
          stroke: "var(--zero)",
          strokeWidth: 9,
          strokeOpacity: 0.45,
          strokeLinecap: "butt",
        },
      ),
      Plot.link(known, {
        y1: "name",
        y2: "name",
        x1: from,
        x2: to,
        stroke: ink,
        strokeWidth: 3,
        strokeLinecap: "round",
      }),
      Plot.text(arrows, { y: "name", x: "x", text: "text", fill: (one) => ink(one.row), fontSize: 16 }),
      Plot.dot(known, {
        y: "name",
        x: (row) => inside(row.e.estimate),
        r: 6,
        fill: (row) => (row.tone === "do_not_act" ? "var(--paper)" : ink(row)),
        stroke: ink,
        strokeWidth: 2,
      }),
      Plot.text(
        rows.filter((row) => row.e.estimate === null),
        {
          y: "name",
          x: low,
          text: (row) => row.missing || t("unknown"),
          textAnchor: "start",
          dx: 8,
          fill: "var(--soft)",
        },
      ),
    ],
  });
}

// Very wide intervals do not squeeze the others: they are cut off with an arrow.
export function clippedDomain(values, estimates, references) {
  const all = [...values, ...references];
  if (!all.length) return [0, 1];
  const spread = Math.max(1e-9, ...estimates.map(Math.abs), ...references.map(Math.abs));
  const low = Math.max(Math.min(...all), Math.min(...estimates, ...references) - 1.5 * spread);
  const high = Math.min(Math.max(...all), Math.max(...estimates, ...references) + 1.5 * spread);
  const room = (high - low) * 0.04 || 1;
  return [low - room, high + room];
}
