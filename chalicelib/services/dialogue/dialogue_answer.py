"""GET /v1/dialogue: its shape, its table and its work list. No numpy, no text, no person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.attribution.dialogue.bounded import (
    CURVE_HOURS,
    LEVEL,
    ChangeVerdict,
    DayVerdict,
)
from chalicelib.model.days import stamp
from chalicelib.services.answer_fields import (
    Channel,
    Count,
    Day,
    Estimate,
    Instant,
    Period,
    Reasons,
    Warnings,
)
from chalicelib.services.answer_tables import Row, Table
from chalicelib.services.answers.intervals import rounded
from chalicelib.services.dialogue.dialogue_numbers import (
    AlarmNumbers,
    Bounds,
    ClockNumbers,
    DialogueNumbers,
    MoodNumbers,
)
from chalicelib.services.dialogue.dialogue_question import Prepared, day_of, hours_between
from chalicelib.services.dialogue.dialogue_sentences import summarise
from chalicelib.services.dialogue.talk import Message

MoodMethod = Literal["checked_here", "checked_elsewhere", "stars"]
MOST_UNANSWERED = 500
"""Messages of the work list; `response.waiting` has their number."""
MOST_CONTENTS = 3


class Volume(TypedDict):
    """How much is said about the brand."""

    messages: Count
    per_day: float | None


class MoodShares(TypedDict):
    """Shares of negative, neutral and positive messages, as a person would say."""

    negative: Estimate
    neutral: Estimate
    positive: Estimate


class Classified(TypedDict):
    """Shares as the classifier says them, with its errors and without an interval."""

    negative: float
    neutral: float
    positive: float


class NeededChecks(TypedDict):
    """What would make the mood known to within 3 points."""

    checked: Annotated[
        int | None, Field(description="Further messages to check; null if none are needed.")
    ]


MoodWeek = TypedDict(
    "MoodWeek",
    {
        "from": Day,
        "to": Day,
        "messages": Count,
        "negative": Estimate,
        "neutral": Estimate,
        "positive": Estimate,
        "method": MoodMethod | None,
        "reasons": Reasons,
        "warnings": Warnings,
    },
)
MoodWeek.__doc__ = "The mood of a week of the range."

MoodChange = TypedDict(
    "MoodChange",
    {
        "from": Day,
        "to": Day,
        "negative": Annotated[
            Estimate,
            Field(description="Negative share minus that of these earlier days."),
        ],
        "verdict": ChangeVerdict,
        "reasons": Reasons,
    },
)
MoodChange.__doc__ = "How the mood differs from that of an earlier range."


class DialogueMood(MoodShares):
    """The mood of the range, corrected for the errors of the classifier."""

    classified: Classified | None
    checked: Annotated[Count, Field(description="Messages that a person has checked.")]
    method: MoodMethod | None
    missed_criticism: Annotated[
        Estimate,
        Field(description="Number of negative messages that the classifier does not call so."),
    ]
    needed: NeededChecks
    reasons: Reasons
    warnings: Warnings
    change: MoodChange
    by_week: list[MoodWeek]


class AnsweredWithin(TypedDict):
    """The share of criticism that is answered within some hours."""

    hours: float
    answered: Estimate


class TeamHours(TypedDict):
    """Response times in working hours of the team."""

    within_1h: Estimate
    median_hours: Estimate
    p90_hours: Estimate
    curve: list[AnsweredWithin]


class DialogueResponse(TypedDict):
    """How soon criticism is answered; messages without a reply count as waiting."""

    criticism: Count
    answered: Count
    waiting: Count
    within_1h: Estimate
    within_24h: Estimate
    median_hours: Estimate
    p90_hours: Estimate
    team_hours: TeamHours | None
    curve: list[AnsweredWithin]
    reasons: Reasons
    warnings: Warnings


class Unanswered(TypedDict):
    """A critical message without a reply."""

    event_id: str
    channel: Channel
    type: str
    content_id: str | None
    hours: Annotated[float, Field(description="Hours since the message.")]
    reach: Annotated[Count, Field(description="Reactions and further messages below it.")]


class CompanyVoice(TypedDict):
    """The share of the talk about one company."""

    about: Annotated[str | None, Field(description="A competitor; null for the brand.")]
    messages: Count
    share: Estimate
    reasons: Reasons


class DialogueAlarm(TypedDict):
    """A day compared with what is usual."""

    day: Day
    verdict: DayVerdict | None
    messages: Count | None
    criticism: Count | None
    usual: float | None
    usual_high: Annotated[
        float | None, Field(description="The highest number of critical messages that is usual.")
    ]
    contents: Annotated[
        list[str], Field(description="Contents with most of the criticism of an unusual day.")
    ]
    reasons: Reasons


class AlarmRule(TypedDict):
    """What the alarms promise."""

    false_alarms_per_year: float


class DialogueBasis(TypedDict):
    """What an answer is about."""

    as_of: Annotated[
        Instant | None, Field(description="Later events are left out; null without any data.")
    ]
    changes_awaited: Annotated[
        bool, Field(description="Whether some changes of the last hours are not included yet.")
    ]
    channel: Channel | None
    criticism: Annotated[float, Field(description="Sentiment that is still criticism.")]
    confidence: float


class Dialogue(Period, DialogueBasis):
    """What people say about the brand, and how it answers."""

    volume: Volume
    mood: DialogueMood
    response: DialogueResponse
    unanswered: list[Unanswered]
    share_of_voice: list[CompanyVoice]
    alarms: list[DialogueAlarm]
    alarm_rule: AlarmRule
    reasons: Reasons
    warnings: Warnings
    sentence: str


DIALOGUE_TABLE = Table(DialogueAlarm)


def dialogue_rows(answer: Dialogue) -> Iterator[Row]:
    """One row for each day of the range."""
    return DIALOGUE_TABLE.rows(answer["alarms"])


def show_dialogue(
    prepared: Prepared,
    numbers: DialogueNumbers,
    reach: Mapping[str, int],
    *,
    channel: str | None,
    changes_awaited: bool,
    has_data: bool,
) -> Dialogue:
    """Make the answer from the numbers.

    Parameters
    ----------
    reach : mapping
        From `threads.reached`.
    """
    ranges, question = prepared.ranges, prepared.question
    critical = [prepared.messages[place] for place in numbers["critical"]]
    waiting = _unanswered(prepared, numbers, critical, reach)
    mood = _mood(prepared, numbers)
    response = _response(prepared, numbers)
    days = min(question["end"], question["as_of"]) - question["start"]
    answer: Dialogue = {
        "from": ranges.start.isoformat(),
        "to": ranges.end.isoformat(),
        "as_of": stamp(ranges.as_of) if has_data else None,
        "changes_awaited": changes_awaited,
        "channel": channel,
        "criticism": question["criticism"],
        "confidence": LEVEL,
        "volume": {
            "messages": numbers["messages"],
            "per_day": rounded(numbers["messages"] / days, 2) if days > 0 else None,
        },
        "mood": mood,
        "response": response,
        "unanswered": waiting[:MOST_UNANSWERED],
        "share_of_voice": [
            {
                "about": None if one["about"] < 0 else prepared.companies[one["about"]],
                "messages": one["messages"],
                "share": _estimate(one["share"]),
                "reasons": list(numbers["voice_reasons"]),
            }
            for one in numbers["voices"]
        ],
        "alarms": [_alarm(prepared, one, critical) for one in numbers["alarms"]],
        "alarm_rule": {"false_alarms_per_year": question["false_alarms"]},
        "reasons": [] if numbers["messages"] else ["no_messages"],
        "warnings": [f"only_totals_of:{source}" for source in prepared.only_totals],
        "sentence": "",
    }
    longest = max((one["hours"] for one in waiting), default=None)
    answer["sentence"] = summarise(answer["volume"], mood, response, longest, answer["alarms"])
    return answer


def _mood(prepared: Prepared, numbers: DialogueNumbers) -> DialogueMood:
    found, change = numbers["mood"], numbers["change"]
    first, last = prepared.ranges.before
    said = found["classified"]
    return {
        **_shares(found),
        "classified": None
        if said is None
        else {
            "negative": round(said[0], 6),
            "neutral": round(said[1], 6),
            "positive": round(said[2], 6),
        },
        "checked": found["checked"],
        "method": cast("MoodMethod | None", found["method"]),
        "missed_criticism": _estimate(found["missed_criticism"]),
        "needed": {"checked": found["needed_checks"]},
        "reasons": found["reasons"],
        "warnings": found["warnings"],
        "change": {
            "from": first.isoformat(),
            "to": last.isoformat(),
            "negative": _estimate(change["negative"]),
            "verdict": change["verdict"],
            "reasons": change["reasons"],
        },
        "by_week": _weeks(prepared, numbers["weeks"]),
    }


def _weeks(prepared: Prepared, weeks: Sequence[MoodNumbers]) -> list[MoodWeek]:
    every = [day for day in prepared.ranges.days if day >= prepared.ranges.start]
    return [
        {
            "from": every[7 * number].isoformat(),
            "to": every[min(7 * number + 6, len(every) - 1)].isoformat(),
            "messages": week["messages"],
            **_shares(week),
            "method": cast("MoodMethod | None", week["method"]),
            "reasons": week["reasons"],
            "warnings": week["warnings"],
        }
        for number, week in enumerate(weeks)
    ]


def _response(prepared: Prepared, numbers: DialogueNumbers) -> DialogueResponse:
    found = numbers["response"]
    silent = [f"no_replies_of:{prepared.channels[one]}" for one in found["silent_channels"]]
    return {
        "criticism": found["criticism"],
        "answered": found["answered"],
        "waiting": found["waiting"],
        "within_1h": _estimate(found["customer"]["within_1h"]),
        "within_24h": _estimate(found["customer"]["within_24h"]),
        "median_hours": _estimate(found["customer"]["median_hours"]),
        "p90_hours": _estimate(found["customer"]["p90_hours"]),
        "team_hours": None if found["team"] is None else _team(found["team"]),
        "curve": _curve(found["customer"]),
        "reasons": found["reasons"],
        "warnings": [*found["warnings"], *silent],
    }


def _team(found: ClockNumbers) -> TeamHours:
    return {
        "within_1h": _estimate(found["within_1h"]),
        "median_hours": _estimate(found["median_hours"]),
        "p90_hours": _estimate(found["p90_hours"]),
        "curve": _curve(found),
    }


def _curve(found: ClockNumbers) -> list[AnsweredWithin]:
    """Empty without an estimate."""
    return [
        {"hours": hours, "answered": _estimate(bounds)}
        for hours, bounds in zip(CURVE_HOURS, found["curve"], strict=False)
    ]


def _unanswered(
    prepared: Prepared,
    numbers: DialogueNumbers,
    critical: Sequence[Message],
    reach: Mapping[str, int],
) -> list[Unanswered]:
    """The work list: the widest reach first, then the oldest.

    Empty without any reply in the data; without the channels whose replies are missing.
    """
    silent = {prepared.channels[one] for one in numbers["response"]["silent_channels"]}
    if not prepared.question["has_replies"]:
        return []
    now = round(prepared.question["as_of"] * 86_400e6)
    rows: list[Unanswered] = [
        {
            "event_id": one.event_id,
            "channel": one.channel,
            "type": one.type,
            "content_id": one.content_id,
            "hours": round(hours_between(one.at, now), 2),
            "reach": reach.get(one.event_id, 0),
        }
        for one in critical
        if one.event_id not in prepared.replied and one.channel not in silent
    ]
    return sorted(rows, key=lambda row: (-row["reach"], -row["hours"], row["event_id"]))


def _alarm(prepared: Prepared, found: AlarmNumbers, critical: Sequence[Message]) -> DialogueAlarm:
    day = prepared.ranges.days[found["day"]]
    contents: list[str] = []
    if found["verdict"] in ("shitstorm", "buzz"):
        counts = Counter(
            one.content_id
            for one in critical
            if one.content_id is not None and day_of(one, prepared.ranges.zone) == day
        )
        most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        contents = [content for content, _ in most[:MOST_CONTENTS]]
    verdict, reasons = found["verdict"], found["reasons"]
    if verdict == "quiet" and prepared.ranges.is_unfinished(day):
        verdict, reasons = None, ["day_not_over"]
    return {
        "day": day.isoformat(),
        "verdict": verdict,
        "messages": _whole(found["messages"]),
        "criticism": _whole(found["criticism"]),
        "usual": rounded(found["usual"], 2),
        "usual_high": rounded(found["usual_high"], 2),
        "contents": contents,
        "reasons": reasons,
    }


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _shares(found: MoodNumbers) -> MoodShares:
    return {
        "negative": _estimate(found["negative"]),
        "neutral": _estimate(found["neutral"]),
        "positive": _estimate(found["positive"]),
    }


def _estimate(bounds: Bounds) -> Estimate:
    estimate, low, high = bounds
    return {
        "estimate": rounded(estimate),
        "ci_low": rounded(low),
        "ci_high": rounded(high),
    }
