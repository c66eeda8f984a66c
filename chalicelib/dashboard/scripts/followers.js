// The view Followers: what following a page causes, and what a follower and the page are worth.
import { labelled, make, makeSelect } from "./dom.js";
import { amount, bounds, fine, interval, listed, money, percent, whole } from "./format.js";
import { capital, channelName, goalName, kindOf, typeName } from "./names.js";
import { drawForest, estimateColumns, makeFigure } from "./charts.js";
import { makeExplanations, makeFlags, title, withCode, worstOf } from "./codes.js";
import { t, withNodes } from "./language.js";
import { askAnswer } from "./basis.js";
import { makeFollows } from "./follows_chart.js";
import { makePageValue, sizeAsked } from "./page_value.js";
import { makeCard, makeEstimate, makeHeading, makeRange, makeVerdict } from "./parts.js";
import { isShared } from "./session.js";
import { changeState, linkTo } from "./state.js";
import { timesOf } from "./estimates.js";

const HORIZONS = [30, 90, 365, 730],
  USUAL_HORIZON = 365,
  PER_DAYS = 1000;

const perThousand = (e) => timesOf(e, PER_DAYS);

export async function showFollowers(root, visit) {
  const horizon = horizonOf(visit);
  const answer = await askAnswer("audiences", visit, { horizon_days: horizon });
  root.append(makeHeading(t("view.followers")));
  if (!answer.channels.length) {
    root.append(
      make("p", { class: "answer" }, t("followers.no_page")),
      make("p", {}, withCode(t("followers.no_page_help"))),
    );
    return;
  }
  const one = chosenPage(visit, answer);
  const size = sizeAsked(visit);
  const [sized, follows] = await Promise.all([
    size === null ? one : askSized(visit, one, size, horizon),
    makeFollows(one, answer, visit),
  ]);
  root.querySelector(".heading").append(makeVerdict(one.verdict));
  root.append(
    make("p", { class: "answer" }, sentenceOfFollower(one, answer)),
    makeFlags(one.warnings),
    makeRange(answer),
    makePageChoice(one, answer, horizon),
    makeFollowerCards(one, answer),
    makeBreakEven(one, answer),
    makePageValue(sized.page, one, answer, visit, horizon),
    makeCaused(one, answer),
    makeAssociated(one, answer),
    follows,
    makeHowSure(one, answer),
    answer.channels.length > 1 ? makePages(answer) : "",
    makeExplanations([...one.reasons, ...one.warnings, ...answer.warnings], t("explanations.title"), "h2"),
  );
}

async function askSized(visit, { channel }, size, horizon) {
  return (await askAnswer("audiences", visit, { channel, size, horizon_days: horizon })).channels[0];
}

function horizonOf(visit) {
  const asked = Number(visit.state.params.get("horizon"));
  return HORIZONS.includes(asked) ? asked : USUAL_HORIZON;
}

// The page in the URL, or the first one with the most knowledge.
function chosenPage(visit, { channels }) {
  const known = (one) => (one.follower.conversions_per_follower_day.estimate !== null ? 2 : one.method ? 1 : 0);
  return (
    channels.find((one) => one.channel === visit.state.part) ||
    channels.reduce((best, one) => (known(one) > known(best) ? one : best))
  );
}

function makePageChoice(one, answer, horizon) {
  const locked = isShared();
  return make(
    "form",
    { class: "choice" },
    answer.channels.length > 1
      ? labelled(
          t("followers.page"),
          makeSelect(
            { id: "followers-page", disabled: locked },
            answer.channels.map(({ channel }) => ({ value: channel, label: channelName(channel) })),
            one.channel,
            (channel) => {
              location.hash = linkTo("followers", channel, { horizon: horizon === USUAL_HORIZON ? null : horizon });
            },
          ),
        )
      : null,
    labelled(
      t("followers.horizon"),
      makeSelect(
        { id: "followers-horizon", disabled: locked },
        HORIZONS.map((days) => ({ value: String(days), label: t("followers.horizon_days", { n: days }) })),
        String(horizon),
        (days) => changeState({ horizon: days }),
      ),
    ),
  );
}

function sentenceOfFollower(one, answer) {
  const name = channelName(one.channel),
    cash = money(answer.currency),
    { follower, page } = one;
  if (one.verdict === "not_estimable")
    return t("followers.unknown", { name, reasons: one.reasons.map(title).join("; ") });
  if (one.verdict === "at_most") {
    const limit = page.at_most_through_engagements_per_30_days;
    return limit === null
      ? t("followers.at_most_unknown", { name })
      : t("followers.at_most", { name, limit: cash(limit) });
  }
  const priced = follower.value.estimate !== null;
  const brings = withNodes(priced ? "followers.brings" : "followers.brings_conversions", {
    name,
    days: whole(follower.value.horizon_days),
    goal: goalName(answer.goal),
    estimate: priced
      ? makeEstimate(follower.value, cash)
      : makeEstimate(perThousand(follower.conversions_per_follower_day), amount),
  });
  if (one.verdict === "nothing_shown") return [brings, " ", t("followers.not_shown")];
  if (page.value_per_30_days.estimate === null) return brings;
  return [
    brings,
    " ",
    withNodes("followers.page_brings", { n: whole(page.size), estimate: makeEstimate(page.value_per_30_days, cash) }),
  ];
}

function makeFollowerCards(one, answer) {
  const { follower, page } = one,
    cash = money(answer.currency),
    baseline = typeName({ ...kindOf(follower.in_paid_clicks.baseline), paid: true });
  const card = (label, e, show, detail = "") =>
    makeCard({
      label,
      value: e.estimate === null ? t("unknown") : show(e.estimate),
      detail: e.estimate === null ? null : [bounds(e, show), detail].filter(Boolean).join(" · "),
      reasons: e.estimate === null ? one.reasons.map(title) : [],
      warnings: e.estimate === null ? [] : one.warnings,
    });
  return make(
    "section",
    { "aria-label": t("followers.figures") },
    make(
      "div",
      { class: "cards" },
      card(t("followers.card_value", { n: follower.value.horizon_days }), follower.value, cash),
      card(t("followers.card_clicks", { name: baseline }), follower.in_paid_clicks, amount),
      card(
        t("followers.card_days", { n: follower.days_followed.horizon_days }),
        follower.days_followed,
        whole,
        follower.days_followed.seen_days ? t("followers.seen", { n: follower.days_followed.seen_days }) : "",
      ),
      card(t("followers.card_page"), page.value_per_30_days, cash),
    ),
  );
}

// The most that a follow may cost: its value within the horizon.
function makeBreakEven(one, answer) {
  const { value, in_paid_clicks: clicks } = one.follower,
    cash = money(answer.currency);
  if (value.estimate === null) return "";
  const key = value.ci_low > 0 ? "followers.pays" : value.ci_high < 0 ? "followers.never_pays" : "followers.may_pay";
  return make(
    "section",
    {},
    make("h2", {}, t("followers.break_even")),
    make("p", {}, t(key, { low: cash(value.ci_low), middle: cash(value.estimate), days: whole(value.horizon_days) })),
    clicks.estimate === null || one.verdict !== "adds_value"
      ? ""
      : make(
          "p",
          {},
          withNodes("followers.clicks", {
            estimate: makeEstimate(clicks, amount),
            name: typeName({ ...kindOf(clicks.baseline), paid: true }),
          }),
        ),
    makeFlags(one.warnings),
  );
}

function makeCaused(one, answer) {
  const { follower } = one,
    goal = goalName(answer.goal),
    least = one.smallest_detectable_effect.conversions_per_follower_day;
  const rows = [
    { name: t("followers.row_all"), e: perThousand(follower.conversions_per_follower_day), least },
    { name: t("followers.row_through"), e: perThousand(follower.through_engagements), least: null },
  ];
  if (rows.every((row) => row.e.estimate === null)) return "";
  return make(
    "section",
    {},
    make("h2", {}, t("followers.caused")),
    make("p", {}, t("followers.caused_sentence", { goal })),
    makeFlags(one.warnings),
    makeFigure({
      title: t("followers.caused_figure", { goal: capital(goal) }),
      sentence: rows.map((row) => `${row.name}: ${interval(row.e, fine)}`).join("; "),
      note: least === null ? null : t("followers.caused_note"),
      rows,
      file: `following-${one.channel}`,
      draw: (width) =>
        drawForest(width, {
          rows: rows.map((row) => ({
            ...row,
            tone: worstOf(one.warnings),
            reach: row.least === null ? null : { from: 0, to: row.least * PER_DAYS },
          })),
          marks: [{ x: 0, text: t("channels.zero"), strong: true }],
          label: t("followers.axis", { goal }),
        }),
      columns: [
        { label: t("followers.effect"), raw: (row) => row.name, words: true },
        ...estimateColumns(t("followers.axis", { goal }), (row) => row.e, fine),
      ],
    }),
    follower.engagements.length ? makeBrought(one) : "",
  );
}

// Engagements that following brings. Their effect is part of the effect of following.
function makeBrought(one) {
  const rows = one.follower.engagements.map((each) => ({
    name: capital(typeName({ channel: one.channel, ...each })),
    e: perThousand(each.brought_per_follower_day),
    worth: each.conversions_per_engagement,
  }));
  return makeFigure({
    title: t("followers.brought_figure"),
    sentence: rows.map((row) => `${row.name}: ${interval(row.e, fine)}`).join("; "),
    rows,
    file: `brought-${one.channel}`,
    draw: (width) =>
      drawForest(width, {
        rows: rows.map((row) => ({ ...row, tone: worstOf(one.warnings) })),
        marks: [{ x: 0, text: t("channels.zero"), strong: true }],
        label: t("followers.brought_axis"),
      }),
    columns: [
      { label: t("table.type"), raw: (row) => row.name, words: true },
      ...estimateColumns(t("followers.brought_axis"), (row) => row.e, fine),
      ...estimateColumns(t("followers.each_worth"), (row) => row.worth, fine),
    ],
  });
}

// How much more followers buy. It is not an effect, so it has no value and no colour.
function makeAssociated(one, answer) {
  const e = perThousand(one.associated.conversions_per_follower_day);
  if (e.estimate === null) return "";
  return make(
    "section",
    { class: "associated" },
    make("h2", {}, t("followers.associated")),
    make(
      "p",
      { class: "soft" },
      withNodes("followers.associated_sentence", { estimate: makeEstimate(e, fine), goal: goalName(answer.goal) }),
      " ",
      t("followers.associated_no_value"),
    ),
  );
}

function makeHowSure(one, answer) {
  const { audience, needed, sensitivity } = one,
    goal = goalName(answer.goal),
    least = one.smallest_detectable_effect.conversions_per_follower_day;
  const lines = [
    needed && t("followers.needed", { days: whole(needed.days), n: whole(needed.followers) }),
    sensitivity && t("followers.hidden", { factor: fine(sensitivity.value) }),
    sensitivity && sensitivity.value_ci > 1 && t("followers.hidden_edge", { factor: fine(sensitivity.value_ci) }),
    least !== null && t("followers.detectable", { n: fine(least * PER_DAYS), goal }),
    audience.known_before !== null && t("followers.known_before", { share: percent(audience.known_before) }),
    audience.silent !== null && t("followers.silent", { share: percent(audience.silent) }),
    one.method && t(`followers.method_${one.method}`),
  ].filter(Boolean);
  if (!lines.length) return "";
  return make(
    "section",
    {},
    make("h2", {}, t("followers.how_sure")),
    make(
      "ul",
      { class: "plain-list" },
      lines.map((line) => make("li", {}, line)),
    ),
  );
}

function makePages(answer) {
  const cash = money(answer.currency),
    rows = answer.channels.map((one) => ({ ...one, name: channelName(one.channel), e: one.follower.value }));
  return make(
    "section",
    {},
    make("h2", {}, t("followers.pages")),
    makeFlags([...new Set(rows.filter((row) => row.e.estimate !== null).flatMap((row) => row.warnings))]),
    makeFigure({
      title: t("followers.pages_figure", { n: rows[0].e.horizon_days }),
      sentence: listed(rows.map((row) => `${row.name}: ${interval(row.e, cash)}`)),
      rows,
      file: "followers",
      draw: (width) =>
        drawForest(width, {
          rows: rows.map((row) => ({ name: row.name, e: row.e, tone: worstOf(row.warnings) })),
          marks: [{ x: 0, text: t("channels.zero"), strong: true }],
          label: answer.currency,
        }),
      columns: [
        { label: t("table.channel"), raw: (row) => row.name, words: true },
        ...estimateColumns(t("table.value"), (row) => row.e, cash),
        { label: t("table.verdict"), raw: (row) => title(row.verdict), words: true },
        {
          label: t("table.codes"),
          raw: (row) => [...row.reasons, ...row.warnings].map(title).join("; "),
          words: true,
        },
      ],
    }),
  );
}
