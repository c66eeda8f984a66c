// The state of an import in words.
import { count, whole } from "./format.js";
import { rejection } from "./codes.js";

export const isUnfinished = (one) => ["waiting", "running", "removing"].includes(one.state);

const IN_HAND = {
  waiting: ["Waiting", "The file has not been read yet. If it was never uploaded, nothing will happen."],
  running: ["Being read", "The file is being read."],
  removing: ["Being removed", "What this import stored is being removed."],
  removed: ["Removed", "What this import stored was removed."],
};

function readSoFar(one) {
  const rows = one.replay ? one.replay.rows : one.rows;
  return one.state === "running" && rows ? ` ${count(rows, "row")} so far.` : "";
}

// tone: good, caution, bad, or null while the import has not ended
export function stateOf(one) {
  if (IN_HAND[one.state]) {
    const [text, more] = one.replay && one.state === "waiting" ? ["Waiting to be read again", ""] : IN_HAND[one.state];
    return { text, more: more + readSoFar(one), tone: null };
  }
  if (one.state === "failed") {
    const why = one.error ? rejection(one.error.code).title : "no reason is known";
    const left = one.events ? `${count(one.events, "event")} of the rows before that are stored.` : "Nothing of it is stored.";
    return { text: `Not imported: ${why}`, more: left, tone: "bad" };
  }
  if (one.error) return { text: "Imported; the last attempt to read it again failed", more: "Nothing was changed by that attempt.", tone: "caution" };
  if (!one.events && one.rejected) return { text: "Nothing imported", more: `${count(one.rejected, "row")} of ${whole.format(one.rows)} were rejected, and no other row became an event. The reasons are below.`, tone: "bad" };
  if (!one.events) return { text: "Nothing to import", more: "No row of the file became an event. The reasons are below.", tone: "caution" };
  if (one.rejected) return { text: "Imported in part", more: `${whole.format(one.rejected)} of ${count(one.rows, "row")} were rejected.`, tone: "caution" };
  if (one.warning_count) return { text: "Imported, with warnings", more: "Numbers may be missing: see the warnings below.", tone: "caution" };
  return { text: "Imported", more: "Every row was read.", tone: "good" };
}
