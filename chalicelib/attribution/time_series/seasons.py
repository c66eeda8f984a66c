"""Weekly and yearly patterns as columns, selected by an information criterion."""

from __future__ import annotations

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.time_series.structural import (
    LEVEL_RATIOS,
    Scales,
    center_columns,
    weigh,
)

YEAR = 365.25
MIN_YEARS = 1.5
MOST_PAIRS = 3
EDGE_DAYS = 21
"""Minimum number of days for which each weekly pattern must be observed."""


def weekday_columns(level: Floats, times: Ints | None = None) -> Floats:
    """Six columns for the weekdays, summing to zero over a week, in proportion to the level (T, 6).

    A Saturday sells a certain share more, not a certain number, so the pattern grows with the
    level. `times` are the days of the observations, shape (T,); consecutive ones by default.
    """
    days = (np.arange(level.size) if times is None else times) % 7
    columns = (days[:, None] == np.arange(6)[None, :]).astype(np.float64)
    columns[days == 6] = -1.0
    return np.asarray(columns * relative(level)[:, None])


def relative(level: Floats) -> Floats:
    """The level relative to its mean, kept above a tenth."""
    mean = max(float(level.mean()), 1e-9)
    return np.asarray(np.maximum(level / mean, 0.1))


def yearly_columns(times: Ints, step_days: int, pairs: int) -> Floats:
    """Sines and cosines of the year at the steps `times`, shape (N, 2 * pairs)."""
    angle = 2 * np.pi * times * step_days / YEAR
    waves = [f((n + 1) * angle) for n in range(pairs) for f in (np.sin, np.cos)]
    return np.array(waves).reshape(-1, times.size).T


def choose_yearly(
    outcome: Floats, columns: Floats, scales: Scales, step_days: int, times: Ints
) -> Floats:
    """Columns of the yearly season selected by the information criterion; possibly none.

    Parameters
    ----------
    outcome : array, shape (N,)
    columns : array, shape (N, p)
        Other columns of the model.
    times : int array, shape (N,)
        Observed steps.
    """
    candidates = [yearly_columns(times, step_days, pairs) for pairs in range(MOST_PAIRS + 1)]
    if (times[-1] - times[0] + 1) * step_days < MIN_YEARS * YEAR:
        return candidates[0]
    return min(
        candidates,
        key=lambda extra: criterion(outcome, np.column_stack([columns, extra]), scales),
    )


def find_new_pattern(
    outcome: Floats, columns: Floats, weekdays: Floats, scales: Scales
) -> int | None:
    """The day on which another weekly pattern begins, or None if the old one remains.

    Parameters
    ----------
    outcome : array, shape (T,)
    columns : array, shape (T, p)
        Other columns of the model.
    weekdays : array, shape (T, 6)
    """
    n_days = outcome.size
    best, found = criterion(outcome, columns, scales) - 2 * float(np.log(n_days)), None
    for day in range(EDGE_DAYS, n_days - EDGE_DAYS + 1, max(7, n_days // 168 * 7)):
        later = weekdays * (np.arange(n_days) >= day)[:, None]
        value = criterion(outcome, np.column_stack([columns, later]), scales)
        if value < best:
            best, found = value, day
    return found


def criterion(outcome: Floats, columns: Floats, scales: Scales) -> float:
    """Schwarz's information criterion at the best variance ratio (Schwarz 1978)."""
    n_steps = outcome.size
    together = center_columns(np.column_stack([columns, outcome]), scales)
    best = np.inf
    for ratio in LEVEL_RATIOS[::2]:
        product, log_det = weigh(together, scales, float(ratio))
        gram = together.T @ product
        solved = np.linalg.lstsq(gram[:-1, :-1], gram[:-1, -1], rcond=None)[0]
        left = max(float(gram[-1, -1] - gram[:-1, -1] @ solved), 1e-300)
        best = min(best, log_det + (n_steps - 1) * float(np.log(left)))
    return float(best + columns.shape[1] * np.log(n_steps))
