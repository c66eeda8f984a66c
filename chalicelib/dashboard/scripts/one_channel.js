// One channel: its engagement types, when their effect occurs, and how robust it is.
import { make } from "./dom.js";
import { amount, bounds, interval, money, percent, whole } from "./format.js";
import { capital, channelName, goalName, typeName } from "./names.js";
import { FONT, drawForest, estimateColumns, isNarrow, makeFigure } from "./charts.js";
import { makeExplanations, makeFlags, title, worstOf } from "./codes.js";
import { t, withNodes } from "./language.js";
import { askAnswer } from "./basis.js";
import { makeChannelClaims } from "./channel_claims.js";
import { makeEstimate, makeHeading, makeRange, makeTestLink, makeVerdict } from "./parts.js";
import { linkTo } from "./state.js";
import { sentenceOf, settlingOf } from "./channel_texts.js";
import { hiddenCauseText } from "./hidden_cause.js";

const OPEN = ["inconclusive", "not_estimable", "too_early"];

export async function showChannel(root, visit, roi) {
  const name = visit.state.part,
    one = roi.channels.find((found) => found.channel === name);
  const back = make("p", {}, make("a", { href: linkTo("channels") }, `← ${t("channels.all")}`));
  if (!one) {
    root.append(back, makeHeading(channelName(name)), make("p", {}, t("channels.missing")));
    return;
  }
  const [answer, claims] = await Promise.all([askAnswer("engagements", visit), makeChannelClaims(one, roi, visit)]);
  const types = answer.engagements.filter((found) => found.channel === name);
  root.append(
    back,
    makeHeading(channelName(name), makeVerdict(one.verdict)),
    make("p", { class: "answer" }, sentenceOf(one, roi)),
    makeFlags(one.warnings),
    makeRange(roi),
    make(
      "p",
      {},
      settlingOf(one),
      " ",
      one.engagements.length && OPEN.includes(one.verdict)
        ? makeTestLink({ channel: name, ...one.engagements[0] })
        : "",
    ),
    makeTypes(types, one, roi),
    claims,
    makeTiming(types),
    makeSensitivity(one, roi.goal),
  );
  root.append(
    makeExplanations(
      [...one.reasons, ...one.warnings, ...types.flatMap((found) => [...found.reasons, ...found.warnings])],
      t("explanations.title"),
      "h2",
    ),
  );
}

function makeTypes(types, one, roi) {
  const cash = money(roi.currency),
    priced = types.some((type) => type.value_per_engagement.estimate !== null);
  const field = priced ? "value_per_engagement" : "conversions_per_engagement";
  const show = priced ? cash : amount;
  const detectable = (type) =>
    one.engagements.find((found) => found.type === type.type && found.paid === type.paid)?.smallest_detectable_effect?.[
      field
    ] ?? null;
  return make(
    "section",
    {},
    make("h2", {}, t("channel.types")),
    make(
      "ul",
      { class: "rows" },
      types.map((type) =>
        make(
          "li",
          { class: "row" },
          make("div", { class: "row-head" }, make("h3", {}, capital(typeName(type))), makeVerdict(type.verdict)),
          make(
            "p",
            {},
            type[field].estimate === null
              ? `${t("channel.type_unknown", { n: whole(type.count) })} ${type.reasons.map(title).join("; ")}.`
              : withNodes(priced ? "channel.type_value" : "channel.type_conversions", {
                  name: typeName(type, 1),
                  estimate: makeEstimate(type[field], show),
                  n: whole(type.count),
                  all: makeEstimate(type.incremental_conversions, amount),
                  goal: goalName(roi.goal),
                }),
          ),
          makeFlags(type.warnings),
          type.method ? make("p", { class: "soft small" }, t(`method.${type.method}`)) : "",
        ),
      ),
    ),
    makeFigure({
      title: t(priced ? "channel.figure_value" : "channel.figure_conversions", { currency: roi.currency }),
      sentence: types.map((type) => `${typeName(type)}: ${interval(type[field], show)}`).join("; "),
      note: t("channel.note"),
      rows: types,
      file: `types-${one.channel}`,
      draw: (width) =>
        drawForest(width, {
          rows: types.map((type) => ({
            name: typeName(type),
            e: type[field],
            tone: worstOf(type.warnings),
            reach: detectable(type) === null ? null : { from: 0, to: detectable(type) },
          })),
          marks: [{ x: 0, text: t("channels.zero"), strong: true }],
          label: t(priced ? "channel.axis_value" : "channel.axis_conversions", { currency: roi.currency }),
        }),
      columns: [
        { label: t("table.type"), raw: typeName, cell: (type) => typeName(type), words: true },
        { label: t("table.count"), raw: (type) => type.count, cell: (type) => whole(type.count) },
        ...estimateColumns(t("table.incremental"), (type) => type.incremental_conversions, amount),
        ...estimateColumns(t("table.value"), (type) => type.value_per_engagement, cash),
        { label: t("table.verdict"), raw: (type) => title(type.verdict), words: true },
        {
          label: t("table.codes"),
          raw: (type) => [...type.reasons, ...type.warnings].map(title).join("; "),
          words: true,
        },
      ],
    }),
  );
}

function makeTiming(types) {
  const known = types.filter((type) => type.timing);
  if (!known.length) return "";
  const rows = known.flatMap((type) => type.timing.map((share, lag) => ({ type: typeName(type), lag, share })));
  const first = known[0];
  return make(
    "section",
    {},
    make("h2", {}, t("timing.title")),
    makeFlags([...new Set(known.flatMap((type) => type.warnings))]),
    make(
      "p",
      {},
      t("timing.sentence", {
        share: percent(first.timing[0]),
        name: typeName(first, 1),
        week: percent(first.timing.slice(0, 7).reduce((sum, x) => sum + x, 0)),
      }),
    ),
    makeFigure({
      title: t("timing.figure"),
      sentence: t("timing.alternative"),
      rows,
      file: "timing",
      draw: (width) =>
        Plot.plot({
          style: FONT,
          width,
          height: 60 + known.length * 90,
          marginLeft: 44,
          marginRight: isNarrow(width) ? 12 : 150,
          marginBottom: 40,
          x: {
            label: t("timing.axis"),
            labelAnchor: "center",
            labelArrow: "none",
            domain: [-0.6, 27.6],
            ticks: 5,
            tickSize: 0,
          },
          y: { label: null, tickFormat: percent, ticks: 3, grid: true, tickSize: 0 },
          fy: { label: null, axis: isNarrow(width) ? null : "right", padding: 0.25 },
          marks: [
            Plot.rectY(rows, {
              fy: "type",
              x1: (row) => row.lag - 0.4,
              x2: (row) => row.lag + 0.4,
              y: "share",
              fill: "var(--accent)",
              fillOpacity: 0.75,
            }),
            Plot.ruleY([0], { stroke: "var(--zero)" }),
            ...(isNarrow(width)
              ? [
                  Plot.text(
                    known.map((type) => ({ type: typeName(type) })),
                    { fy: "type", text: "type", frameAnchor: "top-right", fill: "var(--soft)" },
                  ),
                ]
              : []),
          ],
        }),
      columns: [
        { label: t("table.type"), raw: (row) => row.type, words: true },
        { label: t("timing.axis"), raw: (row) => row.lag },
        { label: t("timing.share"), raw: (row) => row.share, cell: (row) => percent(row.share) },
      ],
    }),
  );
}

function makeSensitivity(one, goal) {
  const known = one.engagements.filter(
    ({ sensitivity }) => sensitivity && sensitivity.value !== null && sensitivity.value_ci !== null,
  );
  if (!known.length) return "";
  return make(
    "section",
    {},
    make("h2", {}, t("sensitivity.title")),
    make("p", { class: "soft" }, t("sensitivity.sentence")),
    make(
      "dl",
      { class: "sentences" },
      known.map((type) =>
        make(
          "div",
          {},
          make("dt", {}, typeName({ ...type, channel: one.channel })),
          make("dd", {}, hiddenCauseText(type, one.channel, goal)),
        ),
      ),
    ),
    known.some((type) => type.unseen_share > 0.05) ? make("p", {}, t("sensitivity.unseen")) : null,
    one.smallest_detectable_effect && one.smallest_detectable_effect.incremental_conversions !== null
      ? make(
          "p",
          { class: "soft" },
          t("sensitivity.detectable", {
            n: amount(one.smallest_detectable_effect.incremental_conversions),
            have: bounds(one.incremental_conversions, amount),
          }),
        )
      : null,
  );
}
