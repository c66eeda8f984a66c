// Uploading files: announce, send, wait, and show the result of each.
import { $, foreign, make } from "./dom.js";
import { bytes, count } from "./format.js";
import { ask, explain, send } from "./session.js";
import { follow } from "./following.js";
import { addressOf, showImports } from "./imports_list.js";
import { makeOptions, mappingNames } from "./options.js";
import { stateOf } from "./states.js";

let options = null;

export async function prepareUpload() {
  options = makeOptions(await mappingNames());
  $("upload-options").replaceChildren(options.fields);
}

export function watchUpload(open) {
  const files = $("files"), drop = $("drop"), button = $("send");
  const chosen = () => {
    button.disabled = files.files.length === 0;
    button.textContent = files.files.length > 1 ? `Import ${files.files.length} files` : "Import";
  };
  files.addEventListener("change", chosen);
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    files.files = event.dataTransfer.files;
    chosen();
    button.focus();
  });
  $("upload").addEventListener("submit", async (event) => {
    event.preventDefault();
    const list = [...files.files], how = options ? options.chosen() : {};
    files.value = "";
    chosen();
    button.disabled = true;
    await uploadAll(list, how, open);
    chosen();
  });
}

async function uploadAll(list, how, open) {
  let last = null;
  for (const file of list) last = await uploadOne(file, how);
  if (location.hash.startsWith("#/imports") && !location.hash.startsWith("#/imports/")) {
    if (list.length === 1 && last) open(addressOf(last));
    else await showImports(null).catch(() => {});
  }
}

// The API takes printable characters only.
function nameOf(file) {
  return [...file.name.replace(/[\p{C}\p{Z}]/gu, " ").trim()].slice(-255).join("") || "file";
}

// The id of the import, if it has ended.
async function uploadOne(file, how) {
  const state = make("span", { role: "status" }), bar = make("progress", { max: 1, value: 0, "aria-label": `Upload of ${file.name}` });
  const line = make("li", {}, make("div", {}, foreign(file.name), ` (${bytes(file.size)}): `, state), bar);
  $("uploads").append(line);
  const tell = (text, tone) => { state.textContent = text; state.className = tone || ""; };
  try {
    if (file.size === 0) throw new Error("The file is empty.");
    tell("being announced");
    const { id, upload } = await ask("v1/imports", { method: "POST", body: { filename: nameOf(file), bytes: file.size, ...how } });
    tell("being sent");
    await send(file, upload.url, (sent, total) => { bar.value = total ? sent / total : 0; });
    bar.removeAttribute("value");
    tell("sent, waiting to be read");
    const ended = await follow(id, (one) => tell(stateOf(one).text), () => true);
    const { text, tone } = stateOf(ended);
    tell(`${text}. `, tone);
    line.append(make("a", { href: addressOf(id) }, ended.events ? `${count(ended.events, "event")} stored: see what was read and what was not` : "See why"));
    return id;
  } catch (error) {
    tell(explain(error, "upload files", "ingest or admin"), "error");
    return null;
  } finally {
    bar.remove();
  }
}
