// The sheet of a designed test: what to do, when, who is held out, what it finds, what it costs, and how
// it will be analysed.
import { make, makeTable } from "./dom.js";
import { addDays, bounds, day, days, money, percent, point, whole } from "./format.js";
import { goalName, typeName } from "./names.js";
import { makeFlags, title } from "./codes.js";
import { t, tn } from "./language.js";
import { effectFormat } from "./design_sentences.js";
import { makeTestLink } from "./parts.js";

const makeSheetPart = (id, heading, ...content) => make("section", { id }, make("h2", {}, heading), ...content);

const makeSheetFacts = (pairs) =>
  make(
    "dl",
    {},
    pairs
      .filter(Boolean)
      .map(([name, value, more]) =>
        make(
          "div",
          {},
          make("dt", {}, name),
          make("dd", { class: "figure" }, value),
          more ? make("dd", { class: "soft small" }, more) : null,
        ),
      ),
  );

export function makeToDo(answer) {
  const values = {
    name: typeName(answer),
    days: tn("design.for_days", answer.days),
    share: percent(answer.control_share ?? 0),
    people: whole(answer.people ?? 0),
    day: answer.first_day ? day(answer.first_day) : "",
  };
  const steps = ["first", "second"].map((one) => t(`design.do_${answer.kind}_${one}`, values));
  return makeSheetPart(
    "design-do",
    t("design.do"),
    make(
      "ol",
      { class: "steps" },
      [...steps, t("design.do_end")].map((text) => make("li", {}, text)),
    ),
  );
}

// Days in a row with the same spend, as one row each.
function blocksOf({ first_day: first, days: length, on_days: on }) {
  const isOn = new Set(on),
    blocks = [];
  for (let place = 0; place < length; place += 1) {
    const date = addDays(first, place),
      last = blocks.at(-1);
    if (last && last.on === isOn.has(date)) Object.assign(last, { to: date, n: last.n + 1 });
    else blocks.push({ from: date, to: date, on: isOn.has(date), n: 1 });
  }
  return blocks;
}

export function makeSchedule(answer) {
  const length = tn("day", answer.days);
  if (!answer.on_days || !answer.first_day)
    return makeSheetPart(
      "design-when",
      t("design.when"),
      make("p", {}, t("design.when_free", { days: tn("design.for_days", answer.days) })),
    );
  const last = addDays(answer.first_day, answer.days - 1);
  return makeSheetPart(
    "design-when",
    t("design.when"),
    make("p", {}, t("design.when_days", { range: days(answer.first_day, last), days: length })),
    makeTable(
      t("design.schedule"),
      [
        { label: t("design.schedule_days"), head: true, cell: (one) => days(one.from, one.to) },
        { label: t("design.schedule_length"), cell: (one) => tn("day", one.n) },
        {
          label: t("design.schedule_spend"),
          words: true,
          tone: (one) => (one.on ? "good" : "bad"),
          cell: (one) => t(one.on ? "design.on" : "design.off"),
        },
      ],
      blocksOf(answer),
    ),
  );
}

export function makeHeldOut(answer) {
  const { people, control_share: share, regions, on_days: on } = answer;
  if (answer.kind === "geo")
    return makeSheetPart(
      "design-who",
      t("design.who"),
      make("p", {}, t("design.who_geo")),
      make(
        "ul",
        { class: "columns" },
        (regions || []).map((one) => make("li", {}, make("bdi", {}, one))),
      ),
    );
  const text =
    answer.kind === "holdout"
      ? t("design.who_holdout", { n: whole(Math.round(people * share)), people: whole(people) })
      : t("design.who_switchback", { off: whole(answer.days - on.length), days: tn("day", answer.days) });
  return makeSheetPart("design-who", t("design.who"), make("p", {}, text));
}

export function makeFindings(answer) {
  const {
      smallest_detectable_effect: smallest,
      expected_effect: expected,
      false_positives_in_pseudo_tests: wrong,
    } = answer,
    show = effectFormat(answer);
  if (smallest === null && expected.estimate === null) return null;
  return makeSheetPart(
    "design-finds",
    t("design.finds"),
    makeFlags(answer.reasons),
    makeSheetFacts([
      [
        t("design.smallest"),
        smallest === null ? t("unknown") : show(smallest),
        t("design.smallest_about", { n: Math.round(100 * answer.power) }),
      ],
      [
        t("design.expected"),
        expected.estimate === null ? t("unknown") : point(expected, show),
        expected.estimate === null ? null : bounds(expected, show),
      ],
      [
        t("design.false"),
        wrong === null ? t("unknown") : percent(wrong),
        wrong === null ? null : tn("design.false_about", answer.pseudo_tests),
      ],
    ]),
  );
}

export function makeCosts(answer) {
  const cash = money(answer.currency),
    shown = (x) => (x === null ? t("unknown") : cash(x));
  const { costs, spend_saved: saved, worth, net_worth: net } = answer;
  if ([costs, saved, worth].every((one) => one === null)) return null;
  const why = answer.reasons.map(title).join("; ");
  return makeSheetPart(
    "design-costs",
    t("design.costs"),
    makeSheetFacts([
      [t("design.lost"), shown(costs), costs === null ? why : t("design.lost_about")],
      saved === null ? null : [t("design.saved"), cash(saved)],
      [t("design.worth"), shown(worth), worth === null ? why : t("design.worth_about")],
      net === null ? null : [t("design.net"), cash(net)],
    ]),
  );
}

export function makeAnalysis(answer) {
  const values = { goal: goalName(answer.goal), decay: answer.decay === null ? t("unknown") : percent(answer.decay) };
  return makeSheetPart(
    "design-analysis",
    t("design.analysis"),
    make("p", {}, t(`design.analysis_${answer.kind}`, values)),
    make("p", {}, t(`design.record_${answer.kind}`, values)),
    make("p", { class: "no-print" }, makeTestLink(answer)),
  );
}
