// The matrix of all pairs of engagement types. Grey cells: nothing can be said.
import { make, makeButton } from "./dom.js";
import { fine, interval } from "./format.js";
import { kindOf, typeName } from "./names.js";
import { title, worstOf } from "./codes.js";
import { csvOf, download } from "./charts.js";
import { t } from "./language.js";
import { isShared } from "./session.js";
import { addressWith } from "./state.js";

const SIGNS = {
  worth_more: "▲",
  worth_less: "▼",
  equivalent: "=",
  inconclusive: "?",
  too_early: "?",
  not_estimable: "–",
};

export function makeMatrix(answer, types) {
  const names = answer.types,
    label = (name, number = 2) => typeName(kindOf(name, types), number);
  const pairs = new Map(answer.pairs.map((pair) => [`${pair.engagement} ${pair.baseline}`, pair]));
  const columns = [
    { label: t("compare.one"), raw: (pair) => label(pair.engagement) },
    { label: t("compare.other"), raw: (pair) => label(pair.baseline) },
    { label: t("compare.ratio_row"), raw: (pair) => pair.ratio.estimate },
    { label: t("table.low"), raw: (pair) => pair.ratio.ci_low },
    { label: t("table.high"), raw: (pair) => pair.ratio.ci_high },
    { label: t("table.verdict"), raw: (pair) => title(pair.verdict) },
    { label: t("table.codes"), raw: (pair) => [...pair.reasons, ...pair.warnings].map(title).join("; ") },
  ];
  return make(
    "section",
    {},
    make("h2", {}, t("matrix.title")),
    make("p", {}, t("matrix.sentence")),
    make(
      "ul",
      { class: "legend" },
      ["worth_more", "equivalent", "worth_less", "inconclusive"].map((verdict) =>
        make(
          "li",
          {},
          make("span", { class: `cell ${verdict}`, "aria-hidden": "true" }, SIGNS[verdict]),
          title(verdict),
        ),
      ),
      make(
        "li",
        {},
        make("span", { class: "cell not_estimable", "aria-hidden": "true" }, SIGNS.not_estimable),
        t("matrix.nothing"),
      ),
    ),
    make(
      "div",
      { class: "scroll", role: "region", tabindex: "0", "aria-label": t("matrix.title") },
      make(
        "table",
        { class: "matrix" },
        make(
          "thead",
          {},
          make(
            "tr",
            {},
            make("th", { scope: "col" }, t("matrix.corner")),
            names.map((name) => make("th", { scope: "col" }, label(name, 1))),
          ),
        ),
        make(
          "tbody",
          {},
          names.map((row) =>
            make(
              "tr",
              {},
              make("th", { scope: "row" }, label(row, 1)),
              names.map((column) => makeCell(row, column, pairs, label)),
            ),
          ),
        ),
      ),
    ),
    make(
      "p",
      {},
      makeButton(t("table.csv"), () => download("pairs.csv", csvOf(columns, answer.pairs))),
    ),
  );
}

function makeCell(row, column, pairs, label) {
  if (row === column) return make("td", { class: "same" }, make("span", { class: "soft" }, "1"));
  const pair = pairs.get(`${row} ${column}`);
  if (!pair || pair.verdict === "not_estimable")
    return make(
      "td",
      { class: "not_estimable" },
      make("span", { class: "visually-hidden" }, t("matrix.nothing")),
      make("span", { "aria-hidden": "true" }, SIGNS.not_estimable),
    );
  const worst = worstOf(pair.warnings);
  const name = `${label(row, 1)} / ${label(column, 1)}: ${interval(pair.ratio, fine)}, ${title(pair.verdict)}${worst ? `, ${t(`severity.${worst}`)}` : ""}`;
  const shown = [
    make(
      "span",
      { class: "ratio" },
      pair.ratio.estimate === null ? SIGNS[pair.verdict] : `${fine(pair.ratio.estimate)} ${SIGNS[pair.verdict]}`,
    ),
    worst ? make("span", { class: `dot ${worst}` }, t(`severity.short.${worst}`)) : null,
  ];
  return make(
    "td",
    { class: pair.verdict },
    isShared()
      ? make("span", { title: name }, shown)
      : make("a", { href: addressWith({ a: row, b: column }), "aria-label": name, title: name }, shown),
  );
}
