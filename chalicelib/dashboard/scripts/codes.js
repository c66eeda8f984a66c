// Codes of the API in words, from its catalogue.
import { ask } from "./session.js";
import { words } from "./format.js";

let entries = new Map();
let rejections = new Map();

export async function loadCodes() {
  const told = await ask("v1/codes");
  entries = new Map(told.codes.map((one) => [one.code, one]));
  rejections = new Map(told.rejections.map((one) => [one.code, one]));
}

export function title(code) {
  const [stem, subject] = code.split(/:(.*)/s);
  const known = entries.has(stem) ? entries.get(stem).title : words(stem);
  return subject ? `${known}: ${subject}` : known;
}

// A code that the catalogue does not list is shown in words.
export function rejection(code) {
  const plain = words(code);
  return rejections.get(code) || { code, title: plain.charAt(0).toUpperCase() + plain.slice(1), meaning: "", help: "" };
}

// A reason that is a sentence, or a code with its detail behind a colon.
export function reasonInWords(text) {
  const found = /^([a-z_]+)(?:: (.*))?$/s.exec(text);
  if (!found || !rejections.has(found[1])) return text;
  const known = rejections.get(found[1]);
  return `${known.title}: ${found[2] || known.meaning}`;
}
