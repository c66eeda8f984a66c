// The path of one cause: engagements, search visits, purchases. What is not known has a bound, and
// never a share.
import { make } from "./dom.js";
import { bounds, point, sized, whole } from "./format.js";
import { capital, goalName, kindOf } from "./names.js";
import { title, worstOf } from "./codes.js";
import { t } from "./language.js";
import { drawBounds, makeBounds } from "./search_bounds.js";
import { PER_ENGAGEMENTS, causeName, causePart, limitOf, perMany } from "./search_sentences.js";

export function makePath(one, answer) {
  const goal = goalName(answer.goal),
    visits = perMany(one.visits_per_engagement),
    total = perMany(one.conversions_per_engagement),
    through = perMany(one.through_search),
    limit = limitOf(one);
  const rows = [
    { name: t("path.in_all"), e: total, limit: null },
    {
      name: t(through.estimate === null ? "path.through" : "path.through_declared"),
      e: through,
      limit,
    },
  ].map((row) => ({ ...row, tone: worstOf(one.warnings), missing: "" }));
  return make(
    "section",
    {},
    make("h2", {}, t("path.title", { name: causeName(one) })),
    make(
      "ol",
      { class: "path" },
      makeStation(t("path.engagements"), whole(PER_ENGAGEMENTS), causeName(one)),
      makeStation(t("path.visits"), ...numberOf(visits), visits.ci_low > 0 ? "sure" : "unsure"),
      makeStation(
        t("path.through_search", { goal }),
        ...throughOf(through, limit),
        through.ci_low > 0 ? "sure" : through.estimate === null ? "unsure bounded" : "unsure",
      ),
    ),
    make(
      "p",
      { class: "soft" },
      t(through.estimate === null ? "path.explained" : "path.explained_declared", {
        cause: answer.only_through_search ? causeName(kindOf(answer.only_through_search)) : "",
      }),
    ),
    makeBounds({
      title: t("path.figure", { goal: capital(goal), n: whole(PER_ENGAGEMENTS), name: causeName(one) }),
      rows,
      file: `path-${causePart(one).replaceAll("/", "-")}`,
      label: t("path.axis", { goal, n: whole(PER_ENGAGEMENTS) }),
      note: limit === null ? one.through_search.reasons.map(title).join("; ") : t("path.note"),
      draw: drawBounds,
    }),
  );
}

const numberOf = (e) => (e.estimate === null ? [t("unknown"), ""] : [point(e, sized), bounds(e, sized)]);

function throughOf(through, limit) {
  if (through.estimate !== null) return numberOf(through);
  return limit === null ? [t("unknown"), ""] : [t("path.at_most", { limit: sized(limit) }), t("path.no_estimate")];
}

const makeStation = (label, value, detail, classes = "") =>
  make(
    "li",
    { class: classes },
    make("span", { class: "soft small" }, label),
    make("span", { class: "figure" }, value),
    make("span", { class: "bounds small" }, detail),
  );
