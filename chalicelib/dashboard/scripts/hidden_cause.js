// How strong a hidden cause would have to be to explain an estimate, as sentences. The API has the
// same sentences in English; services/answers/hidden_causes.py explains the measures.
import { percent } from "./format.js";
import { goalName, typeName } from "./names.js";
import { locale, t } from "./language.js";

const SMALLEST_RATIO = 1.01;

// One decimal, or two if one would show 1.0.
function ratio(x) {
  const digits = x >= 1.05 ? 1 : 2;
  return new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    Math.max(x, SMALLEST_RATIO),
  );
}

const share = (x) => (x < 0.01 ? t("hidden.less_than_1") : percent(x));

export function hiddenCauseText(type, channel, goal) {
  const { measure, value, value_ci: edge } = type.sensitivity,
    isRatio = measure === "e_value",
    names = { name: typeName({ ...type, channel }), goal: goalName(goal) };
  if (edge <= (isRatio ? 1 : 0)) return t("hidden.none");
  if (!isRatio) return t("hidden.shares", { ...names, share: share(value), edge: share(edge) });
  const lowers = type.conversions_per_engagement.estimate < 0;
  return [
    t(lowers ? "hidden.times_less" : "hidden.times", { ...names, factor: ratio(value) }),
    edge < SMALLEST_RATIO ? t("hidden.slightest") : t("hidden.factor", { factor: ratio(edge) }),
  ].join(" ");
}
