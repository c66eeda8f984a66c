// Asking for an import until it has ended.
import { ask } from "./session.js";
import { isUnfinished } from "./states.js";

const FIRST_PAUSE = 400, LONGEST_PAUSE = 5000;

const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

// The import, once it has ended or nobody waits any more; `seen` gets it each time.
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
