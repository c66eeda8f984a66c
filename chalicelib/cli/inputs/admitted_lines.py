"""The events of one or more files of event lines, without duplicates.

Events are admitted like those that a service receives, with three differences. The reporting
currency is the given one, or that of the first amount. Events of any age are accepted, because no
retention applies. User ids are normalized, but not hashed.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from chalicelib.cli.inputs.found_files import open_lines
from chalicelib.model.admission import (
    FUTURE_TOLERANCE,
    EventRejection,
    Storable,
    Terms,
    Withdrawn,
    admit,
    event_of,
    money_of,
    read_line,
)
from chalicelib.model.errors import UnusableInput
from chalicelib.model.events import SPANS, Audience, Conversion, Cost, Coverage, Engagement, Event
from chalicelib.storage.pseudonyms import normal_user_id

_AT_ONCE = 1_000
KEPT_EVENTS = 50_000
"""Events that are kept in memory, of all files together; about 1.5 kB each."""


class RejectedLine(NamedTuple):
    """A line that is not an admissible event.

    Attributes
    ----------
    file : int
        Index of the file.
    row : int
        Number of the line; for a converted export, its row in the export.
    code, message : str
    """

    file: int
    row: int
    code: str
    message: str


class Source(NamedTuple):
    """What an event counts: an engagement type, a goal, or a channel's followers.

    Attributes
    ----------
    subject : str
        The channel, or ``goal:`` and the goal.
    name : str
        ``channel/type``, with ``(paid)`` for paid types; or the goal.
    """

    subject: str
    name: str


@dataclass(frozen=True, slots=True)
class LineFile:
    """A file of event lines.

    Attributes
    ----------
    path : Path
    rows : array of int, optional
        For a converted export: the row of the export for each line.
    """

    path: Path
    rows: array[int] | None = None


@dataclass(slots=True)
class CountedFile:
    """What a file contributes.

    Attributes
    ----------
    events : int
        Admitted events, without coverage.
    rejected : int
    first, last : date or None
        The earliest and the latest day on which an event begins.
    end : date or None
        The latest day that an event is about, such as the last one of a monthly cost.
    restated : Counter
        How many events of each earlier file (by index) its events replace.
    days : dict
        Source -> day -> count.
    cost_days : dict
        Channel -> days with costs.
    has_cut_line : bool
        Whether the last line is rejected and has no line end: the file was cut off.
    """

    events: int = 0
    rejected: int = 0
    first: dt.date | None = None
    last: dt.date | None = None
    end: dt.date | None = None
    restated: Counter[int] = field(default_factory=Counter)
    days: dict[Source, Counter[dt.date]] = field(default_factory=lambda: defaultdict(Counter))
    cost_days: dict[str, set[dt.date]] = field(default_factory=lambda: defaultdict(set))
    has_cut_line: bool = False


class EventLines:
    """The events of files of event lines without duplicates. For equal events, the last one counts.

    Anonymous events with the same id on the same day are equal, because a report exported again in
    another time zone has the same days at other hours. Spans are equal if their ids are equal.

    Files with more than `KEPT_EVENTS` events together are read twice, so that memory contains one
    identity per line instead of the events.

    Parameters
    ----------
    files : sequence of LineFile
    now : datetime
    currency : str, optional
        The reporting currency.
    on_lines : callable, optional
        Called after every thousandth line of the first reading, with the index of the file and the
        number of bytes read of it.

    Attributes
    ----------
    rejected : list of RejectedLine
    counted : list of CountedFile
    """

    def __init__(
        self,
        files: Sequence[LineFile],
        now: dt.datetime,
        *,
        currency: str | None = None,
        on_lines: Callable[[int, int], None] | None = None,
    ) -> None:
        self._files = files
        self._terms = Terms(
            oldest=dt.datetime.min.replace(tzinfo=dt.UTC),
            latest=now + FUTURE_TOLERANCE,
            currency=currency,
            user_hash=normal_user_id,
        )
        self._skip: list[set[int]] = [set() for _ in files]
        self._left_out: list[set[str]] = [set() for _ in files]
        self.rejected: list[RejectedLine] = []
        self.counted = [CountedFile() for _ in files]
        self._last: dict[tuple[Hashable, ...], tuple[int, int]] = {}
        self._kept: list[list[tuple[int, Event]]] = [[] for _ in files]
        self._n_kept, self._are_kept = 0, True
        for index in range(len(files)):
            self._read(index, on_lines)
        self._last.clear()

    def __iter__(self) -> Iterator[Event]:
        for index, skip in enumerate(self._skip):
            if not self.counted[index].events:
                continue  # its coverage would turn rejected rows into zeros
            left_out = self._left_out[index]
            for number, event in self._events(index):
                if number not in skip and (not left_out or _subject_of(event) not in left_out):
                    yield event

    @property
    def currency(self) -> str | None:
        """The reporting currency; None if none is given and there is no amount."""
        return self._terms.currency

    def leave_out(self, index: int, subject: str) -> None:
        """Do not yield the events of a file about a subject (see `Source`)."""
        self._left_out[index].add(subject)

    def window(self, start: dt.date | None, end: dt.date | None) -> tuple[dt.date, dt.date] | None:
        """Return the window of the fit, or None if both days are missing.

        If one day is missing, the first or last day of the events replaces it.
        """
        if start is None and end is None:
            return None
        first = min((one.first for one in self.counted if one.first), default=None)
        last = max((one.last for one in self.counted if one.last), default=None)
        if first is None or last is None:
            raise UnusableInput("the input contains no events")
        return start or first, end or last

    def _read(self, index: int, on_lines: Callable[[int, int], None] | None) -> None:
        file, counted = self._files[index], self.counted[index]
        done, line = 0, b""
        for number, line in self._lines(index):
            done += len(line)
            if on_lines is not None and number % _AT_ONCE == 0:
                on_lines(index, done)
            verdict = admit(read_line(line), self._terms)
            if isinstance(verdict, EventRejection):
                row = number if file.rows is None else file.rows[number - 1]
                self.rejected.append(RejectedLine(index, row, verdict.code, verdict.message))
                self._skip[index].add(number)
                counted.rejected += 1
                counted.has_cut_line = not line.endswith(b"\n") and file.rows is None
                continue
            identity = _identity(verdict)
            earlier = self._last.get(identity)
            if earlier is not None:
                self._skip[earlier[0]].add(earlier[1])
                if earlier[0] != index and not isinstance(event_of(verdict), SPANS):
                    counted.restated[earlier[0]] += 1
            self._last[identity] = index, number
            event = event_of(verdict)
            self._keep(index, number, event)
            self._count(counted, event)
            money = money_of(event)
            if self.currency is None and money is not None:
                self._terms = replace(self._terms, currency=money[1].currency)

    def _keep(self, index: int, number: int, event: Event) -> None:
        if self._are_kept:
            self._kept[index].append((number, event))
            self._n_kept += 1
            if self._n_kept > KEPT_EVENTS:
                self._kept.clear()
                self._are_kept = False

    def _events(self, index: int) -> Iterator[tuple[int, Event]]:
        """The events of a file with the numbers of their lines, from memory or read again."""
        if self._are_kept:
            yield from self._kept[index]
            return
        for number, line in self._lines(index):
            if number not in self._skip[index]:
                verdict = admit(read_line(line), self._terms)
                if not isinstance(verdict, EventRejection):
                    yield number, event_of(verdict)

    def _lines(self, index: int) -> Iterator[tuple[int, bytes]]:
        with open_lines(self._files[index].path) as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line

    def _count(self, counted: CountedFile, event: Event) -> None:
        counted.events += not isinstance(event, Coverage)
        day = event.day
        counted.first = day if counted.first is None else min(counted.first, day)
        counted.last = day if counted.last is None else max(counted.last, day)
        end = day + dt.timedelta(days=event.period_days - 1) if isinstance(event, Cost) else day
        counted.end = end if counted.end is None else max(counted.end, end)
        if isinstance(event, Cost):
            days = range(event.period_days)
            counted.cost_days[event.channel].update(day + dt.timedelta(days=one) for one in days)
        elif isinstance(event, Engagement):
            if event.cost is not None:
                counted.cost_days[event.channel].add(day)
            name = f"{event.channel}/{event.type}{' (paid)' if event.paid else ''}"
            counted.days[Source(event.channel, name)][day] += event.count
        elif isinstance(event, Conversion) and not event.refund:
            counted.days[Source(f"goal:{event.goal}", event.goal)][day] += event.count


def _subject_of(event: Event) -> str:
    """Return the subject of an event; empty for those that belong to no source."""
    if isinstance(event, Conversion):
        return f"goal:{event.goal}"
    if isinstance(event, Coverage):
        return event.channel or f"goal:{event.goal}"
    if isinstance(event, Engagement | Cost | Audience):
        return event.channel
    return ""


def _identity(write: Storable) -> tuple[Hashable, ...]:
    """Return a key that is equal for equal events."""
    event = event_of(write)
    if isinstance(event, SPANS):
        return event.kind, event.event_id
    user = write.user if isinstance(write, Withdrawn) else getattr(event, "user_id", None)
    return event.event_id, event.day if user is None else event.occurred_at, user
