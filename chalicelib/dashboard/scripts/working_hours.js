// When the team works: a form whose content is in the URL, as mon-fri/09:00-17:00/Europe/Berlin.
import { labelled, make, makeButton, makeSelect } from "./dom.js";
import { hasText, t } from "./language.js";
import { changeState, readState } from "./state.js";

const USUAL = { days: "mon-fri", opens: "09:00", closes: "17:00" },
  DAYS = ["mon-fri", "mon-sat", "mon-sun"],
  FORM = /^([^/]+)\/(\d\d:\d\d)-(\d\d:\d\d)\/(.+)$/;

const daysName = (days) => (hasText(`hours.${days}`) ? t(`hours.${days}`) : days);

export function makeWorkingHours() {
  const given = readState().params.get("hours"),
    found = FORM.exec(given || ""),
    ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [days, opens, closes, zone] = found
    ? found.slice(1)
    : [USUAL.days, USUAL.opens, USUAL.closes, ownZone === "UTC" ? "Europe/Berlin" : ownZone];
  const choices = DAYS.includes(days) ? DAYS : [...DAYS, days];
  const chosen = makeSelect(
    { id: "hours-days" },
    choices.map((one) => ({ value: one, label: daysName(one) })),
    days,
    () => {},
  );
  const first = make("input", { type: "time", id: "hours-opens", value: opens, required: true }),
    last = make("input", { type: "time", id: "hours-closes", value: closes, required: true }),
    place = make("input", {
      id: "hours-zone",
      value: zone,
      required: true,
      pattern: "[A-Za-z_+\\-0-9]+(/[A-Za-z_+\\-0-9]+)*",
    }),
    problem = make("p", { class: "error", role: "alert" });
  const form = make(
    "form",
    { class: "fields" },
    labelled(t("hours.days"), chosen),
    labelled(t("hours.opens"), first),
    labelled(t("hours.closes"), last),
    labelled(t("hours.zone"), place),
    make(
      "div",
      { class: "buttons" },
      make("button", { id: "hours-apply" }, t("hours.apply")),
      given ? makeButton(t("hours.remove"), () => changeState({ hours: null }), { id: "hours-remove" }) : null,
    ),
    problem,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (first.value >= last.value) problem.textContent = t("hours.wrong");
    else changeState({ hours: `${chosen.value}/${first.value}-${last.value}/${place.value.trim()}` });
  });
  return make(
    "details",
    { class: "hours", id: "hours" },
    make("summary", {}, given ? t("hours.given", { days: daysName(days), opens, closes }) : t("hours.title")),
    make("p", { class: "soft small" }, t("hours.about")),
    form,
  );
}
