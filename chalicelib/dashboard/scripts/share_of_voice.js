// How much of the talk is about the brand, and how much about each competitor.
import { make } from "./dom.js";
import { interval, percent, whole } from "./format.js";
import { FONT, estimateColumns, isNarrow, makeFigure, makeNames, marginFor } from "./charts.js";
import { title, withCode } from "./codes.js";
import { t } from "./language.js";
import { capital, words } from "./names.js";

export function makeVoices({ share_of_voice: voices }) {
  const section = make("section", {}, make("h2", {}, t("voice.title"))),
    reasons = [...new Set(voices.flatMap((one) => one.reasons))];
  if (reasons.includes("no_competitors")) {
    section.append(make("p", { class: "soft" }, withCode(t("voice.no_competitors"))));
    return section;
  }
  const rows = voices.map((one) => ({
    ...one,
    name: one.about === null ? t("voice.us") : capital(words(one.about)),
    e: one.share,
  }));
  if (rows.every((row) => row.e.estimate === null)) {
    section.append(make("p", {}, t("voice.unknown", { reasons: reasons.map(title).join("; ") })));
    return section;
  }
  section.append(
    make("p", {}, t("voice.sentence")),
    makeFigure({
      title: t("voice.figure"),
      sentence: rows.map((row) => `${row.name}: ${interval(row.e, percent)}`).join("; "),
      rows,
      file: "share-of-voice",
      draw: (width) => drawVoices(width, rows),
      columns: [
        { label: t("voice.about"), raw: (row) => row.name, words: true },
        { label: t("mood.messages"), raw: (row) => row.messages, cell: (row) => whole(row.messages) },
        ...estimateColumns(t("voice.share"), (row) => row.e, percent),
      ],
    }),
  );
  return section;
}

function drawVoices(width, rows) {
  const marginLeft = marginFor(
    rows.map((row) => row.name),
    isNarrow(width),
  );
  const known = rows.filter((row) => row.e.estimate !== null);
  return Plot.plot({
    style: FONT,
    width,
    marginLeft,
    marginRight: 20,
    marginBottom: 30,
    height: 50 + rows.length * 34,
    x: {
      label: null,
      domain: [0, Math.max(0.1, ...known.map((row) => row.e.ci_high ?? row.e.estimate))],
      grid: true,
      ticks: 5,
      tickSize: 0,
      tickFormat: percent,
    },
    y: { domain: rows.map((row) => row.name), label: null, axis: null },
    marks: [
      makeNames(marginLeft),
      Plot.barX(known, {
        y: "name",
        x: (row) => row.e.estimate,
        fill: (row) => (row.about === null ? "var(--accent)" : "var(--soft)"),
        fillOpacity: 0.55,
        insetTop: 6,
        insetBottom: 6,
      }),
      Plot.link(known, {
        y1: "name",
        y2: "name",
        x1: (row) => row.e.ci_low ?? row.e.estimate,
        x2: (row) => row.e.ci_high ?? row.e.estimate,
        stroke: "var(--ink)",
        strokeWidth: 2,
      }),
      Plot.ruleX([0], { stroke: "var(--ink)" }),
    ],
  });
}
