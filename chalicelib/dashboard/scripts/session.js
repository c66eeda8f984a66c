// The API key or the shared links of this tab, and requests with them.
import { t } from "./language.js";

const STORED = "likeworth.key",
  KEPT_MILLISECONDS = 60000;
let shared = null,
  sharedText = null;
const kept = new Map();

export function useKey(given) {
  sessionStorage.setItem(STORED, given);
  kept.clear();
}

export function forgetKey() {
  sessionStorage.removeItem(STORED);
  kept.clear();
}

const storedKey = () => sessionStorage.getItem(STORED) || "";
export const hasKey = () => storedKey() !== "";

// A shared page opens with signed links instead of a key: one for each answer that it shows.
export function useShare(text) {
  if (text === sharedText) return;
  sharedText = text;
  shared = null;
  kept.clear();
  if (!text) return;
  try {
    const bytesOf = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
    shared = JSON.parse(new TextDecoder().decode(bytesOf));
  } catch {
    shared = { links: {}, until: "" };
  }
}

export const isShared = () => shared !== null;
export const sharedUntil = () => shared.until;

export function packShare(links, until) {
  const binary = [...new TextEncoder().encode(JSON.stringify({ links, until }))]
    .map((one) => String.fromCharCode(one))
    .join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function tenant() {
  const holder = isShared() ? Object.values(shared.links)[0] || "" : storedKey();
  const found = /^lwl?_([^.]+)\./.exec(holder);
  return found ? found[1] : "";
}

export class Problem extends Error {
  constructor(status, body) {
    const fields = (body.errors || []).map((one) => `${one.pointer.slice(1)}: ${one.message}`).join("; ");
    super([body.detail || body.title || t("problem.status", { status }), fields].filter(Boolean).join(" — "));
    this.status = status;
    this.code = body.code || "";
  }
}

// The path of a request: parameters in a fixed order, without empty ones.
export function pathOf(name, params = {}) {
  const given = Object.entries(params).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const query = new URLSearchParams(given.sort(([a], [b]) => (a < b ? -1 : 1)));
  return `v1/${name}${given.length ? `?${query}` : ""}`;
}

// Paths are relative to the page, which may be below an API stage or a proxy.
export async function callApi(path, { method = "GET", body, signal, accept = "application/json" } = {}) {
  const headers = { accept };
  const address = new URL(path, document.baseURI);
  if (isShared() && !/^v1\/codes(\?|$)/.test(path)) {
    if (!shared.links[path]) throw new Problem(403, { detail: t("problem.not_shared"), code: "not_shared" });
    address.searchParams.set("link", shared.links[path]);
  } else if (!isShared()) {
    headers["x-api-key"] = storedKey();
  }
  if (body !== undefined) headers["content-type"] = "application/json";
  let answer;
  try {
    answer = await fetch(address, {
      method,
      headers,
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error(t("problem.unreachable"));
  }
  if (answer.ok && accept !== "application/json") return answer.text();
  const content = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(answer.status, content);
  return content;
}

// Gets an answer for a visit of a view. The promise is rejected once the visit has ended, so an
// answer that arrives late never appears in another view. Answers are kept for a minute.
export async function ask(path, visit) {
  let entry = kept.get(path);
  if (!entry || Date.now() - entry.at > KEPT_MILLISECONDS) {
    entry = { at: Date.now(), answer: callApi(path, { signal: visit.signal }) };
    kept.set(path, entry);
    const drop = () => {
      if (kept.get(path) === entry) kept.delete(path);
    };
    visit.signal.addEventListener("abort", drop);
    entry.answer.then(() => visit.signal.removeEventListener("abort", drop), drop);
  }
  const answer = await entry.answer;
  visit.signal.throwIfAborted();
  visit.asked.add(path);
  return answer;
}

// After a change of the data, answers are asked for again.
export function forgetAnswers() {
  kept.clear();
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
    request.addEventListener("error", () => reject(new Error(`${t("upload.not_sent")} ${t("problem.unreachable")}`)));
    request.send(file);
  });
}

function detailOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return { detail: t("upload.not_sent_status", { status: request.status }) };
  }
}
