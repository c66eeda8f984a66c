// The view Models: the credit of classical models next to what was incremental.
import { make } from "./dom.js";
import { amount, interval, whole } from "./format.js";
import { capital, goalName, typeName } from "./names.js";
import { FONT, estimateColumns, isNarrow, makeFigure, makeNames, marginFor, tick } from "./charts.js";
import { makeExplanations, makeFlags, title, worstOf } from "./codes.js";
import { t, withNodes } from "./language.js";
import { askAnswer } from "./basis.js";
import { makeEstimate, makeHeading, makeRange } from "./parts.js";

export async function showModels(root, visit) {
  const answer = await askAnswer("attribution", visit);
  const shown = answer.engagements.filter((one) => !one.ours.reasons.includes("exposure_only"));
  root.append(
    makeHeading(t("view.models")),
    makeExample(answer, shown),
    makeRange(answer),
    make("p", {}, t("models.statement")),
    makeChart(answer, shown),
    makeList(answer, shown),
  );
  const codes = [
    ...answer.engagements.flatMap((one) => [...one.ours.reasons, ...one.ours.warnings]),
    ...answer.models.flatMap((model) => answer.totals.credits[model].reasons),
    ...answer.warnings,
  ];
  root.append(makeExplanations(codes, t("explanations.title"), "h2"));
}

const creditOf = (one, model) => one.credits[model]?.conversions ?? null;

// The type for which the last-touch model and the effect differ most.
function makeExample(answer, shown) {
  const gap = (one) => Math.abs((creditOf(one, "last") ?? 0) - (one.ours.incremental_conversions.estimate ?? 0));
  const known = shown.filter(
    (one) => creditOf(one, "last") !== null && one.ours.incremental_conversions.estimate !== null,
  );
  if (!known.length) return make("p", { class: "answer" }, t("models.none"));
  const one = known.reduce((best, next) => (gap(next) > gap(best) ? next : best));
  return make(
    "div",
    {},
    make(
      "p",
      { class: "answer" },
      withNodes("models.example", {
        name: typeName(one),
        credit: whole(creditOf(one, "last")),
        goal: goalName(answer.goal),
        estimate: makeEstimate(one.ours.incremental_conversions, whole),
      }),
    ),
    makeFlags(one.ours.warnings),
  );
}

function makeChart(answer, shown) {
  const points = shown
    .flatMap((one) => answer.models.map((model) => ({ type: typeName(one), model, x: creditOf(one, model) })))
    .filter((one) => one.x !== null);
  const ours = shown
    .filter((one) => one.ours.incremental_conversions.estimate !== null)
    .map((one) => ({ type: typeName(one), e: one.ours.incremental_conversions, tone: worstOf(one.ours.warnings) }));
  const ink = (one) =>
    one.tone === "do_not_act" ? "var(--bad)" : one.tone === "caution" ? "var(--warn)" : "var(--accent)";
  const names = shown.map((one) => typeName(one));
  return make(
    "section",
    {},
    make(
      "ul",
      { class: "legend" },
      make("li", {}, make("span", { class: "key classical" }), t("models.classical")),
      make("li", {}, make("span", { class: "key ours" }), t("models.ours")),
    ),
    makeFigure({
      title: t("models.figure", { goal: goalName(answer.goal) }),
      sentence: shown.map((one) => `${typeName(one)}: ${interval(one.ours.incremental_conversions, whole)}`).join("; "),
      note: t("models.note"),
      rows: shown,
      file: "models",
      draw: (width) =>
        Plot.plot({
          style: FONT,
          width,
          height: 60 + shown.length * 46,
          marginLeft: marginFor(names, isNarrow(width)),
          marginRight: 16,
          marginBottom: 40,
          x: {
            grid: true,
            label: t("models.axis", { goal: goalName(answer.goal) }),
            labelAnchor: "center",
            labelArrow: "none",
            ticks: isNarrow(width) ? 4 : 8,
            tickSize: 0,
            tickFormat: (x) => tick(x),
          },
          y: { label: null, domain: names, axis: null },
          marks: [
            makeNames(marginFor(names, isNarrow(width))),
            Plot.ruleX([0], { stroke: "var(--zero)" }),
            Plot.link(ours, {
              y1: "type",
              y2: "type",
              x1: (one) => one.e.ci_low,
              x2: (one) => one.e.ci_high,
              stroke: ink,
              strokeWidth: 8,
              strokeOpacity: 0.3,
              dy: 8,
            }),
            Plot.dot(ours, {
              y: "type",
              x: (one) => one.e.estimate,
              fill: (one) => (one.tone === "do_not_act" ? "var(--paper)" : ink(one)),
              stroke: ink,
              strokeWidth: 2,
              r: 6,
              dy: 8,
            }),
            Plot.dot(points, {
              y: "type",
              x: "x",
              stroke: "var(--soft)",
              strokeWidth: 1.5,
              r: 4,
              dy: -8,
              title: (one) => t(`model.${one.model}`),
            }),
          ],
        }),
      columns: [
        { label: t("table.type"), raw: (one) => typeName(one), words: true },
        ...estimateColumns(t("models.ours"), (one) => one.ours.incremental_conversions, amount),
        ...answer.models.map((model) => ({
          label: t(`model.${model}`),
          raw: (one) => creditOf(one, model),
          cell: (one) => (creditOf(one, model) === null ? t("unknown") : amount(creditOf(one, model))),
        })),
        {
          label: t("table.codes"),
          raw: (one) => [...one.ours.reasons, ...one.ours.warnings].map(title).join("; "),
          words: true,
        },
      ],
    }),
  );
}

function makeList(answer, shown) {
  return make(
    "ul",
    { class: "rows" },
    shown.map((one) =>
      make(
        "li",
        { class: "row" },
        make("h2", {}, capital(typeName(one))),
        make(
          "p",
          {},
          one.ours.incremental_conversions.estimate === null
            ? `${t("models.unknown")} ${one.ours.reasons.map(title).join("; ")}.`
            : creditSentence(one, answer.models),
        ),
        makeFlags(one.ours.warnings),
      ),
    ),
  );
}

function creditSentence(one, models) {
  const credits = models.map((model) => creditOf(one, model)).filter((x) => x !== null),
    estimate = makeEstimate(one.ours.incremental_conversions, amount);
  if (!credits.length)
    return withNodes("models.no_credit", {
      estimate,
      reasons: [...new Set(models.flatMap((model) => one.credits[model].reasons))].map(title).join("; "),
    });
  return withNodes("models.sentence", {
    estimate,
    range: t("models.between", { low: whole(Math.min(...credits)), high: whole(Math.max(...credits)) }),
  });
}
