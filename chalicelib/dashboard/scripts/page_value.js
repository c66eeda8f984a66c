// What a page is worth with another number of followers. The service computes it.
import { labelled, make } from "./dom.js";
import { money, whole } from "./format.js";
import { makeFlags, title } from "./codes.js";
import { explain } from "./explain.js";
import { t, withNodes } from "./language.js";
import { question } from "./basis.js";
import { makeEstimate } from "./parts.js";
import { ask, isShared, pathOf } from "./session.js";
import { keepState } from "./state.js";

const LARGEST = 1e10,
  SETTLED_MILLISECONDS = 200;

// The number of followers in the URL; null if there is none.
export function sizeAsked(visit) {
  const text = visit.state.params.get("size"),
    size = Number(text);
  return text && Number.isInteger(size) && size >= 0 && size <= LARGEST ? size : null;
}

// A round number above four times the size.
function upperEnd(size) {
  const least = Math.max(4 * size, 1000),
    unit = 10 ** Math.floor(Math.log10(least));
  return Math.min(Math.ceil(least / unit) * unit, LARGEST);
}

export function makePageValue(page, one, answer, visit, horizon) {
  const known = one.audience.size,
    start = page.size ?? known ?? 0,
    most = Math.max(upperEnd(known ?? start), start),
    locked = isShared();
  const slider = make("input", {
    type: "range",
    id: "page-size",
    min: 0,
    max: most,
    step: 1,
    value: start,
    disabled: locked,
  });
  const number = make("input", {
    type: "number",
    id: "page-size-number",
    min: 0,
    max: LARGEST,
    step: 1,
    value: start,
    disabled: locked,
  });
  const shown = make("div", { "aria-live": "polite", id: "page-value" }, valueOfPage(page, one, answer));
  let latest = 0,
    path = null;

  async function update(size) {
    latest += 1;
    const mine = latest;
    keepState({ size: size === known ? null : size });
    shown.setAttribute("aria-busy", "true");
    await new Promise((resolve) => {
      setTimeout(resolve, SETTLED_MILLISECONDS);
    });
    if (mine !== latest || visit.signal.aborted) return;
    try {
      const asked = pathOf("audiences", question(visit, { channel: one.channel, size, horizon_days: horizon }));
      const found = await ask(asked, visit);
      if (mine !== latest) return;
      if (path !== null && path !== asked) visit.asked.delete(path); // a shared page shows one size
      path = asked;
      shown.replaceChildren(...valueOfPage(found.channels[0].page, one, answer));
    } catch (error) {
      if (visit.signal.aborted || mine !== latest) return;
      shown.replaceChildren(make("p", { class: "error" }, explain(error, "task.answers", "roles.read")));
    }
    shown.removeAttribute("aria-busy");
  }

  slider.addEventListener("input", () => {
    number.value = slider.value;
    update(Number(slider.value));
  });
  number.addEventListener("input", () => {
    if (number.value === "" || !number.validity.valid) return;
    slider.value = number.value;
    update(Number(number.value));
  });
  return make(
    "section",
    {},
    make("h2", {}, t("page_value.title")),
    make(
      "div",
      { class: "choice sizes" },
      labelled(t("page_value.slider"), slider),
      labelled(t("page_value.number"), number),
    ),
    known === null ? null : make("p", { class: "soft small" }, t("page_value.today", { n: whole(known) })),
    shown,
  );
}

function valueOfPage(page, one, answer) {
  const cash = money(answer.currency),
    limit = page.at_most_through_engagements_per_30_days,
    n = page.size === null ? t("unknown") : whole(page.size);
  const ceiling =
    limit === null ? null : make("p", { class: "soft" }, t("page_value.at_most", { n, limit: cash(limit) }));
  if (page.value_per_30_days.estimate === null) {
    const why = page.size === null ? t("page_value.no_size") : one.reasons.map(title).join("; ");
    return [make("p", {}, t("page_value.unknown", { why })), ceiling].filter(Boolean);
  }
  return [
    make(
      "p",
      { class: "figure-line" },
      withNodes("page_value.month", { n, estimate: makeEstimate(page.value_per_30_days, cash) }),
    ),
    make(
      "p",
      {},
      withNodes("page_value.horizon", { days: page.value.horizon_days, estimate: makeEstimate(page.value, cash) }),
    ),
    makeFlags(one.warnings),
    ceiling,
  ].filter(Boolean);
}
