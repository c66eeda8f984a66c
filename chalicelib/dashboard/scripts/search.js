// The view Search: what engagements do through search, and what the stars that people see do.
import { labelled, make, makeSelect } from "./dom.js";
import { whole } from "./format.js";
import { capital, goalName, kindOf, typeName } from "./names.js";
import { makeExplanations, makeFirstFlag, makeFlags } from "./codes.js";
import { t } from "./language.js";
import { askAnswer } from "./basis.js";
import { makeHeading, makeRange, makeVerdict } from "./parts.js";
import { makePath } from "./search_path.js";
import { causeName, causePart, sentenceOfCause } from "./search_sentences.js";
import { makeBoundsOfAll } from "./search_bounds.js";
import { makeStars } from "./search_stars.js";
import { makeSteps } from "./steps.js";
import { isShared } from "./session.js";
import { changeState, linkTo } from "./state.js";

export async function showSearch(root, visit) {
  const { params } = visit.state;
  const answer = await askAnswer("search-effects", visit, {
    only_through_search: params.get("only_through_search"),
    rounding: params.get("rounding"),
  });
  const causes = [...answer.causes].sort((a, b) => visitsAtLeast(b) - visitsAtLeast(a)),
    found = !answer.search.reasons.length && causes.length > 0;
  root.append(makeHeading(t("view.search")));
  if (found) {
    const one = causes.find((each) => causePart(each) === visit.state.part) || causes[0];
    root.querySelector(".heading").append(makeVerdict(one.verdict));
    root.append(
      make("p", { class: "answer" }, sentenceOfCause(one, answer)),
      makeFlags(one.warnings),
      makeRange(answer),
      makeCauseChoice(one, causes, answer),
      makePath(one, answer),
      makeBoundsOfAll(causes, answer),
      makeCauses(causes, answer),
    );
  } else {
    root.append(
      make("p", { class: "answer" }, t("search.no_visits")),
      makeRange(answer),
      makeSteps(["console", "analytics", "fit"]),
    );
  }
  root.append(makeStars(answer), makeExplanations(codesOfSearch(answer), t("explanations.title"), "h2"));
}

// Causes that surely bring many visits first; those without an estimate last.
const visitsAtLeast = (one) => one.visits_per_engagement.ci_low ?? -Infinity;

function makeCauseChoice(one, causes, answer) {
  if (isShared()) return "";
  const options = causes.map((each) => ({ value: causePart(each), label: capital(causeName(each)) })),
    declared = answer.only_through_search || "";
  return make(
    "div",
    { class: "choice" },
    labelled(
      t("search.cause"),
      makeSelect({ id: "search-cause" }, options, causePart(one), (part) => {
        const { only_through_search: only } = Object.fromEntries(new URLSearchParams(location.hash.split("?")[1]));
        location.hash = linkTo("search", part, { only_through_search: only });
      }),
    ),
    labelled(
      t("search.only"),
      makeSelect(
        { id: "search-only", "aria-describedby": "search-only-about" },
        [
          { value: "", label: t("search.only_none") },
          ...causes
            .filter((each) => !each.paid)
            .map((each) => ({ value: `${each.channel}/${each.type}`, label: capital(causeName(each)) })),
        ],
        declared,
        (only) => changeState({ only_through_search: only }),
      ),
    ),
    make("p", { class: "soft small", id: "search-only-about" }, t("search.only_about")),
  );
}

// Every cause with its sentence; its name shows its path.
function makeCauses(causes, answer) {
  return make(
    "section",
    {},
    make("h2", {}, t("search.causes")),
    make(
      "ul",
      { class: "rows" },
      causes.map((one) =>
        make(
          "li",
          { class: "row" },
          make(
            "div",
            { class: "row-head" },
            make(
              "h3",
              {},
              make(
                "a",
                { href: linkTo("search", causePart(one), { only_through_search: answer.only_through_search }) },
                capital(causeName(one)),
              ),
            ),
            makeVerdict(one.verdict),
          ),
          make("p", {}, sentenceOfCause(one, answer)),
          makeFirstFlag(one.warnings),
        ),
      ),
    ),
    make(
      "p",
      { class: "soft small" },
      t("search.visits", {
        n: whole(answer.search.visits),
        kinds: answer.search.kinds.map((kind) => typeName(kindOf(kind))).join(", "),
        goal: goalName(answer.goal),
      }),
    ),
  );
}

function codesOfSearch({ causes, stars, reviews_count: reviews, search, warnings }) {
  const parts = [search, ...causes, ...causes.map((one) => one.through_search), stars, reviews];
  return [...warnings, ...parts.flatMap((one) => [...one.reasons, ...(one.warnings || [])])];
}
