// The key of this visit, and requests with it. The key stays in memory: a reload forgets it.

let key = "";

export function useKey(given) { key = given; }
export function hasKey() { return key !== ""; }

export class Problem extends Error {
  constructor(status, body) {
    const fields = (body.errors || []).map((one) => `${one.pointer.slice(1)}: ${one.message}`).join("; ");
    super([body.detail || body.title || `The service answered with the status ${status}.`, fields].filter(Boolean).join(" — "));
    this.status = status;
    this.code = body.code || "";
  }
}

const UNREACHABLE = "The service cannot be reached. Check the connection and try again.";

// Paths are relative to the page, which may be below a stage or a proxy.
export async function ask(path, { method = "GET", body } = {}) {
  const headers = { "x-api-key": key, accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  const address = new URL(path, document.baseURI);
  let answer;
  try {
    answer = await fetch(address, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Error(UNREACHABLE);
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(answer.status, told);
  return told;
}

// Says what the key may not do and which role it needs; the API's message names the role it has.
export function explain(error, task, roles) {
  if (!(error instanceof Problem) || error.status !== 403) return error.message;
  return `This API key may not ${task} (${error.message}). Use a key with the role ${roles}.`;
}

// PUT a file to the address that an announced import has for it.
export function send(file, address, progress) {
  const target = new URL(address);
  // A service on one machine answers with its own address; behind a proxy the page has another.
  const own = ["127.0.0.1", "localhost", "[::1]"].includes(target.hostname);
  const url = own ? new URL(target.pathname.slice(1) + target.search, document.baseURI) : target;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.upload.addEventListener("progress", (event) => progress(event.loaded, event.total));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(new Problem(request.status, detailOf(request)));
    });
    request.addEventListener("error", () => reject(new Error(`The file could not be sent. ${UNREACHABLE}`)));
    request.send(file);
  });
}

function detailOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return { detail: `The file could not be sent (status ${request.status}).` };
  }
}
