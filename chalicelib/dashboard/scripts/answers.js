// The value of one engagement, and the ROI of each channel.
import { $, makeTable } from "./dom.js";
import { fine, whole, words } from "./format.js";
import { callApi, explain } from "./session.js";
import { title } from "./codes.js";

let shown = { channels: [] };

function interval(e, format) {
  if (e.estimate === null) return "unknown";
  const end = (x) => (x === null ? "no bound" : format.format(x));
  return `${format.format(e.estimate)} (${end(e.ci_low)} to ${end(e.ci_high)})`;
}

function bar(e, low, high) {
  const ns = "http://www.w3.org/2000/svg", width = 160, at = (x) => ((x - low) / (high - low)) * width;
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("width", width); svg.setAttribute("height", 18);
  svg.setAttribute("role", "img"); svg.setAttribute("aria-label", interval(e, fine));
  const draw = (name, attributes) => {
    const node = document.createElementNS(ns, name);
    for (const [k, v] of Object.entries(attributes)) node.setAttribute(k, v);
    svg.append(node);
  };
  const end = (x, bound) => (x === null ? bound : x);
  draw("line", { x1: at(0), x2: at(0), y1: 0, y2: 18, class: "zero" });
  draw("line", { x1: at(end(e.ci_low, low)), x2: at(end(e.ci_high, high)), y1: 9, y2: 9, class: "reach" });
  draw("circle", { cx: at(e.estimate), cy: 9, r: 4.5, class: "point" });
  return svg;
}

function verdict(c) {
  return [[title(c.verdict), ...c.reasons.map(title)].join(": "), ...c.warnings.map((w) => `Note: ${title(w)}`)].join("; ");
}

function showChannels(roi) {
  $("about").textContent = `${roi.from} to ${roi.to}, goal ${roi.goal}, ${roi.currency}. ROI = (incremental revenue − cost) / cost. The vertical line marks zero.`;
  const known = roi.channels.filter((c) => c.roi.estimate !== null);
  const low = Math.min(-1, ...known.map((c) => c.roi.ci_low)), high = Math.max(1, ...known.map((c) => c.roi.ci_high));
  $("channels").replaceChildren(makeTable("", [
    { label: "Channel", words: true, wide: true, cell: (c) => words(c.channel) },
    { label: "Cost", cell: (c) => whole.format(c.cost) },
    { label: "Incremental conversions", cell: (c) => interval(c.incremental_conversions, whole) },
    { label: "ROI", cell: (c) => interval(c.roi, fine) },
    { label: "Interval", cell: (c) => (c.roi.estimate === null ? "" : bar(c.roi, low, high)) },
    { label: "Verdict", words: true, wide: true, tone: (c) => c.verdict, cell: verdict },
  ], roi.channels));
}

const typesOf = (roi) => roi.channels.flatMap((c) => c.engagements.map((e) => ({ name: `${c.channel}/${e.type}`, ...e })));

function fillPair(roi) {
  const types = typesOf(roi);
  for (const [id, preferred] of [["engagement", "facebook/like"], ["baseline", "google_ads/click"]]) {
    $(id).replaceChildren(...types.map((k) => new Option(words(k.name), k.name)));
    const paid = types.find((k) => k.paid);
    $(id).value = types.some((k) => k.name === preferred) ? preferred : ((id === "baseline" && paid) || types[0] || {}).name;
  }
}

export async function showPair() {
  const [engagement, baseline] = [$("engagement").value, $("baseline").value];
  const e = await callApi(`v1/equivalence?${new URLSearchParams({ engagement, baseline })}`);
  if (engagement !== $("engagement").value || baseline !== $("baseline").value) return; // the selection has changed
  const [one, other] = [`One ${words(engagement)}`, words(baseline)];
  const end = (x) => (x === null ? "no bound" : fine.format(x));
  $("equivalence").textContent = e.ratio.estimate === null
    ? (["worth_more", "worth_less"].includes(e.verdict) ? `${one} is ${words(e.verdict)} than one ${other}; the data do not show by how much.` : "The data cannot answer this question.")
    : `${one} is worth ${fine.format(e.ratio.estimate)} ${other} (95 % interval ${end(e.ratio.ci_low)} to ${end(e.ratio.ci_high)}): ${title(e.verdict)}.`;
  const more = [...e.reasons, ...e.warnings].map(title);
  if (e.needed) more.push(`${e.needed.days} more days (${whole.format(e.needed.engagements)} engagements) would give a clear answer`);
  const chosen = typesOf(shown).find((k) => k.name === engagement);
  if (chosen && chosen.sensitivity) more.push(chosen.sensitivity.sentence);
  $("equivalence-more").textContent = more.join("; ");
}

export async function showAnswers() {
  $("answers").hidden = true;
  try {
    shown = await callApi("v1/roi");
  } catch (error) {
    throw new Error(explain(error, "see the answers", "read or admin"));
  }
  showChannels(shown);
  fillPair(shown);
  $("answers").hidden = false;
  await showPair();
}
