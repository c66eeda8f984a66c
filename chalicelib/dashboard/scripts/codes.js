// Titles and explanations of the API's codes, and the warnings that belong to a number.
import { make } from "./dom.js";
import { capital, kindOf, typeName, words } from "./names.js";
import { hasText, language, t } from "./language.js";
import { ask } from "./session.js";

let entries = new Map();
let rejections = new Map();
const SEVERE = ["do_not_act", "caution"];

export async function loadCodes(visit) {
  const catalogue = await ask("v1/codes", visit);
  entries = new Map(catalogue.codes.map((one) => [one.code, one]));
  rejections = new Map(catalogue.rejections.map((one) => [one.code, one]));
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
  return { ...entry, subject: subject ? subjectName(subject) : "" };
}

function subjectName(subject) {
  return /^[a-z_0-9]+\/[a-z_]+$/.test(subject) ? typeName(kindOf(subject)) : words(subject);
}

// A title. Verdicts have titles in every language of the page; other codes are in English.
export function title(code) {
  const entry = entryOf(code),
    own = language() !== "en" && hasText(`verdict.${entry.code}`);
  const plain = own ? t(`verdict.${entry.code}`) : entry.title;
  return entry.subject ? `${plain}: ${entry.subject}` : plain;
}

export const severityOf = (code) => entryOf(code).severity;

export function worstOf(codes) {
  return SEVERE.find((severity) => codes.some((code) => severityOf(code) === severity)) || null;
}

// Short visible tags for the warnings that matter, next to the number they belong to.
export function makeFlags(codes) {
  const shown = SEVERE.flatMap((severity) =>
    codes.filter((code) => severityOf(code) === severity).map((code) => [severity, code]),
  );
  if (!shown.length) return "";
  return make(
    "ul",
    { class: "flags" },
    shown.map(([severity, code]) =>
      make(
        "li",
        { class: `flag ${severity}` },
        make("strong", {}, t(`severity.${severity}`)),
        " ",
        make("span", { lang: "en" }, title(code)),
      ),
    ),
  );
}

// One tag for the worst severity, for places without room for titles.
export function makeMark(codes) {
  const worst = worstOf(codes);
  return worst ? make("span", { class: `flag ${worst}` }, make("strong", {}, t(`severity.${worst}`))) : null;
}

// Texts of the catalogue mark names of fields with backticks.
const withCode = (text) => text.split("`").map((part, index) => (index % 2 ? make("code", {}, part) : part));

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
          { class: entry.severity, lang: "en" },
          make("strong", {}, title(code)),
          entry.severity === "note"
            ? null
            : [
                " ",
                make(
                  "span",
                  { class: `flag ${entry.severity}`, lang: language() },
                  make("strong", {}, t(`severity.${entry.severity}`)),
                ),
              ],
          make("p", {}, withCode(entry.meaning)),
          entry.help && entry.help !== "No action is needed."
            ? make("p", { class: "help" }, withCode(entry.help))
            : null,
        );
      }),
    ),
  );
}

// The entry of a rejection code. Unknown codes get a title made from the code.
export function rejection(code) {
  return rejections.get(code) || { code, title: capital(words(code)), meaning: "", help: "" };
}

// The text of a reason, which is a sentence, or a code with an optional detail after a colon.
export function reasonInWords(text) {
  const found = /^([a-z_]+)(?:: (.*))?$/s.exec(text);
  if (!found || !rejections.has(found[1])) return text;
  const known = rejections.get(found[1]);
  return `${known.title}: ${found[2] || known.meaning}`;
}
