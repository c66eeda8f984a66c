// Titles and explanations of the API's codes, and the warnings that belong to a number.
import { make } from "./dom.js";
import { capital, channelName, kindOf, typeName, words } from "./names.js";
import { language, t, tn } from "./language.js";
import { ask, pathOf } from "./session.js";

let entries = new Map();
let rejections = new Map();
let problems = new Map();
const SEVERE = ["do_not_act", "caution"];

export async function loadCodes(visit) {
  const catalogue = await ask(pathOf("codes", { language: language() === "en" ? null : language() }), visit);
  entries = new Map(catalogue.codes.map((one) => [one.code, one]));
  rejections = new Map(catalogue.rejections.map((one) => [one.code, one]));
  problems = new Map(catalogue.problems.map((one) => [one.code, one]));
}

// The entry of a code such as not_counted:xing/like, with the part after the colon as its subject.
export function entryOf(code) {
  const [stem, subject] = code.split(/:(.*)/s);
  const entry = entries.get(stem) || {
    code: stem,
    title: capital(words(stem)),
    meaning: "",
    severity: "caution",
    help: "",
  };
  return { ...entry, subject: subject ? subjectName(subject, entry.subject) : "" };
}

function subjectName(subject, what) {
  if (what === "channel") return channelName(subject);
  return /^[a-z_0-9]+\/[a-z_]+$/.test(subject) ? typeName(kindOf(subject)) : words(subject);
}

export function title(code) {
  const entry = entryOf(code);
  return entry.subject ? `${entry.title}: ${entry.subject}` : entry.title;
}

export const severityOf = (code) => entryOf(code).severity;

export function worstOf(codes) {
  return SEVERE.find((severity) => codes.some((code) => severityOf(code) === severity)) || null;
}

// The warnings that matter, worst first.
const severe = (codes) => SEVERE.flatMap((severity) => codes.filter((code) => severityOf(code) === severity));

const makeFlag = (element, code) =>
  make(
    element,
    { class: `flag ${severityOf(code)}` },
    make("strong", {}, t(`severity.${severityOf(code)}`)),
    " ",
    title(code),
  );

// Short visible tags for the warnings that matter, next to the number they belong to.
export function makeFlags(codes) {
  const shown = severe(codes);
  if (!shown.length) return "";
  return make(
    "ul",
    { class: "flags" },
    shown.map((code) => makeFlag("li", code)),
  );
}

// The first of these tags; the others appear when the reader opens them.
export function makeFirstFlag(codes) {
  const [first, ...others] = severe(codes);
  if (!first) return null;
  return [
    makeFlag("div", first),
    others.length
      ? make("details", { class: "others" }, make("summary", {}, tn("warning.more", others.length)), makeFlags(others))
      : null,
  ];
}

// One tag for the worst severity, for places without room for titles.
export function makeMark(codes) {
  const worst = worstOf(codes);
  return worst ? make("span", { class: `flag ${worst}` }, make("strong", {}, t(`severity.${worst}`))) : null;
}

// Texts of the catalogue mark names of fields with backticks.
export const withCode = (text) => text.split("`").map((part, index) => (index % 2 ? make("code", {}, part) : part));

// The reasons and warnings in full: title, meaning, what would help. Worst first.
export function makeExplanations(codes, heading, level = "h3") {
  const distinct = [...new Set(codes)];
  if (!distinct.length) return "";
  const order = [...SEVERE, "note"];
  distinct.sort((a, b) => order.indexOf(severityOf(a)) - order.indexOf(severityOf(b)));
  return make(
    "section",
    { class: "explanations" },
    make(level, {}, heading),
    make(
      "ul",
      {},
      distinct.map((code) => {
        const entry = entryOf(code);
        return make(
          "li",
          { class: entry.severity },
          make("strong", {}, title(code)),
          entry.severity === "note"
            ? null
            : [
                " ",
                make("span", { class: `flag ${entry.severity}` }, make("strong", {}, t(`severity.${entry.severity}`))),
              ],
          make("p", {}, withCode(entry.meaning)),
          entry.help && entry.help !== t("help.none") ? make("p", { class: "help" }, withCode(entry.help)) : null,
        );
      }),
    ),
  );
}

// The entry of the code of an error: of a rejection or a problem. Unknown codes get a title made from
// the code. Some codes are both, with different texts.
const unknownFault = (code) => ({ code, title: capital(words(code)), meaning: "", help: "" });
export const rejection = (code) => rejections.get(code) || problems.get(code) || unknownFault(code);
export const problemOf = (code) => problems.get(code) || rejections.get(code) || unknownFault(code);

// Whether the catalogue is loaded. A problem can occur before.
export const knowsCode = (code) => problems.has(code);

// The text of a reason, which is a sentence, or a code with an optional detail after a colon.
export function reasonInWords(text) {
  const found = /^([a-z_]+)(?:: (.*))?$/s.exec(text);
  if (!found || !rejections.has(found[1])) return text;
  const known = rejections.get(found[1]);
  return `${known.title}: ${found[2] || known.meaning}`;
}
