// The view Plan: where the next euro goes, or which test comes first. The service makes each plan.
import { make, makeButton } from "./dom.js";
import { makeExplanations, makeFlags } from "./codes.js";
import { explain } from "./explain.js";
import { t } from "./language.js";
import { makePlanForm, settingsOf, stateOfSettings } from "./plan_form.js";
import { makePlanCards, makeTests } from "./plan_figures.js";
import { makeMoves } from "./plan_moves.js";
import { sentenceOfPlan } from "./plan_sentences.js";
import { makeHeading, makeRange, makeVerdict } from "./parts.js";
import { makeCurves } from "./response_curves.js";
import { ask, callApi, isShared, pathOf } from "./session.js";
import { keepState } from "./state.js";

const PAUSE_MILLISECONDS = 250;

export async function showPlan(root, visit) {
  const { params } = visit.state,
    asked = { goal: params.get("goal"), fit: params.get("fit") };
  const curves = await ask(pathOf("response-curves", asked), visit);
  const range = makeRange({ ...curves.fit.window, confidence: curves.confidence }),
    explanations = make("div", {});
  if (isShared()) {
    root.append(
      makeHeading(t("view.plan")),
      make("p", { class: "answer" }, t("plan.shared")),
      range,
      makeCurves(curves),
      explanations,
    );
    explanations.append(makeExplanations(codesOfCurves(curves), t("explanations.title"), "h2"));
    return;
  }
  const given = settingsOf(params, curves),
    plan = await askPlan(given, asked, visit);
  visit.signal.throwIfAborted();
  const view = makePlanView(curves, explanations);
  view.show(plan);
  root.append(
    view.heading,
    view.sentence,
    view.flags,
    range,
    makePlanner(plan, given, curves, view, (settings) => askPlan(settings, asked, visit), visit),
    view.result,
    makeCurves(curves),
    explanations,
  );
}

async function askPlan({ budget, days, most, margin, freeze, free }, asked, visit) {
  const body = { days, move_at_most: most / 100 };
  if (margin !== null) body.margin = margin / 100;
  if (freeze.length) body.freeze = freeze;
  if (free) body.free = true;
  else if (budget !== null) body.budget = Math.round(100 * budget * days) / 100;
  const plan = await callApi(pathOf("plans", asked), { method: "POST", body, signal: visit.signal });
  return { ...plan, free, margin };
}

// The parts of the page that follow the plan.
function makePlanView(curves, explanations) {
  const verdict = make("span", {}),
    heading = makeHeading(t("view.plan"), verdict),
    sentence = make("p", { class: "answer", "aria-live": "polite", id: "plan-sentence" }),
    flags = make("div", {}),
    result = make("div", { id: "plan-result" });
  const clear = () => {
    for (const node of [verdict, flags, result, explanations]) node.replaceChildren();
    sentence.classList.remove("error");
    waitFor(false);
  };
  const waitFor = (waiting) => {
    for (const node of [sentence, result])
      if (waiting) node.setAttribute("aria-busy", "true");
      else node.removeAttribute("aria-busy");
  };
  return {
    heading,
    sentence,
    flags,
    result,
    waitFor,
    show(plan) {
      clear();
      verdict.append(makeVerdict(plan.verdict));
      sentence.replaceChildren(...make("p", {}, sentenceOfPlan(plan)).childNodes);
      flags.append(makeFlags([...plan.reasons, ...plan.warnings]));
      result.append(...[makePlanCards(plan), makeMoves(plan), makeTests(plan)].filter(Boolean));
      explanations.append(
        makeExplanations([...codesOfPlan(plan), ...codesOfCurves(curves)], t("explanations.title"), "h2"),
      );
    },
    // Numbers of an earlier plan must not stay next to other settings.
    fail(text, again) {
      clear();
      sentence.classList.add("error");
      sentence.replaceChildren(text);
      if (again) result.append(make("p", {}, makeButton(t("problem.again"), again, { id: "plan-again" })));
    },
  };
}

// The form, and the requests that follow its changes: only the answer to the last one is shown.
function makePlanner(plan, given, curves, view, request, visit) {
  let latest = 0;
  const form = makePlanForm(plan, given, curves, replan, (text) => {
    latest += 1;
    view.fail(text);
  });

  async function replan(settings) {
    latest += 1;
    const mine = latest;
    keepState(stateOfSettings(settings));
    view.waitFor(true);
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE_MILLISECONDS);
    });
    const isOld = () => mine !== latest || visit.signal.aborted;
    if (isOld()) return;
    try {
      const found = await request(settings);
      if (isOld()) return;
      view.show(found);
      form.adapt(found);
    } catch (error) {
      if (isOld()) return;
      view.fail(t("plan.failed", { why: explain(error, "task.answers", "roles.read") }), () => replan(settings));
    }
  }

  return form.node;
}

const codesOfPlan = ({ reasons, warnings, channels }) => [
  ...reasons,
  ...warnings,
  ...channels.flatMap((one) => one.reasons),
];

const codesOfCurves = ({ channels }) => channels.flatMap((one) => [...one.reasons, ...one.warnings]);
