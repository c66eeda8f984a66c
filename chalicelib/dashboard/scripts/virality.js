// The view Virality: how many further shares a share brings, and what a share is worth with them.
import { make } from "./dom.js";
import { bounds, day, fine, interval, money, percent, shortDay, signedPercent, toDate, whole } from "./format.js";
import { channelName } from "./names.js";
import { FONT, drawForest, estimateColumns, isNarrow, makeFigure, tick } from "./charts.js";
import { makeExplanations, makeFlags, title, withCode, worstOf } from "./codes.js";
import { t, withNodes } from "./language.js";
import { askAnswer } from "./basis.js";
import { makeContents, makeMultipliers } from "./sharers.js";
import { makeCard, makeEstimate, makeHeading, makeRange, makeVerdict } from "./parts.js";
import { timesOf } from "./estimates.js";

const HUNDRED_SHARES = 100;

export async function showVirality(root, visit) {
  const answer = await askAnswer("virality", visit);
  root.append(
    makeHeading(t("view.virality"), makeVerdict(answer.verdict)),
    make("p", { class: "answer" }, sentenceOfSpread(answer)),
    makeFlags(answer.warnings),
    makeRange(answer),
  );
  if (answer.reasons.includes("no_shares")) root.append(make("p", {}, withCode(t("virality.no_shares_help"))));
  else
    root.append(
      ...[
        makeTippingPoint(answer),
        makeSpreadCards(answer),
        makeWeeks(answer),
        makeShareValues(answer),
        makeContents(answer),
        makeMultipliers(answer),
      ].filter(Boolean),
    );
  const parts = [answer, ...answer.channels, ...answer.share_value];
  root.append(
    makeExplanations(
      parts.flatMap((one) => [...one.reasons, ...one.warnings]),
      t("explanations.title"),
      "h2",
    ),
  );
}

function sentenceOfSpread({ verdict, reproduction, at_most: limit, amplification, needed_factor: needed, reasons }) {
  if (verdict === "not_estimable") return t("virality.unknown", { reasons: reasons.map(title).join("; ") });
  const brings = withNodes(`virality.says_${verdict}`, { estimate: makeEstimate(reproduction, fine) });
  const more = [];
  if (verdict === "below_tipping_point" && amplification.estimate !== null)
    more.push(t("virality.become", { n: whole(HUNDRED_SHARES * amplification.estimate) }));
  if (verdict === "below_tipping_point" && needed.estimate > 1)
    more.push(t("virality.distance", { times: fine(needed.estimate) }));
  if (verdict === "below_as_recorded")
    more.push(limit === null ? t("virality.no_limit") : t("virality.limit", { limit: fine(limit) }));
  return [brings, " ", more.join(" ")];
}

// R on one axis with the tipping point; the grey part is how high R may be if parents are missing.
function makeTippingPoint(answer) {
  const row = (name, one, e = one.reproduction, limit = one.at_most) => ({
    name,
    one,
    e,
    limit,
    reach: limit !== null && e.ci_high !== null && limit > e.ci_high ? { from: e.ci_high, to: limit } : null,
    tone: worstOf(one.warnings),
    missing: one.reasons.map(title).join("; ") || t("unknown"),
  });
  const rows = [
    row(t("virality.row_all"), answer),
    ...(answer.channels.length > 1 ? answer.channels.map((one) => row(channelName(one.channel), one)) : []),
    ...(answer.reproduction_of_brought.estimate === null
      ? []
      : [row(t("virality.row_brought"), answer, answer.reproduction_of_brought, null)]),
  ];
  return make(
    "section",
    {},
    make("h2", {}, t("virality.tipping_point")),
    make("p", {}, t("virality.tipping_point_sentence")),
    makeFlags([...new Set(rows.flatMap(({ one }) => one.warnings))]),
    makeFigure({
      title: t("virality.figure"),
      sentence: rows.map(({ name, e }) => `${name}: ${interval(e, fine)}`).join("; "),
      note: rows.some((one) => one.reach) ? t("virality.note_limit") : null,
      rows,
      file: "virality",
      draw: (width) =>
        drawForest(width, {
          rows,
          marks: [{ x: 1, text: t("virality.mark"), strong: true }],
          label: t("virality.axis"),
          format: (x) => tick(x),
        }),
      columns: [
        { label: t("virality.shares"), raw: ({ name }) => name, words: true },
        ...estimateColumns(t("virality.axis"), ({ e }) => e, fine),
        {
          label: t("virality.at_most"),
          raw: ({ limit }) => limit,
          cell: ({ limit }) => (limit === null ? "–" : fine(limit)),
        },
        { label: t("table.verdict"), raw: ({ one }) => title(one.verdict), words: true },
        {
          label: t("table.codes"),
          raw: ({ one }) => [...one.reasons, ...one.warnings].map(title).join("; "),
          words: true,
        },
      ],
    }),
  );
}

function makeSpreadCards(answer) {
  const { amplification, needed_factor: needed, shares, probability_above: above } = answer;
  const estimated = (label, e, show) =>
    makeCard({
      label,
      value: e.estimate === null ? t("unknown") : show(e.estimate),
      detail: e.ci_low === null && e.ci_high === null ? null : bounds(e, show),
      reasons: e.estimate === null ? answer.reasons.map(title) : [],
      warnings: e.estimate === null ? [] : answer.warnings,
    });
  return make(
    "section",
    { "aria-label": t("virality.figures") },
    make(
      "div",
      { class: "cards" },
      estimated(t("virality.card_become"), timesOf(amplification, HUNDRED_SHARES), whole),
      estimated(t("virality.card_needed"), needed, fine),
      makeCard({
        label: t("virality.card_shares"),
        value: whole(shares.total),
        detail: t("virality.card_shares_detail", {
          outside: whole(shares.from_outside),
          parent: whole(shares.with_parent),
        }),
      }),
      makeCard({
        label: t("virality.card_above"),
        value: above === null ? t("unknown") : percent(above),
        detail: shares.offspring_seen === null ? null : t("virality.seen", { share: percent(shares.offspring_seen) }),
      }),
    ),
    answer.growth_per_day.estimate === null
      ? null
      : make(
          "p",
          { class: "soft" },
          withNodes("virality.growth", { estimate: makeEstimate(answer.growth_per_day, growthText) }),
        ),
    answer.ceiling === null || !answer.warnings.includes("parents_may_be_missing")
      ? null
      : make("p", { class: "soft" }, t("virality.ceiling", { limit: fine(answer.ceiling) })),
  );
}

const growthText = (x) => (Math.abs(x) < 0.05 ? percent(x) : signedPercent(x));

function makeWeeks(answer) {
  const rows = answer.by_week.map((one) => ({ ...one, at: toDate(one.week), e: one.reproduction }));
  const known = rows.filter((row) => row.e.estimate !== null);
  if (known.length < 2) return null;
  const top = Math.max(1.1, ...known.map((row) => Math.min(row.e.ci_high ?? row.e.estimate, 3 * row.e.estimate)));
  return make(
    "section",
    {},
    make("h2", {}, t("virality.weeks")),
    makeFlags(answer.warnings),
    makeFigure({
      title: t("virality.weeks_figure"),
      sentence: known.map((row) => `${shortDay(row.at)}: ${interval(row.e, fine)}`).join("; "),
      rows,
      file: "virality-weeks",
      draw: (width) =>
        Plot.plot({
          style: FONT,
          width,
          height: 260,
          marginLeft: 44,
          marginTop: 24,
          x: { type: "utc", label: null, ticks: isNarrow(width) ? 3 : 6, tickSize: 0, inset: 12 },
          y: { label: null, domain: [0, top], grid: true, ticks: 5, tickSize: 0, tickFormat: (x) => tick(x) },
          marks: [
            Plot.ruleY([1], { stroke: "var(--ink)" }),
            Plot.text([t("virality.mark")], {
              y: 1,
              frameAnchor: "right",
              textAnchor: "end",
              dy: -9,
              fill: "var(--soft)",
            }),
            Plot.ruleX(known, {
              x: "at",
              y1: (row) => row.e.ci_low ?? 0,
              y2: (row) => Math.min(row.e.ci_high ?? top, top),
              stroke: "var(--accent)",
              strokeWidth: 3,
              strokeLinecap: "round",
            }),
            Plot.dot(known, { x: "at", y: (row) => row.e.estimate, r: 5, fill: "var(--accent)" }),
          ],
        }),
      columns: [
        { label: t("virality.week"), raw: (row) => row.week, cell: (row) => day(row.week), words: true },
        ...estimateColumns(t("virality.axis"), (row) => row.e, fine),
      ],
    }),
  );
}

// A share alone, and with all shares and engagements that it brings.
function makeShareValues(answer) {
  if (!answer.share_value.length) return null;
  const priced = answer.share_value.some((one) => one.own.estimate !== null),
    show = priced ? money(answer.currency) : fine;
  const rows = answer.share_value.flatMap((one) => [
    { one, part: "alone", e: priced ? one.own : one.own_conversions },
    { one, part: "whole", e: priced ? one.with_all_it_brings : one.conversions_with_all_it_brings },
  ]);
  const nameOf = ({ one, part }) => t(`virality.share_${part}`, { name: channelName(one.channel) });
  return make(
    "section",
    {},
    make("h2", {}, t("virality.share_value")),
    make("p", {}, t("virality.share_value_sentence")),
    makeFlags([...new Set(answer.share_value.flatMap((one) => one.warnings))]),
    makeFigure({
      title: t("virality.share_value_figure"),
      sentence: rows.map((row) => `${nameOf(row)}: ${interval(row.e, show)}`).join("; "),
      rows,
      file: "share-value",
      draw: (width) =>
        drawForest(width, {
          rows: rows.map((row) => ({
            name: nameOf(row),
            e: row.e,
            tone: worstOf(row.one.warnings),
            missing: row.one.reasons.map(title).join("; ") || t("unknown"),
          })),
          marks: [{ x: 0, text: t("channels.zero"), strong: true }],
          label: priced ? answer.currency : t("virality.share_value_axis"),
        }),
      columns: [
        { label: t("virality.share"), raw: nameOf, words: true },
        ...estimateColumns(t("table.value"), (row) => row.e, show),
        {
          label: t("table.codes"),
          raw: ({ one }) => [...one.reasons, ...one.warnings].map(title).join("; "),
          words: true,
        },
      ],
    }),
  );
}
