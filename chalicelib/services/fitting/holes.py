"""Days of a daily series that look like missing data, not zeros.

If the coverage of a source is not declared, it is inferred. A series that has events nearly
every day and then none for a whole week or month lacks a file. In a series with regular gaps
(weekly totals, a mention every ten days), silence shows nothing.

Plain lists instead of arrays: the API calls this module, and its functions do not have numpy.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean, median

Days = list[bool]
Run = tuple[int, int]

DENSE_SHARE = 0.9
"""A dense series has events on at least this share of its usual weekdays,"""
DENSE_MEAN = 5.0
"""at least this many a day on average,"""
DENSE_DAYS = 14
"""and at least this many usual days outside long runs of zeros."""
USUAL_SHARE, MIN_USUAL = 0.85, 5
"""A weekday is usual if this share of its days has events. A dense series has five of them."""
LONG_RUN, MAX_LONG_RUNS = 7, 4
"""Runs of this many days do not affect what is usual, unless there are more than this many."""
SHORTEST = 3
"""Shortest hole in conversions, or in a whole channel, in usual days."""
CHANCE = 1e-3
"""A run of zeros is not a hole if chance alone produces one as long more often than this."""
EDGE_CHANCE = 0.01
"""A sparse series extends to the edge of the window unless its silence there is less likely."""
ABRUPT = 0.4
"""Two days before and after a hole have at least this share of the usual level."""
PARTIAL = 0.3
"""A first or last day with less than this share of the smallest of two weeks is incomplete."""
NEIGHBOURS, FORTNIGHT = 2, 14


@dataclass(frozen=True, slots=True)
class Inferred:
    """Coverage inferred from a series of T days."""

    days: Days
    """Days that look covered. Length T."""
    holes: list[Run]
    """First and last day of each hole between them."""


def usual_days(series: Sequence[float], first_weekday: int) -> Days | None:
    """Days on which a dense series usually has events; None if it is not dense.

    Parameters
    ----------
    series : sequence of float, length T
        Counts per day.
    first_weekday : int
        Of the first day; Monday is 0.
    """
    active = [day for day, count in enumerate(series) if count > 0]
    if len(active) < DENSE_DAYS:
        return None
    kept = [active[0] <= day <= active[-1] for day in range(len(series))]
    silent = [inside and not count > 0 for inside, count in zip(kept, series, strict=True)]
    long_runs = [(a, b) for a, b in runs_of(silent) if b - a + 1 >= LONG_RUN]
    if len(long_runs) > MAX_LONG_RUNS:
        return None
    for first, last in long_runs:
        kept[first : last + 1] = [False] * (last - first + 1)
    days, with_events = [0] * 7, [0] * 7
    for day, count in enumerate(series):
        if kept[day]:
            weekday = (day + first_weekday) % 7
            days[weekday] += 1
            with_events[weekday] += count > 0
    is_usual = [
        n > 0 and with_any / n >= USUAL_SHARE for n, with_any in zip(days, with_events, strict=True)
    ]
    usual = [is_usual[(day + first_weekday) % 7] for day in range(len(series))]
    counted = [
        count for count, one, inside in zip(series, usual, kept, strict=True) if one and inside
    ]
    if sum(is_usual) < MIN_USUAL or len(counted) < DENSE_DAYS:
        return None
    if fmean(count > 0 for count in counted) < DENSE_SHARE or fmean(counted) < DENSE_MEAN:
        return None
    return usual


def infer_days(
    series: Sequence[float],
    start: dt.date,
    *,
    is_outcome: bool = False,
    silent: Sequence[bool] | None = None,
) -> Inferred:
    """Infer the covered days of a series.

    Parameters
    ----------
    series : sequence of float, length T
        Counts per day.
    is_outcome : bool
        Whether these are conversions, for which a short run of days without any is a hole.
    silent : sequence of bool, length T, optional
        Days without any event in the channel, if several types of it are dense.
    """
    n_days = len(series)
    active = [day for day, count in enumerate(series) if count > 0]
    if not active:
        return Inferred([False] * n_days, [])
    usual = usual_days(series, start.weekday())
    if usual is None:
        first, last = _sparse_extent(active, n_days)
        return Inferred([first <= day <= last for day in range(n_days)], [])
    first, last = _whole_ends(series, usual, active)
    while first > 0 and not usual[first - 1]:
        first -= 1
    while last < n_days - 1 and not usual[last + 1]:
        last += 1
    days = [first <= day <= last for day in range(n_days)]
    quiet = runs_of([inside and count == 0 for inside, count in zip(days, series, strict=True)])
    holes = [
        (a, b)
        for a, b in quiet
        if any(usual[a : b + 1])
        and _may_be_missing(usual, (a, b), start, is_outcome=is_outcome, silent=silent)
        and _is_improbable(series, usual, (a, b), active)
        and _is_abrupt(series, usual, (a, b))
    ]
    for a, b in holes:
        days[a : b + 1] = [False] * (b - a + 1)
    return Inferred(days, holes)


def runs_of(mask: Sequence[bool]) -> list[Run]:
    """First and last position of each run of true values."""
    runs, at = [], 0
    for value, group in groupby(mask):
        length = sum(1 for _ in group)
        if value:
            runs.append((at, at + length - 1))
        at += length
    return runs


def has_whole_unit(first: dt.date, last: dt.date) -> bool:
    """Whether the days contain a whole week from Monday to Sunday, or a whole calendar month."""
    monday = first + dt.timedelta(days=-first.weekday() % 7)
    if (last - monday).days >= 6:
        return True
    begin = first if first.day == 1 else first.replace(day=1) + dt.timedelta(days=32)
    begin = begin.replace(day=1)
    return last >= begin.replace(day=calendar.monthrange(begin.year, begin.month)[1])


def _sparse_extent(active: Sequence[int], n_days: int) -> Run:
    """First and last day of a sparse series; silence at an edge is usual unless it is long."""
    first, last, number = active[0], active[-1], len(active)
    share = min((number - 1) / (last - first + 1 + 20 / number), 1.0)
    return (
        0 if (1 - share) ** first > EDGE_CHANCE else first,
        n_days - 1 if (1 - share) ** (n_days - 1 - last) > EDGE_CHANCE else last,
    )


def _whole_ends(series: Sequence[float], usual: Days, active: Sequence[int]) -> Run:
    """First and last day without incomplete ones."""
    first, last = active[0], active[-1]
    counts = [series[day] for day in active if usual[day]]
    if usual[first] and series[first] < PARTIAL * min(counts[1 : FORTNIGHT + 1]):
        first += 1
    if usual[last] and series[last] < PARTIAL * min(counts[-FORTNIGHT - 1 : -1]):
        last -= 1
    return first, last


def _may_be_missing(
    usual: Days,
    hole: Run,
    start: dt.date,
    *,
    is_outcome: bool,
    silent: Sequence[bool] | None,
) -> bool:
    """Whether a run of silent days is long enough to be a hole."""
    first, last = hole
    if sum(usual[first : last + 1]) < SHORTEST:
        return False
    is_shared = silent is not None and all(silent[first : last + 1])
    days = (start + dt.timedelta(days=first), start + dt.timedelta(days=last))
    return is_outcome or is_shared or has_whole_unit(*days)


def _is_improbable(series: Sequence[float], usual: Days, hole: Run, active: Sequence[int]) -> bool:
    """Whether a silence is too long to be chance."""
    first, last = hole
    others = [
        series[day]
        for day in range(active[0], active[-1] + 1)
        if usual[day] and not first <= day <= last
    ]
    chance = (others.count(0) + 0.5) / (len(others) + 1.0)
    return chance ** sum(usual[first : last + 1]) * len(others) <= CHANCE


def _is_abrupt(series: Sequence[float], usual: Days, hole: Run) -> bool:
    """Whether the days around a silence are at the usual level."""
    first, last = hole
    before = [series[day] for day in range(first) if usual[day]]
    after = [series[day] for day in range(last + 1, len(series)) if usual[day]]
    if not before or not after:
        return False
    level = median(before[-FORTNIGHT:] + after[:FORTNIGHT])
    return min(fmean(before[-NEIGHBOURS:]), fmean(after[:NEIGHBOURS])) >= ABRUPT * level
