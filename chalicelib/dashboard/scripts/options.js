// Options for reading a file, for uploads and replays.
import { make } from "./dom.js";
import { t } from "./language.js";
import { callApi } from "./session.js";

// The names of the tenant's mappings. Empty if the key may not list them.
export async function mappingNames(visit) {
  try {
    return (await callApi("v1/mappings?limit=200", { signal: visit.signal })).mappings.map((one) => one.name);
  } catch (error) {
    if (visit.signal.aborted) throw error;
    return []; // the role of the key may not allow listing mappings
  }
}

export function makeOptions(mappings, given = {}) {
  const spread = make("input", { type: "checkbox", name: "spread", checked: Boolean(given.spread) });
  const currency = make("input", {
    name: "currency",
    size: 5,
    maxlength: 3,
    pattern: "[A-Za-z]{3}",
    placeholder: "EUR",
    autocomplete: "off",
  });
  const mapping = make(
    "select",
    { name: "mapping" },
    make("option", { value: "" }, t("options.no_mapping")),
    mappings.map((name) => make("option", { value: name }, name)),
  );
  const fields = make(
    "fieldset",
    { class: "fields" },
    make("label", { class: "check" }, spread, make("span", {}, t("options.spread"))),
    make("label", { class: "field" }, make("span", {}, t("options.currency")), currency),
    mappings.length ? make("label", { class: "field" }, make("span", {}, t("options.mapping")), mapping) : null,
  );
  const chosen = () => {
    const options = {};
    if (spread.checked) options.spread = true;
    if (currency.value.trim()) options.currency = currency.value.trim().toUpperCase();
    if (mapping.value) options.mapping = mapping.value;
    return options;
  };
  return { fields, chosen };
}
