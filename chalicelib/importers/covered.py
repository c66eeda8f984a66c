"""The coverage of an export: the days for which the file is complete.

Only this module decides it. Ads reports omit days without delivery, so a file covers all days from
its first to its last. Other daily reports list every day: if nearly all days are present, a long
run of missing days is missing from the file. An export of orders covers the days from its first to
its last order. Lifetime counts and lists of posts, comments and reviews cover no days, because they
are complete for no day.
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
"""A run of more missing days than this is missing from the file, if `LISTED_SHARE` is reached."""
LISTED_SHARE = 0.9
"""Share of the other days that must be present, with at least a week of them per run."""
MAX_DAYS = 3_660
"""Of one coverage event; a longer one is split."""

FIRST_DAY, LAST_DAY = EARLIEST.toordinal(), LATEST.toordinal()
"""Days of rows outside of this range are ignored."""

Source = tuple[tuple[str, Any], ...]


@dataclass(slots=True)
class Covered:
    """The days and sources that a part of a file covers; grows while its rows are read.

    Attributes
    ----------
    parts : tuple of str
        Identify the report in event ids: channel or platform, report, account.
    lists_all_days : bool
        Whether the report has a row for each day.
    sources : dict
        Keys: the fields of a coverage event that name its source.
    days : set of int
        Ordinals of the days that have rows.
    """

    parts: tuple[str, ...]
    lists_all_days: bool
    sources: dict[Source, None] = field(default_factory=dict)
    days: set[int] = field(default_factory=set)

    def add_type(self, channel: str, type_: str, paid: bool) -> None:
        """Add an engagement type that the report counts."""
        self.sources[("channel", channel), ("type", type_), ("paid", paid)] = None

    def add_events(self, events: Iterable[RawEvent]) -> None:
        """Add the days of events, and their engagement types and goals."""
        for event in events:
            self.days.add(event["occurred_at"].toordinal())
            if event["kind"] == "engagement":
                self.add_type(event["channel"], event["type"], event.get("paid", False))
            elif event["kind"] == "conversion":
                self.add_goal(event["goal"])

    def add_shares(self, events: Iterable[RawEvent]) -> None:
        """Add the days of events, and the shares and mentions whose parents are complete."""
        for event in events:
            self.days.add(event["occurred_at"].toordinal())
            if event["kind"] == "engagement" and event["type"] in ("share", "mention"):
                source = (("channel", event["channel"]), ("type", event["type"]))
                self.sources[(*source, ("parents", "complete"))] = None

    def add_goal(self, goal: str) -> None:
        """Add a goal whose conversions the report counts."""
        self.sources[(("goal", goal),)] = None

    def events(self) -> list[RawEvent]:
        """Return a coverage event for each source and run of days."""
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
    """Yield the outcomes of rows and add their days and sources to `covered`.

    After the last one, the coverage is added to the reading.
    """
    for outcome in outcomes:
        if type(outcome) is Imported:
            covered.add_events(outcome.events)
        yield outcome
    reading.coverage += covered.events()


def _name_of(source: Source) -> str:
    return "-".join(str(value).lower() for _, value in source)
