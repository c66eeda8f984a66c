// The control for the days of an answer: some usual ranges, or two dates.
import { labelled, make, makeSelect } from "./dom.js";
import { t } from "./language.js";
import { changeState } from "./state.js";

// presets: { value, label, from, to }; the first one has no dates and is shown without a choice.
// limits: { min, max, from, to } of the two dates.
export function makeRangeControl({ from, to }, presets, limits) {
  const [usual] = presets,
    chosen = !from && !to ? usual.value : presets.find((one) => one.from === from && one.to === to)?.value || "custom";
  const date = (id, value) =>
    make("input", { type: "date", id, min: limits.min, max: limits.max, value, required: true });
  const first = date("range-from", from || limits.from),
    last = date("range-to", to || limits.to);
  const own = make(
    "span",
    { class: "own-range", hidden: chosen !== "custom" },
    labelled(t("range.from"), first),
    labelled(t("range.to"), last),
  );
  const apply = () => {
    if (first.value && last.value && first.validity.valid && last.validity.valid && first.value <= last.value)
      changeState({ from: first.value, to: last.value });
  };
  first.addEventListener("change", apply);
  last.addEventListener("change", apply);
  const options = [...presets, { value: "custom", label: t("range.custom") }];
  const select = makeSelect({ id: "range" }, options, chosen, (value) => {
    const preset = presets.find((one) => one.value === value);
    own.hidden = value !== "custom";
    if (value === "custom") first.focus();
    else changeState({ from: preset.from, to: preset.to });
  });
  return make("div", { class: "field-group" }, labelled(t("range.label"), select), own);
}
