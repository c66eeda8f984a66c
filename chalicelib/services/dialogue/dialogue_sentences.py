"""The answer about the dialogue in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chalicelib.services.answer_fields import Estimate
from chalicelib.services.answers.summaries_in_words import words_of

if TYPE_CHECKING:
    from chalicelib.services.dialogue.dialogue_answer import (
        DialogueAlarm,
        DialogueMood,
        DialogueResponse,
        Volume,
    )

HOURS_AS_DAYS = 72.0
"""Delays from here on are told in days."""
_CHANGES = {
    "better": "less than before",
    "worse": "more than before",
    "no_change_seen": "no change is seen",
}


def summarise(
    volume: Volume,
    mood: DialogueMood,
    response: DialogueResponse,
    longest_hours: float | None,
    alarms: Sequence[DialogueAlarm],
) -> str:
    """The answer in one to three sentences: replies, mood, alarms.

    Parameters
    ----------
    longest_hours : float, optional
        Hours of the message that waits longest.
    """
    if not volume["messages"]:
        return "There are no messages in this range."
    parts = [_of_response(response, longest_hours), _of_mood(mood)]
    storms = [one["day"] for one in alarms if one["verdict"] == "shitstorm"]
    if storms:
        others = len(storms) - 1
        more = f" and {others} more day{'s' if others > 1 else ''}" if others else ""
        parts.append(f"Unusually much criticism on {storms[0]}{more}.")
    return " ".join(parts)


def _of_response(response: DialogueResponse, longest_hours: float | None) -> str:
    count = response["criticism"]
    within, median = response["within_24h"], response["median_hours"]
    if response["reasons"]:
        return f"Response times cannot be known: {words_of(response['reasons'])}."
    text = f"Of {count:,} critical messages "
    if within["estimate"] is None:
        text += "too few are a day old to know how many are answered within a day"
    else:
        text += f"{_percent(within)} are answered within a day"
    if median["estimate"] is None:
        text += ", less than half of them so far"
    else:
        text += f", half of them after {hours_in_words(median['estimate'])}"
    waiting = response["waiting"]
    if not waiting:
        return f"{text}; none waits."
    waits = "waits" if waiting == 1 else "wait"
    since = "" if longest_hours is None else f", the longest for {hours_in_words(longest_hours)}"
    return f"{text}; {waiting:,} still {waits}{since}."


def _of_mood(mood: DialogueMood) -> str:
    if mood["reasons"]:
        return f"The mood cannot be known: {words_of(mood['reasons'])}."
    text = f"{_percent(mood['negative'])} of the messages are negative"
    change = _CHANGES.get(mood["change"]["verdict"])
    return f"{text}, {change}." if change else f"{text}."


def _percent(share: Mapping[str, float | None] | Estimate) -> str:
    estimate, low, high = share["estimate"], share["ci_low"], share["ci_high"]
    if estimate is None or low is None or high is None:
        return "an unknown share"
    return f"{100 * estimate:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def hours_in_words(hours: float) -> str:
    """``30 minutes``, ``1.5 hours`` or ``4 days``."""
    if hours < 0.95:
        minutes = round(60 * hours)
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    if hours >= HOURS_AS_DAYS:
        return f"{hours / 24:.0f} days"
    whole = f"{hours:.0f}" if hours >= 10 else f"{hours:.1f}".removesuffix(".0")
    return "1 hour" if whole == "1" else f"{whole} hours"
