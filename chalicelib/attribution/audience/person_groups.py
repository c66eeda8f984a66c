"""The jackknife over groups of people: replicates in row 0 (all people) and rows 1 to G.

Miller (1974), Biometrika 61: with G groups, the variance of an estimate is (G - 1) / G times the
sum of squares of the replicates around their mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.student import student_quantile

GROUPS = 50
CRITICAL = student_quantile(0.975, GROUPS - 1)
"""Two-sided 95 % quantile with G - 1 degrees of freedom."""

Replicates: TypeAlias = Floats
"""Shape (G + 1, ...): the estimate, then the estimate without each group."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate, its standard error and its 95 % interval."""

    estimate: float
    error: float
    low: float
    high: float


def groups_of(hashes: Ints) -> Ints:
    """The group of each person, 0 to G - 1."""
    return np.asarray(hashes, dtype=np.int64) % GROUPS


def without_each(sums: Floats) -> Replicates:
    """Totals over all groups, and without each; `sums` has shape (G, ...)."""
    total: Floats = np.sum(sums, axis=0, keepdims=True)
    return np.concatenate([total, total - sums])


def sum_by_replicate(values: Floats, group: Ints) -> Replicates:
    """Sums over people, shape (G + 1,).

    Parameters
    ----------
    values : array, shape (n,) or (G + 1, n)
        In each replicate, if they differ.
    """
    if values.ndim == 1:
        return without_each(np.bincount(group, values, minlength=GROUPS).astype(np.float64))
    own = values[group + 1, np.arange(group.size)]
    sums: Floats = np.sum(values, axis=1)
    sums[1:] -= np.bincount(group, own, minlength=GROUPS)
    return sums


def divide(numerator: Replicates, denominator: Replicates) -> Replicates:
    """Ratio of two sums, NaN where the denominator is not positive."""
    shape = np.broadcast_shapes(numerator.shape, denominator.shape)
    ratio: Floats = np.full(shape, np.nan)
    np.divide(numerator, denominator, out=ratio, where=denominator > 0)
    return ratio


def error_of(replicates: Replicates) -> float:
    """Standard error of the estimate in row 0; NaN if a replicate is."""
    left_out = replicates[1:]
    spread = float(((left_out - left_out.mean()) ** 2).sum())
    return float(np.sqrt((GROUPS - 1) / GROUPS * spread))


def interval_of(replicates: Replicates, more_variance: float = 0.0) -> Interval:
    """Interval by Student's t; `more_variance`: from a source other than the choice of people."""
    estimate = float(replicates[0])
    error = float(np.sqrt(error_of(replicates) ** 2 + more_variance))
    return Interval(estimate, error, estimate - CRITICAL * error, estimate + CRITICAL * error)


def z_of(replicates: Replicates) -> float:
    """Estimate over standard error; 0 if there is none."""
    error = error_of(replicates)
    return float(replicates[0]) / error if error > 0 else 0.0
