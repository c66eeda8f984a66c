// What a channel returned, in a sentence, and what would settle an open question about it.
import { addDays, amount, day, money, today, unit } from "./format.js";
import { goalName } from "./names.js";
import { title } from "./codes.js";
import { t, withNodes } from "./language.js";
import { makeEstimate, settlingText } from "./parts.js";

export function settlingOf(one) {
  const until = one.needed && { days: one.needed.days, date: day(addDays(today(), one.needed.days)) };
  const why = one.verdict === "not_estimable" ? `${one.reasons.map(title).join("; ")}. ` : "";
  return why + settlingText(one.needed, one.reasons, one.verdict, until);
}

export function sentenceOf(one, roi) {
  const cash = money(roi.currency),
    goal = goalName(roi.goal);
  if (one.incremental_conversions.estimate === null) return t("channels.unknown", { goal });
  if (one.incremental_roas.estimate === null)
    return withNodes("channels.no_roi", { estimate: makeEstimate(one.incremental_conversions, amount), goal });
  return withNodes("channels.returned", {
    one: unit(roi.currency),
    estimate: makeEstimate(one.incremental_roas, cash),
    conversions: makeEstimate(one.incremental_conversions, amount),
    goal,
  });
}
