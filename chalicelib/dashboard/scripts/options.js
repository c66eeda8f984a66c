// Options for reading a file, for uploads and replays.
import { make } from "./dom.js";
import { callApi } from "./session.js";

// The names of the tenant's mappings. Empty if the key may not list them.
export async function mappingNames() {
  try {
    return (await callApi("v1/mappings?limit=200")).mappings.map((one) => one.name);
  } catch {
    return []; // the role of the key may not allow listing mappings
  }
}

export function makeOptions(mappings, given = {}) {
  const spread = make("input", { type: "checkbox", name: "spread", checked: Boolean(given.spread) });
  const currency = make("input", { name: "currency", size: 5, maxlength: 3, pattern: "[A-Za-z]{3}", placeholder: "EUR", autocomplete: "off" });
  const mapping = make("select", { name: "mapping" }, make("option", { value: "" }, "none"), mappings.map((name) => make("option", { value: name }, name)));
  const fields = make("fieldset", { class: "options" },
    make("label", { class: "check" }, spread, make("span", {}, "Rows that cover several days: spread them evenly over their days")),
    make("label", {}, make("span", {}, "Currency, if the file has none"), currency),
    mappings.length ? make("label", {}, make("span", {}, "Mapping, for a table with other columns"), mapping) : null);
  const chosen = () => {
    const options = {};
    if (spread.checked) options.spread = true;
    if (currency.value.trim()) options.currency = currency.value.trim().toUpperCase();
    if (mapping.value) options.mapping = mapping.value;
    return options;
  };
  return { fields, chosen };
}
