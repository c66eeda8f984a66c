"""Counts of people's events within ranges of days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class EventCounts:
    """Events of N people on T days, sorted so that a range of days is a difference of two sums."""

    n_days: int
    person: Ints
    day: Ints
    weight: Floats
    """Ordered by person and day. Shape (E,)."""
    key: Ints
    passed: Floats
    """Sums of the weights, with a leading zero. Shape (E + 1,)."""

    def within(self, person: Ints, low: Ints, high: Ints) -> Floats:
        """Sum of the weights of each person on the days from `low` to before `high`, shape (n,)."""
        row = person * (self.n_days + 1)
        first = np.searchsorted(self.key, row + np.clip(low, 0, self.n_days))
        last = np.searchsorted(self.key, row + np.clip(high, 0, self.n_days))
        return np.asarray(self.passed[np.maximum(last, first)] - self.passed[first])


def count_events(n_days: int, person: Ints, day: Ints, weight: Floats) -> EventCounts:
    """Sort events; those outside of the days are dropped."""
    inside = (day >= 0) & (day < n_days)
    person, day, weight = person[inside], day[inside], weight[inside]
    key = person * (n_days + 1) + day
    order = np.argsort(key, kind="stable")
    passed = np.concatenate([[0.0], np.cumsum(weight[order])])
    return EventCounts(n_days, person[order], day[order], weight[order], key[order], passed)
