"""For which days an export is complete: the coverage that a file declares by being read.

This is the one place that decides it. Reports of ads list no day without delivery, so that a file
covers all days between its first and its last. Other daily reports list every day: where nearly all
days are there, a long run that is not is missing in the file. An export of orders covers the days
from its first to its last order. Lifetime counts and lists of posts, comments and reviews cover
nothing: what they say of a day is not complete on any day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from chalicelib.importers.outcomes import Imported, RawEvent, Reading, RowOutcome
from chalicelib.importers.values.event_identity import event_id
from chalicelib.model.days import EARLIEST, LATEST

LONG_RUN = 7
"""Days that are missing together are missing in the file,"""
LISTED_SHARE = 0.9
"""where so large a share of the other days is there, and a week of them for each hole."""
MAX_DAYS = 3_660
"""Of one coverage; a longer one is cut."""

FIRST_DAY, LAST_DAY = EARLIEST.toordinal(), LATEST.toordinal()
"""A row with a day beyond these is of no use, and covers nothing."""

Source = tuple[tuple[str, Any], ...]


@dataclass(slots=True)
class Covered:
    """What a part of a file covers; grows while its rows are read.

    Attributes
    ----------
    parts : tuple of str
        What tells the report from others in event ids: channel or platform, report, account.
    lists_all_days : bool
        Whether the report has a row for each day.
    sources : dict
        As keys: the fields of a coverage that name its source.
    days : set of int
        Ordinals of the days that rows are about.
    """

    parts: tuple[str, ...]
    lists_all_days: bool
    sources: dict[Source, None] = field(default_factory=dict)
    days: set[int] = field(default_factory=set)

    def add_type(self, channel: str, type_: str, paid: bool) -> None:
        """The report counts engagements of a type."""
        self.sources[("channel", channel), ("type", type_), ("paid", paid)] = None

    def add_events(self, events: Iterable[RawEvent]) -> None:
        """The report counts what some events of it are, on their days."""
        for event in events:
            self.days.add(event["occurred_at"].toordinal())
            if event["kind"] == "engagement":
                self.add_type(event["channel"], event["type"], event.get("paid", False))
            elif event["kind"] == "conversion":
                self.add_goal(event["goal"])

    def add_goal(self, goal: str) -> None:
        """The report counts conversions of a goal."""
        self.sources[(("goal", goal),)] = None

    def events(self) -> list[RawEvent]:
        """A coverage for each source and run of days; their ids say source and days."""
        return [
            {
                "kind": "coverage",
                "event_id": event_id(
                    "coverage", *self.parts, _name_of(source), f"{first}", f"{last}"
                ),
                **dict(source),
                "from": first.isoformat(),
                "to": last.isoformat(),
            }
            for source in self.sources
            for first, last in self._runs()
        ]

    def _runs(self) -> list[tuple[dt.date, dt.date]]:
        days = sorted(day for day in self.days if FIRST_DAY <= day <= LAST_DAY)
        if not days:
            return []
        runs = [[days[0], days[0]]]
        for before, day in pairwise(days):
            if day - before > LONG_RUN:
                runs.append([day, day])
            else:
                runs[-1][1] = day
        listed = len(days) / sum(last - first + 1 for first, last in runs)
        are_files = listed >= LISTED_SHARE and len(days) >= LONG_RUN * len(runs)
        if not self.lists_all_days or not are_files:
            runs = [[days[0], days[-1]]]
        return [
            (dt.date.fromordinal(start), dt.date.fromordinal(min(start + MAX_DAYS - 1, last)))
            for first, last in runs
            for start in range(first, last + 1, MAX_DAYS)
        ]


def noting(
    outcomes: Iterator[RowOutcome], reading: Reading, covered: Covered
) -> Iterator[RowOutcome]:
    """The outcomes of rows, whose days and sources are noted as they pass.

    After the last one the reading has the coverage.
    """
    for outcome in outcomes:
        if type(outcome) is Imported:
            covered.add_events(outcome.events)
        yield outcome
    reading.coverage += covered.events()


def _name_of(source: Source) -> str:
    return "-".join(str(value).lower() for _, value in source)
