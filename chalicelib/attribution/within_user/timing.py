"""Traces of hidden causes in the timing of engagements, relative to each other and to conversions.

An engagement that only causes conversions does not change the time of the next engagement. People
with an *intent* leave traces: they engage in bursts, and the bursts stop with a purchase or
continue around it.

Every figure compares pairs of events of one person with their expected number if that person's
events of a type were independent over days, following only the overall calendar of the type.
Given how often a person engages, that needs no model of why some engage more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.within_user.panel import People

BURST_DAYS = (1, 2, 3)
FOLLOW_DAYS = (1, 2, 3)
BOUGHT_WITHIN = (0, 1)
CONTINUED_ON = (2, 3, 4)
QUIET_DAYS = 7
"""Engagements within this many days after a conversion may be reactions to it and do not count as a
burst.
"""

BURST_Z, BURST_RATIO = 5.0, 1.1
FOLLOW_Z, FOLLOW_RATIO = 4.0, 1.15
"""Chosen above the values in worlds without hidden causes: their ratios reach 1.09, their z 4.4."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Traces per type, arrays of shape (K,); z-values are clustered by person."""

    burst_ratio: Floats
    burst_z: Floats
    """Engagements in the three days after an engagement, divided by their expected number."""
    follow_ratio: Floats
    follow_z: Floats
    """Engagements in the three days after a conversion, likewise."""
    goes_on: Floats
    """Excess engagements on days two to four after an engagement without a purchase."""
    stop: Floats
    stop_error: Floats
    """How many more (or fewer: below 0) there are if the person bought on the day of the engagement
    or the next.
    """

    def bursts(self) -> Bools:
        """Types whose engagements come in bursts."""
        return (self.burst_z > BURST_Z) & (self.burst_ratio > BURST_RATIO)

    def bursts_have_to_do_with_buying(self) -> Bools:
        """Types for which a common intent behind engagements and purchases cannot be excluded.

        They come in bursts, and the data do not show that a burst continues after a purchase as it
        does without one (to within half of it).
        """
        unrelated = np.abs(self.stop) + 1.96 * self.stop_error < 0.5 * self.goes_on
        return self.bursts() & ~unrelated

    def follows_conversions(self) -> Bools:
        """Types that happen more often after a conversion."""
        return (self.follow_z > FOLLOW_Z) & (self.follow_ratio > FOLLOW_RATIO)


def read_timing(people: People) -> Timing:
    """Traces of hidden causes in the journeys at risk."""
    calendar = _Calendar.of(people)
    traces = [_trace(people, calendar, kind) for kind in range(people.n_kinds)]
    columns = np.array(traces, dtype=np.float64).reshape(people.n_kinds, 7).T
    return Timing(*columns)


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Distribution of a type's engagements over the days, if people were at risk throughout.

    `left` (K, T + 1) is the share of them from a day on.
    """

    left: Floats

    @classmethod
    def of(cls, people: People) -> _Calendar:
        counts = np.zeros((people.n_kinds, people.n_days))
        at_risk = people.touch_day > people.first_day[people.touch_person]
        np.add.at(
            counts,
            (people.touch_kind[at_risk], people.touch_day[at_risk]),
            people.touch_count[at_risk],
        )
        entry = people.first_day[people.first_day < people.n_days - 1] + 1
        present = np.cumsum(np.bincount(entry, minlength=people.n_days))
        rate = counts / np.maximum(present, 1)
        left = np.zeros((people.n_kinds, people.n_days + 1))
        left[:, :-1] = np.cumsum(rate[:, ::-1], axis=1)[:, ::-1]
        return cls(left)

    def share(self, kind: int, day: Ints, entry: Ints) -> Floats:
        """Share of a person's engagements at risk that falls on `day`, 0 outside the window."""
        left = self.left[kind]
        n_days = left.size - 1
        at = np.clip(day, 0, n_days - 1)
        whole = left[np.clip(entry, 0, n_days)]
        share = np.divide(left[at] - left[at + 1], whole, out=np.zeros(at.size), where=whole > 0)
        return np.where((day >= 0) & (day < n_days), share, 0.0)


def _trace(people: People, calendar: _Calendar, kind: int) -> tuple[float, ...]:
    n_days = people.n_days
    chosen = (people.touch_kind == kind) & (
        people.touch_day > people.first_day[people.touch_person]
    )
    key, count = _by_day(
        people.touch_person[chosen], people.touch_day[chosen], people.touch_count[chosen], n_days
    )
    at_risk = people.outcome_day > people.first_day[people.outcome_person]
    bought, times = _by_day(
        people.outcome_person[at_risk],
        people.outcome_day[at_risk],
        people.outcome_weight[at_risk],
        n_days,
    )
    total = np.bincount(key // n_days, count, minlength=people.n_people)
    entry = people.first_day + 1

    person, day = key // n_days, key % n_days
    quiet = ~_any_at(bought, key, range(-QUIET_DAYS, 0), n_days)
    pairs, expected = np.zeros(key.size), np.zeros(key.size)
    for lag in BURST_DAYS:
        pairs += count * _count_at(key, count, key + lag, day + lag < n_days)
        expected += count * (total[person] - count) * calendar.share(kind, day + lag, entry[person])
    burst = _compare(person[quiet], pairs[quiet], expected[quiet], people.n_people)

    buyer, when = bought // n_days, bought % n_days
    follow, chance = np.zeros(bought.size), np.zeros(bought.size)
    for lag in FOLLOW_DAYS:
        follow += times * _count_at(key, count, bought + lag, when + lag < n_days)
        chance += times * total[buyer] * calendar.share(kind, when + lag, entry[buyer])
    follows = _compare(buyer, follow, chance, people.n_people)

    went_on = np.zeros(key.size)
    for lag in CONTINUED_ON:
        went_on += _count_at(key, count, key + lag, day + lag < n_days)
        went_on -= (total[person] - count) * calendar.share(kind, day + lag, entry[person])
    then = _any_at(bought, key, BOUGHT_WITHIN, n_days) & quiet
    without = ~_any_at(bought, key, range(CONTINUED_ON[-1] + 1), n_days) & quiet
    goes_on = float(went_on[without].mean()) if without.any() else 0.0
    return (*burst, *follows, goes_on, *_difference(went_on[then], went_on[without]))


def _by_day(person: Ints, day: Ints, count: Floats, n_days: int) -> tuple[Ints, Floats]:
    """Counts summed by person and day: sorted keys ``person * n_days + day`` and sums."""
    keys, inverse = np.unique(person * n_days + day, return_inverse=True)
    sums = np.zeros(keys.size)
    np.add.at(sums, inverse, count)
    return keys, sums


def _count_at(keys: Ints, count: Floats, wanted: Ints, inside: Bools) -> Floats:
    """The count at each wanted key, 0 if there is none or the day is outside the window."""
    if keys.size == 0:
        return np.zeros(wanted.size)
    position = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
    return np.where((keys[position] == wanted) & inside, count[position], 0.0)


def _any_at(keys: Ints, at: Ints, lags: range | tuple[int, ...], n_days: int) -> Bools:
    """Whether one of the keys is at one of the lags (days) from `at`, for the same person."""
    found = np.zeros(at.size, dtype=bool)
    for lag in lags:
        day = at % n_days + lag
        found |= _count_at(keys, np.ones(keys.size), at + lag, (day >= 0) & (day < n_days)) > 0
    return found


def _compare(
    person: Ints, observed: Floats, expected: Floats, n_people: int
) -> tuple[float, float]:
    """Ratio of the sums, and the z-value of their difference, clustered by person."""
    if expected.sum() <= 0:
        return 1.0, 0.0
    gap = np.bincount(person, observed - expected, minlength=n_people)
    error = np.sqrt((gap**2).sum())
    z = gap.sum() / error if error > 0 else 0.0
    return float(observed.sum() / expected.sum()), float(z)


def _difference(first: Floats, second: Floats) -> tuple[float, float]:
    """Difference of two means and its standard error; unknown with fewer than ten values."""
    if min(first.size, second.size) < _MIN_PAIRS:
        return 0.0, float("inf")
    error = np.sqrt(first.var(ddof=1) / first.size + second.var(ddof=1) / second.size)
    return float(first.mean() - second.mean()), float(error)


_MIN_PAIRS = 10
