// The state of the view, which is in the fragment of the URL: #/view/part?name=value.

// Parameters that begin like this hold what the reader has typed into a form.
export const TYPED = "form.";
const SHARED = ["from", "to", "goal", "fit", "compare", "lang", "share"];

export function readState() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, part] = path.split("/").map((one) => {
    try {
      return decodeURIComponent(one);
    } catch {
      return one;
    }
  });
  return { view: view || "overview", part: part || null, params: new URLSearchParams(query) };
}

function addressFor(view, part, params) {
  const path = part ? `${view}/${encodeURIComponent(part)}` : view;
  const query = String(params);
  return `#/${path}${query ? `?${query}` : ""}`;
}

function changed(params, changes) {
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") params.delete(name);
    else params.set(name, value);
  }
  return params;
}

// The address of another view, with the range, goal, fit and language of this one.
export function linkTo(view, part = null, changes = {}) {
  const now = readState().params,
    params = new URLSearchParams();
  for (const name of SHARED) if (now.has(name)) params.set(name, now.get(name));
  return addressFor(view, part, changed(params, changes));
}

// The address of this view with other parameters.
export function addressWith(changes) {
  const { view, part, params } = readState();
  return addressFor(view, part, changed(params, changes));
}

// The address of this view for other readers, without what this reader has typed.
export function addressToShare(changes) {
  const { view, part, params } = readState();
  for (const name of [...params.keys()]) if (name.startsWith(TYPED)) params.delete(name);
  return addressFor(view, part, changed(params, changes));
}

// Puts changes into the address without showing the view again.
export function keepState(changes) {
  history.replaceState(null, "", addressWith(changes));
}

// Shows the view again.
export function showAgain() {
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

export function changeState(changes) {
  location.hash = addressWith(changes);
}
