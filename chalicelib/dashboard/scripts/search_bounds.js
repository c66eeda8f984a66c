// Charts of totals with the bound of the part through search: an interval is a line with a point, a
// bound a hatched bar without one.
import { make } from "./dom.js";
import { interval, sized, whole } from "./format.js";
import { capital, goalName } from "./names.js";
import {
  FONT,
  clippedDomain,
  drawForest,
  estimateColumns,
  isNarrow,
  makeFigure,
  makeNames,
  marginFor,
  tick,
} from "./charts.js";
import { title, worstOf } from "./codes.js";
import { t } from "./language.js";
import { PER_ENGAGEMENTS, causeName, limitOf, perMany } from "./search_sentences.js";

const ROW_HEIGHT = 46,
  SVG = "http://www.w3.org/2000/svg";
let patterns = 0;

export function makeBoundsOfAll(causes, answer) {
  const goal = goalName(answer.goal),
    n = whole(PER_ENGAGEMENTS);
  const rows = causes.map((one) => ({
    one,
    name: capital(causeName(one)),
    visits: perMany(one.visits_per_engagement),
    e: perMany(one.conversions_per_engagement),
    limit: limitOf(one),
    tone: worstOf(one.warnings),
    missing: one.reasons.map(title).join("; ") || t("unknown"),
  }));
  return make(
    "section",
    {},
    make("h2", {}, t("search.all")),
    makeFigure({
      title: t("search.visits_figure", { n }),
      sentence: rows.map((row) => `${row.name}: ${interval(row.visits, sized)}`).join("; "),
      rows,
      file: "search-visits",
      draw: (width) =>
        drawForest(width, {
          rows: rows.map((row) => ({ ...row, e: row.visits })),
          marks: [{ x: 0, text: t("channels.zero"), strong: true }],
          label: t("search.visits_axis", { n }),
        }),
      columns: [
        { label: t("table.type"), raw: (row) => row.name, words: true },
        { label: t("table.count"), raw: (row) => row.one.count, cell: (row) => whole(row.one.count) },
        ...estimateColumns(t("search.visits_axis", { n }), (row) => row.visits, sized),
      ],
    }),
    makeBounds({
      title: t("search.bounds_figure", { goal: capital(goal), n }),
      rows,
      file: "search-effects",
      label: t("path.axis", { goal, n }),
      note: t("path.note"),
      draw: drawBounds,
      more: [
        { label: t("table.verdict"), raw: (row) => title(row.one.verdict), words: true },
        {
          label: t("table.codes"),
          raw: ({ one }) => [...one.reasons, ...one.through_search.reasons, ...one.warnings].map(title).join("; "),
          words: true,
        },
      ],
    }),
  );
}

// rows: { name, e, limit, tone, missing }
export function makeBounds({ title: heading, rows, file, label, note, draw, more = [] }) {
  return makeFigure({
    title: heading,
    sentence: rows.map((row) => `${row.name}: ${textOf(row)}`).join("; "),
    note,
    rows,
    file,
    draw: (width) => draw(width, rows, label),
    columns: [
      { label: t("search.row"), raw: (row) => row.name, words: true },
      ...estimateColumns(label, (row) => row.e, sized),
      {
        label: t("path.limit"),
        raw: (row) => row.limit,
        cell: (row) => (row.limit === null ? "–" : sized(row.limit)),
      },
      ...more,
    ],
  });
}

function textOf({ e, limit }) {
  const bound = limit === null ? null : t("path.at_most", { limit: sized(limit) });
  return e.estimate === null && bound ? bound : [interval(e, sized), bound].filter(Boolean).join(", ");
}

export function drawBounds(width, rows, label) {
  const narrow = isNarrow(width),
    marginLeft = marginFor(
      rows.map((row) => row.name),
      narrow,
    ),
    known = rows.filter((row) => row.e.estimate !== null),
    bounded = rows.filter((row) => row.limit !== null);
  const estimates = known.map((row) => row.e.estimate),
    limits = [0, ...bounded.map((row) => row.limit)],
    ends = known.flatMap((row) => [row.e.ci_low, row.e.ci_high]).filter((x) => x !== null);
  const [low, high] = clippedDomain([...ends, ...estimates], estimates, limits),
    from = (row) => Math.max(row.e.ci_low ?? low, low),
    to = (row) => Math.min(row.e.ci_high ?? high, high);
  const cut = known.flatMap((row) => [
    ...((row.e.ci_high ?? Infinity) > high ? [{ name: row.name, x: high, text: "▸", row }] : []),
    ...((row.e.ci_low ?? -Infinity) < low ? [{ name: row.name, x: low, text: "◂", row }] : []),
  ]);
  patterns += 1;
  const pattern = `hatched-${patterns}`;
  const ink = (row) =>
    row.tone === "do_not_act" ? "var(--bad)" : row.tone === "caution" ? "var(--warn)" : "var(--accent)";
  return Plot.plot({
    style: FONT,
    width,
    marginLeft,
    marginRight: 18,
    marginTop: 16,
    marginBottom: 40,
    height: 60 + rows.length * ROW_HEIGHT,
    x: {
      domain: [low, high],
      grid: true,
      label,
      labelAnchor: "center",
      labelArrow: "none",
      ticks: narrow ? 4 : 7,
      tickFormat: (x) => tick(x),
      tickSize: 0,
    },
    y: { domain: rows.map((row) => row.name), label: null, axis: null },
    marks: [
      () => hatching(pattern),
      makeNames(marginLeft),
      Plot.ruleX([0], { stroke: "var(--ink)" }),
      Plot.barX(bounded, {
        y: "name",
        x1: 0,
        x2: "limit",
        fill: `url(#${pattern})`,
        stroke: "var(--soft)",
        strokeDasharray: "4,3",
        insetTop: 18,
        insetBottom: 4,
      }),
      // what the bar says stands beside it, or in it where there is no room
      ...[true, false].map((inside) =>
        Plot.text(
          bounded.filter((row) => row.limit > low + 0.7 * (high - low) === inside),
          {
            y: "name",
            x: "limit",
            text: (row) => t("path.at_most", { limit: sized(row.limit) }),
            textAnchor: inside ? "end" : "start",
            dx: inside ? -6 : 6,
            dy: 8,
            fill: "var(--ink)",
            stroke: "var(--paper)",
            strokeWidth: 4,
          },
        ),
      ),
      Plot.link(known, {
        y1: "name",
        y2: "name",
        x1: from,
        x2: to,
        stroke: ink,
        strokeWidth: 3,
        strokeLinecap: "round",
        dy: -10,
      }),
      Plot.text(cut, { y: "name", x: "x", text: "text", fill: (one) => ink(one.row), fontSize: 16, dy: -10 }),
      Plot.dot(known, { y: "name", x: (row) => row.e.estimate, r: 5, fill: ink, dy: -10 }),
      Plot.text(
        rows.filter((row) => row.e.estimate === null && row.missing),
        { y: "name", x: 0, text: "missing", textAnchor: "start", dx: 8, dy: -10, fill: "var(--soft)" },
      ),
    ],
  });
}

// Diagonal lines: a bar filled with them is a bound, not an estimate.
function hatching(id) {
  const defs = document.createElementNS(SVG, "defs"),
    pattern = document.createElementNS(SVG, "pattern"),
    line = document.createElementNS(SVG, "path");
  const attributes = { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  for (const [name, value] of Object.entries(attributes)) pattern.setAttribute(name, value);
  line.setAttribute("d", "M0,0V7");
  line.setAttribute("stroke", "var(--zero)");
  line.setAttribute("stroke-width", "3");
  pattern.append(line);
  defs.append(pattern);
  return defs;
}
