"""The statistics of a question about the dialogue: the only module here that needs numpy.

Question and answer are plain data, so a process without it can call another process. Estimates are
``[estimate, ci_low, ci_high]``.
"""

from __future__ import annotations

import base64
import itertools
import json
import math
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from chalicelib.attribution.dialogue.bounded import (
    CURVE_HOURS,
    Bounded,
    ChangeVerdict,
    DayVerdict,
)
from chalicelib.services.dialogue.dialogue_question import (
    FEWEST_WITHOUT_REPLY,
    DialogueQuestion,
)

if TYPE_CHECKING:
    from chalicelib.attribution.arrays import Bools, Floats
    from chalicelib.attribution.dialogue.messages import Messages
    from chalicelib.attribution.dialogue.mood import Mood
    from chalicelib.attribution.dialogue.response import ResponseTimes

Bounds = list[float | None]
_WEEK = 7
_MOST_WEEKS = 60


class MoodNumbers(TypedDict):
    """The mood of a range; see `attribution.dialogue.mood.Mood`."""

    messages: int
    negative: Bounds
    neutral: Bounds
    positive: Bounds
    missed_criticism: Bounds
    classified: list[float] | None
    checked: int
    method: str | None
    needed_checks: int | None
    reasons: list[str]
    warnings: list[str]


class ChangeNumbers(TypedDict):
    """The change of the negative share."""

    negative: Bounds
    verdict: ChangeVerdict
    reasons: list[str]


class ClockNumbers(TypedDict):
    """Response times on one clock."""

    within_1h: Bounds
    within_24h: Bounds
    median_hours: Bounds
    p90_hours: Bounds
    curve: list[Bounds]
    """At each of `CURVE_HOURS`; empty without an estimate."""


class ResponseNumbers(TypedDict):
    """How criticism is answered; see `attribution.dialogue.response.Response`."""

    criticism: int
    answered: int
    waiting: int
    customer: ClockNumbers
    team: ClockNumbers | None
    silent_channels: list[int]
    """Channels that were left out."""
    reasons: list[str]
    warnings: list[str]


class AlarmNumbers(TypedDict):
    """One day of the range."""

    day: int
    """Place in `day_starts`."""
    verdict: DayVerdict | None
    messages: float | None
    criticism: float | None
    usual: float | None
    usual_high: float | None
    reasons: list[str]


class VoiceNumbers(TypedDict):
    """Share of one company; -1 is the brand."""

    about: int
    messages: int
    share: Bounds


class DialogueNumbers(TypedDict):
    """Everything that the statistics say."""

    messages: int
    mood: MoodNumbers
    weeks: list[MoodNumbers]
    """Of each seven days of the range."""
    change: ChangeNumbers
    response: ResponseNumbers
    alarms: list[AlarmNumbers]
    voices: list[VoiceNumbers]
    voice_reasons: list[str]
    critical: list[int]
    """Places of the critical messages of the range in the columns."""


DialogueAnalysis = Callable[[DialogueQuestion], DialogueNumbers]
"""`analyse_dialogue`, or a function that calls it in another process."""


def pack_question(question: DialogueQuestion) -> str:
    """Compress a question, because a call of a function may have at most 6 MB."""
    text = json.dumps(question, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode())).decode()


def unpack_question(packed: str) -> DialogueQuestion:
    """Return what was compressed with `pack_question`."""
    question: DialogueQuestion = json.loads(zlib.decompress(base64.b64decode(packed)))
    return question


def analyse_dialogue(question: DialogueQuestion) -> DialogueNumbers:
    """Estimate mood, response times, alarms and share of voice; the result is JSON-able."""
    import numpy as np

    from chalicelib.attribution.dialogue.messages import is_criticism
    from chalicelib.attribution.dialogue.mood_change import compare_moods
    from chalicelib.attribution.dialogue.voice import share_of_voice

    threshold = question["criticism"]
    data = _messages_of(question)
    inside = (data.time >= question["start"]) & (data.time < question["end"])
    since, until = question["before"]
    earlier = (data.time >= since) & (data.time < until)
    critical = is_criticism(data, threshold) & (data.about < 0)
    mood = _mood_of(data, inside, threshold)
    before = _mood_of(data, earlier, threshold)
    weeks = [_mood_of(data, inside & week, threshold) for week in _weeks(question, data.time)]
    change = compare_moods(before, mood)
    # weeks are whole days; the day that is running counts as one
    until_now = min(question["end"], question["as_of"])
    last = next(day for day in question["day_starts"] if day >= until_now)
    voice = share_of_voice(data.time, data.about, question["start"], last)
    return {
        "messages": int(np.sum(inside & (data.about < 0))),
        "mood": _shown_mood(mood),
        "weeks": [_shown_mood(week) for week in weeks],
        "change": {
            "negative": _bounds(change.negative),
            "verdict": change.verdict,
            "reasons": list(change.reasons),
        },
        "response": _response_of(question, data.chosen(inside)),
        "alarms": _alarms_of(question, data, critical),
        "voices": [
            {"about": one.about, "messages": one.messages, "share": _bounds(one.share)}
            for one in voice.voices
        ],
        "voice_reasons": list(voice.reasons),
        "critical": np.flatnonzero(inside & critical).tolist(),
    }


def _messages_of(question: DialogueQuestion) -> Messages:
    import numpy as np

    from chalicelib.attribution.dialogue.messages import Messages

    columns = question["columns"]
    return Messages(
        time=np.array(columns["time"], dtype=np.float64),
        channel=np.array(columns["channel"], dtype=np.int64),
        thread=np.array(columns["thread"], dtype=np.int64),
        sentiment=np.array(columns["sentiment"], dtype=np.float64),
        rating=np.array(columns["rating"], dtype=np.float64),
        checked=np.array(columns["checked"], dtype=np.float64),
        about=np.array(columns["about"], dtype=np.int64),
        reply_time=np.array(columns["reply_time"], dtype=np.float64),
        has_replies=question["has_replies"],
    )


def _mood_of(data: Messages, mask: Bools, threshold: float) -> Mood:
    from chalicelib.attribution.dialogue.mood import estimate_mood

    return estimate_mood(data.chosen(mask), data.chosen(~mask), threshold)


def _weeks(question: DialogueQuestion, time: Floats) -> list[Bools]:
    """Masks of the weeks of the range; none for a long range."""
    starts = [one for one in question["day_starts"] if one >= question["start"]]
    edges = [*starts[:-1:_WEEK], starts[-1]]
    if len(edges) > _MOST_WEEKS:
        return []
    return [(time >= a) & (time < b) for a, b in itertools.pairwise(edges)]


def _response_of(question: DialogueQuestion, data: Messages) -> ResponseNumbers:
    import numpy as np

    from chalicelib.attribution.dialogue.messages import is_criticism
    from chalicelib.attribution.dialogue.response import estimate_response
    from chalicelib.attribution.dialogue.working_hours import WorkingHours

    threshold = question["criticism"]
    critical = is_criticism(data, threshold) & (data.about < 0)
    silent = [
        channel
        for channel in question["silent_channels"]
        if np.sum(critical & (data.channel == channel)) >= FEWEST_WITHOUT_REPLY
    ]
    hours = None if question["hours"] is None else WorkingHours.parse(question["hours"])
    found = estimate_response(
        data.chosen(~np.isin(data.channel, silent)), question["as_of"], hours, threshold
    )
    return {
        "criticism": found.criticism,
        "answered": found.answered,
        "waiting": found.waiting,
        "customer": _shown_times(found.customer),
        "team": None if found.team is None else _shown_times(found.team),
        "silent_channels": silent,
        "reasons": list(found.reasons),
        "warnings": list(found.warnings),
    }


def _alarms_of(question: DialogueQuestion, data: Messages, critical: Bools) -> list[AlarmNumbers]:
    import numpy as np

    from chalicelib.attribution.dialogue.alarms import find_alarms

    starts = np.array(question["day_starts"])
    known = np.array(question["known_days"], dtype=bool)
    own = data.about < 0

    def per_day(mask: Bools) -> Floats:
        counts: Floats = np.histogram(data.time[mask], bins=starts)[0].astype(np.float64)
        return np.where(known, counts, np.nan)

    days = find_alarms(per_day(own), per_day(own & critical), question["false_alarms"])
    return [
        {
            "day": number,
            "verdict": day.verdict,
            "messages": day.messages,
            "criticism": day.criticism,
            "usual": day.usual,
            "usual_high": day.usual_high,
            "reasons": list(day.reasons),
        }
        for number, day in enumerate(days)
        if starts[number] >= question["start"]
    ]


def _shown_mood(mood: Mood) -> MoodNumbers:
    return {
        "messages": mood.messages,
        "negative": _bounds(mood.negative),
        "neutral": _bounds(mood.neutral),
        "positive": _bounds(mood.positive),
        "missed_criticism": _bounds(mood.missed_criticism),
        "classified": None if mood.classified is None else list(mood.classified),
        "checked": mood.checked,
        "method": mood.method,
        "needed_checks": mood.needed_checks,
        "reasons": list(mood.reasons),
        "warnings": list(mood.warnings),
    }


def _shown_times(times: ResponseTimes) -> ClockNumbers:
    curve = never_falling([_bounds(one) for one in times.curve])
    of_hours = dict(zip(CURVE_HOURS, curve, strict=False))
    return {
        "within_1h": of_hours.get(1.0, _bounds(times.within_1h)),
        "within_24h": of_hours.get(24.0, _bounds(times.within_24h)),
        "median_hours": _bounds(times.median_hours),
        "p90_hours": _bounds(times.p90_hours),
        "curve": curve,
    }


def never_falling(curve: list[Bounds]) -> list[Bounds]:
    """Tighten the limits of shares that can only grow with the hours.

    At least as many are answered within more hours, and at most as many within fewer, so each lower
    limit also holds later, and each upper limit also earlier.
    """
    lowest, highest = 0.0, 1.0
    for bounds in curve:
        if bounds[1] is not None:
            lowest = bounds[1] = max(lowest, bounds[1])
    for bounds in reversed(curve):
        if bounds[2] is not None:
            highest = bounds[2] = min(highest, bounds[2])
    return curve


def _bounds(found: Bounded) -> Bounds:
    """The three numbers, without NaN and infinity."""
    return [
        None if one is None or not math.isfinite(one) else float(one)
        for one in (found.estimate, found.ci_low, found.ci_high)
    ]
