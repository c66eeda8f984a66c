// What a plan says: what to do, what it brings, and how sure that is.
import { amount, listed, money } from "./format.js";
import { channelName, goalName } from "./names.js";
import { title } from "./codes.js";
import { t, tn, withNodes } from "./language.js";
import { makeEstimate } from "./parts.js";

const CENT = 0.005,
  SAME = 0.05;

export const changeOf = (one) => one.plan - one.now;
export const isMoved = (one) => Math.abs(changeOf(one)) >= CENT;

// Whether the plan is one that money may follow. Only such a plan has arrows.
export const mayMove = (plan) => plan.verdict === "move";

const isScaled = (plan) => plan.compared_with === "now_scaled_to_budget";

// Nothing may rise above today's spend, so nothing else could be compared.
const hasNoRoom = (plan) => plan.channels.filter((one) => !one.frozen).every((one) => one.bounds[1] - one.now < CENT);

// Whether another division than today's was found at all.
export const hasGain = ({ gain }) => gain.estimate !== null && (gain.estimate !== 0 || gain.ci_high !== 0);

export function gainOf(plan) {
  return plan.gain_is_in === "currency"
    ? makeEstimate(plan.gain, money(plan.currency))
    : [makeEstimate(plan.gain, amount), " ", goalName(plan.goal)];
}

// A chance over draws is never certain.
export function casesOf(chance) {
  if (chance > 0.994) return t("plan.cases_nearly_all");
  if (chance < 0.006) return t("plan.cases_nearly_none");
  return t("plan.cases", { n: Math.round(100 * chance) });
}

export function thanOf(plan) {
  return t(plan.free ? "plan.than_free" : isScaled(plan) ? "plan.than_scaled" : "plan.than_now");
}

export function sentenceOfPlan(plan) {
  if (plan.verdict === "not_estimable")
    return [t("plan.says_unknown", { reasons: plan.reasons.map(title).join("; ") })];
  if (plan.verdict === "stay") return [sentenceOfStaying(plan), " ", stayingUntilTested(plan)];
  const more = { gain: gainOf(plan), days: tn("plan.days", plan.days), than: thanOf(plan) };
  const sure = t("plan.says_sure", { cases: casesOf(plan.chance_better) });
  if (mayMove(plan))
    return [
      ...withNodes("plan.says_move", { moves: movesOf(plan), ...more }),
      " ",
      sure,
      " ",
      stayingUntilTested(plan),
    ];
  return [...withNodes("plan.says_best", more), " ", sure, " ", adviceOf(plan), " ", stayingUntilTested(plan)];
}

function sentenceOfStaying(plan) {
  if (plan.reasons.length) return t("plan.says_no_test_settles");
  if (isScaled(plan)) return t("plan.says_stay_scaled");
  return t(hasNoRoom(plan) && !hasGain(plan) ? "plan.says_no_room" : "plan.says_stay");
}

function adviceOf({ test_first: tests }) {
  return tests.length && tests[0].worth !== null ? t("plan.says_test", { name: channelName(tests[0].channel) }) : t("plan.says_any_test");
}

// Frozen channels that a test could free.
function stayingUntilTested({ channels, test_first: tests }) {
  const advised = new Set(tests.filter((one) => one.verdict !== "not_feasible").map((one) => one.channel)),
    frozen = channels.filter((one) => one.frozen && advised.has(one.channel));
  return frozen.length
    ? tn("plan.says_frozen", frozen.length, { names: listed(frozen.map((one) => channelName(one.channel))) })
    : "";
}

function movesOf(plan) {
  const up = plan.channels.filter((one) => changeOf(one) >= CENT),
    down = plan.channels.filter((one) => changeOf(one) <= -CENT);
  const sum = (channels) => Math.abs(channels.reduce((total, one) => total + changeOf(one), 0)),
    names = (channels) => listed(channels.map((one) => channelName(one.channel))),
    cash = money(plan.currency);
  const more = sum(up),
    less = sum(down),
    values = { more: cash(more), less: cash(less), up: names(up), down: names(down) };
  if (!down.length) return t("plan.moves_more", values);
  if (!up.length) return t("plan.moves_less", values);
  if (Math.abs(more - less) < SAME * Math.max(more, less)) return t("plan.moves", values);
  return t("plan.moves_unequal", values);
}
