// The view Like vs click: two engagement types, and the matrix of all pairs.
import { labelled, make, makeSelect } from "./dom.js";
import { addDays, bounds, day, fine, interval, money, today, whole } from "./format.js";
import { kindOf, typeName } from "./names.js";
import { drawForest, estimateColumns, makeFigure } from "./charts.js";
import { makeExplanations, makeFlags, title, worstOf } from "./codes.js";
import { t, withNodes } from "./language.js";
import { askAnswer } from "./basis.js";
import { timesOf } from "./estimates.js";
import { makeMatrix } from "./matrix.js";
import { makeEstimate, makeHeading, makeRange, makeTestLink, makeVerdict, settlingText } from "./parts.js";
import { isShared } from "./session.js";
import { changeState } from "./state.js";

const PREFERRED = { a: "facebook/like", b: "google_ads/click" };

export async function showComparison(root, visit) {
  const [pairs, types] = await Promise.all([askAnswer("equivalences", visit), askAnswer("engagements", visit)]);
  root.append(makeHeading(t("view.compare")));
  if (pairs.types.length < 2) {
    root.append(make("p", { class: "answer" }, t("compare.too_few")));
    return;
  }
  const one = chosenOf(visit, "a", pairs, types),
    other = chosenOf(visit, "b", pairs, types);
  const found = await askAnswer("equivalence", visit, { engagement: one, baseline: other });
  root.append(
    makeChoice(one, other, pairs, types),
    makeAnswerOf(found),
    makeFlags(found.warnings),
    makeRange(found),
    make("div", { class: "pair" }, makeValues(found, types.currency), makeRatio(found)),
    makeMeaning(found, types.currency),
    makeMatrix(pairs, types.engagements),
  );
  root.append(makeExplanations([...found.reasons, ...found.warnings], t("explanations.title"), "h2"));
}

function chosenOf(visit, name, pairs, types) {
  const asked = visit.state.params.get(name),
    known = [...new Set(pairs.pairs.map((pair) => pair.engagement))],
    usable = known.length > 1 ? known : pairs.types;
  if (pairs.types.includes(asked)) return asked;
  if (usable.includes(PREFERRED[name])) return PREFERRED[name];
  const paid = types.engagements.filter((type) => type.paid).map((type) => `${type.channel}/${type.type}`);
  if (name === "b") return usable.find((one) => paid.includes(one)) || usable[1];
  return usable.find((one) => !paid.includes(one)) || usable[0];
}

function makeChoice(one, other, pairs, types) {
  const options = pairs.types.map((name) => ({ value: name, label: typeName(kindOf(name, types.engagements)) }));
  const locked = isShared();
  return make(
    "form",
    { class: "choice" },
    labelled(
      t("compare.one"),
      makeSelect({ id: "compare-one", disabled: locked }, options, one, (name) => changeState({ a: name, b: other })),
    ),
    labelled(
      t("compare.other"),
      makeSelect({ id: "compare-other", disabled: locked }, options, other, (name) => changeState({ a: one, b: name })),
    ),
  );
}

const HUNDRED = 100;

function makeAnswerOf(found) {
  const names = { one: typeName(found.engagement), other: typeName(found.baseline) };
  if (found.ratio.estimate === null) {
    const known = ["worth_more", "worth_less"].includes(found.verdict);
    return make(
      "p",
      { class: "answer" },
      known ? t(`compare.only_${found.verdict}`, names) : t("compare.unknown", names),
      " ",
      makeVerdict(found.verdict),
    );
  }
  return make(
    "p",
    { class: "answer" },
    withNodes("compare.answer", {
      ...names,
      n: whole(HUNDRED),
      estimate: makeEstimate(timesOf(found.ratio, HUNDRED), whole),
    }),
    " ",
    makeVerdict(found.verdict),
  );
}

function makeValues(found, currency) {
  const cash = money(currency),
    sides = [found.engagement, found.baseline];
  return makeFigure({
    title: t("compare.values", { currency }),
    sentence: sides.map((side) => `${typeName(side, 1)}: ${interval(side.value, cash)}`).join("; "),
    rows: sides,
    file: "values",
    draw: (width) =>
      drawForest(width, {
        rows: sides.map((side) => ({ name: typeName(side, 1), e: side.value, tone: worstOf(side.warnings) })),
        marks: [{ x: 0, text: t("channels.zero"), strong: true }],
        label: t("compare.values_axis", { currency }),
      }),
    columns: [
      { label: t("table.type"), raw: (side) => typeName(side, 1), words: true },
      ...estimateColumns(t("table.value"), (side) => side.value, cash),
    ],
  });
}

function makeRatio(found) {
  const margin = found.equivalence_margin;
  return makeFigure({
    title: t("compare.ratio"),
    sentence: t("compare.ratio_alternative", { ratio: interval(found.ratio, fine), verdict: title(found.verdict) }),
    note: t("compare.ratio_note", { low: fine(1 - margin), high: fine(1 + margin) }),
    rows: [found],
    file: "ratio",
    draw: (width) =>
      drawForest(width, {
        rows: [
          {
            name: t("compare.ratio_row"),
            e: found.ratio,
            tone: worstOf(found.warnings),
            missing: t("compare.no_ratio"),
          },
        ],
        marks: [
          { x: 0, text: "0", strong: false },
          { x: 1, text: t("compare.same"), strong: true },
        ],
        band: { x1: 1 - margin, x2: 1 + margin },
        label: t("compare.ratio_axis"),
      }),
    columns: [
      ...estimateColumns(t("compare.ratio_row"), (one) => one.ratio, fine),
      { label: t("table.verdict"), raw: (one) => title(one.verdict), words: true },
      { label: t("compare.p"), raw: (one) => one.p_equivalence },
    ],
  });
}

// What the ratio means in money, and what would settle the question.
function makeMeaning(found, currency) {
  const cash = money(currency),
    media = found.equivalent_media_cost,
    cost = found.baseline.cost_per_engagement;
  const until = found.needed && { days: found.needed.days, date: day(addDays(today(), found.needed.days)) };
  const excluded = found.ratio_excluded && found.ratio_excluded.from !== null;
  return make(
    "section",
    { class: "meaning" },
    media.estimate !== null && cost !== null
      ? make(
          "p",
          {},
          withNodes("compare.media", {
            cost: cash(cost),
            other: typeName(found.baseline, 1),
            one: typeName(found.engagement, 1),
            estimate: makeEstimate(media, cash),
          }),
        )
      : make("p", { class: "soft" }, t("compare.no_media")),
    excluded
      ? make(
          "p",
          {},
          t("compare.excluded", { low: fine(found.ratio_excluded.from), high: fine(found.ratio_excluded.to) }),
        )
      : null,
    make("h2", {}, t("compare.settle")),
    make(
      "p",
      {},
      settlingText(found.needed, found.reasons, found.verdict, until),
      " ",
      ["worth_more", "worth_less", "equivalent"].includes(found.verdict) ? "" : makeTestLink(found.engagement),
    ),
    found.smallest_detectable_effect && found.smallest_detectable_effect.ratio !== null
      ? make(
          "p",
          { class: "soft" },
          t("compare.detectable", {
            ratio: fine(found.smallest_detectable_effect.ratio),
            have: bounds(found.ratio, fine),
          }),
        )
      : null,
  );
}
