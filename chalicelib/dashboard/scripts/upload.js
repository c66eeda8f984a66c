// Uploads: create an import, send the file, wait, and show the result.
import { foreign, make } from "./dom.js";
import { bytes, count } from "./format.js";
import { t } from "./language.js";
import { callApi, forgetAnswers, send } from "./session.js";
import { explain } from "./explain.js";
import { follow } from "./following.js";
import { addressOf } from "./imports_list.js";
import { makeOptions, mappingNames } from "./options.js";
import { readState, showAgain } from "./state.js";
import { stateOf } from "./states.js";

// The list stays while the page is open, also if the reader looks at another view.
const uploads = make("ol", { id: "uploads" });

export async function makeUpload(visit) {
  const options = makeOptions(await mappingNames(visit));
  const files = make("input", { id: "files", type: "file", multiple: true, "aria-describedby": "files-about" });
  const drop = make(
    "div",
    { id: "drop", class: "drop" },
    make("label", { for: "files" }, t("upload.choose")),
    files,
    make("p", { id: "files-about", class: "soft" }, t("upload.about")),
  );
  const button = make("button", { id: "send", disabled: true }, t("upload.send"));
  const form = make(
    "form",
    { id: "upload" },
    drop,
    make("details", {}, make("summary", {}, t("upload.options")), options.fields),
    button,
  );
  const updateButton = () => {
    button.disabled = files.files.length === 0;
    button.textContent =
      files.files.length > 1 ? t("upload.send_several", { n: files.files.length }) : t("upload.send");
  };
  files.addEventListener("change", updateButton);
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    files.files = event.dataTransfer.files;
    updateButton();
    button.focus();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const list = [...files.files],
      how = options.chosen();
    files.value = "";
    updateButton();
    button.disabled = true;
    await uploadAll(list, how);
    updateButton();
  });
  uploads.setAttribute("aria-label", t("upload.list"));
  return make("div", {}, form, uploads);
}

async function uploadAll(list, how) {
  let last = null;
  for (const file of list) last = await uploadOne(file, how);
  forgetAnswers();
  if (readState().view !== "data") return;
  if (list.length === 1 && last) location.hash = addressOf(last);
  else showAgain();
}

// The API accepts only printable characters.
function nameOf(file) {
  return [...file.name.replace(/[\p{C}\p{Z}]/gu, " ").trim()].slice(-255).join("") || "file";
}

// Returns the id of the import, or null if the upload failed.
async function uploadOne(file, how) {
  const state = make("span", { role: "status" }),
    bar = make("progress", { max: 1, value: 0, "aria-label": t("upload.progress", { name: file.name }) });
  const line = make("li", {}, make("div", {}, foreign(file.name), ` (${bytes(file.size)}): `, state), bar);
  uploads.append(line);
  const showStatus = (text, tone) => {
    state.textContent = text;
    state.className = tone || "";
  };
  try {
    if (file.size === 0) throw new Error(t("upload.empty"));
    showStatus(t("upload.preparing"));
    const { id, upload } = await callApi("v1/imports", {
      method: "POST",
      body: { filename: nameOf(file), bytes: file.size, ...how },
    });
    showStatus(t("upload.uploading"));
    await send(file, upload.url, (sent, total) => {
      bar.value = total ? sent / total : 0;
    });
    bar.removeAttribute("value");
    showStatus(t("upload.uploaded"));
    const ended = await follow(id, (one) => showStatus(stateOf(one).text));
    const { text, tone } = stateOf(ended);
    showStatus(`${text}. `, tone);
    line.append(
      make(
        "a",
        { href: addressOf(id) },
        ended.events ? t("upload.stored", { events: count(ended.events, "event") }) : t("upload.reason"),
      ),
    );
    return id;
  } catch (error) {
    showStatus(explain(error, "task.upload", "roles.ingest"), "error");
    return null;
  } finally {
    bar.remove();
  }
}
