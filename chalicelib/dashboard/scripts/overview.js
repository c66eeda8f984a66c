// The view Overview: how many conversions were incremental, what they cost, and each day.
import { make } from "./dom.js";
import { amount, bounds, days, fine, interval, listed, money, point, signedPercent, whole } from "./format.js";
import { channelName, goalName } from "./names.js";
import { makeExplanations, makeFlags, makeMark, title } from "./codes.js";
import { t, withNodes } from "./language.js";
import { askAnswer, askCompared } from "./basis.js";
import { makeDaily } from "./daily_chart.js";
import { makeCard, makeEstimate, makeHeading, makeRange } from "./parts.js";
import { linkTo } from "./state.js";

export async function showOverview(root, visit, basis) {
  const [roi, parts, compared] = await Promise.all([
    askAnswer("roi", visit),
    askAnswer("decomposition", visit),
    askCompared("roi", visit, basis.window),
  ]);
  root.append(
    makeHeading(t("view.overview")),
    makeAnswer(roi),
    makeRange(roi),
    makeWarned(roi),
    makeCards(roi, compared),
    makeVerdicts(roi),
    makeDaily(parts, roi),
  );
  const codes = [...roi.total.reasons, ...roi.total.warnings, ...roi.warnings, ...parts.reasons, ...parts.warnings];
  root.append(makeExplanations(codes, t("explanations.title"), "h2"));
}

function makeAnswer(roi) {
  const { total } = roi,
    goal = goalName(roi.goal, total.conversions);
  if (total.incremental_conversions.estimate === null) {
    return make("p", { class: "answer" }, t("overview.unknown", { n: whole(total.conversions), goal }));
  }
  return make(
    "p",
    { class: "answer" },
    withNodes("overview.answer", {
      n: whole(total.conversions),
      goal,
      estimate: makeEstimate(total.incremental_conversions, whole),
    }),
  );
}

function makeWarned(roi) {
  const flags = makeFlags([...roi.total.warnings, ...roi.warnings]);
  return flags ? make("div", { class: "warned" }, flags) : "";
}

function makeCards(roi, compared) {
  const { total, currency } = roi,
    cash = money(currency),
    before = compared && compared.total;
  const estimated = (label, field, show) =>
    makeCard({
      label: t(label),
      value: total[field].estimate === null ? t("unknown") : point(total[field], show),
      detail: total[field].estimate === null ? null : bounds(total[field], show),
      reasons: total[field].estimate === null ? total.reasons.map((code) => reasonOfTotal(code, roi)) : [],
      warnings: total[field].estimate === null ? [] : total.warnings,
      before: before && beforeOf(before[field], total[field], show),
    });
  return make(
    "section",
    { "aria-label": t("overview.figures") },
    make(
      "div",
      { class: "cards" },
      makeCard({
        label: t("card.spend"),
        value: cash(total.cost),
        detail: t("card.spend_detail"),
        before:
          before &&
          t("card.before_change", {
            before: cash(before.cost),
            change: before.cost ? signedPercent(total.cost / before.cost - 1) : "–",
          }),
      }),
      estimated("card.revenue", "incremental_revenue", cash),
      estimated("card.roas", "incremental_roas", fine),
      estimated("card.cost", "cost_per_incremental_conversion", cash),
    ),
    compared
      ? make(
          "p",
          { class: "soft small" },
          t("card.compared", { days: days(compared.from, compared.to) }),
          " ",
          makeMark(compared.total.warnings),
        )
      : null,
  );
}

// A total has no ROI if one of the channels lacks something: the reason, and these channels.
function reasonOfTotal(code, roi) {
  const lacking = roi.channels.filter((one) => one.roi.estimate === null && one.reasons.includes(code));
  if (!lacking.length) return title(code);
  return t("card.lacking", { reason: title(code), names: listed(lacking.map((one) => channelName(one.channel))) });
}

function beforeOf(e, now, show) {
  if (e.estimate === null) return t("card.before_unknown");
  const change = now.estimate === null ? "–" : signedPercent(now.estimate / e.estimate - 1);
  const text = interval(e, show);
  return now.estimate === null || e.estimate <= 0
    ? t("card.before", { before: text })
    : t("card.before_change", { before: text, change });
}

const ORDER = [
  "profitable",
  "effective",
  "inconclusive",
  "too_early",
  "no_effect_seen",
  "unprofitable",
  "not_estimable",
];

// The channels by verdict, each with the warnings of its own number.
function makeVerdicts(roi) {
  const groups = ORDER.map((verdict) => [verdict, roi.channels.filter((one) => one.verdict === verdict)]).filter(
    ([, found]) => found.length,
  );
  if (!groups.length) return "";
  return make(
    "section",
    {},
    make("h2", {}, t("overview.channels")),
    make(
      "ul",
      { class: "verdicts" },
      groups.map(([verdict, found]) =>
        make(
          "li",
          {},
          make("span", { class: `verdict ${verdict}` }, t(`verdicts.${verdict}`)),
          make(
            "span",
            { class: "names" },
            found.map((one) =>
              make(
                "span",
                { class: "name" },
                make("a", { href: linkTo("channels", one.channel) }, channelName(one.channel)),
                one.incremental_conversions.estimate === null
                  ? null
                  : make("span", { class: "soft" }, ` ${amount(one.incremental_conversions.estimate)}`),
                " ",
                makeMark(one.warnings),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}
