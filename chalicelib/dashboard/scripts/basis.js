// The fit, goal and days that the views of a visit refer to.
import { addDays, daysBetween } from "./format.js";
import { ask, isShared, pathOf } from "./session.js";

// The parameters of a request for an answer about the chosen range.
export function question(visit, more = {}) {
  const { params } = visit.state;
  return { from: params.get("from"), to: params.get("to"), goal: params.get("goal"), fit: params.get("fit"), ...more };
}

export const askAnswer = (name, visit, more) => ask(pathOf(name, question(visit, more)), visit);

// The whole window of the fit, from its own answer.
export async function readBasis(visit) {
  const { params } = visit.state;
  const answer = await ask(pathOf("roi", { goal: params.get("goal"), fit: params.get("fit") }), visit);
  return { fit: answer.fit, goal: answer.goal, currency: answer.currency, window: answer.fit.window };
}

// The days before the range, as many as it has; null if they are not all in the window.
export function previousPeriod(visit, window) {
  const from = visit.state.params.get("from"),
    to = visit.state.params.get("to");
  if (!from || !to) return null;
  const length = daysBetween(from, to),
    before = addDays(from, -length);
  return before < window.from ? null : { from: before, to: addDays(from, -1) };
}

// The answer to compare with: of the previous period, or of another fit. Null without one.
export async function askCompared(name, visit, window) {
  const chosen = visit.state.params.get("compare");
  if (!chosen) return null;
  if (chosen === "previous") {
    const period = previousPeriod(visit, window);
    return period && askAnswer(name, visit, period);
  }
  return askAnswer(name, visit, { fit: chosen });
}

export async function listFits(visit) {
  if (isShared()) return [];
  return (await ask("v1/fits?limit=50", visit)).fits;
}
