// The state of an import as text.
import { count, whole } from "./format.js";
import { rejection } from "./codes.js";

export const isUnfinished = (one) => ["waiting", "running", "removing"].includes(one.state);

const SIMPLE_STATES = {
  waiting: ["Waiting", "The file has not been read yet. If it was never uploaded, the import remains in this state."],
  running: ["Reading", "Likeworth is reading the file."],
  removing: ["Removing", "Likeworth is removing the events of this import."],
  removed: ["Removed", "The events of this import were removed."],
};

function readSoFar(one) {
  const rows = one.replay ? one.replay.rows : one.rows;
  return one.state === "running" && rows ? ` ${count(rows, "row")} so far.` : "";
}

// tone: good, caution, bad, or null while the import is unfinished
export function stateOf(one) {
  if (SIMPLE_STATES[one.state]) {
    const [text, more] = one.replay && one.state === "waiting" ? ["Waiting to be read again", ""] : SIMPLE_STATES[one.state];
    return { text, more: more + readSoFar(one), tone: null };
  }
  if (one.state === "failed") {
    const why = one.error ? rejection(one.error.code).title : "unknown reason";
    const left = one.events ? `${count(one.events, "event")} from earlier rows are stored.` : "No events were stored.";
    return { text: `Not imported: ${why}`, more: left, tone: "bad" };
  }
  if (one.error) return { text: "Imported, but the last attempt to read the file again failed", more: "That attempt changed nothing.", tone: "caution" };
  if (!one.events && one.rejected) return { text: "Nothing imported", more: `${count(one.rejected, "row")} of ${whole.format(one.rows)} were rejected, and the other rows contain no events. The reasons are below.`, tone: "bad" };
  if (!one.events) return { text: "Nothing to import", more: "The file contains no events. The reasons are below.", tone: "caution" };
  if (one.rejected) return { text: "Partly imported", more: `${whole.format(one.rejected)} of ${count(one.rows, "row")} were rejected.`, tone: "caution" };
  if (one.warning_count) return { text: "Imported, with warnings", more: "Numbers may be missing. See the warnings below.", tone: "caution" };
  return { text: "Imported", more: "Every row was read.", tone: "good" };
}
