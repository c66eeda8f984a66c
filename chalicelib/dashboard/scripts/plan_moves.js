// Each channel's spend today, the range that a plan may use, and what the plan makes of it. Only a plan
// with the verdict `move` has arrows: no other division is advice.
import { make } from "./dom.js";
import { money, unit, sized } from "./format.js";
import { channelName, goalName } from "./names.js";
import { FONT, estimateColumns, isNarrow, makeFigure, makeNames, marginFor, tick } from "./charts.js";
import { title } from "./codes.js";
import { t } from "./language.js";
import { changeOf, isMoved, mayMove } from "./plan_sentences.js";

const MOVE_HEIGHT = 40;

const shownPlan = (plan) => mayMove(plan) || plan.compared_with === "now_scaled_to_budget";

export function makeMoves(plan) {
  const cash = money(plan.currency),
    arrows = mayMove(plan),
    rows = plan.channels.map((one) => ({ ...one, name: channelName(one.channel) })),
    next = plan.gain_is_in === "currency" ? cash : sized;
  const planned = {
    label: t(arrows ? "plan.column_plan" : "plan.column_scaled"),
    raw: (one) => one.plan,
    cell: (one) => cash(one.plan),
  };
  const change = {
    label: t("plan.column_change"),
    raw: (one) => signedOf(one, plan),
    cell: (one) => signedOf(one, plan),
  };
  return make(
    "section",
    { id: "plan-moves" },
    make("h2", {}, t(arrows ? "plan.moves_title" : "plan.today_title")),
    arrows ? null : make("p", {}, t(`plan.no_arrows_${plan.verdict}`)),
    makeFigure({
      title: t("plan.moves_figure", { currency: plan.currency }),
      sentence: rows.map((one) => altOf(one, plan, cash)).join("; "),
      rows,
      file: "plan",
      draw: (width) => drawMoves(width, rows, plan),
      columns: [
        { label: t("table.channel"), raw: (one) => one.name, words: true, head: true },
        { label: t("plan.column_now"), raw: (one) => one.now, cell: (one) => cash(one.now) },
        ...(shownPlan(plan) ? [planned, change] : []),
        { label: t("plan.column_low"), raw: (one) => one.bounds[0], cell: (one) => cash(one.bounds[0]) },
        { label: t("plan.column_high"), raw: (one) => one.bounds[1], cell: (one) => cash(one.bounds[1]) },
        ...estimateColumns(nextLabel(plan), (one) => one.marginal_return, next),
        ...(plan.gain_is_in === "currency"
          ? []
          : estimateColumns(t("plan.column_next_cost"), (one) => one.next_conversion_costs, cash)),
        { label: t("plan.column_frozen"), raw: (one) => (one.frozen ? t("plan.yes") : t("plan.no")) },
        { label: t("table.codes"), raw: (one) => one.reasons.map(title).join("; "), words: true },
      ],
    }),
    makeMovesLegend(arrows),
  );
}

const nextLabel = (plan) =>
  t(plan.gain_is_in === "currency" ? "plan.column_next" : "plan.column_next_conversions", {
    goal: goalName(plan.goal),
    one: unit(plan.currency),
  });

function signedOf(one, plan) {
  if (!isMoved(one)) return "–";
  const change = changeOf(one);
  return `${change > 0 ? "+" : "−"}${money(plan.currency)(Math.abs(change))}`;
}

function altOf(one, plan, cash) {
  const moved = mayMove(plan) && isMoved(one);
  return t(moved ? "plan.alt_moved" : "plan.alt_stays", { name: one.name, now: cash(one.now), plan: cash(one.plan) });
}

function makeMovesLegend(arrows) {
  const entry = (name) => make("li", {}, make("span", { class: `key ${name}` }), t(`plan.key_${name}`));
  return make(
    "ul",
    { class: "legend" },
    entry("now"),
    entry("allowed"),
    arrows ? make("li", {}, make("span", { class: "arrow", "aria-hidden": "true" }, "→ "), t("plan.key_arrow")) : null,
  );
}

function drawMoves(width, rows, plan) {
  const narrow = isNarrow(width),
    names = rows.map((row) => row.name),
    marginLeft = marginFor(names, narrow);
  const moved = mayMove(plan) ? rows.filter(isMoved) : [];
  const top = Math.max(1e-9, ...rows.flatMap((row) => [row.now, row.bounds[1], ...(mayMove(plan) ? [row.plan] : [])]));
  return Plot.plot({
    style: FONT,
    width,
    marginLeft,
    marginRight: moved.length ? 70 : narrow ? 42 : 18,
    marginTop: 10,
    marginBottom: 40,
    height: 60 + rows.length * MOVE_HEIGHT,
    x: {
      domain: [0, 1.05 * top],
      grid: true,
      label: t("plan.axis_spend", { currency: plan.currency }),
      labelAnchor: "center",
      labelArrow: "none",
      ticks: narrow ? 3 : 6,
      tickFormat: (x) => tick(x),
      tickSize: 0,
    },
    y: { domain: names, label: null, axis: null },
    marks: [
      makeNames(marginLeft),
      Plot.ruleX([0], { stroke: "var(--zero)" }),
      Plot.link(
        rows.filter((row) => !row.frozen),
        {
          y1: "name",
          y2: "name",
          x1: (row) => row.bounds[0],
          x2: (row) => row.bounds[1],
          stroke: "var(--zero)",
          strokeWidth: 9,
          strokeOpacity: 0.45,
          strokeLinecap: "butt",
        },
      ),
      Plot.dot(rows, {
        y: "name",
        x: "now",
        r: 5,
        fill: "var(--paper)",
        stroke: (row) => (row.frozen ? "var(--soft)" : "var(--ink)"),
        strokeWidth: 2,
      }),
      Plot.text(
        rows.filter((row) => row.frozen),
        { y: "name", x: "now", text: () => t("plan.frozen"), textAnchor: "start", dx: 11, fill: "var(--soft)" },
      ),
      Plot.arrow(moved, {
        y1: "name",
        y2: "name",
        x1: "now",
        x2: "plan",
        stroke: "var(--accent)",
        strokeWidth: 3,
        headLength: 9,
        headAngle: 70,
      }),
      Plot.text(moved, {
        y: "name",
        x: (row) => Math.max(row.plan, row.bounds[1], row.now),
        text: (row) => signedOf(row, plan),
        textAnchor: "start",
        dx: 12,
        fill: "var(--ink)",
      }),
    ],
  });
}
