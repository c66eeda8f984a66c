// What a design says: the verdict first, then what the test costs and what it is worth.
import { money, percent, sized, unit } from "./format.js";
import { title } from "./codes.js";
import { t } from "./language.js";

// Whether there is a test that someone could run.
export const isDesigned = (answer) => answer.verdict !== "not_feasible" && answer.smallest_detectable_effect !== null;

export function sentenceOfDesign(answer) {
  const reasons = answer.reasons.map(title).join("; ");
  if (answer.verdict === "not_feasible") return t("design.says_not_feasible", { reasons: title(answer.reasons[0]) });
  if (answer.smallest_detectable_effect === null) return t("design.says_no_design", { reasons });
  if (answer.verdict === "not_estimable") return t("design.says_unknown", { reasons });
  const cash = money(answer.currency);
  return [
    t(`design.says_${answer.verdict}`),
    " ",
    costsOf(answer, cash),
    " ",
    t("design.says_worth", { worth: cash(answer.worth) }),
  ];
}

function costsOf({ costs, spend_saved: saved }, cash) {
  if (costs === null) return t("design.says_costs_unknown");
  return saved === null
    ? t("design.says_costs", { costs: cash(costs) })
    : t("design.says_costs_and_saves", { costs: cash(costs), saved: cash(saved) });
}

// An effect in the unit of the design.
export function effectFormat(answer) {
  const one = unit(answer.currency);
  if (answer.effect_is_in === "share_of_conversions") return (x) => t("design.share", { share: percent(x) });
  if (answer.effect_is_in === "value_per_currency_unit")
    return (x, scale = x) => t("design.per_one", { value: money(answer.currency)(x, scale), one });
  return (x, scale = x) => t("design.conversions_per_one", { n: sized(x, scale), one });
}
