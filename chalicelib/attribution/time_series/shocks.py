"""Shocks: single outliers, runs of days, lasting shifts of the level.

A shock on days [a, b) is a column of ones there. With the level integrated out (`structural`), the
gain in likelihood of *every* such column follows from prefix sums of the weighted residuals and of
the precision matrix. These are the auxiliary residuals of the smoother (Harvey, Koopman 1992; de
Jong, Penzer 1998), for runs as well as for single days. The gain is computed at the best variance
ratio with and without the shock, because an unmodelled shock looks like a wandering level.
Marketing stays in the model during the search, at several decays at once, so that
a burst of engagement is not taken for a shock.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.time_series.structural import (
    FEW,
    LEVEL_RATIOS,
    Scales,
    center_columns,
    independent,
    unexplainable,
    weigh,
)

LONGEST_RUN_DAYS = 28
THRESHOLD = 8.0
"""Twice the gain in log likelihood that a shock must bring, in addition to ``2 log T`` for the day
on which it starts and the same for the choice of a length. Chosen in simulated worlds without
shocks, in which about two of a hundred fits find one.
"""
SEARCHED_RATIOS = LEVEL_RATIOS[::2]


@dataclass(frozen=True, slots=True)
class Shock:
    """Days `start` to `stop` (exclusive) on which something else moved conversions."""

    start: int
    stop: int
    kind: str

    def column(self, n_days: int) -> Floats:
        """One on its days, else zero; shape (T,)."""
        column = np.zeros(n_days)
        column[self.start : self.stop] = 1.0
        return column


def shock_columns(shocks: tuple[Shock, ...], n_days: int) -> Floats:
    """Columns of the shocks, shape (T, S)."""
    return np.array([s.column(n_days) for s in shocks]).reshape(-1, n_days).T


def find_shocks(
    outcome: Floats, columns: Floats, scales: Scales, step_days: int
) -> tuple[Shock, ...]:
    """Shocks that justify their own column, found one after the other, the clearest first.

    Parameters
    ----------
    outcome : array, shape (T,)
    columns : array, shape (T, p)
        Season and marketing.
    """
    n_days = outcome.size
    surprise = _Surprise.of(outcome, scales)
    outcome = center_columns(outcome[:, None], scales)[:, 0]
    most = min(12, n_days // 12)
    found: tuple[Shock, ...] = ()
    lengths = np.arange(1, min(LONGEST_RUN_DAYS // step_days, n_days // 6) + 1)
    precisions = [weigh(np.eye(n_days), scales, float(r)) for r in SEARCHED_RATIOS]
    while len(found) < most:
        together = independent(np.column_stack([columns, shock_columns(found, n_days)]))
        shock, gain = _clearest(outcome, together, precisions, lengths, surprise)
        if gain < THRESHOLD:
            break
        found = (*found, shock)
    return tuple(sorted(found, key=lambda s: s.start))


@dataclass(frozen=True, slots=True)
class _Surprise:
    """Correction of the normal distribution's surprise for runs with many conversions.

    Three conversions where 0.3 are expected are five standard deviations and happen once in 300
    days. A Poisson deviance is ``2 (x log x - x + 1)`` times the expectation, with x the ratio of
    both; the normal distribution gives ``(x - 1) ** 2`` instead.
    """

    counted: Floats
    expected: Floats
    """Sums of conversions before each day. Shape (T + 1,)."""

    @classmethod
    def of(cls, outcome: Floats, scales: Scales) -> _Surprise:
        """Sums of the conversions, and of their expectation in proportion to the noise."""
        expected = scales.noise / scales.noise.mean() * max(float(outcome.mean()), 0.0)
        zero = np.zeros(1)
        return cls(
            np.concatenate([zero, np.cumsum(outcome)]), np.concatenate([zero, np.cumsum(expected)])
        )

    def of_runs(self, length: int) -> Floats:
        """Factor for the gain of each run of this length, shape (T - length + 1,)."""
        counted = self.counted[length:] - self.counted[:-length]
        expected = self.expected[length:] - self.expected[:-length]
        few = (expected > 0) & (expected < FEW) & (counted > expected)
        x = np.where(few, counted / np.where(few, expected, 1.0), 2.0)
        return np.where(few, 2 * (x * np.log(x) - x + 1) / (x - 1) ** 2, 1.0)


def _clearest(
    outcome: Floats,
    columns: Floats,
    precisions: list[tuple[Floats, float]],
    lengths: Ints,
    surprise: _Surprise,
) -> tuple[Shock, float]:
    """The shock with the largest gain, and by how much the gain exceeds the threshold."""
    n_days = outcome.size
    dof = n_days - 1 - columns.shape[1]
    base = -np.inf
    best = np.full((lengths.size + 1, n_days), -np.inf)
    for precision, log_det in precisions:
        weighted = precision @ columns
        inner = columns.T @ weighted
        solved = np.linalg.solve(inner, np.column_stack([weighted.T, weighted.T @ outcome]))
        left = precision @ outcome - weighted @ solved[:, -1]
        rss = max(float(outcome @ left), 0.0) + unexplainable(outcome)
        constant = -0.5 * log_det - 0.5 * float(np.linalg.slogdet(inner)[1])
        base = max(base, constant - 0.5 * dof * np.log(rss))
        residual_precision = precision - weighted @ solved[:, :-1]
        square = np.zeros((n_days + 1, n_days + 1))
        square[1:, 1:] = residual_precision.cumsum(axis=0).cumsum(axis=1)
        sums = np.concatenate([[0.0], np.cumsum(left)])
        diagonal = np.diag(square)
        for row, length in enumerate([*lengths, 0]):
            start = np.arange(n_days - length + 1) if length else np.arange(n_days)
            stop = start + length if length else np.full(n_days, n_days)
            start, stop = start[stop <= n_days], stop[stop <= n_days]
            curvature = diagonal[stop] - 2 * square[start, stop] + diagonal[start]
            gain = (sums[stop] - sums[start]) ** 2 / np.maximum(curvature, 1e-12)
            usable = (curvature > 1e-6 * (stop - start)) & (gain < (1 - 1e-9) * rss)
            value = np.where(
                usable, constant - 0.5 * dof * np.log(np.where(usable, rss - gain, rss)), -np.inf
            )
            best[row, start] = np.maximum(best[row, start], value)
    gains = 2 * (best - base)
    for row, length in enumerate(lengths):
        gains[row, : n_days - length + 1] *= surprise.of_runs(int(length))
    gains -= 2 * np.log(n_days)
    gains[1:-1] -= 2 * np.log(lengths.size)
    gains[-1, :7] = -np.inf
    gains[-1, n_days - 7 :] = -np.inf
    row, first = divmod(int(np.argmax(gains)), n_days)
    gain_there = float(gains[row, first])
    if row == lengths.size:
        return Shock(first, n_days, "level_shift"), gain_there
    length = int(lengths[row])
    return Shock(first, first + length, "outlier" if length == 1 else "run"), gain_there
