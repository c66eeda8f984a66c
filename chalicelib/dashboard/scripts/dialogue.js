// The view Dialogue: mood, how soon criticism is answered, what still waits, and unusual days.
import { labelled, make, makeSelect } from "./dom.js";
import { addDays, bounds, days, hoursInWords, percent, timeOf, whole } from "./format.js";
import { makeExplanations, makeFlags, title } from "./codes.js";
import { t, tn, withNodes } from "./language.js";
import { channelName } from "./names.js";
import { makeAnswerTimes } from "./answer_times.js";
import { makeCriticismDays } from "./criticism_days.js";
import { makeMood } from "./mood.js";
import { makeOpenCriticism } from "./open_criticism.js";
import { makeSteps } from "./steps.js";
import { makeCard, makeEstimate, makeHeading, makeRange } from "./parts.js";
import { makeRangeControl } from "./range_control.js";
import { makeVoices } from "./share_of_voice.js";
import { makeWorkingHours } from "./working_hours.js";
import { ask, callApi, isShared, pathOf } from "./session.js";
import { changeState } from "./state.js";

const USUAL_DAYS = 28,
  PRESET_DAYS = [7, 90, 365],
  MESSAGE_TYPES = ["comment", "mention", "review"];

// The dialogue needs no fit, so it has its own range: without one, the last four weeks with data.
export async function showDialogue(root, visit) {
  const { params } = visit.state,
    asked = { from: params.get("from"), to: params.get("to") };
  const more = { channel: params.get("channel"), hours: params.get("hours") };
  const [answer, channels] = await Promise.all([
    ask(pathOf("dialogue", { ...asked, ...more }), visit),
    isShared() ? [] : askChannels(visit),
  ]);
  const found = answer.volume.messages > 0;
  root.append(
    makeHeading(t("view.dialogue")),
    make("p", { class: "answer" }, found ? sentenceOfDialogue(answer) : t("dialogue.no_messages")),
    makeFlags([...new Set([...answer.warnings, ...answer.mood.warnings, ...answer.response.warnings])]),
    make(
      "p",
      { class: "soft small" },
      answer.channel === null ? "" : `${channelName(answer.channel)} · `,
      makeRange(answer).textContent,
      ...(answer.as_of === null ? [] : [" ", t("dialogue.as_of"), " ", timeOf(answer.as_of)]),
      answer.changes_awaited ? ` · ${t("chip.awaited")}` : "",
    ),
    isShared() ? "" : makeDialogueChoice(answer, asked, channels),
  );
  if (!found) {
    root.append(makeSteps(["messages", "replies", "checks"]));
    return;
  }
  root.append(
    ...[
      makeDialogueCards(answer),
      makeMood(answer, visit),
      makeAnswerTimes(answer),
      makeOpenCriticism(answer),
      makeCriticismDays(answer),
      makeVoices(answer),
      makeExplanations(codesOf(answer), t("explanations.title"), "h2"),
    ].filter(Boolean),
  );
}

// The channels with messages, in any range. No part of the answer, so not shared with it.
async function askChannels(visit) {
  const { sources } = await callApi(pathOf("coverage"), { signal: visit.signal });
  const found = sources.filter(({ type }) => MESSAGE_TYPES.includes(type)).map(({ channel }) => channel);
  return [...new Set(found)].sort();
}

function makeChannelChoice(channels, chosen) {
  const all = chosen === null || channels.includes(chosen) ? channels : [...channels, chosen];
  return all.length < 2 && chosen === null
    ? null
    : labelled(
        t("table.channel"),
        makeSelect(
          { id: "dialogue-channel" },
          [
            { value: "", label: t("channels.all") },
            ...all.map((one) => ({ value: one, label: channelName(one) })),
          ],
          chosen ?? "",
          (channel) => changeState({ channel }),
        ),
      );
}

function makeDialogueChoice(answer, asked, channels) {
  const last =
    answer.as_of === null ? answer.to : new Date(Date.parse(answer.as_of) - 1).toISOString().slice(0, 10);
  const usual = { value: "usual", label: t("range.last", { n: USUAL_DAYS }), from: null, to: null };
  const presets = PRESET_DAYS.map((n) => ({
    value: String(n),
    label: t("range.last", { n }),
    from: addDays(last, 1 - n),
    to: last,
  }));
  return make(
    "div",
    { class: "choice" },
    makeRangeControl(asked, [usual, ...presets], { min: null, max: last, from: answer.from, to: answer.to }),
    makeChannelChoice(channels, answer.channel),
    makeWorkingHours(),
  );
}

const longestWait = (answer) => Math.max(...answer.unanswered.map((one) => one.hours));

// Days with unusually much criticism, those in a row as one range, the latest first.
function stormsOf(answer) {
  const ranges = [];
  for (const { day: one } of answer.alarms.filter(({ verdict }) => verdict === "shitstorm")) {
    const last = ranges.at(-1);
    if (last && addDays(last.to, 1) === one) last.to = one;
    else ranges.push({ from: one, to: one });
  }
  return ranges.reverse();
}

function sentenceOfDialogue(answer) {
  const [storm, ...others] = stormsOf(answer);
  return [
    ...sentenceOfResponse(answer),
    " ",
    ...sentenceOfMood(answer.mood),
    storm ? ` ${t("dialogue.says_storm", { days: days(storm.from, storm.to) })}` : "",
    others.length ? ` ${tn("dialogue.says_more_storms", others.length)}` : "",
  ];
}

function sentenceOfResponse({ response, unanswered }) {
  if (response.reasons.length)
    return [t("dialogue.response_unknown", { reasons: response.reasons.map(title).join("; ") })];
  const n = whole(response.criticism),
    { within_24h: within, median_hours: median } = response;
  const parts =
    within.estimate === null
      ? [t("dialogue.says_too_young", { n })]
      : withNodes("dialogue.says_within", { n, share: makeEstimate(within, percent) });
  parts.push(
    " ",
    median.estimate === null
      ? t("dialogue.says_no_median")
      : t("dialogue.says_median", { hours: hoursInWords(median.estimate) }),
    " ",
  );
  if (!response.waiting) parts.push(t("dialogue.says_none_waits"));
  else if (!unanswered.length) parts.push(tn("dialogue.says_wait", response.waiting));
  else
    parts.push(
      tn("dialogue.says_wait_longest", response.waiting, { hours: hoursInWords(longestWait({ unanswered })) }),
    );
  return parts;
}

function sentenceOfMood(mood) {
  if (mood.negative.estimate === null)
    return [t("dialogue.mood_unknown", { reasons: mood.reasons.map(title).join("; ") })];
  return withNodes("dialogue.says_mood", { share: makeEstimate(mood.negative, percent) });
}

function makeDialogueCards(answer) {
  const { mood, response, unanswered } = answer;
  const card = (label, e, show, one, more = {}) =>
    makeCard({
      label,
      value: e.estimate === null ? t("unknown") : show(e.estimate),
      detail: e.estimate === null ? null : bounds(e, show),
      reasons: e.estimate === null ? one.reasons.map(title) : [],
      warnings: e.estimate === null ? [] : one.warnings,
      ...more,
    });
  const team = response.team_hours;
  return make(
    "section",
    { "aria-label": t("dialogue.figures") },
    make(
      "div",
      { class: "cards" },
      card(t("dialogue.card_negative"), mood.negative, percent, mood),
      card(t("dialogue.card_missed"), mood.missed_criticism, whole, mood, {
        before: t("dialogue.card_missed_detail"),
      }),
      card(t("dialogue.card_within"), response.within_24h, percent, response, {
        before: [
          response.median_hours.estimate === null
            ? null
            : t("dialogue.card_median", { hours: hoursInWords(response.median_hours.estimate) }),
          team && team.median_hours.estimate !== null
            ? t("dialogue.card_team", { hours: hoursInWords(team.median_hours.estimate) })
            : null,
        ]
          .filter(Boolean)
          .join(" "),
      }),
      makeCard({
        label: t("dialogue.card_open"),
        value: response.reasons.includes("no_replies_in_data") ? t("unknown") : whole(response.waiting),
        detail: unanswered.length ? t("dialogue.card_open_detail", { hours: hoursInWords(longestWait(answer)) }) : null,
        reasons: response.reasons.map(title),
      }),
    ),
  );
}

function codesOf({ mood, response, share_of_voice: voices, alarms, reasons, warnings }) {
  const parts = [mood, mood.change, ...mood.by_week, response, ...voices, ...alarms];
  return [...reasons, ...warnings, ...parts.flatMap((one) => [...one.reasons, ...(one.warnings || [])])];
}
