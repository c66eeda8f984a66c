// The texts of the page in the chosen language. Each language has one dictionary.
import { ENGLISH } from "./texts_en.js";
import { GERMAN } from "./texts_de.js";

const DICTIONARIES = { en: ENGLISH, de: GERMAN };
export const LANGUAGES = Object.keys(DICTIONARIES);
const preferred = (navigator.languages || [navigator.language]).find((one) => LANGUAGES.includes(one.slice(0, 2)));
let chosen = "en";

export function chooseLanguage(asked) {
  chosen = LANGUAGES.includes(asked) ? asked : (preferred || "en").slice(0, 2);
  document.documentElement.lang = chosen;
}

export function language() {
  return chosen;
}

// The browser's regional variant of the chosen language, for numbers and days.
export function locale() {
  return (navigator.languages || []).find((one) => one.slice(0, 2) === chosen) || chosen;
}

export function hasText(key) {
  return key in DICTIONARIES[chosen];
}

export function t(key, values = {}) {
  if (!hasText(key)) throw new Error(`The dictionary has no text ${key}.`);
  return DICTIONARIES[chosen][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// A text that depends on a number: the keys end in _one and _other.
export function tn(key, number, values = {}) {
  const form = new Intl.PluralRules(chosen).select(number) === "one" ? "one" : "other";
  return t(`${key}_${form}`, { n: new Intl.NumberFormat(locale()).format(number), ...values });
}

// A text with elements in it, as a list of children.
export function withNodes(key, nodes) {
  return t(key, Object.fromEntries(Object.keys(nodes).map((name) => [name, `\u0000${name}\u0000`])))
    .split("\u0000")
    .map((part, index) => (index % 2 ? nodes[part] : part));
}
