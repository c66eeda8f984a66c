// Response curves as small multiples: what each channel brings per day at a spend per day. A curve ends
// where the highest spend of the data ends.
import { make } from "./dom.js";
import { amount, interval, money, sized, unit } from "./format.js";
import { channelName, goalName } from "./names.js";
import { FONT, estimateColumns, makeFigure, tick } from "./charts.js";
import { makeFirstFlag, title } from "./codes.js";
import { t } from "./language.js";

const CENT_OF_SPEND = 0.005,
  CURVE_HEIGHT = 190;

// Spends up to the highest mean of 14 days; what lies beyond was never seen.
const pointsSeen = (one) => one.points.filter(({ spend }) => spend <= one.highest_seen + CENT_OF_SPEND);

export function makeCurves(answer) {
  const drawn = answer.channels.filter((one) => one.points.length),
    missing = answer.channels.filter((one) => !one.points.length),
    inMoney = answer.value_is_in === "currency";
  return make(
    "section",
    { id: "curves" },
    make("h2", {}, t("curves.title")),
    make(
      "p",
      {},
      inMoney
        ? t("curves.sentence", { currency: answer.currency })
        : t("curves.sentence_conversions", { goal: goalName(answer.goal), currency: answer.currency }),
    ),
    drawn.length
      ? [
          makeCurvesLegend(inMoney),
          make(
            "div",
            { class: "multiples" },
            drawn.map((one) => makeResponse(one, answer)),
          ),
        ]
      : null,
    missing.length
      ? [
          make("h3", {}, t("curves.missing")),
          make(
            "ul",
            { class: "plain-list" },
            missing.map((one) =>
              make(
                "li",
                {},
                make("strong", {}, channelName(one.channel)),
                ": ",
                one.reasons.map(title).join("; ") || t("unknown"),
              ),
            ),
          ),
        ]
      : null,
    answer.channels.length ? null : make("p", {}, t("curves.none")),
  );
}

function makeCurvesLegend(inMoney) {
  const names = ["curve", "guessed", "band", "unseen", ...(inMoney ? ["even"] : [])];
  return make(
    "ul",
    { class: "legend" },
    make("li", {}, make("span", { class: "key now" }), t("plan.key_now")),
    names.map((name) => make("li", {}, make("span", { class: `key ${name}` }), t(`curves.key_${name}`))),
  );
}

function makeResponse(one, answer) {
  const cash = money(answer.currency),
    inMoney = answer.value_is_in === "currency",
    show = inMoney ? cash : amount,
    name = channelName(one.channel),
    rows = pointsSeen(one);
  const today = t("curves.today", { spend: cash(one.now), value: interval(one.value_now, show) }),
    next = t(inMoney ? "curves.next" : "curves.next_conversions", {
      one: unit(answer.currency),
      value: interval(one.marginal_return, inMoney ? cash : sized),
      goal: goalName(answer.goal),
    });
  const figure = makeFigure({
    title: name,
    sentence: `${name}: ${today} ${next} ${t("curves.ends", { most: cash(one.highest_seen) })}`,
    rows,
    file: `response-${one.channel}`,
    draw: (width) => drawResponse(width, one, rows, inMoney),
    columns: [
      { label: t("curves.spend"), raw: (row) => row.spend, cell: (row) => cash(row.spend), head: true },
      ...estimateColumns(t(inMoney ? "curves.value" : "curves.value_conversions"), (row) => row.value, show),
      { label: t("curves.seen"), raw: (row) => t(row.seen ? "plan.yes" : "plan.no") },
    ],
  });
  figure
    .querySelector("figcaption")
    .after(
      ...[make("p", { class: "soft small" }, today, " ", next), ...(makeFirstFlag(one.warnings) || [])].filter(Boolean),
    );
  return figure;
}

function drawResponse(width, one, rows, inMoney) {
  const last = Math.max(one.points.at(-1).spend, one.now, 1e-9),
    end = Math.max(one.highest_seen, rows.at(-1)?.spend ?? 0);
  const all = rows.flatMap(({ value }) => [value.ci_low, value.ci_high, value.estimate]);
  const low = Math.min(0, ...all),
    high = Math.max(1e-9, ...all, one.value_now.ci_high ?? 0);
  // solid where the data have such a spend; dashed below the lowest one
  const seen = rows.filter((row) => row.seen),
    below = rows.slice(0, rows.length - seen.length + (seen.length ? 1 : 0));
  return Plot.plot({
    style: { ...FONT, fontSize: "12px" },
    width,
    height: CURVE_HEIGHT,
    marginLeft: 46,
    marginRight: 8,
    marginTop: 8,
    marginBottom: 24,
    x: { domain: [0, last], label: null, ticks: 4, tickFormat: (x) => tick(x), tickSize: 0 },
    y: { domain: [low, high], label: null, grid: true, ticks: 4, nice: true, tickFormat: (x) => tick(x), tickSize: 0 },
    marks: [
      Plot.rect([{ x1: end, x2: last }], { x1: "x1", x2: "x2", fill: "var(--ground)", fillOpacity: 0.45 }),
      Plot.areaY(rows, {
        x: "spend",
        y1: (row) => row.value.ci_low,
        y2: (row) => row.value.ci_high,
        fill: "var(--accent)",
        fillOpacity: 0.2,
      }),
      Plot.ruleY([0], { stroke: "var(--zero)" }),
      inMoney
        ? Plot.line([0, Math.min(end, high)], {
            x: (spend) => spend,
            y: (spend) => spend,
            stroke: "var(--soft)",
            strokeDasharray: "1,4",
          })
        : null,
      ...[below, seen].map((part) =>
        Plot.line(part, {
          x: "spend",
          y: (row) => row.value.estimate,
          stroke: "var(--accent)",
          strokeWidth: 2,
          strokeDasharray: part === seen ? null : "5,4",
        }),
      ),
      Plot.ruleX(one.value_now.estimate === null ? [] : [one], {
        x: "now",
        y1: () => one.value_now.ci_low,
        y2: () => one.value_now.ci_high,
        stroke: "var(--ink)",
        strokeWidth: 1.5,
      }),
      Plot.dot(one.value_now.estimate === null ? [] : [one], {
        x: "now",
        y: () => one.value_now.estimate,
        r: 5,
        fill: "var(--paper)",
        stroke: "var(--ink)",
        strokeWidth: 2,
      }),
    ],
  });
}
