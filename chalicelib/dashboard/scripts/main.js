// Routing: shows the view that the URL fragment names.
import { $ } from "./dom.js";
import { hasKey, useKey } from "./session.js";
import { loadCodes } from "./codes.js";
import { showAnswers, showPair } from "./answers.js";
import { showImports } from "./imports_list.js";
import { leaveImport, showImport } from "./one_import.js";
import { prepareUpload, watchUpload } from "./upload.js";

const SECTIONS = ["answers", "imports", "import"];

function viewOf(hash) {
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  const [view, id] = path.split("/").map(decodeURIComponent);
  if (view === "imports" && id) return { name: "import", tab: "imports", show: () => showImport(id) };
  if (view === "imports") return { name: "imports", tab: "imports", show: () => showImports(new URLSearchParams(query).get("after")) };
  return { name: "answers", tab: "answers", show: showAnswers };
}

async function attempt(work) {
  $("problem").textContent = "";
  try {
    await work();
  } catch (error) {
    $("problem").textContent = error.message;
  }
}

async function route() {
  if (!hasKey()) return;
  const view = viewOf(location.hash);
  leaveImport();
  for (const section of SECTIONS) $(section).hidden = section !== view.name;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#/${view.tab}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  await attempt(view.show);
  const section = $(view.name);
  // Keep the focus if the user has already moved it into the view.
  if (section.hidden || section.contains(document.activeElement)) return;
  $(`${view.name}-title`).focus({ preventScroll: view.name !== "import" });
}

function open(hash) {
  if (location.hash === hash) route();
  else location.hash = hash;
}

$("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  useKey($("key").value.trim());
  attempt(async () => {
    await loadCodes();
    $("views").hidden = false;
    await prepareUpload();
  }).then(route);
});
$("pair").addEventListener("change", () => attempt(showPair));
window.addEventListener("hashchange", route);
watchUpload(open);
