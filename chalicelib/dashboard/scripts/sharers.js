// Contents that spread, and people whose shares bring most.
import { foreign, make } from "./dom.js";
import { amount, bounds, fine, interval, percent, whole } from "./format.js";
import { FONT, drawForest, estimateColumns, isNarrow, makeFigure, makeNames, marginFor } from "./charts.js";
import { makeFlags, withCode, worstOf } from "./codes.js";
import { t } from "./language.js";

const SHOWN = 12,
  LONGEST_NAME = 26;

// Names of at most so many characters, all different.
function shortNames(names) {
  const used = new Map();
  return names.map((name) => {
    const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name,
      seen = used.get(short) || 0;
    used.set(short, seen + 1);
    return seen ? `${short} (${seen + 1})` : short;
  });
}

export function makeContents(answer) {
  const { told_apart: apart, items } = answer.contents;
  if (!items.length) return null;
  const ranked = apart
    ? [...items].sort((a, b) => (b.reproduction.estimate ?? -1) - (a.reproduction.estimate ?? -1))
    : items;
  const names = shortNames(ranked.map((one) => one.content_id ?? t("contents.unnamed")));
  const rows = ranked.map((one, index) => ({ ...one, name: names[index] })),
    shown = rows.slice(0, SHOWN),
    running = rows.filter((one) => one.final_size.ci_low !== null);
  return make(
    "section",
    {},
    make("h2", {}, t("contents.title")),
    make("p", {}, t(apart ? "contents.apart" : "contents.luck")),
    makeFlags(answer.warnings),
    makeFigure({
      title: t(apart ? "contents.figure" : "contents.figure_shares"),
      sentence: shown
        .map((one) => `${one.name}: ${apart ? interval(one.reproduction, fine) : whole(one.shares)}`)
        .join("; "),
      note: rows.length > SHOWN ? t("contents.more", { n: SHOWN, all: whole(rows.length) }) : null,
      rows,
      file: "contents",
      draw: (width) => (apart ? drawContents(width, shown, answer.warnings) : drawShares(width, shown)),
      columns: [
        {
          label: t("contents.content"),
          raw: (one) => one.content_id ?? "",
          cell: (one) => foreign(one.name),
          words: true,
        },
        { label: t("contents.shares"), raw: (one) => one.shares, cell: (one) => whole(one.shares) },
        ...estimateColumns(t("virality.axis"), (one) => one.reproduction, fine),
        ...estimateColumns(t("contents.final_size"), (one) => one.final_size, whole),
      ],
    }),
    running.length
      ? [
          make("h3", {}, t("contents.running")),
          make(
            "ul",
            { class: "plain-list" },
            running.map((one) =>
              make(
                "li",
                {},
                foreign(one.name),
                ": ",
                one.final_size.estimate === null
                  ? t("contents.will_be_at_least", { n: whole(one.shares), low: whole(one.final_size.ci_low) })
                  : t("contents.will_be", {
                      n: whole(one.shares),
                      end: whole(one.final_size.estimate),
                      bounds: bounds(one.final_size, whole),
                    }),
              ),
            ),
          ),
        ]
      : null,
  );
}

const drawContents = (width, shown, warnings) =>
  drawForest(width, {
    rows: shown.map((one) => ({ name: one.name, e: one.reproduction, tone: worstOf(warnings) })),
    marks: [{ x: 1, text: t("virality.mark"), strong: true }],
    label: t("virality.axis"),
  });

// Contents without an R of their own, because luck explains the differences.
function drawShares(width, shown) {
  const marginLeft = marginFor(
    shown.map((one) => one.name),
    isNarrow(width),
  );
  return Plot.plot({
    style: FONT,
    width,
    marginLeft,
    marginBottom: 40,
    height: 60 + shown.length * 26,
    x: { label: t("contents.shares"), labelAnchor: "center", labelArrow: "none", grid: true, ticks: 5, tickSize: 0 },
    y: { domain: shown.map((one) => one.name), label: null, axis: null },
    marks: [
      makeNames(marginLeft),
      Plot.barX(shown, {
        y: "name",
        x: "shares",
        fill: "var(--accent)",
        fillOpacity: 0.75,
        insetTop: 4,
        insetBottom: 4,
      }),
    ],
  });
}

export function makeMultipliers(answer) {
  const { told_apart: apart, people, brought_by_top_percent: top } = answer.multipliers;
  const section = make("section", {}, make("h2", {}, t("multipliers.title")));
  if (!apart) {
    section.append(make("p", {}, t("multipliers.luck")));
    return section;
  }
  if (top !== null) section.append(make("p", {}, t("multipliers.top", { share: percent(top) })));
  if (!people.length) {
    section.append(make("p", {}, t("multipliers.unnamed")));
    return section;
  }
  // The lower bound is less sensitive than the estimate to the luck of people with few shares.
  const ranked = [...people].sort((a, b) => (b.factor.ci_low ?? 0) - (a.factor.ci_low ?? 0));
  const rows = ranked.map((one, index) => ({ ...one, name: t("multipliers.name", { n: index + 1 }) })),
    shown = rows.slice(0, SHOWN);
  section.append(
    make("p", {}, t("multipliers.sentence")),
    makeFigure({
      title: t("multipliers.figure"),
      sentence: shown.map((one) => `${one.name}: ${interval(one.factor, amount)}`).join("; "),
      note: rows.length > SHOWN ? t("contents.more", { n: SHOWN, all: whole(rows.length) }) : null,
      rows,
      file: "multipliers",
      draw: (width) =>
        drawForest(width, {
          rows: shown.map((one) => ({ name: one.name, e: one.factor, tone: null })),
          marks: [{ x: 1, text: t("multipliers.average"), strong: true }],
          label: t("multipliers.axis"),
        }),
      columns: [
        { label: t("multipliers.person"), raw: (one) => one.name, words: true },
        {
          label: t("multipliers.hash"),
          raw: (one) => one.person,
          cell: (one) => make("code", {}, one.person),
          words: true,
        },
        { label: t("contents.shares"), raw: (one) => one.shares, cell: (one) => whole(one.shares) },
        { label: t("multipliers.brought"), raw: (one) => one.brought, cell: (one) => whole(one.brought) },
        ...estimateColumns(t("multipliers.axis"), (one) => one.factor, fine),
      ],
    }),
    make("p", { class: "soft small" }, withCode(t("multipliers.who"))),
  );
  return section;
}
