// How soon criticism is answered: the share that has a reply, by hours since the message.
import { make } from "./dom.js";
import { hoursInWords, interval, percent } from "./format.js";
import { FONT, estimateColumns, isNarrow, makeFigure } from "./charts.js";
import { makeFlags, title } from "./codes.js";
import { t, withNodes } from "./language.js";
import { makeEstimate } from "./parts.js";
import { makeSteps } from "./steps.js";

const CLOCKS = [
  { name: "customer", ink: "var(--accent)", dash: null },
  { name: "team", ink: "var(--experiment)", dash: "6,4" },
];
const TICKS = [1, 4, 12, 24, 48, 168],
  FEW_TICKS = [1, 4, 24, 168];

export function makeAnswerTimes({ response }) {
  const section = make(
    "section",
    {},
    make("h2", {}, t("times.title")),
    make("p", {}, t("times.sentence")),
    makeFlags(response.warnings),
  );
  if (response.reasons.length) {
    section.append(make("p", {}, t("dialogue.response_unknown", { reasons: response.reasons.map(title).join("; ") })));
    if (response.reasons.includes("no_replies_in_data")) section.append(makeSteps(["reply", "archive"]));
    return section;
  }
  const rows = response.curve.map((one, place) => ({
    hours: one.hours,
    customer: one.answered,
    team: response.team_hours?.curve?.[place]?.answered || null,
  }));
  if (rows.some((row) => row.customer.estimate !== null)) section.append(...makeCurve(rows));
  section.append(
    make(
      "ul",
      { class: "plain-list" },
      ["within_1h", "within_24h"].map((name) => lineOf(`times.${name}`, response[name], percent)),
      lineOf("times.p90", response.p90_hours, hoursInWords),
      response.team_hours ? lineOf("times.team_within_1h", response.team_hours.within_1h, percent) : null,
      response.team_hours ? lineOf("times.team_median", response.team_hours.median_hours, hoursInWords) : null,
    ),
  );
  return section;
}

const lineOf = (key, e, show) =>
  make("li", {}, e.estimate === null ? t(`${key}_unknown`) : withNodes(key, { estimate: makeEstimate(e, show) }));

function makeCurve(rows) {
  const clocks = CLOCKS.filter(({ name }) => rows.some((row) => row[name]?.estimate != null));
  const legend = make(
    "ul",
    { class: "legend" },
    clocks.map(({ name }) => make("li", {}, make("span", { class: `key ${name}` }), t(`times.${name}`))),
  );
  const figure = makeFigure({
    title: t("times.figure"),
    sentence: rows
      .filter((row) => TICKS.includes(row.hours))
      .map((row) => `${hoursInWords(row.hours)}: ${interval(row.customer, percent)}`)
      .join("; "),
    note: t(clocks.length > 1 ? "times.note_team" : "times.note"),
    rows,
    file: "answer-times",
    draw: (width) => drawCurve(width, rows, clocks),
    columns: [
      { label: t("times.hours"), raw: (row) => row.hours, cell: (row) => hoursInWords(row.hours), words: true },
      ...clocks.flatMap(({ name }) => estimateColumns(t(`times.${name}`), (row) => row[name], percent)),
    ],
  });
  return clocks.length > 1 ? [legend, figure] : [figure];
}

function drawCurve(width, rows, clocks) {
  const of = (row, name, side) => row[name]?.[side] ?? NaN,
    narrow = isNarrow(width);
  const marks = clocks.flatMap(({ name, ink, dash }) => {
    return [
      Plot.areaY(rows, {
        x: "hours",
        y1: (row) => of(row, name, "ci_low"),
        y2: (row) => of(row, name, "ci_high"),
        fill: ink,
        fillOpacity: 0.16,
      }),
      Plot.lineY(rows, {
        x: "hours",
        y: (row) => of(row, name, "estimate"),
        stroke: ink,
        strokeWidth: 2,
        strokeDasharray: dash,
      }),
    ];
  });
  return Plot.plot({
    style: FONT,
    width,
    height: narrow ? 240 : 300,
    marginLeft: 44,
    marginRight: 20,
    marginBottom: 40,
    x: {
      type: "log",
      domain: [rows[0].hours, rows.at(-1).hours],
      label: t("times.axis"),
      labelAnchor: "center",
      labelArrow: "none",
      ticks: narrow ? FEW_TICKS : TICKS,
      tickFormat: (hours) =>
        hours < 48 ? t("times.tick_hours", { n: hours }) : t("times.tick_days", { n: hours / 24 }),
      tickSize: 0,
    },
    y: { label: null, domain: [0, 1], grid: true, ticks: 5, tickSize: 0, tickFormat: percent },
    marks: [
      Plot.ruleY([0], { stroke: "var(--zero)" }),
      Plot.ruleX([24], { stroke: "var(--zero)", strokeDasharray: "3,3" }),
      ...marks,
    ],
  });
}
