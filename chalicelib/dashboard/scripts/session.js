// The API key, and requests with it. The key is only in memory, so a reload discards it.

let key = "";

export function useKey(given) { key = given; }
export function hasKey() { return key !== ""; }

export class Problem extends Error {
  constructor(status, body) {
    const fields = (body.errors || []).map((one) => `${one.pointer.slice(1)}: ${one.message}`).join("; ");
    super([body.detail || body.title || `The service returned the status ${status}.`, fields].filter(Boolean).join(" — "));
    this.status = status;
    this.code = body.code || "";
  }
}

const UNREACHABLE = "The service cannot be reached. Check the connection and try again.";

// Paths are relative to the page, which may be below an API stage or a proxy.
export async function callApi(path, { method = "GET", body } = {}) {
  const headers = { "x-api-key": key, accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  const address = new URL(path, document.baseURI);
  let answer;
  try {
    answer = await fetch(address, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Error(UNREACHABLE);
  }
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(answer.status, content);
  return content;
}

// The message of an error. For status 403, it adds which role is needed; the API's own message
// contains the role of the key.
export function explain(error, task, roles) {
  if (!(error instanceof Problem) || error.status !== 403) return error.message;
  return `This API key may not ${task} (${error.message}). Use a key with the role ${roles}.`;
}

// PUT a file to the upload URL of an import.
export function send(file, address, progress) {
  const target = new URL(address);
  // A local service returns its own address. Behind a proxy, the page has a different one.
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
