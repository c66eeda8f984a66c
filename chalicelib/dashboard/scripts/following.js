// Polling an import until it has ended.
import { ask } from "./session.js";
import { isUnfinished } from "./states.js";

const FIRST_PAUSE = 400, LONGEST_PAUSE = 5000;

const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

// Polls an import until it has ended and returns it, or null when `isAwaited` says no. Calls `seen`
// with each answer.
export async function follow(id, seen, isAwaited) {
  for (let wait = FIRST_PAUSE; ; wait = Math.min(wait * 1.5, LONGEST_PAUSE)) {
    const one = await ask(`v1/imports/${encodeURIComponent(id)}`);
    if (!isAwaited()) return null;
    seen(one);
    if (!isUnfinished(one)) return one;
    await pause(wait);
    if (!isAwaited()) return null;
  }
}
