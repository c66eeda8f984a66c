// The conversions of each day: baseline, what channels added, and what happened on the days.
import { make } from "./dom.js";
import { amount, day, days, interval, shortDay, toDate } from "./format.js";
import { channelName, goalName } from "./names.js";
import { FONT, estimateColumns, isNarrow, makeFigure, tick } from "./charts.js";
import { makeFlags, makeMark } from "./codes.js";
import { t } from "./language.js";

export function makeDaily(parts, roi) {
  if (!parts.days.length)
    return make("section", {}, make("h2", {}, t("daily.title")), make("p", { class: "soft" }, t("daily.none")));
  const rows = parts.days.map((one) => ({ ...one, at: middle(one.date, parts.step_days), ...stackOf(one) }));
  const channels = Object.keys(parts.days[0].incremental);
  const events = eventsOf(parts, roi);
  return make(
    "section",
    {},
    make("h2", {}, t("daily.title")),
    make("p", {}, t(parts.step_days === 7 ? "daily.sentence_week" : "daily.sentence", { goal: goalName(parts.goal) })),
    makeFlags([...new Set([...roi.total.warnings, ...parts.warnings])]),
    makeLegend(events),
    events.length
      ? make(
          "ul",
          { class: "events" },
          events.map((one) =>
            make("li", {}, make("span", { class: `key ${one.kind}` }), `${one.name}: ${days(one.from, one.to)}`),
          ),
        )
      : null,
    makeWhole(rows, parts, events),
    channels.length ? make("h3", {}, t("daily.by_channel")) : null,
    channels.length ? make("p", { class: "soft" }, t("daily.by_channel_sentence")) : null,
    make(
      "div",
      { class: "multiples" },
      channels.map((channel) => makeMultiple(channel, rows, roi, parts)),
    ),
  );
}

const middle = (date, step) => new Date(toDate(date).getTime() + ((step - 1) / 2) * 86400000);

// For drawing: what is expected on a day, from the baseline upwards.
function stackOf(one) {
  const ground = one.baseline.estimate + one.context + one.shocks;
  const added = Object.values(one.incremental).reduce((sum, e) => sum + (e.estimate ?? 0), 0);
  return { ground, expected: ground + added };
}

function eventsOf(parts, roi) {
  const tests = (roi.diagnostics.experiments || []).filter((one) => one.to >= parts.from && one.from <= parts.to);
  const clip = (one) => ({
    ...one,
    from: one.from < parts.from ? parts.from : one.from,
    to: one.to > parts.to ? parts.to : one.to,
  });
  return [
    ...parts.annotations.map((one) => clip({ kind: "annotation", name: one.name, from: one.from, to: one.to })),
    ...parts.shocks.map((one) =>
      clip({
        kind: "shock",
        name: t("daily.shock"),
        from: one.from || one.date || one.day,
        to: one.to || one.date || one.day,
      }),
    ),
    ...tests.map((one) =>
      clip({ kind: "experiment", name: t("daily.experiment", { id: one.id }), from: one.from, to: one.to }),
    ),
  ].filter((one) => one.from && one.to);
}

// What the pointer shows about a day; the table has the same numbers.
function wordsOfDay(one) {
  return [
    day(one.date),
    `${t("legend.actual")}: ${one.actual === null ? t("unknown") : amount(one.actual)}`,
    `${t("legend.ground")}: ${interval(one.baseline, amount)}`,
    ...Object.entries(one.incremental).map(([channel, e]) => `${channelName(channel)}: ${interval(e, amount)}`),
  ].join("\n");
}

function makeLegend(events) {
  const keys = ["actual", "added", "ground", ...new Set(events.map((one) => one.kind))];
  return make(
    "ul",
    { class: "legend" },
    keys.map((key) => make("li", {}, make("span", { class: `key ${key}` }), t(`legend.${key}`))),
  );
}

function makeWhole(rows, parts, events) {
  const goal = goalName(parts.goal);
  const draw = (width) =>
    Plot.plot({
      style: FONT,
      width,
      height: isNarrow(width) ? 260 : 340,
      marginLeft: 44,
      marginRight: 12,
      marginBottom: 32,
      x: { type: "utc", label: null, ticks: isNarrow(width) ? 4 : 8, tickFormat: shortDay, tickSize: 0 },
      y: { label: null, grid: true, zero: true, ticks: 5, tickSize: 0, tickFormat: (x) => tick(x) },
      marks: [
        Plot.rectY(events, {
          x1: (one) => toDate(one.from),
          x2: (one) => new Date(toDate(one.to).getTime() + 86400000),
          y1: 0,
          y2: Math.max(...rows.map((one) => Math.max(one.actual ?? 0, one.expected))) * 1.05,
          fill: (one) => `var(--${one.kind})`,
          fillOpacity: 0.16,
        }),
        Plot.areaY(rows, { x: "at", y1: 0, y2: "ground", fill: "var(--ground)", curve: "monotone-x" }),
        Plot.areaY(rows, {
          x: "at",
          y1: "ground",
          y2: "expected",
          fill: "var(--accent)",
          fillOpacity: 0.55,
          curve: "monotone-x",
        }),
        Plot.areaY(rows, {
          x: "at",
          y1: (one) => one.baseline.ci_low,
          y2: (one) => one.baseline.ci_high,
          fill: "var(--ink)",
          fillOpacity: 0.12,
          curve: "monotone-x",
        }),
        Plot.lineY(rows, {
          x: "at",
          y: (one) => one.baseline.estimate,
          stroke: "var(--soft)",
          strokeDasharray: "4,3",
          curve: "monotone-x",
        }),
        Plot.lineY(rows, { x: "at", y: (one) => one.actual ?? NaN, stroke: "var(--ink)", strokeWidth: 1.6 }),
        Plot.ruleY([0], { stroke: "var(--zero)" }),
        Plot.ruleX(rows, Plot.pointerX({ x: "at", stroke: "var(--soft)" })),
        Plot.tip(rows, Plot.pointerX({ x: "at", y: (one) => one.actual ?? one.expected, title: wordsOfDay })),
      ],
    });
  return makeFigure({
    title: t("daily.figure", { goal }),
    sentence: t("daily.alternative", { goal, days: days(parts.from, parts.to) }),
    draw,
    rows,
    file: "conversions-by-day",
    columns: [
      { label: t("daily.day"), raw: (row) => row.date, words: true, short: true },
      { label: t("legend.actual"), raw: (row) => row.actual },
      ...estimateColumns(t("legend.ground"), (row) => row.baseline, amount),
      { label: t("daily.context"), raw: (row) => row.context, cell: (row) => amount(row.context) },
      { label: t("daily.shocks"), raw: (row) => row.shocks, cell: (row) => amount(row.shocks) },
      ...Object.keys(parts.days[0].incremental).flatMap((channel) =>
        estimateColumns(channelName(channel), (row) => row.incremental[channel], amount),
      ),
    ],
  });
}

function makeMultiple(channel, rows, roi, parts) {
  const one = roi.channels.find((found) => found.channel === channel);
  const of = (row) => row.incremental[channel];
  const all = rows
    .flatMap((row) => [of(row)?.ci_low, of(row)?.ci_high, of(row)?.estimate])
    .filter((x) => x !== null && x !== undefined);
  const total =
    one && one.incremental_conversions.estimate !== null ? amount(one.incremental_conversions.estimate) : t("unknown");
  const figure = makeFigure({
    title: channelName(channel),
    sentence: t("daily.multiple", { channel: channelName(channel), n: total, goal: goalName(parts.goal) }),
    rows,
    file: `incremental-${channel}`,
    columns: [
      { label: t("daily.day"), raw: (row) => row.date, words: true, short: true },
      ...estimateColumns(t("table.incremental"), of, amount),
    ],
    draw: (width) =>
      Plot.plot({
        style: { ...FONT, fontSize: "12px" },
        width,
        height: 120,
        marginLeft: 36,
        marginRight: 6,
        marginTop: 8,
        marginBottom: 22,
        x: { type: "utc", label: null, ticks: 3, tickFormat: shortDay, tickSize: 0 },
        y: {
          label: null,
          domain: [Math.min(0, ...all), Math.max(0.1, ...all)],
          grid: true,
          ticks: 3,
          nice: true,
          tickFormat: (x) => tick(x),
          tickSize: 0,
        },
        marks: [
          Plot.areaY(rows, {
            x: "at",
            y1: (row) => of(row)?.ci_low ?? NaN,
            y2: (row) => of(row)?.ci_high ?? NaN,
            fill: "var(--accent)",
            fillOpacity: 0.22,
            curve: "monotone-x",
          }),
          Plot.lineY(rows, {
            x: "at",
            y: (row) => of(row)?.estimate ?? NaN,
            stroke: "var(--accent)",
            strokeWidth: 1.6,
            curve: "monotone-x",
          }),
          Plot.ruleY([0], { stroke: "var(--zero)" }),
        ],
      }),
  });
  figure
    .querySelector("figcaption")
    .append(" ", make("span", { class: "soft" }, total), " ", (one && makeMark(one.warnings)) || "");
  return figure;
}
