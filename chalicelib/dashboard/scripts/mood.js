// The mood of the messages: by week, corrected for the classifier, and what the classifier says.
import { make } from "./dom.js";
import { addDays, day, days, interval, percent, shortDay, toDate, whole } from "./format.js";
import { FONT, estimateColumns, isNarrow, makeFigure } from "./charts.js";
import { makeFlags, title } from "./codes.js";
import { t, tn, withNodes } from "./language.js";
import { makeChecks } from "./mood_checks.js";
import { makeEstimate, makeVerdict } from "./parts.js";
import { timesOf } from "./estimates.js";

const POINTS = 100,
  HALF_A_WEEK = 3;
const LINES = [
  { name: "negative", ink: "var(--bad)" },
  { name: "positive", ink: "var(--good)" },
];

export function makeMood(answer, visit) {
  const { mood } = answer;
  return make(
    "section",
    {},
    make("h2", {}, t("mood.title")),
    make("p", {}, methodOf(mood)),
    makeFlags([...new Set([...mood.warnings, ...mood.by_week.flatMap((one) => one.warnings)])]),
    makeWeeklyMood(mood),
    makeMissed(mood),
    makeMoodChange(mood.change),
    makeClassified(mood),
    makeChecks(answer, visit),
  );
}

function methodOf({ method, checked, reasons }) {
  if (method === null) return t("mood.unknown", { reasons: reasons.map(title).join("; ") });
  return method === "checked_here" ? tn("mood.checked_here", checked) : t(`mood.${method}`);
}

function makeWeeklyMood(mood) {
  const rows = mood.by_week.map((one) => ({ ...one, at: toDate(addDays(one.from, HALF_A_WEEK)) })),
    known = rows.filter((one) => one.negative.estimate !== null);
  if (!known.length) return rows.length ? make("p", { class: "soft" }, t("mood.no_week")) : null;
  return makeFigure({
    title: t("mood.figure"),
    sentence: known.map((row) => `${shortDay(row.at)}: ${interval(row.negative, percent)}`).join("; "),
    note: t("mood.note"),
    rows,
    file: "mood",
    draw: (width) => drawMood(width, rows),
    columns: [
      { label: t("mood.week"), raw: (row) => row.from, cell: (row) => day(row.from), words: true },
      { label: t("mood.messages"), raw: (row) => row.messages, cell: (row) => whole(row.messages) },
      ...["negative", "neutral", "positive"].flatMap((name) =>
        estimateColumns(t(`mood.${name}`), (row) => row[name], percent),
      ),
      {
        label: t("table.codes"),
        raw: (row) => [...row.reasons, ...row.warnings].map(title).join("; "),
        words: true,
      },
    ],
  });
}

function drawMood(width, rows) {
  const bound = (row, name, side) => row[name][side] ?? NaN,
    known = rows.filter((row) => row.negative.estimate !== null),
    last = known.slice(-1),
    top = Math.min(1, 0.05 + Math.max(...known.flatMap((row) => LINES.map(({ name }) => row[name].ci_high ?? 0))));
  return Plot.plot({
    style: FONT,
    width,
    height: isNarrow(width) ? 240 : 280,
    marginLeft: 44,
    marginRight: 76,
    x: { type: "utc", label: null, ticks: isNarrow(width) ? 3 : 6, tickFormat: shortDay, tickSize: 0, inset: 10 },
    y: { label: null, domain: [0, top], grid: true, ticks: 5, tickSize: 0, tickFormat: percent },
    marks: [
      Plot.ruleY([0], { stroke: "var(--zero)" }),
      ...LINES.flatMap(({ name, ink }) => [
        rows.length < 3
          ? Plot.ruleX(known, {
              x: "at",
              y1: (row) => bound(row, name, "ci_low"),
              y2: (row) => bound(row, name, "ci_high"),
              stroke: ink,
              strokeWidth: 5,
              strokeOpacity: 0.35,
            })
          : Plot.areaY(rows, {
              x: "at",
              y1: (row) => bound(row, name, "ci_low"),
              y2: (row) => bound(row, name, "ci_high"),
              fill: ink,
              fillOpacity: 0.18,
            }),
        Plot.lineY(rows, { x: "at", y: (row) => bound(row, name, "estimate"), stroke: ink, strokeWidth: 2 }),
        Plot.dot(known, { x: "at", y: (row) => row[name].estimate, fill: ink, r: 3.5 }),
        Plot.text(last, {
          x: "at",
          y: (row) => row[name].estimate,
          text: () => t(`mood.${name}`),
          textAnchor: "start",
          dx: 9,
          fill: ink,
        }),
      ]),
    ],
  });
}

function makeMissed({ missed_criticism: missed, negative }) {
  if (missed.estimate === null || negative.estimate === null) return null;
  return make("p", {}, withNodes("mood.missed", { estimate: makeEstimate(missed, whole) }));
}

// The negative share minus that of the days before, in percentage points.
function makeMoodChange(change) {
  const before = days(change.from, change.to),
    e = timesOf(change.negative, POINTS);
  const points = (x) => (x > 0 ? `+${whole(x)}` : whole(x)).replace(/^[-−]?0$/, "0");
  return [
    make("h3", {}, t("mood.change_title"), " ", makeVerdict(change.verdict)),
    make(
      "p",
      {},
      e.estimate === null
        ? t("mood.change_unknown", { before, reasons: change.reasons.map(title).join("; ") })
        : withNodes(`mood.change_${change.verdict}`, { before, estimate: makeEstimate(e, points) }),
    ),
  ];
}

// What the classifier says is not an estimate: no interval, no colour, and a section of its own.
function makeClassified({ classified, reasons }) {
  if (!classified) return null;
  const share = (name) => percent(classified[name]);
  return make(
    "section",
    { class: "associated" },
    make("h3", {}, t("mood.classified")),
    make(
      "p",
      { class: "soft" },
      t("mood.classified_sentence", {
        negative: share("negative"),
        neutral: share("neutral"),
        positive: share("positive"),
      }),
      " ",
      t(reasons.length ? "mood.classified_alone" : "mood.classified_errs"),
    ),
  );
}
