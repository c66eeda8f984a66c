// Pieces that several views share.
import { make } from "./dom.js";
import { amount, bounds, days, point } from "./format.js";
import { makeFirstFlag, title } from "./codes.js";
import { t } from "./language.js";
import { TYPED, linkTo } from "./state.js";

export function makeHeading(text, ...more) {
  return make("div", { class: "heading" }, make("h1", { id: "view-title", tabindex: "-1" }, text), ...more);
}

// An estimate with its interval, for running text.
export function makeEstimate(e, show = amount) {
  if (e.estimate === null) return make("span", { class: "soft" }, t("unknown"));
  return make(
    "span",
    { class: "estimate" },
    make("strong", {}, point(e, show)),
    " ",
    make("span", { class: "bounds" }, `(${bounds(e, show)})`),
  );
}

export function makeVerdict(verdict) {
  return make("span", { class: `verdict ${verdict}` }, title(verdict));
}

export const makeRange = (answer) =>
  make(
    "p",
    { class: "soft small" },
    t("range.shown", { days: days(answer.from, answer.to), confidence: Math.round(answer.confidence * 100) }),
  );

// What would settle an open question: a date, a test, or nothing.
export function settlingText(needed, reasons, verdict, daysUntil) {
  if (needed) return t("settle.days", { days: daysUntil.days, date: daysUntil.date });
  if (reasons.includes("not_settled_by_more_data")) return t("settle.never");
  if (verdict === "not_estimable") return t("settle.reasons");
  if (verdict === "inconclusive") return t("settle.doubt");
  if (verdict === "too_early") return t("settle.wait");
  return t("settle.settled");
}

export function makeTestLink(kind) {
  return make(
    "a",
    {
      href: linkTo("experiments", null, {
        [`${TYPED}tested`]: `${kind.channel}/${kind.type}${kind.paid ? "/paid" : ""}`,
      }),
    },
    t("settle.plan_test"),
  );
}

// A number with its label, why it is missing, its warnings and how it compares with another period.
export function makeCard({ label, value, detail, reasons = [], warnings = [], before }) {
  return make(
    "div",
    { class: "card" },
    make("h2", {}, label),
    make("p", { class: "figure" }, value),
    detail ? make("p", { class: "bounds" }, detail) : null,
    reasons.length ? make("p", { class: "soft small" }, reasons.join("; ")) : null,
    makeFirstFlag(warnings),
    before ? make("p", { class: "before" }, before) : null,
  );
}
