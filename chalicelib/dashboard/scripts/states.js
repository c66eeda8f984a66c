// The state of an import as text.
import { count, whole } from "./format.js";
import { t } from "./language.js";
import { rejection } from "./codes.js";

export const isUnfinished = (one) => ["waiting", "running", "removing"].includes(one.state);

const SIMPLE_STATES = ["waiting", "running", "removing", "removed"];

function readSoFar(one) {
  const rows = one.replay ? one.replay.rows : one.rows;
  return one.state === "running" && rows ? ` ${t("state.so_far", { rows: count(rows, "row") })}` : "";
}

// tone: good, caution, bad, or null while the import is unfinished
export function stateOf(one) {
  if (SIMPLE_STATES.includes(one.state)) {
    if (one.replay && one.state === "waiting") return { text: t("state.waiting_again"), more: "", tone: null };
    return { text: t(`state.${one.state}`), more: t(`state.${one.state}_more`) + readSoFar(one), tone: null };
  }
  if (one.state === "failed") {
    const why = one.error ? rejection(one.error.code).title : t("state.unknown_reason");
    const left = one.events ? t("state.failed_left", { events: count(one.events, "event") }) : t("state.failed_none");
    return { text: t("state.failed", { why }), more: left, tone: "bad" };
  }
  if (one.error) return { text: t("state.replay_failed"), more: t("state.replay_failed_more"), tone: "caution" };
  if (!one.events && one.rejected)
    return {
      text: t("state.nothing_imported"),
      more: t("state.nothing_imported_more", { rejected: count(one.rejected, "row"), rows: whole(one.rows) }),
      tone: "bad",
    };
  if (!one.events)
    return { text: t("state.nothing_to_import"), more: t("state.nothing_to_import_more"), tone: "caution" };
  if (one.rejected)
    return {
      text: t("state.partly"),
      more: t("state.partly_more", { rejected: whole(one.rejected), rows: count(one.rows, "row") }),
      tone: "caution",
    };
  if (one.warning_count) return { text: t("state.warned"), more: t("state.warned_more"), tone: "caution" };
  return { text: t("state.imported"), more: t("state.imported_more"), tone: "good" };
}
