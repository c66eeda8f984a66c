"""Days for which sources have data: a missing day is not a zero.

A model uses a day only if the outcome and its regressors were observed. After a gap in a
regressor its adstock is unknown for some days; those are excluded as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Ints

UNKNOWN_STOCK_DAYS = 7
"""Days after a gap on which the remaining effect of engagements inside the gap is too uncertain."""
MIN_SHARE = 0.5
"""A type that would leave fewer than this share of the others' common days is rejected."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Days on which the sources were observed."""

    outcome: Bools
    """Days with data on the conversions of the goal. Shape (T,)."""
    counts: Bools
    """Days with data on each engagement type. Shape (T, K)."""

    @classmethod
    def whole(cls, n_days: int, n_types: int) -> Coverage:
        """Coverage of every day."""
        return cls(np.ones(n_days, dtype=bool), np.ones((n_days, n_types), dtype=bool))

    @property
    def is_whole(self) -> bool:
        """Whether every day is covered."""
        return bool(self.outcome.all() and self.counts.all())

    def usable(self, number: int) -> Bools:
        """Days on which a type can explain the outcome, shape (T,).

        On these days both are covered, and no gap of the type ended within `UNKNOWN_STOCK_DAYS`
        before.
        """
        return self.outcome & self.counts[:, number] & ~self._after_gap(number)

    def _after_gap(self, number: int) -> Bools:
        """Days shortly after a gap, shape (T,). Days before the window are not a gap."""
        covered = self.counts[:, number]
        after = np.zeros_like(covered)
        for last in np.flatnonzero(~covered[:-1] & covered[1:]):
            after[last + 1 : last + 1 + UNKNOWN_STOCK_DAYS] = True
        return after


@dataclass(frozen=True, slots=True)
class CommonDays:
    """Days on which a set of types can be compared."""

    days: Bools
    """Shape (T,)."""
    types: Ints
    """Types that are compared on these days. Shape (k,)."""
    rejected: dict[int, str]
    """A reason for every other type."""


def find_common_days(coverage: Coverage, types: Ints, least_days: int) -> CommonDays:
    """Days on which the outcome and as many of the types as possible are observed.

    A type with fewer than `least_days` usable days is rejected: with `no_common_days` if it has
    none, else with `too_short_window`. Of the others, a type that would leave fewer than half of
    the days that the rest have in common is rejected with `coverage_gap`, the worst one first.

    Parameters
    ----------
    types : int array, shape (k,)
    """
    rejected: dict[int, str] = {}
    usable = {}
    for number in types.tolist():
        days = coverage.usable(number)
        if not (coverage.outcome & coverage.counts[:, number]).any():
            rejected[number] = "no_common_days"
        elif days.sum() < min(least_days, coverage.outcome.size):
            rejected[number] = "too_short_window"
        else:
            usable[number] = days
    common = _all_of(usable, coverage.outcome)
    while len(usable) > 1:
        rest = {
            n: _all_of({m: d for m, d in usable.items() if m != n}, coverage.outcome)
            for n in usable
        }
        gain = {n: int(days.sum()) for n, days in rest.items()}
        most = max(gain.values())
        if common.sum() >= max(MIN_SHARE * most, min(least_days, most)):
            break
        # among types with equal gain, reject the one with the fewest days, and any type with the
        # same days
        rank = {n: (gain[n], -int(d.sum()), d.tobytes()) for n, d in usable.items()}
        worst = max(rank.values())
        for number in [n for n in usable if rank[n] == worst]:
            rejected[number] = "coverage_gap"
            del usable[number]
        common = _all_of(usable, coverage.outcome)
    return CommonDays(common, np.array(sorted(usable), dtype=np.int64), rejected)


def _all_of(usable: dict[int, Bools], outcome: Bools) -> Bools:
    return np.asarray(np.logical_and.reduce([outcome, *usable.values()]))
