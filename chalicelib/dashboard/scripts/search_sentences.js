// What a cause does through search, in a sentence. Numbers are per 1,000 engagements.
import { sized, whole } from "./format.js";
import { goalName, kindOf, typeName } from "./names.js";
import { title } from "./codes.js";
import { withNodes, t } from "./language.js";
import { makeEstimate } from "./parts.js";
import { timesOf } from "./estimates.js";

export const PER_ENGAGEMENTS = 1000;

export const perMany = (e) => timesOf(e, PER_ENGAGEMENTS);
export const causeName = (one) => typeName(one);
export const causePart = (one) => `${one.channel}/${one.type}${one.paid ? "/paid" : ""}`;
export const limitOf = (one) =>
  one.through_search.at_most === null ? null : one.through_search.at_most * PER_ENGAGEMENTS;

const isClear = (e) => e.ci_low > 0 || (e.ci_high !== null && e.ci_high < 0);

export function sentenceOfCause(one, answer) {
  const name = causeName(one),
    goal = goalName(answer.goal),
    visits = perMany(one.visits_per_engagement),
    total = perMany(one.conversions_per_engagement),
    limit = limitOf(one);
  if (one.verdict === "not_estimable")
    return t("path.says_not_estimable", { name, reasons: one.reasons.map(title).join("; ") });
  if (one.verdict === "no_effect_seen") return t("path.says_no_effect", { name, goal });
  const values = {
    n: whole(PER_ENGAGEMENTS),
    name,
    goal,
    visits: makeEstimate(visits, sized),
    total: makeEstimate(total, sized),
  };
  if (one.verdict === "brings_visits_only") return withNodes("path.says_visits_only", values);
  const begun = withNodes(isClear(visits) ? "path.says_both" : "path.says_total", values);
  if (one.verdict === "inconclusive")
    return [...begun, " ", t("path.says_doubted", { reasons: one.reasons.map(title).join("; ") })];
  if (one.verdict === "through_search")
    return [
      ...begun,
      " ",
      ...withNodes("path.says_through", {
        part: makeEstimate(perMany(one.through_search), sized),
        cause: causeName(kindOf(answer.only_through_search)),
      }),
    ];
  if (limit === null) return [...begun, " ", t("path.says_unknown")];
  if (limit >= total.estimate) return [...begun, " ", t("path.says_all")];
  return [
    ...begun,
    " ",
    t(one.verdict === "not_through_search" ? "path.says_little" : "path.says_some", { limit: sized(limit) }),
  ];
}
