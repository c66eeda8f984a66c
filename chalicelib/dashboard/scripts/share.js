// Sharing: signed links for the answers of a view, in one address that opens it read-only. Export.
import { $, labelled, make, makeButton, makeSelect } from "./dom.js";
import { download } from "./charts.js";
import { day } from "./format.js";
import { words } from "./names.js";
import { hasText, t } from "./language.js";
import { callApi, isShared, packShare, pathOf } from "./session.js";
import { explain } from "./explain.js";
import { addressToShare } from "./state.js";

// Calls that a signed link can open.
const LINKABLE = [
  "roi",
  "engagements",
  "equivalence",
  "equivalences",
  "attribution",
  "audiences",
  "virality",
  "search-effects",
  "response-curves",
  "dialogue",
  "coverage",
  "decomposition",
  "experiments",
  "timeseries",
];
const OF_A_FIT = LINKABLE.filter((one) => !["dialogue", "coverage", "experiments", "timeseries"].includes(one));
const EXPIRY = [7, 30, 90];

const nameOfPath = (path) => path.replace(/^v1\//, "").split("?")[0];
const linkables = (visit) => [...visit.asked].filter((path) => LINKABLE.includes(nameOfPath(path)));

export function watchActions(currentVisit) {
  $("share").addEventListener("click", () => openShare(currentVisit()));
  $("export").addEventListener("click", () => openExport(currentVisit()));
}

export function updateActions(visit, shares) {
  const some = shares && linkables(visit).length > 0;
  $("share").hidden = isShared() || !some;
  $("export").hidden = !some;
}

function openDialog(title, ...content) {
  const dialog = $("dialog");
  dialog.replaceChildren(
    make("h2", { id: "dialog-title" }, title),
    ...content,
    make(
      "p",
      { class: "dialog-end" },
      makeButton(t("dialog.close"), () => dialog.close()),
    ),
  );
  dialog.showModal();
}

// The path with the fit that the view shows now, so that the shared numbers stay the same.
function pinned(path, fit) {
  const name = nameOfPath(path),
    params = Object.fromEntries(new URLSearchParams(path.split("?")[1] || ""));
  return OF_A_FIT.includes(name) ? pathOf(name, { ...params, fit: params.fit || fit }) : path;
}

function openShare(visit) {
  const fit = visit.basis && visit.basis.fit.id;
  const keep = make("input", { type: "checkbox", checked: true, id: "share-pinned" });
  const expiry = makeSelect(
    { id: "share-expiry" },
    EXPIRY.map((one) => ({ value: String(one), label: t("share.days", { n: one }) })),
    "30",
    () => {},
  );
  const result = make("div", {}),
    problem = make("p", { class: "error", role: "alert" });
  const create = makeButton(
    t("share.create"),
    async () => {
      problem.textContent = "";
      create.disabled = true;
      try {
        showLink(await makeLinks(visit, keep.checked ? fit : null, Number(expiry.value)), result);
      } catch (error) {
        problem.textContent = explain(error, "task.share", "roles.read");
      } finally {
        create.disabled = false;
      }
    },
    { id: "share-create", class: "" },
  );
  openDialog(
    t("share.title"),
    make("p", {}, t("share.about")),
    make("label", { class: "check" }, keep, make("span", {}, t("share.pin"))),
    labelled(t("share.expiry"), expiry),
    make("p", {}, create),
    problem,
    result,
  );
}

async function makeLinks(visit, fit, days) {
  const links = {},
    ids = [];
  let until = "";
  for (const path of linkables(visit)) {
    const shown = pinned(path, fit),
      [name, query] = shown.replace(/^v1\//, "/v1/").split("?");
    const made = await callApi("v1/links", {
      method: "POST",
      body: { path: name, query: Object.fromEntries(new URLSearchParams(query || "")), expires_in_days: days },
    });
    links[shown] = new URL(made.url).searchParams.get("link");
    ids.push(made.id);
    until = made.expires_at.slice(0, 10);
  }
  const hash = addressToShare({
    share: packShare(links, until),
    ...(fit ? { fit: visit.state.params.get("fit") || fit } : {}),
  });
  return { address: new URL(hash, location.href).href, ids, until };
}

function showLink({ address, ids, until }, result) {
  const field = make("input", {
    id: "share-address",
    readonly: true,
    value: address,
    "aria-label": t("share.address"),
  });
  const status = make("p", { role: "status" }, t("share.until", { day: day(until) }));
  result.replaceChildren(
    make(
      "div",
      { class: "copy" },
      field,
      makeButton(t("share.copy"), async () => {
        field.select();
        await navigator.clipboard.writeText(address).then(
          () => {
            status.textContent = t("share.copied");
          },
          () => {
            status.textContent = t("share.copy_by_hand");
          },
        );
      }),
    ),
    status,
    makeButton(t("share.revoke"), async (button) => {
      button.disabled = true;
      try {
        for (const id of ids) await callApi(`v1/links/${encodeURIComponent(id)}`, { method: "DELETE" });
        field.remove();
        status.textContent = t("share.revoked");
      } catch (error) {
        button.disabled = false;
        status.textContent = explain(error, "task.revoke", "roles.admin");
      }
    }),
  );
  field.focus();
  field.select();
}

function openExport(visit) {
  const problem = make("p", { class: "error", role: "alert" });
  const items = linkables(visit).map((path) =>
    make(
      "li",
      {},
      makeButton(labelOf(path), async () => {
        problem.textContent = "";
        try {
          download(`${nameOfPath(path)}.csv`, await callApi(path, { accept: "text/csv" }));
        } catch (error) {
          problem.textContent = explain(error, "task.answers", "roles.read");
        }
      }),
    ),
  );
  openDialog(
    t("export.title"),
    make("p", {}, t("export.about")),
    make("ul", { class: "plain-list" }, items),
    problem,
    make(
      "p",
      {},
      makeButton(t("export.print"), () => {
        $("dialog").close();
        window.print();
      }),
    ),
  );
}

function labelOf(path) {
  const name = nameOfPath(path),
    params = new URLSearchParams(path.split("?")[1] || ""),
    label = hasText(`export.${name}`) ? t(`export.${name}`) : words(name);
  const range = params.get("from") ? ` (${params.get("from")} – ${params.get("to")})` : "";
  return `${label}${range}, CSV`;
}
