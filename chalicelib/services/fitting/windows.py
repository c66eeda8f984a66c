"""First and last day of a fit without a given window: the days with the bulk of the events."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from chalicelib.model.errors import UnusableInput
from chalicelib.services.fitting.event_columns import Columns

ISOLATED_DAYS = 28
"""This many days without events separate other events from the bulk,"""
BULK = 20
"""if the bulk has this many times as many days of data, counted per source."""


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day, inclusive, and the days with events outside of them."""

    start: dt.date
    end: dt.date
    outside: tuple[dt.date, ...] = ()


def find_window(
    columns: Columns, longest: int, within: tuple[dt.date, dt.date] | None = None
) -> Window:
    """Return the window from the first to the last day on which a source has data.

    Declared days count like days with events. A single event far from the others, such as a typing
    error in a date, does not extend the window.

    Parameters
    ----------
    longest : int
        Declared days extend the window to at most this many days.
    within : (date, date), optional
        Days beyond these limits are not in the window, even if they have events.

    Raises
    ------
    UnusableInput
        If there is no event.
    """
    days = columns.days_of_sources()
    if within is not None:
        begin, stop = within[0].toordinal(), within[1].toordinal()
        days = {day: weight for day, weight in days.items() if begin <= day <= stop}
    if not days:
        raise UnusableInput("the input has neither engagements nor conversions")
    clusters = _clusters(sorted(days.items()))
    total = sum(days.values())
    first, last = 0, len(clusters) - 1
    while first < last and total > BULK * clusters[first][2]:
        first += 1
    while last > first and total > BULK * clusters[last][2]:
        last -= 1
    start, end = clusters[first][0], clusters[last][1]
    outside = tuple(dt.date.fromordinal(day) for day in sorted(days) if not start <= day <= end)
    for one in sorted(columns.surroundings.declared.values(), key=lambda one: -one.last):
        start = max(min(start, one.first), end - longest + 1) if one.first < start else start
        end = min(max(end, one.last), start + longest - 1) if one.last > end else end
    return Window(dt.date.fromordinal(start), dt.date.fromordinal(end), outside)


def _clusters(days: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """First day, last day and weight of groups of days that are close together."""
    clusters: list[tuple[int, int, int]] = []
    for day, weight in days:
        if clusters and day - clusters[-1][1] <= ISOLATED_DAYS:
            first, _, so_far = clusters[-1]
            clusters[-1] = (first, day, so_far + weight)
        else:
            clusters.append((day, day, weight))
    return clusters
