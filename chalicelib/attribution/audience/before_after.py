"""The comparison of people with themselves, before and after a change of state.

Given a person's total over both ranges of days, the number of events after the change is binomial
with a share that only depends on the day factors: the person's own rate cancels (Chamberlain 1980,
Review of Economic Studies 47). The score of that model weights a person by
``w = M_before / (M_before + M_after)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.audience.day_factors import DayFactors
from chalicelib.attribution.audience.event_counts import EventCounts
from chalicelib.attribution.audience.person_groups import (
    GROUPS,
    Replicates,
    divide,
    sum_by_replicate,
)

_CHUNK_PEOPLE = 4096


@dataclass(frozen=True, slots=True)
class Ranges:
    """Two ranges of days for each of n people."""

    person: Ints
    stratum: Ints
    group: Ints
    before: tuple[Ints, Ints]
    after: tuple[Ints, Ints]
    """First day, and the day after the last one. Shape (n,) each."""
    exposed: Floats
    """Days of the second range by which the change is divided, e.g. follower-days. Shape (n,)."""

    def only(self, some: Bools | slice) -> Ranges:
        """The ranges of some of the people."""
        return Ranges(
            self.person[some],
            self.stratum[some],
            self.group[some],
            (self.before[0][some], self.before[1][some]),
            (self.after[0][some], self.after[1][some]),
            self.exposed[some],
        )


@dataclass(frozen=True, slots=True)
class Change:
    """Additional events per exposed day."""

    per_day: Replicates
    """NaN if no one can be compared. Shape (G + 1,)."""
    relative: Replicates
    """Events in the second range divided by the expected ones; NaN without any. Shape (G + 1,)."""
    usual: float
    """Expected events per exposed day without the change."""
    events: float
    """Events in both ranges."""


def compare(
    counts: EventCounts, factors: DayFactors, ranges: Ranges, kept: Replicates | None = None
) -> Change:
    """Additional events per exposed day after the change.

    Parameters
    ----------
    kept : array, shape (G + 1,), optional
        The share of a person's usual events that can be in the first range. Events that led to the
        change cannot: they are followed by it.
    """
    share = np.ones(GROUPS + 1) if kept is None else kept
    seen, expected, exposed = np.zeros((3, GROUPS + 1))
    events = 0.0
    for first in range(0, ranges.person.size, _CHUNK_PEOPLE):
        some = ranges.only(slice(first, first + _CHUNK_PEOPLE))
        before = counts.within(some.person, *some.before)
        after = counts.within(some.person, *some.after)
        m_before = factors.between(some.stratum, *some.before)
        whole = m_before + factors.between(some.stratum, *some.after)
        usable = m_before[0] > 0  # otherwise nothing is known about the person's usual rate
        weight = np.divide(m_before, whole, out=np.zeros_like(whole), where=whole > 0) * usable
        seen += sum_by_replicate(weight * after, some.group)
        expected += sum_by_replicate((usable - weight) * before, some.group)
        exposed += sum_by_replicate(weight * some.exposed, some.group)
        events += float(before[usable].sum() + after[usable].sum())
    expected = expected / share
    usual = float(expected[0] / exposed[0]) if exposed[0] > 0 else 0.0
    per_day = divide(seen - expected, exposed)
    return Change(per_day, divide(seen, expected), usual, events)
