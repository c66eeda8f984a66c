// What a design is asked for: the kind of test, its size and its days. All of it is in the URL, except the
// past of regions.
import { labelled, make, makeSelect } from "./dom.js";
import { t } from "./language.js";
import { changeState, showAgain } from "./state.js";

const DESIGN_KINDS = ["switchback", "holdout", "geo"],
  OF_HUNDRED = 100;

// Parameter of the URL -> field of the API, limits, the kinds of tests that use it. Shares are percentages
// in the URL.
const DESIGN_FIELDS = {
  days: { field: "days", min: 1, max: 365, step: 1 },
  start: { field: "from", type: "date", kinds: ["switchback"] },
  block: { field: "block", min: 1, max: 90, step: 1, kinds: ["switchback"] },
  people: { field: "people", min: 2, max: 1e10, step: 1, kinds: ["holdout"] },
  control: { field: "control_share", min: 1, max: 99, isShare: true, kinds: ["holdout"] },
  effect: { field: "effect", min: 0.01, max: 1000, isShare: true, kinds: ["holdout", "geo"] },
  regions: { field: "regions", min: 1, max: 300, step: 1, kinds: ["geo"] },
  margin: { field: "margin", min: 0.1, max: 100, isShare: true },
};

let regionsOfThePast = "";

export const pastRegions = () => regionsOfThePast;

const fits = ({ kinds }, kind) => !kinds || kinds.includes(kind);

// The question in the URL, as fields of the API.
export function designQuestion(params) {
  const asked = { channel: params.get("channel"), type: params.get("type") },
    kind = DESIGN_KINDS.find((one) => one === params.get("kind"));
  if (params.get("paid")) asked.paid = params.get("paid") === "true";
  if (kind) asked.kind = kind;
  for (const [name, one] of Object.entries(DESIGN_FIELDS)) {
    const text = params.get(name);
    if (!text || (kind && !fits(one, kind))) continue;
    if (one.type === "date") asked[one.field] = text;
    else asked[one.field] = one.isShare ? Number((Number(text) / OF_HUNDRED).toPrecision(12)) : Number(text);
  }
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== null));
}

// answer: null if nothing could be asked yet. Fields without an input are as the answer has them.
export function makeDesignForm(visit, kind, answer) {
  const { params } = visit.state;
  const chosen = makeSelect(
    { id: "design-kind" },
    DESIGN_KINDS.map((one) => ({ value: one, label: t(`design.kind_${one}`) })),
    kind,
    (one) => {
      const others = Object.keys(DESIGN_FIELDS).filter((name) => !fits(DESIGN_FIELDS[name], one));
      changeState({ kind: one, days: null, ...Object.fromEntries(others.map((name) => [name, null])) });
    },
  );
  const inputs = Object.entries(DESIGN_FIELDS)
    .filter(([, one]) => fits(one, kind))
    .map(([name, one]) => {
      const node = make("input", {
        id: `design-${name}`,
        type: one.type || "number",
        min: one.min,
        max: one.max,
        step: one.type ? null : one.step || "any",
        value: params.get(name) ?? usualOf(name, answer),
        autocomplete: "off",
      });
      node.addEventListener("change", () => {
        if (node.validity.valid) changeState({ kind, [name]: node.value });
      });
      return labelled(t(`design.field_${name}`), node);
    });
  const form = make(
    "form",
    { class: "planner no-print", id: "design-form", "aria-label": t("design.form") },
    make("div", { class: "choice" }, labelled(t("design.kind"), chosen), inputs),
    kind === "geo" ? makePast() : null,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (kind !== "geo") return;
    regionsOfThePast = form.querySelector("textarea").value.trim();
    showAgain();
  });
  return form;
}

function usualOf(name, answer) {
  if (answer === null) return null;
  if (name === "control") return answer.control_share === null ? null : OF_HUNDRED * answer.control_share;
  if (name === "regions") return answer.regions === null ? null : answer.regions.length;
  const field = { days: "days", start: "first_day", block: "block", people: "people" }[name];
  return field ? answer[field] : null;
}

function makePast() {
  const text = make("textarea", {
    id: "design-csv",
    rows: 6,
    required: true,
    placeholder: "date,region,conversions\n2026-01-01,north,18",
    "aria-describedby": "design-csv-about",
  });
  text.value = regionsOfThePast;
  return [
    labelled(t("form.csv"), text),
    make("p", { class: "soft small", id: "design-csv-about" }, t("design.csv_about")),
    make("button", { id: "design-send" }, t("design.send")),
  ];
}
