// Criticism of each day with what is usual, and the days that are unusual.
import { foreign, make } from "./dom.js";
import { amount, day, fine, shortDay, toDate, whole } from "./format.js";
import { FONT, isNarrow, makeFigure, tick } from "./charts.js";
import { title } from "./codes.js";
import { t, tn } from "./language.js";
import { makeVerdict } from "./parts.js";

const UNUSUAL = ["shitstorm", "buzz"];

export function makeCriticismDays({ alarms, alarm_rule: rule }) {
  const rows = alarms.map((one) => ({ ...one, at: toDate(one.day) })),
    unusual = rows.filter((one) => UNUSUAL.includes(one.verdict)),
    judged = rows.filter((one) => one.verdict !== null);
  const section = make("section", {}, make("h2", {}, t("storm.title")));
  if (!judged.length)
    section.append(
      make(
        "p",
        {},
        t("storm.unknown", { reasons: [...new Set(rows.flatMap((one) => one.reasons))].map(title).join("; ") }),
      ),
    );
  else
    section.append(
      make(
        "p",
        {},
        unusual.length ? tn("storm.some", unusual.length) : t("storm.none"),
        " ",
        t("storm.rule", { n: amount(rule.false_alarms_per_year) }),
      ),
      unusual.length ? makeUnusual(unusual) : "",
    );
  if (rows.some((one) => one.criticism !== null)) section.append(...makeDays(rows));
  return section;
}

function makeUnusual(unusual) {
  return make(
    "ul",
    { class: "plain-list", id: "unusual-days" },
    [...unusual]
      .reverse()
      .map((one) =>
        make(
          "li",
          {},
          make("strong", {}, day(one.day)),
          " ",
          makeVerdict(one.verdict),
          " ",
          t("storm.day", { n: whole(one.criticism), all: whole(one.messages), high: whole(one.usual_high) }),
          one.contents.length
            ? [
                " ",
                t("storm.contents"),
                " ",
                one.contents.map((name, place) => [place ? ", " : "", make("code", {}, foreign(name))]),
                ".",
              ]
            : null,
        ),
      ),
  );
}

function makeDays(rows) {
  return [
    make(
      "ul",
      { class: "legend" },
      ["criticism", "storm", "usual"].map((one) =>
        make("li", {}, make("span", { class: `key ${one}` }), t(`storm.key_${one}`)),
      ),
    ),
    makeFigure({
      title: t("storm.figure"),
      sentence:
        rows
          .filter((row) => UNUSUAL.includes(row.verdict))
          .map((row) => `${shortDay(row.at)}: ${whole(row.criticism)} (${title(row.verdict)})`)
          .join("; ") || t("storm.none"),
      rows,
      file: "criticism",
      draw: (width) => drawDays(width, rows),
      columns: [
        { label: t("daily.day"), raw: (row) => row.day, cell: (row) => day(row.day), words: true, short: true },
        numberColumn(t("storm.key_criticism"), "criticism", whole),
        numberColumn(t("mood.messages"), "messages", whole),
        numberColumn(t("storm.usual"), "usual", fine),
        numberColumn(t("storm.usual_high"), "usual_high", whole),
        {
          label: t("table.verdict"),
          raw: (row) => (row.verdict ? [row.verdict] : row.reasons).map(title).join("; "),
          words: true,
        },
      ],
    }),
  ];
}

const numberColumn = (label, name, show) => ({
  label,
  raw: (row) => row[name],
  cell: (row) => (row[name] === null ? t("unknown") : show(row[name])),
});

function drawDays(width, rows) {
  const noon = (row) => new Date(row.at.getTime() + 43200000),
    ink = (row) => (row.verdict === "shitstorm" ? "var(--bad)" : "var(--accent)");
  return Plot.plot({
    style: FONT,
    width,
    height: isNarrow(width) ? 220 : 260,
    marginLeft: 44,
    marginRight: 12,
    x: { type: "utc", label: null, ticks: isNarrow(width) ? 3 : 6, tickFormat: shortDay, tickSize: 0 },
    y: { label: null, grid: true, zero: true, ticks: 5, tickSize: 0, tickFormat: (x) => tick(x) },
    marks: [
      Plot.areaY(rows, { x: noon, y1: 0, y2: (row) => row.usual_high ?? NaN, fill: "var(--ground)" }),
      Plot.rectY(
        rows.filter((row) => row.criticism !== null),
        { x: "at", interval: "day", y: "criticism", fill: ink, fillOpacity: 0.8, insetLeft: 0.5, insetRight: 0.5 },
      ),
      Plot.lineY(rows, {
        x: noon,
        y: (row) => row.usual ?? NaN,
        stroke: "var(--ink)",
        strokeDasharray: "4,3",
        strokeWidth: 1.2,
      }),
      Plot.ruleY([0], { stroke: "var(--zero)" }),
    ],
  });
}
