// What a star more in the display does to sales. The number of reviews is refused with its reason.
import { labelled, make, makeSelect } from "./dom.js";
import { bounds, signedPercent, whole } from "./format.js";
import { channelName } from "./names.js";
import { makeFlags, title } from "./codes.js";
import { t, withNodes } from "./language.js";
import { makeCard, makeEstimate, makeVerdict } from "./parts.js";
import { makeSteps } from "./steps.js";
import { isShared } from "./session.js";
import { changeState } from "./state.js";

const STEPS_OF_STARS = ["0.1", "0.5", "1"];
const MISSING = ["no_rated_reviews", "no_content_on_conversions"];

export function makeStars({ stars, reviews_count: reviews }) {
  const section = make("section", { id: "stars" }, make("h2", {}, t("stars.title"), " ", makeVerdict(stars.verdict)));
  section.append(make("p", {}, sentenceOfStars(stars)), makeFlags(stars.warnings));
  if (stars.reasons.some((one) => MISSING.includes(one))) section.append(makeSteps(["reviews", "products"]));
  else
    section.append(
      makeStarCards(stars, reviews),
      make("p", { class: "soft" }, t("stars.explained")),
      makeRounding(stars),
    );
  return section;
}

function sentenceOfStars(stars) {
  if (stars.verdict === "not_estimable") return t("stars.unknown", { reasons: stars.reasons.map(title).join("; ") });
  return withNodes(stars.verdict === "stars_matter" ? "stars.matter" : "stars.not_seen", {
    channel: channelName(stars.channel),
    what: t(stars.outcome.includes("/") ? "stars.visits" : "stars.sales"),
    estimate: makeEstimate(stars.per_star_shown, signedPercent),
  });
}

function makeStarCards(stars, reviews) {
  const card = (label, e, more = {}) =>
    makeCard({
      label,
      value: e.estimate === null ? t("unknown") : signedPercent(e.estimate),
      detail: e.estimate === null ? null : bounds(e, signedPercent),
      reasons: e.estimate === null ? stars.reasons.map(title) : [],
      ...more,
    });
  return make(
    "div",
    { class: "cards" },
    card(t("stars.card_shown"), stars.per_star_shown, {
      warnings: stars.per_star_shown.estimate === null ? [] : stars.warnings,
    }),
    card(t("stars.card_placebo"), stars.placebo, { before: t("stars.placebo_about") }),
    makeCard({
      label: t("stars.card_changes"),
      value: whole(stars.changes),
      detail: t("stars.card_changes_detail", { n: whole(stars.contents) }),
    }),
    makeCard({
      label: t("stars.card_reviews"),
      value: t("stars.refused"),
      reasons: reviews.reasons.map(title),
      before: t("stars.reviews_about"),
    }),
  );
}

function makeRounding(stars) {
  if (isShared()) return "";
  return make(
    "div",
    { class: "choice" },
    labelled(
      t("stars.rounding"),
      makeSelect(
        { id: "stars-rounding" },
        STEPS_OF_STARS.map((one) => ({ value: one, label: t(`stars.rounding_${one.replace(".", "_")}`) })),
        STEPS_OF_STARS.find((one) => Number(one) === stars.rounding) || "0.5",
        (rounding) => changeState({ rounding }),
      ),
    ),
  );
}
