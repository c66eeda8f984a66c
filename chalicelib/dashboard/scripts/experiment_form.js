// The form that registers a holdout or geo test.
import { labelled, make, makeSelect } from "./dom.js";
import { kindOf, typeName } from "./names.js";
import { t } from "./language.js";
import { callApi, explain, forgetAnswers } from "./session.js";
import { changeState } from "./state.js";

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
  const asked = visit.state.params.get("test"),
    wished = asked && kindOf(asked, types),
    paid = visit.state.params.get("paid") === "1";
  if (wished && !types.some((one) => one.channel === wished.channel && one.type === wished.type))
    types.push({ ...wished, paid });
  const value = (one) => `${one.channel}/${one.type}${one.paid ? "/paid" : ""}`;
  const chosen = wished
    ? types.find((one) => one.channel === wished.channel && one.type === wished.type && one.paid === paid) || wished
    : types[0];
  const fields = make("div", { class: "fields" }),
    problem = make("p", { class: "error", role: "alert" }),
    done = make("p", { role: "status" });
  const kind = makeSelect(
    { name: "form", id: "experiment-form" },
    FORMS.map((one) => ({ value: one, label: t(`form.${one}`) })),
    "holdout",
    (one) => fields.replaceChildren(...fieldsOf(one)),
  );
  fields.append(...fieldsOf("holdout"));
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
      changeState({ test: null, paid: null, registered: String(Date.now()) });
    } catch (error) {
      done.textContent = "";
      problem.textContent = explain(error, "task.experiment", "roles.admin");
    }
  });
  return make(
    "details",
    { class: "panel", open: Boolean(wished), id: "register" },
    make("summary", {}, t("form.title")),
    make("p", { class: "soft" }, t("form.about"), " ", make("a", { href: "docs/experiments" }, t("form.docs"))),
    form,
  );
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
