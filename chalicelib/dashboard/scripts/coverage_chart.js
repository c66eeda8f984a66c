// Coverage: for each source the days with data, and its gaps.
import { make } from "./dom.js";
import { addDays, count, day, days, daysBetween, listed, shortDay, toDate, whole } from "./format.js";
import { goalName, kindOf, typeName } from "./names.js";
import { FONT, isNarrow, makeFigure, makeNames, marginFor } from "./charts.js";
import { t } from "./language.js";

const LATE_DAYS = 3;

export const sourceName = (one) => (one.goal ? goalName(one.goal) : typeName(one.channel ? one : kindOf(one.source)));
const gapsOf = (answer) => answer.sources.filter((one) => one.gaps.length);

// The covered spans of a source: its days without the gaps.
function spansOf(one) {
  const spans = [];
  let from = one.from;
  for (const [first, last] of one.gaps) {
    if (first > from) spans.push({ from, to: addDays(first, -1) });
    from = addDays(last, 1);
  }
  if (from && from <= one.to) spans.push({ from, to: one.to });
  return spans;
}

// Sources whose data end days before those of the others.
function lateOf(answer) {
  const known = answer.sources.filter((one) => one.from),
    latest = known.reduce((last, one) => (one.to > last ? one.to : last), "");
  return { late: known.filter((one) => one.to < addDays(latest, -LATE_DAYS)), latest };
}

export const incompleteOf = (answer) =>
  new Set([...gapsOf(answer), ...(answer.sources.length ? lateOf(answer).late : [])]);

// The first sentence of the view: whether data are missing, and which.
export function makeCoverageAnswer(answer) {
  if (!answer.sources.length) return make("p", { class: "answer" }, t("coverage.none"));
  const gaps = gapsOf(answer),
    { late, latest } = lateOf(answer),
    all = answer.sources.length;
  const sentences = [
    ...(gaps.length ? [t("coverage.gaps", { n: gaps.length, all, names: listed(gaps.map(sourceName)) })] : []),
    ...(late.length ? [t("coverage.late", { names: listed(late.map(sourceName)), day: day(latest) })] : []),
  ];
  return make("p", { class: "answer" }, sentences.length ? sentences.join(" ") : t("coverage.complete", { all }));
}

export function makeCoverage(answer) {
  const known = answer.sources.filter((one) => one.from);
  if (!known.length) return "";
  const spans = known.flatMap((one) =>
    spansOf(one).map((span) => ({ ...span, name: sourceName(one), known: one.known })),
  );
  const holes = known.flatMap((one) => one.gaps.map(([from, to]) => ({ from, to, name: sourceName(one) })));
  const end = (text) => toDate(addDays(text, 1));
  return make(
    "section",
    { "aria-labelledby": "coverage-title" },
    make("h2", { id: "coverage-title" }, t("coverage.title")),
    makeFigure({
      title: t("coverage.figure"),
      sentence: known
        .map((one) => `${sourceName(one)}: ${days(one.from, one.to)}, ${count(one.gaps.length, "gap")}`)
        .join("; "),
      rows: answer.sources,
      file: "coverage",
      draw: (width) =>
        Plot.plot({
          style: FONT,
          width,
          height: 54 + known.length * (isNarrow(width) ? 34 : 26),
          marginLeft: marginFor(known.map(sourceName), isNarrow(width)),
          marginRight: 24,
          x: {
            type: "utc",
            domain: [toDate(answer.from), end(answer.to)],
            label: null,
            ticks: isNarrow(width) ? 3 : 8,
            tickFormat: shortDay,
            tickSize: 0,
            grid: true,
          },
          y: { label: null, domain: known.map(sourceName), axis: null, padding: 0.35 },
          marks: [
            makeNames(marginFor(known.map(sourceName), isNarrow(width))),
            Plot.barX(spans, {
              y: "name",
              x1: (one) => toDate(one.from),
              x2: (one) => end(one.to),
              fill: "var(--accent)",
              fillOpacity: (one) => (one.known === "declared" ? 0.95 : 0.6),
              rx: 2,
            }),
            Plot.barX(holes, {
              y: "name",
              x1: (one) => toDate(one.from),
              x2: (one) => end(one.to),
              fill: "var(--bad)",
              fillOpacity: 0.25,
              stroke: "var(--bad)",
              rx: 2,
            }),
          ],
        }),
      note: t("coverage.note"),
      columns: [
        { label: t("coverage.source"), raw: sourceName, words: true },
        { label: t("coverage.from"), raw: (one) => one.from, short: true },
        { label: t("coverage.to"), raw: (one) => one.to, short: true },
        { label: t("coverage.days"), raw: (one) => one.days, cell: (one) => whole(one.days) },
        {
          label: t("coverage.gap_list"),
          raw: (one) => one.gaps.map(([from, to]) => `${from}/${to}`).join(" "),
          cell: (one) =>
            one.gaps.map(([from, to]) => `${days(from, to)} (${count(daysBetween(from, to), "day")})`).join("; ") ||
            "–",
          words: true,
        },
        { label: t("coverage.known"), raw: (one) => one.known, cell: (one) => t(`coverage.${one.known}`), words: true },
      ],
    }),
  );
}
