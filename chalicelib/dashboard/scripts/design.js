// The view Design: a test before it begins, to print and to hand over to the person who runs it.
import { make, makeButton } from "./dom.js";
import { capital, channelName, goalName, typeName } from "./names.js";
import { makeExplanations, makeFlags } from "./codes.js";
import { t } from "./language.js";
import { designQuestion, makeDesignForm, pastRegions } from "./design_form.js";
import { isDesigned, sentenceOfDesign } from "./design_sentences.js";
import { makeAnalysis, makeCosts, makeFindings, makeHeldOut, makeSchedule, makeToDo } from "./design_sheet.js";
import { makeHeading, makeRange, makeVerdict } from "./parts.js";
import { ask, callApi, pathOf } from "./session.js";
import { linkTo } from "./state.js";

export async function showDesign(root, visit) {
  const { params } = visit.state,
    channel = params.get("channel"),
    back = make("p", { class: "no-print" }, make("a", { href: linkTo("plan") }, t("design.back")));
  if (!channel) {
    root.append(back, makeHeading(t("view.design")), make("p", { class: "answer" }, t("design.no_channel")));
    return;
  }
  const answer = await askDesign(visit);
  if (answer === null) {
    root.append(
      back,
      makeHeading(t("view.design")),
      make("p", { class: "answer" }, t("design.needs_regions", { name: channelName(channel) })),
      makeDesignForm(visit, "geo", null),
    );
    return;
  }
  const heading = makeHeading(t("view.design"), makeVerdict(answer.verdict));
  root.append(
    back,
    heading,
    make("p", { class: "answer" }, sentenceOfDesign(answer)),
    makeFlags(answer.warnings),
    make(
      "p",
      {},
      t("design.about", { name: capital(typeName(answer)), goal: goalName(answer.goal), kind: kindName(answer.kind) }),
    ),
    makeRange({ ...answer.fit.window, confidence: 0.95 }),
    makeDesignForm(visit, answer.kind, answer),
  );
  if (isDesigned(answer))
    root.append(
      make(
        "p",
        { class: "no-print" },
        makeButton(t("export.print"), () => window.print(), { id: "design-print" }),
      ),
      makeToDo(answer),
      makeSchedule(answer),
      makeHeldOut(answer),
    );
  root.append(
    ...[
      makeFindings(answer),
      ...(isDesigned(answer) ? [makeCosts(answer), makeAnalysis(answer)] : []),
      makeExplanations([...answer.reasons, ...answer.warnings], t("explanations.title"), "h2"),
    ].filter(Boolean),
  );
}

const kindName = (kind) => t(`design.kind_${kind}`);

// A geo test is designed from the past of its regions, which is too long for an address; without it
// there is no answer.
async function askDesign(visit) {
  const { params } = visit.state,
    question = designQuestion(params),
    about = { goal: params.get("goal"), fit: params.get("fit") };
  if (question.kind !== "geo") return ask(pathOf("experiments/design", { ...question, ...about }), visit);
  const csv = pastRegions();
  if (!csv) return null;
  const answer = await callApi(pathOf("experiments/design", about), {
    method: "POST",
    body: { ...question, csv },
    signal: visit.signal,
  });
  visit.signal.throwIfAborted();
  return answer;
}
