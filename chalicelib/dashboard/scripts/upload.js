// Uploads: create an import, send the file, wait, and show the result.
import { $, foreign, make } from "./dom.js";
import { bytes, count } from "./format.js";
import { callApi, explain, send } from "./session.js";
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
  const updateButton = () => {
    button.disabled = files.files.length === 0;
    button.textContent = files.files.length > 1 ? `Import ${files.files.length} files` : "Import";
  };
  files.addEventListener("change", updateButton);
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    files.files = event.dataTransfer.files;
    updateButton();
    button.focus();
  });
  $("upload").addEventListener("submit", async (event) => {
    event.preventDefault();
    const list = [...files.files], how = options ? options.chosen() : {};
    files.value = "";
    updateButton();
    button.disabled = true;
    await uploadAll(list, how, open);
    updateButton();
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

// The API accepts only printable characters.
function nameOf(file) {
  return [...file.name.replace(/[\p{C}\p{Z}]/gu, " ").trim()].slice(-255).join("") || "file";
}

// Returns the id of the import, or null if the upload failed.
async function uploadOne(file, how) {
  const state = make("span", { role: "status" }), bar = make("progress", { max: 1, value: 0, "aria-label": `Upload of ${file.name}` });
  const line = make("li", {}, make("div", {}, foreign(file.name), ` (${bytes(file.size)}): `, state), bar);
  $("uploads").append(line);
  const showStatus = (text, tone) => { state.textContent = text; state.className = tone || ""; };
  try {
    if (file.size === 0) throw new Error("The file is empty.");
    showStatus("preparing the upload");
    const { id, upload } = await callApi("v1/imports", { method: "POST", body: { filename: nameOf(file), bytes: file.size, ...how } });
    showStatus("uploading");
    await send(file, upload.url, (sent, total) => { bar.value = total ? sent / total : 0; });
    bar.removeAttribute("value");
    showStatus("uploaded, waiting to be read");
    const ended = await follow(id, (one) => showStatus(stateOf(one).text), () => true);
    const { text, tone } = stateOf(ended);
    showStatus(`${text}. `, tone);
    line.append(make("a", { href: addressOf(id) }, ended.events ? `${count(ended.events, "event")} stored. See details` : "See the reason"));
    return id;
  } catch (error) {
    showStatus(explain(error, "upload files", "ingest or admin"), "error");
    return null;
  } finally {
    bar.remove();
  }
}
