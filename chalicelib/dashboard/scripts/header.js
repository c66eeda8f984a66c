// The controls above every view: days, goal, comparison, and how recent and complete the data are.
import { $, labelled, make, makeSelect } from "./dom.js";
import { addDays, day, days, daysBetween, timeOf, today } from "./format.js";
import { capital, goalName } from "./names.js";
import { hasText, t } from "./language.js";
import { listFits, previousPeriod } from "./basis.js";
import { incompleteOf } from "./coverage_chart.js";
import { makeRangeControl } from "./range_control.js";
import { ask, isShared, pathOf } from "./session.js";
import { changeState, linkTo } from "./state.js";

const PRESETS = [7, 28, 90],
  OLD_DAYS = 7;

export async function showHeader(visit, basis, names) {
  const [listed, chips] = await Promise.all([listFits(visit), makeChips(visit, basis)]);
  visit.signal.throwIfAborted();
  const fits = listed.filter((one) => one.status === "done");
  const goals = fits.find((one) => one.id === basis.fit.id)?.goals || [basis.goal];
  const controls = {
    range: () => makeRanges(visit, basis),
    goal: () => makeGoals(basis, goals),
    compare: () => makeCompared(visit, basis, fits),
    fit: () => makeFitChoice(visit, basis, fits),
  };
  $("controls").replaceChildren(...(isShared() ? [] : names.map((name) => controls[name]())));
  $("chips").replaceChildren(chips);
}

function makeRanges(visit, { window }) {
  const { params } = visit.state,
    length = daysBetween(window.from, window.to);
  const presets = PRESETS.filter((one) => one < length).map((one) => ({
    value: String(one),
    label: t("range.last", { n: one }),
    from: addDays(window.to, 1 - one),
    to: window.to,
  }));
  const all = { value: "all", label: t("range.all", { days: days(window.from, window.to) }), from: null, to: null };
  return makeRangeControl({ from: params.get("from"), to: params.get("to") }, [all, ...presets], {
    min: window.from,
    max: window.to,
    ...window,
  });
}

function makeGoals(basis, goals) {
  return labelled(
    t("goal.label"),
    makeSelect(
      { id: "goal" },
      goals.map((one) => ({ value: one, label: capital(goalName(one)) })),
      basis.goal,
      (goal) => changeState({ goal }),
    ),
  );
}

function makeCompared(visit, basis, fits) {
  const chosen = visit.state.params.get("compare") || "",
    previous = previousPeriod(visit, basis.window);
  const options = [
    { value: "", label: t("compare_with.nothing") },
    {
      value: "previous",
      label: previous
        ? t("compare_with.previous", { days: days(previous.from, previous.to) })
        : t("compare_with.no_previous"),
      disabled: !previous,
    },
    ...fits
      .filter((one) => one.id !== basis.fit.id)
      .map((one) => ({ value: one.id, label: t("compare_with.fit", { days: days(one.window.from, one.window.to) }) })),
  ];
  return labelled(
    t("compare_with.label"),
    makeSelect({ id: "compare" }, options, options.some((one) => one.value === chosen) ? chosen : "", (compare) =>
      changeState({ compare }),
    ),
  );
}

function makeFitChoice(visit, basis, fits) {
  const chosen = visit.state.params.get("fit") || "";
  const options = [
    { value: "", label: t("fit.newest") },
    ...fits.map((one) => ({
      value: one.id,
      label: t("fit.named", { day: day(one.requested_at.slice(0, 10)), days: days(one.window.from, one.window.to) }),
    })),
  ];
  return labelled(
    t("fit.label"),
    makeSelect({ id: "fit" }, options, options.some((one) => one.value === chosen) ? chosen : "", (fit) =>
      changeState({ fit, from: null, to: null, compare: null }),
    ),
  );
}

async function makeChips(visit, basis) {
  const age = daysBetween(basis.window.to, today()) - 2;
  const fresh = make(
    "span",
    { class: `chip ${age > OLD_DAYS ? "caution" : ""}` },
    t(age > OLD_DAYS ? "chip.old" : "chip.fresh", { day: day(basis.window.to), n: age }),
    " ",
    timeOf(basis.fit.as_of),
  );
  return make("div", { class: "chips" }, fresh, await makeCoverageChip(visit));
}

// The days of a shared page may lack coverage; the chip is then left out.
async function makeCoverageChip(visit) {
  const { params } = visit.state;
  if (isShared()) return "";
  const answer = await ask(pathOf("coverage", { from: params.get("from"), to: params.get("to") }), visit);
  const gaps = incompleteOf(answer).size,
    all = answer.sources.length;
  return make(
    "a",
    { class: `chip ${gaps ? "caution" : "good"}`, href: linkTo("data") },
    gaps ? t("chip.gaps", { n: gaps, all }) : t("chip.complete", { all }),
    answer.changes_awaited ? ` · ${t("chip.awaited")}` : "",
  );
}

export function clearHeader() {
  $("controls").replaceChildren();
  $("chips").replaceChildren();
}

// Elements of the page with a text: data-t names it, data-t-label that of its aria-label.
export function writeTexts() {
  for (const node of document.querySelectorAll("[data-t]"))
    if (hasText(node.dataset.t)) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]"))
    node.setAttribute("aria-label", t(node.dataset.tLabel));
}
