"""A question about the dialogue, and the columns that the statistics need to answer it.

Columns are plain lists: a process without numpy can send them to another one.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from typing_extensions import TypedDict

from chalicelib.attribution.dialogue.working_hours import WorkingHours
from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.model.events.event_fields import is_slug
from chalicelib.services.dialogue.stored_talk import ReadTalk
from chalicelib.services.dialogue.talk import REPLY, Message
from chalicelib.services.dialogue.threads import first_replies

CRITICISM = -0.25
"""Sentiment that is still criticism, unless the caller says otherwise."""
FALSE_ALARMS_PER_YEAR = 2.0
MOST_FALSE_ALARMS = 52
DEFAULT_DAYS = 28
MAX_DAYS = 1_098
HISTORY_DAYS = 182
"""Days before the ranges that are read: what is usual on a day comes from them, and checks."""
MAX_MESSAGES = 200_000
FEWEST_WITHOUT_REPLY = 10
"""Critical messages from which on a channel without any reply counts as one whose replies are not
imported: chance alone would leave so many without a reply in less than one of a thousand channels
that answer half of them.
"""
LARGE_SOURCE = 0.2
"""Part of the messages from which on a day without a source's data is a day without data."""
_DAY = dt.timedelta(days=1)
_MICROSECONDS = 1e6 * 86_400
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller asks for; None where a default applies."""

    start: dt.date | None = None
    end: dt.date | None = None
    as_of: dt.datetime | None = None
    channel: str | None = None
    hours: str | None = None
    criticism: float = CRITICISM
    rounding: float | None = None
    """Stars are rounded to a multiple of this before they are classed."""
    false_alarms: float = FALSE_ALARMS_PER_YEAR
    before_start: dt.date | None = None
    before_end: dt.date | None = None
    """The range with which the mood is compared; default: as many days just before `start`."""

    def check(self) -> None:
        """Check what can be wrong without data.

        Raises
        ------
        InvalidFields
        """
        wrong = []
        if self.channel is not None and not is_slug(self.channel):
            wrong.append(FieldError("/channel", "invalid_format", "must be the name of a channel"))
        if self.hours is not None:
            try:
                WorkingHours.parse(self.hours)
            except ValueError as error:
                wrong.append(FieldError("/hours", "invalid_format", str(error)))
        if not -1.0 <= self.criticism < 0.0:
            wrong.append(FieldError("/criticism", "out_of_range", "at least -1 and below 0"))
        if self.rounding is not None and not 0.0 < self.rounding <= 1.0:
            wrong.append(FieldError("/rounding", "out_of_range", "above 0 and at most 1"))
        if not 0.0 < self.false_alarms <= MOST_FALSE_ALARMS:
            message = f"above 0 and at most {MOST_FALSE_ALARMS}"
            wrong.append(FieldError("/false_alarms", "out_of_range", message))
        if wrong:
            raise InvalidFields("the query is invalid", tuple(wrong))


@dataclass(frozen=True, slots=True)
class Ranges:
    """The ranges of an answer, in days of the tenant's time zone, inclusive."""

    start: dt.date
    end: dt.date
    before: tuple[dt.date, dt.date]
    as_of: dt.datetime
    """Later events are left out."""
    zone: dt.tzinfo

    @property
    def first(self) -> dt.date:
        """The first day of the history that is read."""
        return min(self.start, self.before[0]) - HISTORY_DAYS * _DAY

    @property
    def days(self) -> list[dt.date]:
        """Every day from the first of the history to the last of the range."""
        return [self.first + n * _DAY for n in range((self.end - self.first).days + 1)]

    def midnight(self, day: dt.date) -> dt.datetime:
        """The instant when a day begins."""
        return dt.datetime.combine(day, dt.time(), self.zone).astimezone(dt.UTC)

    def is_unfinished(self, day: dt.date) -> bool:
        """Whether more than a second of a day is still to come."""
        return self.as_of < self.midnight(day + _DAY) - dt.timedelta(seconds=1)

    def utc_days(self) -> tuple[dt.date, dt.date]:
        """The first and last UTC day with events that matter."""
        last = max(self.midnight(self.end + _DAY), self.as_of)
        return self.midnight(self.first).date(), last.astimezone(dt.UTC).date()


def ranges_of(
    asked: Asked, *, last_day: dt.date | None, zone: dt.tzinfo | None, now: dt.datetime
) -> Ranges:
    """The ranges of a question.

    Parameters
    ----------
    last_day : date, optional
        The last UTC day with any event. Unless the caller says otherwise, the data are as of its
        end, or as of now: a message of which nothing could be known later has not waited longer.

    Raises
    ------
    InvalidFields
        If a range ends before it begins, or is too long.
    """
    zone = zone or dt.UTC
    as_of = asked.as_of or now
    if asked.as_of is None and last_day is not None:
        as_of = min(now, dt.datetime.combine(last_day + _DAY, dt.time(), dt.UTC))
    # an instant at midnight belongs to the day before
    of_as_of = (as_of - dt.timedelta(microseconds=1)).astimezone(zone).date()
    end = asked.end or max(of_as_of, asked.start or of_as_of)
    start = asked.start or end - (DEFAULT_DAYS - 1) * _DAY
    length = (end - start).days + 1
    before_end = asked.before_end or start - _DAY
    before = asked.before_start or before_end - (length - 1) * _DAY, before_end
    wrong = []
    for name, first, last in (("/to", start, end), ("/before_to", *before)):
        if last < first:
            wrong.append(FieldError(name, "out_of_range", "the last day is before the first"))
        elif (last - first).days >= MAX_DAYS:
            wrong.append(FieldError(name, "out_of_range", f"at most {MAX_DAYS} days"))
    if before[1] >= start:
        wrong.append(FieldError("/before_to", "out_of_range", "must be before the first day"))
    if wrong:
        raise InvalidFields("the query is invalid", tuple(wrong[:1]))
    return Ranges(start, end, before, as_of, zone)


class Columns(TypedDict):
    """One value per message, in order of time; null where something is unknown."""

    time: list[float]
    channel: list[int]
    thread: list[int]
    sentiment: list[float | None]
    rating: list[float | None]
    checked: list[float | None]
    about: list[int]
    reply_time: list[float | None]


class DialogueQuestion(TypedDict):
    """What the statistics need; JSON-able. Instants are days since 1970-01-01 00:00 UTC."""

    columns: Columns
    has_replies: bool
    silent_channels: list[int]
    """Channels whose replies are probably not imported, if others have replies."""
    start: float
    end: float
    before: tuple[float, float]
    """Ranges; an end is not part of it."""
    as_of: float
    hours: str | None
    criticism: float
    false_alarms: float
    day_starts: list[float]
    """Beginning of each day of the history and the range, and the end of the last one."""
    known_days: list[bool]
    """Whether the data cover the day."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question with the messages behind its columns."""

    question: DialogueQuestion
    ranges: Ranges
    messages: Sequence[Message]
    """In the order of the columns."""
    replied: dict[str, int]
    """From `threads.first_replies`."""
    channels: tuple[str, ...]
    companies: tuple[str, ...]
    only_totals: tuple[str, ...]
    """Sources whose messages are known only as totals: channel and type."""


def prepare(read: ReadTalk, asked: Asked, ranges: Ranges) -> Prepared:
    """Make the columns of a question from the messages that were read.

    Raises
    ------
    InvalidFields
        If there are more than `MAX_MESSAGES`.
    """
    as_of = _micros(ranges.as_of)
    first = _micros(ranges.midnight(ranges.first))
    everything = [
        one
        for one in read.talk.messages
        if first <= one.at <= as_of and asked.channel in (None, one.channel)
    ]
    if len(everything) > MAX_MESSAGES:
        message = f"more than {MAX_MESSAGES:,} messages; choose one channel or a shorter range"
        raise InvalidFields("the query is invalid", (FieldError("/from", "out_of_range", message),))
    everything.sort(key=lambda one: (one.at, one.event_id))
    replied = first_replies(everything, as_of)
    messages = [one for one in everything if one.type != REPLY]
    channels = tuple(sorted({one.channel for one in everything}))
    companies = tuple(sorted({one.about for one in messages if one.about is not None}))
    answering = {one.channel for one in everything if one.type == REPLY}
    threads: dict[tuple[str, str], int] = {}
    businesses = _businesses(messages)
    numbers = {name: number for number, name in enumerate(channels)}
    about = {name: number for number, name in enumerate(companies)}
    columns: Columns = {
        "time": [one.at / _MICROSECONDS for one in messages],
        "channel": [numbers[one.channel] for one in messages],
        "thread": [
            threads.setdefault(_thread_of(one, ranges.zone, businesses), len(threads))
            for one in messages
        ],
        "sentiment": [one.sentiment for one in messages],
        "rating": [_stars(one.rating, asked.rounding) for one in messages],
        "checked": [one.checked for one in messages],
        "about": [-1 if one.about is None else about[one.about] for one in messages],
        "reply_time": [
            replied[one.event_id] / _MICROSECONDS if one.event_id in replied else None
            for one in messages
        ],
    }
    begin, end = ranges.midnight(ranges.start), ranges.midnight(ranges.end + _DAY)
    starts = [_days(ranges.midnight(day)) for day in (*ranges.days, ranges.end + _DAY)]
    question: DialogueQuestion = {
        "columns": columns,
        "has_replies": bool(answering),
        "silent_channels": [numbers[one] for one in channels if answering and one not in answering],
        "start": _days(begin),
        "end": _days(end),
        "before": (
            _days(ranges.midnight(ranges.before[0])),
            _days(ranges.midnight(ranges.before[1] + _DAY)),
        ),
        "as_of": _days(ranges.as_of),
        "hours": asked.hours,
        "criticism": asked.criticism,
        "false_alarms": asked.false_alarms,
        "day_starts": starts,
        "known_days": _known_days(read, messages, ranges),
    }
    only_totals = tuple(
        sorted(
            f"{channel}/{kind}"
            for channel, kind in read.talk.totals
            if asked.channel in (None, channel) and kind != REPLY
        )
    )
    return Prepared(question, ranges, messages, replied, channels, companies, only_totals)


def day_of(message: Message, zone: dt.tzinfo) -> dt.date:
    """The day of a message in a time zone."""
    return (_EPOCH + dt.timedelta(microseconds=message.at)).astimezone(zone).date()


def hours_between(earlier: int, later: int) -> float:
    """Hours between two instants in microseconds."""
    return (later - earlier) / 3.6e9


def _businesses(messages: Sequence[Message]) -> set[tuple[str, str | None]]:
    """Channels whose reviews are all about one content: the business itself, not a product."""
    contents: dict[str, set[str | None]] = {}
    for one in messages:
        if one.type == "review":
            contents.setdefault(one.channel, set()).add(one.content_id)
    return {
        (channel, content)
        for channel, found in contents.items()
        for content in found
        if len(found) == 1
    }


def _thread_of(
    message: Message, zone: dt.tzinfo, businesses: set[tuple[str, str | None]]
) -> tuple[str, str]:
    is_about_all = message.type == "review" and (message.channel, message.content_id) in businesses
    if message.content_id is not None and not is_about_all:
        return message.channel, message.content_id
    return "", day_of(message, zone).isoformat()


def _stars(rating: float | None, step: float | None) -> float | None:
    if rating is None or step is None:
        return rating
    return round(rating / step) * step


def _known_days(read: ReadTalk, messages: Sequence[Message], ranges: Ranges) -> list[bool]:
    """Whether the data cover each day.

    That is from the first message to the last day with events of any kind, without the days that
    the declared coverage of a large source leaves out.
    """
    if not messages:
        return [False] * len(ranges.days)
    first = day_of(messages[0], ranges.zone)
    last = max(read.days, default=first)
    sources = Counter((one.channel, one.type) for one in messages)
    with_data = {(one.channel, one.type, day_of(one, ranges.zone)) for one in messages}
    known = {day for day in ranges.days if first <= day <= last}
    for (channel, kind), count in sources.items():
        spans = [
            (span.first, span.last)
            for span in read.covered
            if span.channel == channel and span.type in (None, kind)
        ]
        if not spans or count < LARGE_SOURCE * len(messages):
            continue
        known = {
            day
            for day in known
            if (channel, kind, day) in with_data or any(a <= day <= b for a, b in spans)
        }
    return [day in known for day in ranges.days]


def _micros(moment: dt.datetime) -> int:
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


def _days(moment: dt.datetime) -> float:
    return _micros(moment) / _MICROSECONDS
