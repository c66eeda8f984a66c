// The figures of a plan: its gain, how sure it is, and the tests that are worth running first.
import { make, makeTable } from "./dom.js";
import { amount, bounds, money, point, unit } from "./format.js";
import { capital, channelName, goalName, typeName } from "./names.js";
import { title } from "./codes.js";
import { t, tn } from "./language.js";
import { casesOf, hasGain, mayMove, thanOf } from "./plan_sentences.js";
import { makeCard } from "./parts.js";
import { linkTo } from "./state.js";

const UNDECIDED = "undecided";

export function makePlanCards(plan) {
  const cash = plan.gain_is_in === "currency" ? money(plan.currency) : (x) => `${amount(x)} ${goalName(plan.goal)}`;
  const cards = [];
  if (hasGain(plan)) {
    cards.push(
      makeCard({
        label: t(mayMove(plan) ? "plan.card_gain" : "plan.card_gain_not_proposed", {
          days: tn("plan.days", plan.days),
        }),
        value: point(plan.gain, cash),
        detail: bounds(plan.gain, cash),
        warnings: plan.warnings,
        before: t("plan.card_gain_detail", { than: thanOf(plan) }),
      }),
      makeCard({
        label: t("plan.card_chance"),
        value: casesOf(plan.chance_better),
        detail: thanOf(plan),
        warnings: plan.warnings,
      }),
      makeCard({
        label: t("plan.card_worst"),
        value: cash(plan.worst_5_percent),
        detail: t("plan.card_worst_detail", { days: tn("plan.days", plan.days) }),
        warnings: plan.warnings,
      }),
    );
  }
  const next = plan.next_euro;
  if (next.channel !== null)
    cards.push(
      makeCard({
        label: t("plan.card_next", { one: unit(plan.currency) }),
        value: next.verdict === UNDECIDED ? title(UNDECIDED) : channelName(next.channel),
        detail: t("plan.card_next_detail", { name: channelName(next.channel), cases: casesOf(next.chance_best) }),
      }),
    );
  if (!cards.length) return null;
  return make("section", { "aria-label": t("plan.figures") }, make("div", { class: "cards" }, cards));
}

// What a test is worth, or why it cannot be run or valued.
function worthOf({ worth, verdict, reasons }, cash) {
  if (worth !== null) return cash(worth);
  const values = { reasons: reasons.map(title).join("; ") };
  return t(verdict === "not_feasible" ? "plan.test_not_feasible" : "plan.test_unknown", values);
}

// Each test with what it is worth and one click to its design.
export function makeTests(plan) {
  const cash = money(plan.currency);
  if (plan.verdict === "not_estimable" && !plan.test_first.length) return null;
  return make(
    "section",
    { id: "plan-tests" },
    make("h2", {}, t("plan.tests")),
    plan.test_first.length
      ? [
          make("p", {}, t("plan.tests_about")),
          makeTable(
            t("plan.tests_caption"),
            [
              { label: t("plan.test"), head: true, cell: (one) => capital(typeName(one)) },
              { label: t("plan.worth"), short: true, cell: (one) => worthOf(one, cash) },
              {
                label: t("plan.design"),
                cell: (one) =>
                  make(
                    "a",
                    {
                      href: linkTo("design", null, {
                        channel: one.channel,
                        type: one.type,
                        paid: one.paid ? "true" : "false",
                        margin: plan.margin,
                      }),
                      "aria-label": t("plan.design_of", { name: channelName(one.channel) }),
                    },
                    t("plan.design_link"),
                  ),
              },
            ],
            plan.test_first,
          ),
        ]
      : make("p", {}, t(plan.gain_is_in === "currency" ? "plan.no_test" : "plan.no_test_value")),
  );
}
