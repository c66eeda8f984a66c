// What a plan is asked for: the budget per day and its days, how much may move, and what must stay.
import { labelled, make } from "./dom.js";
import { money, whole } from "./format.js";
import { channelName } from "./names.js";
import { title } from "./codes.js";
import { t, tn } from "./language.js";

const USUAL_PLAN = { budget: null, days: 28, most: 30, margin: null, freeze: [], free: false },
  LIMITS = { budget: [0, 1e9], days: [1, 365], most: [1, 100], margin: [0.1, 100] },
  STEPS = 100;

function inLimits(name, text) {
  const [low, high] = LIMITS[name],
    value = Number(text);
  const isNumber = text !== null && text !== "" && (name !== "days" || Number.isInteger(value));
  return isNumber && value >= low && value <= high ? value : USUAL_PLAN[name];
}

// The settings in the URL; what is not possible there is as usual.
export function settingsOf(params, curves) {
  const known = curves.channels.map((one) => one.channel);
  return {
    budget: inLimits("budget", params.get("budget")),
    days: inLimits("days", params.get("days")),
    most: inLimits("most", params.get("most")),
    margin: inLimits("margin", params.get("margin")),
    freeze: (params.get("freeze") || "").split(",").filter((one) => known.includes(one)),
    free: params.get("free") === "yes" && curves.value_is_in === "currency",
  };
}

// The settings as parameters of the URL, without the usual ones.
export function stateOfSettings(settings) {
  const changed = (name) => (settings[name] === USUAL_PLAN[name] ? null : settings[name]);
  return {
    budget: changed("budget"),
    days: changed("days"),
    most: changed("most"),
    margin: changed("margin"),
    freeze: settings.freeze.join(",") || null,
    free: settings.free ? "yes" : null,
  };
}

const sumOf = (channels, of) => channels.reduce((sum, one) => sum + of(one), 0);
const cents = (x) => Math.round(100 * x) / 100;

// What can be spent per day within the limits of the channels, and what is spent today.
function reachOf({ channels }) {
  return {
    low: cents(sumOf(channels, (one) => one.bounds[0])),
    high: cents(sumOf(channels, (one) => one.bounds[1])),
    now: cents(sumOf(channels, (one) => one.now)),
  };
}

// A step of the slider: 1, 2 or 5 times a power of ten.
function stepOf(width) {
  const least = Math.max(width / STEPS, 0.01),
    power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= least - 1e-12);
}

// change: is called with new settings; refuse: with a text about an impossible input. The result has
// the form and `adapt`, which adapts the slider to what the channels of a new plan can spend.
export function makePlanForm(plan, given, curves, change, refuse) {
  const cash = money(plan.currency);
  let now = reachOf(plan).now,
    budget = given.budget;
  const slider = make("input", { type: "range", id: "plan-slider", step: "any", "aria-describedby": "plan-reach" });
  const fieldOf = (name, value, more = {}) => {
    const [min, max] = LIMITS[name];
    return make("input", { type: "number", id: `plan-${name}`, min, max, value, autocomplete: "off", ...more });
  };
  const inputs = {
    budget: fieldOf("budget", null, { step: "any", required: true }),
    days: fieldOf("days", given.days, { step: 1, required: true }),
    most: fieldOf("most", given.most, { step: "any", required: true }),
    margin: fieldOf("margin", given.margin, { step: "any", "aria-describedby": "plan-margin-about" }),
  };
  const free = make("input", { type: "checkbox", id: "plan-free", checked: given.free });
  const boxes = plan.channels.map((one) => makeFreezing(one, given));
  const total = make("p", { id: "plan-total" });
  const reach = make("p", { class: "soft small", id: "plan-reach" });

  const settings = () => ({
    budget,
    days: Number(inputs.days.value),
    most: Number(inputs.most.value),
    margin: inputs.margin.value === "" ? null : Number(inputs.margin.value),
    freeze: boxes.filter(({ box }) => box.checked && !box.disabled).map(({ box }) => box.value),
    free: free.checked,
  });

  function showBudget() {
    const shown = budget ?? now;
    slider.value = shown;
    slider.setAttribute("aria-valuetext", t("plan.per_day", { amount: cash(shown) }));
    const length = Number(inputs.days.value);
    total.textContent = free.checked
      ? t("plan.total_free")
      : t("plan.total", { amount: cash(shown), whole: cash(shown * length), days: tn("plan.days", length) });
    slider.disabled = free.checked || slider.min === slider.max;
    inputs.budget.disabled = free.checked;
  }

  function sendOrRefuse() {
    for (const [name, input] of Object.entries(inputs)) {
      const isWrong = !input.disabled && !input.validity.valid;
      if (isWrong) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    const wrong = Object.keys(inputs).find((name) => inputs[name].hasAttribute("aria-invalid"));
    if (wrong) {
      const [low, high] = LIMITS[wrong].map(wrong === "margin" ? String : whole);
      refuse(t("plan.wrong", { field: t(`plan.field_${wrong}`), low, high }));
      return;
    }
    showBudget();
    change(settings());
  }

  function adapt(found) {
    const reached = reachOf(found),
      chosen = budget ?? reached.now;
    now = reached.now;
    const step = stepOf(reached.high - reached.low),
      ends = [Math.min(reached.low, chosen), Math.max(reached.high, chosen)];
    // today's budget is on a step, so that the reader can come back to it
    slider.step = step;
    slider.min = cents(now - step * Math.floor((now - ends[0]) / step + 1e-9));
    slider.max = cents(now + step * Math.floor((ends[1] - now) / step + 1e-9));
    if (document.activeElement !== inputs.budget) inputs.budget.value = chosen;
    reach.replaceChildren(t("plan.reach", { low: cash(reached.low), high: cash(reached.high), now: cash(now) }));
    showBudget();
  }

  slider.addEventListener("input", () => {
    const value = cents(Number(slider.value));
    budget = Math.abs(value - now) < 0.005 ? null : value;
    inputs.budget.value = value;
    sendOrRefuse();
  });
  inputs.budget.addEventListener("input", () => {
    if (inputs.budget.validity.valid) {
      const value = Number(inputs.budget.value);
      budget = Math.abs(value - now) < 0.005 ? null : value;
    }
    sendOrRefuse();
  });
  const others = [inputs.days, inputs.most, inputs.margin, free, ...boxes.map(({ box }) => box)];
  for (const one of others) one.addEventListener("input", sendOrRefuse);
  adapt(plan);

  const node = make(
    "form",
    { id: "plan-form", class: "planner", "aria-label": t("plan.form") },
    make(
      "div",
      { class: "choice sizes" },
      labelled(t("plan.slider"), slider),
      labelled(t("plan.field_budget"), inputs.budget),
    ),
    total,
    reach,
    plan.gain_is_in === "currency" ? make("label", { class: "check" }, free, make("span", {}, t("plan.free"))) : null,
    make(
      "div",
      { class: "choice" },
      labelled(t("plan.field_days"), inputs.days),
      labelled(t("plan.field_most"), inputs.most),
      plan.gain_is_in === "currency" ? labelled(t("plan.field_margin"), inputs.margin) : null,
    ),
    plan.gain_is_in === "currency"
      ? make("p", { class: "soft small", id: "plan-margin-about" }, t("plan.margin_about"))
      : null,
    make(
      "fieldset",
      { class: "freezing" },
      make("legend", {}, t("plan.freeze")),
      boxes.map(({ label }) => label),
    ),
  );
  node.addEventListener("submit", (event) => event.preventDefault());
  return { node, adapt };
}

// Channels that the plan freezes anyway are checked, and say why.
function makeFreezing(one, given) {
  const why = one.reasons.filter((reason) => reason !== "frozen_on_request"),
    stays = one.frozen && why.length > 0;
  const box = make("input", {
    type: "checkbox",
    value: one.channel,
    checked: stays || given.freeze.includes(one.channel),
    disabled: stays,
  });
  const reasons = stays ? make("span", { class: "soft small" }, ` ${why.map(title).join("; ")}`) : null;
  return { box, label: make("label", { class: "check" }, box, make("span", {}, channelName(one.channel), reasons)) };
}
