// Titles and explanations of the API's codes.
import { callApi } from "./session.js";
import { words } from "./format.js";

let entries = new Map();
let rejections = new Map();

export async function loadCodes() {
  const catalogue = await callApi("v1/codes");
  entries = new Map(catalogue.codes.map((one) => [one.code, one]));
  rejections = new Map(catalogue.rejections.map((one) => [one.code, one]));
}

export function title(code) {
  const [stem, subject] = code.split(/:(.*)/s);
  const known = entries.has(stem) ? entries.get(stem).title : words(stem);
  return subject ? `${known}: ${subject}` : known;
}

// The entry of a rejection code. Unknown codes get a title made from the code.
export function rejection(code) {
  const plain = words(code);
  return rejections.get(code) || { code, title: plain.charAt(0).toUpperCase() + plain.slice(1), meaning: "", help: "" };
}

// The text of a reason, which is a sentence, or a code with an optional detail after a colon.
export function reasonInWords(text) {
  const found = /^([a-z_]+)(?:: (.*))?$/s.exec(text);
  if (!found || !rejections.has(found[1])) return text;
  const known = rejections.get(found[1]);
  return `${known.title}: ${found[2] || known.meaning}`;
}
