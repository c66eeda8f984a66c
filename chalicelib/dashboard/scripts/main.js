// Routing: shows the view that the URL fragment names. Each visit of a view has its own signal;
// the next visit ends it, so an answer that arrives late is never shown.
import { $, make, makeButton, makeSelect } from "./dom.js";
import { day } from "./format.js";
import { LANGUAGES, chooseLanguage, language, t } from "./language.js";
import {
  Problem,
  forgetAnswers,
  forgetKey,
  hasKey,
  isShared,
  sharedUntil,
  tenant,
  useKey,
  useShare,
} from "./session.js";
import { loadCodes } from "./codes.js";
import { explain } from "./explain.js";
import { readBasis } from "./basis.js";
import { clearHeader, showHeader, writeTexts } from "./header.js";
import { showOverview } from "./overview.js";
import { showChannels } from "./channels.js";
import { showFollowers } from "./followers.js";
import { showVirality } from "./virality.js";
import { showSearch } from "./search.js";
import { showDialogue } from "./dialogue.js";
import { showComparison } from "./compare.js";
import { showModels } from "./models.js";
import { showPlan } from "./plan.js";
import { showDesign } from "./design.js";
import { showExperiments } from "./experiments.js";
import { showData } from "./data.js";
import { showImport } from "./one_import.js";
import { updateActions, watchActions } from "./share.js";
import { changeState, linkTo, readState } from "./state.js";

// needsFit: the view has no content before the first fit; controls: those that the view follows;
// shares: signed links can open all of its answers.
const VIEWS = {
  overview: { show: showOverview, needsFit: true, controls: ["range", "goal", "compare", "fit"], shares: true },
  channels: { show: showChannels, needsFit: true, controls: ["range", "goal", "compare", "fit"], shares: true },
  followers: { show: showFollowers, needsFit: true, controls: ["range", "goal", "fit"], shares: true },
  virality: { show: showVirality, needsFit: true, controls: ["range", "goal", "fit"], shares: true },
  search: { show: showSearch, needsFit: true, controls: ["range", "goal", "fit"], shares: true },
  dialogue: { show: showDialogue, needsFit: false, controls: [], shares: true },
  compare: { show: showComparison, needsFit: true, controls: ["range", "goal", "fit"], shares: true },
  models: { show: showModels, needsFit: true, controls: ["range", "goal", "fit"], shares: true },
  plan: { show: showPlan, needsFit: true, controls: ["goal", "fit"], shares: true },
  design: { show: showDesign, needsFit: true, controls: ["goal", "fit"], shares: false, tab: "plan" },
  experiments: { show: showExperiments, needsFit: false, controls: ["goal", "fit"], shares: true },
  data: { show: showData, needsFit: false, controls: ["range"], shares: true },
  imports: { show: showImport, needsFit: false, controls: [], shares: false, tab: "data" },
};
const TABS = Object.keys(VIEWS).filter((one) => !VIEWS[one].tab);
const UNAUTHENTICATED = 401,
  NOT_FOUND = 404;

let visit = null;
let shownView = null;

async function route() {
  if (visit) visit.controller.abort();
  const controller = new AbortController(),
    state = readState();
  const current = { controller, signal: controller.signal, asked: new Set(), state, basis: null };
  visit = current;
  chooseLanguage(state.params.get("lang"));
  useShare(state.params.get("share"));
  writeTexts();
  showAccount();
  if (!hasKey() && !isShared()) {
    showEntry("");
    return;
  }
  $("entry").hidden = true;
  const name = state.view === "imports" && !state.part ? "data" : state.view in VIEWS ? state.view : "overview";
  showTabs(VIEWS[name].tab || name);
  const focused = document.activeElement?.id || "";
  showLoading();
  const root = make("div", { class: `view view-${name}` });
  try {
    await Promise.all([loadCodes(current), findBasis(current, VIEWS[name])]);
    const header = current.basis ? showHeader(current, current.basis, VIEWS[name].controls) : clearHeader();
    await Promise.all([header, VIEWS[name].show(root, current, current.basis)]);
    current.signal.throwIfAborted();
    showView(root, name, current, focused);
  } catch (error) {
    if (!current.signal.aborted) showProblem(error, current);
  }
}

// There is no basis, and no controls, if the key may not read answers or there is no fit yet.
async function findBasis(current, { needsFit }) {
  try {
    current.basis = await readBasis(current);
  } catch (error) {
    current.signal.throwIfAborted();
    if (needsFit || !(error instanceof Problem) || error.status === UNAUTHENTICATED) throw error;
  }
}

function showTabs(name) {
  const tabs = isShared() ? [name] : TABS;
  $("views").hidden = false;
  $("tabs").replaceChildren(
    ...tabs.map((one) =>
      make("li", {}, make("a", { href: linkTo(one), "aria-current": one === name ? "page" : null }, t(`view.${one}`))),
    ),
  );
  $("tabs").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// The controls stay, so that the focus stays; what belongs to the earlier answers goes.
function showLoading() {
  $("side").hidden = true;
  $("view").setAttribute("aria-busy", "true");
  $("view").replaceChildren(
    make("p", { class: "loading" }, make("span", { class: "spinner", "aria-hidden": "true" }), t("loading")),
  );
  $("status").textContent = t("loading");
}

function showView(root, name, current, focused) {
  $("view").removeAttribute("aria-busy");
  $("view").replaceChildren(root);
  $("actions").hidden = $("side").hidden = false;
  updateActions(current, VIEWS[name].shares);
  $("status").textContent = t("loaded", { view: t(`view.${VIEWS[name].tab || name}`) });
  document.title = `${t(`view.${VIEWS[name].tab || name}`)} – Likeworth`;
  const place = `${name}/${current.state.part || ""}`,
    again = document.getElementById(focused);
  if (again?.checkVisibility()) again.focus();
  else if (shownView !== null && shownView !== place) $("view-title")?.focus();
  shownView = place;
}

function showProblem(error, current) {
  $("view").removeAttribute("aria-busy");
  $("status").textContent = "";
  if (error instanceof Problem && error.status === UNAUTHENTICATED && !isShared()) {
    forgetKey();
    clearHeader();
    showEntry(t("entry.rejected"));
    return;
  }
  if (error instanceof Problem && error.status === NOT_FOUND && error.code === "no_fit_yet") {
    clearHeader();
    $("view").replaceChildren(makeEmpty());
    return;
  }
  const expired = isShared() && error instanceof Problem && error.status === UNAUTHENTICATED;
  const text = expired
    ? t("problem.share_over")
    : explain(error, current.state.view === "imports" ? "task.imports" : "task.answers", "roles.read");
  $("view").replaceChildren(
    make(
      "div",
      { class: "panel bad", role: "alert", id: "problem" },
      make("h1", {}, t("problem.title")),
      make("p", {}, text),
      expired ? null : make("p", {}, t("problem.help")),
      expired
        ? null
        : makeButton(
            t("problem.again"),
            () => {
              forgetAnswers();
              route();
            },
            { class: "" },
          ),
    ),
  );
}

// A tenant without a fit: what to do first.
function makeEmpty() {
  return make(
    "div",
    { class: "empty" },
    make("h1", { id: "view-title", tabindex: "-1" }, t("empty.title")),
    make("p", { class: "answer" }, t("empty.sentence")),
    make(
      "ol",
      {},
      ["import", "costs", "fit"].map((one) =>
        make("li", {}, make("strong", {}, t(`empty.${one}`)), make("p", {}, t(`empty.${one}_more`))),
      ),
    ),
    make("p", {}, make("a", { class: "button", href: linkTo("data") }, t("empty.start"))),
  );
}

function showAccount() {
  const choose = makeSelect(
    { id: "language", "aria-label": t("language.label") },
    LANGUAGES.map((one) => ({ value: one, label: t(`language.${one}`) })),
    language(),
    (lang) => changeState({ lang }),
  );
  const leave = makeButton(t("account.leave"), () => {
    forgetKey();
    location.reload();
  });
  $("account").replaceChildren(
    ...[
      isShared()
        ? make(
            "span",
            { class: "chip" },
            sharedUntil() ? t("share.read_only", { day: day(sharedUntil()) }) : t("share.read_only_plain"),
          )
        : null,
      tenant() ? make("span", { class: "tenant" }, tenant()) : null,
      choose,
      hasKey() && !isShared() ? leave : null,
    ].filter(Boolean),
  );
}

function showEntry(problem) {
  $("views").hidden = true;
  $("actions").hidden = true;
  clearHeader();
  $("view").replaceChildren();
  $("entry").hidden = false;
  $("entry-problem").textContent = problem;
  $("key").value = "";
  $("key").focus();
}

$("entry-form").addEventListener("submit", (event) => {
  event.preventDefault();
  useKey($("key").value.trim());
  shownView = "";
  route();
});
watchActions(() => visit);
window.addEventListener("hashchange", route);
route();
