// The work list: critical messages without a reply. No text and no person, only where to find them.
import { foreign, make, makeButton, makeTable } from "./dom.js";
import { hoursInWords, whole } from "./format.js";
import { capital, channelName, typeName } from "./names.js";
import { csvOf, download } from "./charts.js";
import { t, tn } from "./language.js";

const LISTED = 15;

export function makeOpenCriticism({ unanswered, response }) {
  const section = make("section", { id: "open-criticism" }, make("h2", {}, t("open.title")));
  if (!unanswered.length) {
    section.append(make("p", {}, t(response.reasons.includes("no_replies_in_data") ? "open.unknown" : "open.none")));
    return section;
  }
  const status = make("p", { role: "status", class: "soft small" }),
    table = make("div", {}),
    columns = columnsOf(status);
  const show = (rows) => table.replaceChildren(makeTable("", columns, rows));
  show(unanswered.slice(0, LISTED));
  const more = makeButton(t("open.all", { n: whole(unanswered.length) }), () => {
    show(unanswered);
    more.remove();
    table.querySelector("button")?.focus();
  });
  section.append(
    make("p", {}, t("open.sentence")),
    unanswered.length < response.waiting
      ? make("p", { class: "soft" }, tn("open.cut", unanswered.length, { all: whole(response.waiting) }))
      : "",
    table,
    make(
      "p",
      { class: "buttons" },
      unanswered.length > LISTED ? more : null,
      makeButton(t("open.copy_all"), () => copy(unanswered.map((one) => one.event_id).join("\n"), status)),
      makeButton(t("table.csv"), () => download("open-criticism.csv", csvOf(columns.slice(0, -1), unanswered))),
    ),
    status,
  );
  return section;
}

function columnsOf(status) {
  return [
    { label: t("table.channel"), raw: (one) => one.channel, cell: (one) => channelName(one.channel), words: true },
    {
      label: t("open.type"),
      raw: (one) => one.type,
      cell: (one) => capital(typeName({ channel: one.channel, type: one.type, paid: false }, 1)),
      words: true,
    },
    {
      label: t("open.content"),
      raw: (one) => one.content_id ?? "",
      cell: (one) => (one.content_id === null ? "–" : foreign(one.content_id)),
      words: true,
      wide: true,
    },
    {
      label: t("open.id"),
      raw: (one) => one.event_id,
      cell: (one) => make("code", {}, foreign(one.event_id)),
      words: true,
      wide: true,
    },
    { label: t("open.hours"), raw: (one) => one.hours, cell: (one) => hoursInWords(one.hours), short: true },
    { label: t("open.reach"), raw: (one) => one.reach, cell: (one) => whole(one.reach) },
    {
      label: t("open.copy"),
      raw: () => "",
      cell: (one) =>
        makeButton(t("share.copy"), () => copy(one.event_id, status), {
          "aria-label": t("open.copy_one", { id: one.event_id }),
        }),
    },
  ];
}

async function copy(text, status) {
  await navigator.clipboard.writeText(text).then(
    () => {
      status.textContent = t("share.copied");
    },
    () => {
      status.textContent = t("open.copy_by_hand");
    },
  );
}
