// The form that registers a holdout or geo test. What the reader types is in the address, so that a
// reload, another language or a bookmark keeps it; only a series as CSV is too long for an address.
import { labelled, make, makeSelect } from "./dom.js";
import { kindOf, typeName } from "./names.js";
import { t } from "./language.js";
import { callApi, forgetAnswers } from "./session.js";
import { explain } from "./explain.js";
import { TYPED, keepState, readState, showAgain } from "./state.js";

const FORMS = ["holdout", "effect", "geo"];

function input(name, type, more = {}) {
  return make("input", { name, type, required: true, autocomplete: "off", ...more });
}

const number = (name, more = {}) => input(name, "number", { step: "any", ...more });

export function makeExperimentForm(visit, roi) {
  const types = roi
    ? roi.channels.flatMap((one) =>
        one.engagements.map((type) => ({ channel: one.channel, type: type.type, paid: type.paid })),
      )
    : [];
  const asked = visit.state.params.get(`${TYPED}tested`),
    wished = asked && kindOf(asked.replace(/\/paid$/, ""), types),
    paid = Boolean(asked) && asked.endsWith("/paid");
  if (wished && !types.some((one) => one.channel === wished.channel && one.type === wished.type))
    types.push({ ...wished, paid });
  const value = (one) => `${one.channel}/${one.type}${one.paid ? "/paid" : ""}`;
  const chosen = wished
    ? types.find((one) => one.channel === wished.channel && one.type === wished.type && one.paid === paid) || wished
    : types[0];
  const fields = make("div", { class: "fields" }),
    problem = make("p", { class: "error", role: "alert" }),
    done = make("p", { role: "status" });
  const chosenForm = FORMS.find((one) => one === visit.state.params.get(`${TYPED}kind`)) || FORMS[0];
  const kind = makeSelect(
    { name: "kind", id: "experiment-form" },
    FORMS.map((one) => ({ value: one, label: t(`form.${one}`) })),
    chosenForm,
    (one) => {
      fields.replaceChildren(...fieldsOf(one));
      fillIn(fields);
    },
  );
  fields.append(...fieldsOf(chosenForm));
  const form = make(
    "form",
    { class: "fields" },
    labelled(t("form.kind"), kind),
    labelled(t("form.name"), input("name", "text", { required: false, maxlength: 128 })),
    types.length
      ? labelled(
          t("form.type"),
          makeSelect(
            { name: "tested" },
            types.map((one) => ({ value: value(one), label: typeName(one) })),
            chosen && value(chosen),
            () => {},
          ),
        )
      : labelled(
          t("form.type_free"),
          input("tested", "text", { pattern: "[a-z][a-z0-9_]*/[a-z]+(/paid)?", placeholder: "google_ads/click/paid" }),
        ),
    labelled(t("form.goal"), input("goal", "text", { value: roi ? roi.goal : "purchase", pattern: "[a-z][a-z0-9_]*" })),
    labelled(t("form.from"), input("from", "date")),
    labelled(t("form.to"), input("to", "date")),
    labelled(t("form.engagements"), number("engagements", { step: "1" })),
    fields,
    make("button", {}, t("form.send")),
    problem,
    done,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    done.textContent = t("form.sending");
    try {
      await callApi("v1/experiments", { method: "POST", body: experimentOf(new FormData(form), kind.value) });
      forgetAnswers();
      done.textContent = t("form.done");
      const names = [...readState().params.keys()].filter((name) => name.startsWith(TYPED));
      keepState(Object.fromEntries(names.map((name) => [name, null])));
      showAgain();
    } catch (error) {
      done.textContent = "";
      problem.textContent = explain(error, "task.experiment", "roles.admin");
    }
  });
  fillIn(form);
  form.addEventListener("input", ({ target }) => {
    if (target.name && target.tagName !== "TEXTAREA") keepState({ [TYPED + target.name]: target.value });
  });
  const opened = visit.state.params.get(`${TYPED}open`);
  const details = make(
    "details",
    { class: "panel", open: opened ? opened === "yes" : Boolean(wished), id: "register" },
    make("summary", {}, t("form.title")),
    make("p", { class: "soft" }, t("form.about"), " ", make("a", { href: "docs/experiments" }, t("form.docs"))),
    form,
  );
  details.addEventListener("toggle", () => {
    if (details.isConnected) keepState({ [`${TYPED}open`]: details.open ? "yes" : "no" });
  });
  return details;
}

// Puts what the address has into the inputs of a form or a part of it.
function fillIn(part) {
  const { params } = readState();
  for (const node of part.querySelectorAll("input")) {
    const value = params.get(TYPED + node.name);
    if (value !== null) node.value = value;
  }
}

function fieldsOf(kind) {
  if (kind === "effect")
    return [
      labelled(t("form.effect_value"), number("effect")),
      labelled(t("form.low"), number("low")),
      labelled(t("form.high"), number("high")),
    ];
  if (kind === "geo") {
    return [
      labelled(t("form.treated_regions"), input("treated_regions", "text", { placeholder: "north, south" })),
      labelled(
        t("form.csv"),
        make("textarea", {
          name: "csv",
          rows: 6,
          required: true,
          placeholder: "date,region,conversions\n2026-01-01,north,18",
        }),
      ),
    ];
  }
  return ["treated", "control"].flatMap((arm) => [
    labelled(t(`form.${arm}_people`), number(`${arm}_people`, { min: "1", step: "1" })),
    labelled(t(`form.${arm}_conversions`), number(`${arm}_conversions`, { min: "0", step: "1" })),
    labelled(t(`form.${arm}_converters`), number(`${arm}_converters`, { min: "0", step: "1", required: false })),
  ]);
}

function experimentOf(given, kind) {
  const text = (name) => String(given.get(name) || "").trim(),
    [channel, type, paid] = text("tested").split("/");
  const body = {
    kind: kind === "geo" ? "geo" : "holdout",
    channel,
    type,
    paid: paid === "paid",
    goal: text("goal"),
    from: text("from"),
    to: text("to"),
    engagements: Number(text("engagements")),
  };
  if (text("name")) body.name = text("name");
  if (kind === "effect")
    body.effect = {
      incremental_conversions: Number(text("effect")),
      ci_low: Number(text("low")),
      ci_high: Number(text("high")),
    };
  if (kind === "geo")
    return {
      ...body,
      treated_regions: text("treated_regions")
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean),
      csv: text("csv"),
    };
  if (kind === "holdout") {
    for (const arm of ["treated", "control"]) {
      body[arm] = { people: Number(text(`${arm}_people`)), conversions: Number(text(`${arm}_conversions`)) };
      if (text(`${arm}_converters`)) body[arm].converters = Number(text(`${arm}_converters`));
    }
  }
  return body;
}
