// The view Experiments: results, how they agree with the model, and a form to register one.
import { foreign, make } from "./dom.js";
import { amount, count, days, interval, timeOf } from "./format.js";
import { capital, goalName, typeName } from "./names.js";
import { drawForest, estimateColumns, makeFigure } from "./charts.js";
import { makeExplanations, makeFlags, title, worstOf } from "./codes.js";
import { t } from "./language.js";
import { askAnswer } from "./basis.js";
import { makeExperimentForm } from "./experiment_form.js";
import { makeHeading } from "./parts.js";
import { Problem, ask, isShared } from "./session.js";

export async function showExperiments(root, visit) {
  root.append(makeHeading(t("view.experiments")));
  const [{ experiments }, roi] = await Promise.all([ask("v1/experiments?limit=200", visit), answerOrNothing(visit)]);
  const used = new Map((roi ? roi.diagnostics.experiments || [] : []).map((one) => [one.id, one]));
  root.append(
    make("p", { class: "answer" }, experiments.length ? summaryOfTests(experiments, used) : t("experiments.none")),
    make("p", { class: "soft" }, t("experiments.about")),
  );
  if (experiments.length)
    root.append(
      make(
        "ul",
        { class: "rows" },
        experiments.map((one) => makeExperiment(one, used.get(one.id))),
      ),
    );
  if (!isShared()) root.append(makeExperimentForm(visit, roi));
  root.append(
    makeExplanations(
      experiments.flatMap((one) => [
        ...one.analysis.reasons,
        ...one.analysis.warnings,
        ...(used.get(one.id)?.reason ? [used.get(one.id).reason] : []),
        ...(used.get(one.id)?.contradicts_model ? ["experiment_contradicts_model"] : []),
      ]),
      t("explanations.title"),
      "h2",
    ),
  );
}

// How many tests contradict the model, of those that the fit compared with it.
function summaryOfTests(experiments, used) {
  const compared = [...used.values()].filter((one) => one.used && one.observational),
    contradicting = compared.filter((one) => one.contradicts_model).length,
    agreeing = compared.length - contradicting;
  return [
    count(experiments.length, "experiments.registered"),
    ...(contradicting ? [count(contradicting, "experiments.contradicting")] : []),
    ...(agreeing ? [count(agreeing, "experiments.agreeing")] : []),
    ...(compared.length ? [] : [t("experiments.not_compared")]),
  ].join(" ");
}

// Experiments can be registered, and the view shared, before the first fit.
async function answerOrNothing(visit) {
  try {
    return await askAnswer("roi", visit);
  } catch (error) {
    if (error instanceof Problem && [404, ...(isShared() ? [403] : [])].includes(error.status)) return null;
    throw error;
  }
}

const per = (x) => new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 2 }).format(x);

function makeExperiment(one, used) {
  const result = one.analysis.conversions_per_engagement,
    total = one.analysis.incremental_conversions;
  return make(
    "li",
    { class: "row" },
    make(
      "div",
      { class: "row-head" },
      make("h2", {}, one.name ? foreign(one.name) : capital(typeName(one))),
      make("span", { class: "verdict" }, t(`experiment.${one.kind}`)),
    ),
    make(
      "p",
      { class: "soft small" },
      `${capital(typeName(one))} · ${goalName(one.goal)} · ${days(one.from, one.to)} · `,
      t("experiment.registered"),
      " ",
      timeOf(one.restated_at || one.registered_at),
    ),
    make(
      "p",
      {},
      total && total.estimate !== null
        ? t("experiment.result", { result: interval(total, amount), goal: goalName(one.goal) })
        : t("experiment.no_total"),
      " ",
      result && result.estimate !== null ? t("experiment.per", { result: interval(result, per) }) : "",
    ),
    makeFlags([...one.analysis.warnings, ...(used && used.contradicts_model ? ["experiment_contradicts_model"] : [])]),
    make("p", { class: used && used.contradicts_model ? "warn" : null }, agreementOf(used)),
    used && used.used ? makeAgreement(used) : null,
  );
}

function agreementOf(used) {
  if (!used) return t("experiment.not_in_fit");
  if (!used.used) return `${t("experiment.unused")} ${used.reason ? title(used.reason) : ""}.`;
  if (!used.observational) return t("experiment.only");
  if (used.contradicts_model) return t("experiment.contradicts");
  return t("experiment.agrees");
}

// The experiment next to the model, on one axis.
function makeAgreement(used) {
  const rows = [
    { name: t("experiment.measured"), e: used.measured },
    ...(used.observational
      ? [{ name: t("experiment.model"), e: used.observational, tone: worstOf(used.observational.warnings || []) }]
      : []),
    ...(used.combined ? [{ name: t("experiment.combined"), e: used.combined }] : []),
  ].filter((row) => row.e);
  return makeFigure({
    title: t("experiment.figure"),
    sentence: rows.map((row) => `${row.name}: ${interval(row.e, per)}`).join("; "),
    rows,
    file: `experiment-${used.id}`,
    draw: (width) =>
      drawForest(width, {
        rows,
        marks: [{ x: 0, text: t("channels.zero"), strong: true }],
        label: t("channel.axis_conversions"),
      }),
    columns: [
      { label: t("experiment.estimate"), raw: (row) => row.name, words: true },
      ...estimateColumns(t("channel.axis_conversions"), (row) => row.e, per),
    ],
  });
}
