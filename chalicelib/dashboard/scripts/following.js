// Polling of imports.
import { callApi } from "./session.js";
import { isUnfinished } from "./states.js";

const FIRST_PAUSE = 400,
  LONGEST_PAUSE = 5000;

const pause = (milliseconds) =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

// Polls an import until it has finished, and returns it. Calls `onState` with each state. With a
// visit, the promise is rejected once the visit has ended.
export async function follow(id, onState, visit) {
  for (let wait = FIRST_PAUSE; ; wait = Math.min(wait * 1.5, LONGEST_PAUSE)) {
    const one = await callApi(`v1/imports/${encodeURIComponent(id)}`, { signal: visit?.signal });
    visit?.signal.throwIfAborted();
    onState(one);
    if (!isUnfinished(one)) return one;
    await pause(wait);
  }
}
