"""How often people who do not follow convert (or engage) on each day, relative to their own mean.

The model is ``E[y_it] = a_i m_st`` for person i of stratum s on day t: a Poisson regression with
effects of people and of days by stratum. Its likelihood is maximal where the fitted sums of each
person and of each day equal the observed ones (iterative proportional fitting). The number of
people does not bias the day factors (Lancaster 2002, Review of Economic Studies 69).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.audience.event_counts import EventCounts
from chalicelib.attribution.audience.person_groups import GROUPS, Replicates, without_each

_ITERATIONS = 8


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Days of each of N people on which they do not follow and are not about to."""

    start: Ints
    stop: Ints
    """First day, and the day after the last one; an empty range for others. Shape (N,)."""
    stratum: Ints
    """By activity, 0 to S - 1. Shape (N,)."""
    group: Ints
    """Group of the jackknife. Shape (N,)."""
    n_strata: int


@dataclass(frozen=True, slots=True)
class DayFactors:
    """Sums of day factors over ranges of days."""

    passed: Replicates
    """Sums of the factors before each day. Shape (G + 1, S, T + 1)."""
    days: Ints
    """Number of usable days before each day. Shape (S, T + 1)."""

    def between(self, stratum: Ints, low: Ints, high: Ints) -> Replicates:
        """Sum of the factors from `low` to before `high`, shape (G + 1, n)."""
        last = self.passed.shape[2] - 1
        first, end = np.clip(low, 0, last), np.clip(high, 0, last)
        return self.passed[:, stratum, np.maximum(first, end)] - self.passed[:, stratum, first]

    def usable_days(self, stratum: Ints, low: Ints, high: Ints) -> Ints:
        """Number of usable days from `low` to before `high`, shape (n,)."""
        last = self.days.shape[1] - 1
        first, end = np.clip(low, 0, last), np.clip(high, 0, last)
        return self.days[stratum, np.maximum(first, end)] - self.days[stratum, first]


def fit_day_factors(counts: EventCounts, at_risk: AtRisk, covered: Bools) -> DayFactors:
    """Estimate the day factors by stratum, with all people and without each group.

    The effects of people are held fixed in the replicates.

    Parameters
    ----------
    covered : bool array, shape (T,)
        Other days have the factor zero: neither events nor days count there.
    """
    n_days, n_strata = counts.n_days, at_risk.n_strata
    start = np.clip(at_risk.start, 0, n_days)
    stop = np.maximum(np.clip(at_risk.stop, 0, n_days), start)
    on = (counts.day >= start[counts.person]) & (counts.day < stop[counts.person])
    on &= covered[counts.day]
    person, day, weight = counts.person[on], counts.day[on], counts.weight[on]
    own = np.bincount(person, weight, minlength=start.size)
    active = np.flatnonzero(own > 0)
    a, b = start[active], stop[active]
    row = at_risk.group[active] * n_strata + at_risk.stratum[active]
    observed = np.bincount(
        (at_risk.group[person] * n_strata + at_risk.stratum[person]) * n_days + day,
        weight,
        minlength=GROUPS * n_strata * n_days,
    ).astype(np.float64)
    observed = observed.reshape(GROUPS, n_strata, n_days)
    total = observed.sum(axis=0)
    rate = own[active] / np.maximum(b - a, 1)
    stratum = at_risk.stratum[active]
    for _ in range(_ITERATIONS):
        factor = _ratio(total, _spread(rate, stratum, a, b, n_strata, n_days))
        passed = _passed(factor)
        rate = own[active] / np.maximum(passed[stratum, b] - passed[stratum, a], 1e-12)
    expected = _spread(rate, row, a, b, GROUPS * n_strata, n_days).reshape(observed.shape)
    usable = covered & (expected.sum(axis=0) > 0)
    factors = _ratio(without_each(observed), without_each(expected)) * usable
    days = np.concatenate(
        [np.zeros((n_strata, 1), dtype=np.int64), np.cumsum(usable, axis=1)], axis=1
    )
    return DayFactors(_passed(factors), days)


def _ratio(observed: Floats, expected: Floats) -> Floats:
    """Zero where (almost) nothing is expected."""
    floor = 1e-9 * max(float(expected.max(initial=0.0)), 1e-300)
    return np.divide(observed, expected, out=np.zeros_like(observed), where=expected > floor)


def _spread(rate: Floats, row: Ints, start: Ints, stop: Ints, n_rows: int, n_days: int) -> Floats:
    """Sum of the people's rates per row and day, shape (R, T)."""
    width = n_days + 1
    steps = np.bincount(row * width + start, rate, minlength=n_rows * width)
    steps -= np.bincount(row * width + stop, rate, minlength=n_rows * width)
    return np.asarray(np.cumsum(steps.reshape(n_rows, width), axis=1)[:, :n_days])


def _passed(factor: Floats) -> Floats:
    """Sums over the days before each day, with a leading zero."""
    zero = np.zeros((*factor.shape[:-1], 1))
    return np.concatenate([zero, np.cumsum(factor, axis=-1)], axis=-1)
