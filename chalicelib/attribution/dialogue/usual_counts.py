"""What a day usually has: a slowly moving level, factors of the days of the week, and scatter.

The usual count of a day comes from earlier days only. Days with far more than usual count less, so
that a storm does not raise the level after it (Farrington, Andrews, Beale, Catchpole 1996, Journal
of the Royal Statistical Society A 159; Noufaily et al. 2013, Statistics in Medicine 32).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.dialogue.count_tails import highest, tail

WINDOW = 84
"""Days of the past that count: twelve weeks."""
GUARD = 2
"""Days just before that do not: a storm that is building up must not hide itself."""
LEAST_HISTORY = 19
"""Days with data that the window needs."""
HALF_LIFE = 28.0
"""Days after which a day counts half."""
_WEEK = 7
_OUTLIER = 2.58
"""Anscombe residual above which a day counts less for the level (Noufaily et al. 2013)."""
_FIRST_OUTLIER = 3.0
"""Multiple of the median (plus one) above which a day does not count at first."""
_FAR_OUTLIER = 3.5
"""The same for the scatter, where it counts less as the fourth power: rare days belong to it,
storms do not.
"""
_USUAL_SCATTER = 0.05
"""Variance of the rate of a day, relative to its square, before the data say more."""
_SCATTER_DAYS = 10.0
"""Days that this is worth."""
_CAUTION = 2.0
"""Standard errors by which the variance is taken larger than it is estimated."""
_OF_POISSON = 0.1
"""Part of Poisson's variance that counts as uncertain for this."""
_LEAST_SCATTER = 0.005
_PASSES = 5
_SAME_WEEKDAY = (-GUARD - 1) % _WEEK
"""Place in a week of the window, latest day first, of the weekday of the day itself."""
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class UsualCounts:
    """The distribution of a count on each day, given the days before. Arrays have shape (d,)."""

    mean: Floats
    """Expected count; NaN without enough history."""
    scatter: Floats
    """Variance beyond Poisson's, relative to the squared mean, with that of the mean itself."""

    def chance_of(self, count: Floats) -> Floats:
        """Probability of at least this count: the tail of a negative binomial; NaN if unknown."""
        return tail(count, self.mean, self.scatter)

    def highest(self, chance: float) -> Floats:
        """The highest count that is not rarer than `chance`; NaN if unknown."""
        return highest(chance, self.mean, self.scatter)


def usual_counts(counts: Floats) -> UsualCounts:
    """What each day usually has.

    Parameters
    ----------
    counts : array, shape (d,)
        Counts of consecutive days; NaN for days without data.
    """
    past = before(counts)
    has_data = ~np.isnan(past)
    y = np.where(has_data, past, 0.0)
    recent = recency() * has_data
    level, factors, trust = _levels(y, recent)
    units = _units(recent * trust)
    mean = np.maximum(level, 0.5 / units) * factors[:, _SAME_WEEKDAY]
    expected = np.maximum(level[:, None] * np.tile(factors, WINDOW // _WEEK), _TINY)
    variance = _relative_variance(y, recent, expected) * (1.0 + 1.0 / units)
    # the errors of earlier forecasts show how the level moves
    enough = has_data.sum(axis=1) >= LEAST_HISTORY
    forecast = before(np.where(enough, mean, np.nan))
    had_forecast = has_data & ~np.isnan(forecast)
    missed = _relative_variance(y, recent * had_forecast, np.where(had_forecast, forecast, 1.0))
    scatter = np.maximum(variance, missed) - 1.0 / mean
    return UsualCounts(
        np.where(enough, mean, np.nan),
        np.where(enough, np.maximum(scatter, _LEAST_SCATTER), np.nan),
    )


def before(values: Floats) -> Floats:
    """The window before each day, latest day first; NaN before the first. Shape (d, WINDOW)."""
    padded = np.concatenate([np.full(WINDOW + GUARD, np.nan), values])
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[: values.size]
    return np.asarray(windows[:, ::-1])


def recency() -> Floats:
    """Weights of the days of a window, latest first, shape (WINDOW,)."""
    return np.asarray(0.5 ** ((GUARD + 1.0 + np.arange(WINDOW)) / HALF_LIFE))


def _levels(y: Floats, recent: Floats) -> tuple[Floats, Floats, Floats]:
    """Levels (d,), factors of the weekdays (d, 7) and weights of days (d, WINDOW) for outliers.

    Parameters
    ----------
    y : array, shape (d, WINDOW)
        Counts of past days, 0 without data.
    recent : array, shape (d, WINDOW)
        Weights, 0 without data.
    """
    days = y.shape[0]
    factors = np.ones((days, _WEEK))
    # a long storm that sets the first level would look usual
    typical = _median(np.where(recent > 0.0, y, np.nan))
    trust = np.where(y > _FIRST_OUTLIER * (typical[:, None] + 1.0), _TINY, 1.0)
    level, root = np.zeros(days), _cube_root(y)
    variance = np.full(days, np.inf)
    for _ in range(_PASSES):
        weights = recent * trust
        repeated = np.tile(factors, WINDOW // _WEEK)
        level = (weights * y).sum(axis=1) / np.maximum((weights * repeated).sum(axis=1), _TINY)
        factors = _weekday_factors(y, trust * (recent > 0.0), level, variance)
        expected = np.maximum(level[:, None] * np.tile(factors, WINDOW // _WEEK), _TINY)
        variance = _relative_variance(y, recent, expected)
        residual = _anscombe(root, expected, variance)
        trust = np.where(residual > _OUTLIER, (_OUTLIER / np.maximum(residual, _OUTLIER)) ** 2, 1.0)
    return level, factors, trust


def _weekday_factors(y: Floats, weights: Floats, level: Floats, variance: Floats) -> Floats:
    """Factors of the days of the week, latest first, with mean 1; shape (d, 7).

    They are drawn to 1 as far as chance alone would make them differ as much (empirical Bayes).
    """
    days = y.shape[0]
    seen = (weights * y).reshape(days, WINDOW // _WEEK, _WEEK).sum(axis=1)
    alike = (weights * level[:, None]).reshape(days, WINDOW // _WEEK, _WEEK).sum(axis=1)
    factors = seen / np.maximum(alike, _TINY)
    noise = variance * _WEEK / np.maximum(weights.sum(axis=1), 1.0)
    differ = np.square(factors - 1.0).sum(axis=1) / (_WEEK - 1)
    drawn = np.where(differ > noise, 1.0 - noise / np.maximum(differ, _TINY), 0.0)
    factors = 1.0 + drawn[:, None] * (factors - 1.0)
    normed: Floats = factors / factors.mean(axis=1, keepdims=True)
    return normed


def _median(values: Floats) -> Floats:
    """Lower median of each row without NaN, shape (d,); 0 for a row without values."""
    ordered = np.sort(np.where(np.isnan(values), np.inf, values), axis=1)
    count = (~np.isnan(values)).sum(axis=1)
    middle = ordered[np.arange(values.shape[0]), np.maximum(count - 1, 0) // 2]
    median: Floats = np.where(count > 0, middle, 0.0)
    return median


def _relative_variance(y: Floats, recent: Floats, expected: Floats) -> Floats:
    """Variance of a count relative to the squared mean, Poisson's part included, shape (d,).

    Taken larger than estimated by `_CAUTION` standard errors: the tail of a variance that is too
    small promises fewer alarms than come.
    """
    squared = np.square(y - expected)
    poisson = np.average(expected, axis=1, weights=recent + _TINY)
    usual = (1.0 / poisson + _USUAL_SCATTER)[:, None]
    variance = usual
    root = _cube_root(y)
    prior = _SCATTER_DAYS / _units(recent)[:, None] * recent.sum(axis=1, keepdims=True) + _TINY
    for _ in range(_PASSES // 2):
        residual = _anscombe(root, expected, variance[:, 0])
        far = (_FAR_OUTLIER / np.maximum(residual, _FAR_OUTLIER)) ** 4
        weights = recent * far
        excess = (weights * (squared - expected)).sum(axis=1, keepdims=True)
        size = (weights * expected**2).sum(axis=1, keepdims=True)
        mean_square = np.square(poisson)[:, None]
        scatter = (excess + prior * mean_square * _USUAL_SCATTER) / (size + prior * mean_square)
        variance = 1.0 / poisson[:, None] + np.maximum(scatter, _LEAST_SCATTER)
    units = _units(recent) + _SCATTER_DAYS
    uncertain = variance[:, 0] - (1.0 - _OF_POISSON) / poisson
    careful: Floats = variance[:, 0] + _CAUTION * np.sqrt(2.0 / units) * uncertain
    return careful


def _cube_root(counts: Floats) -> Floats:
    """The scale on which counts are symmetric, ``y^(2/3)`` (Anscombe 1953)."""
    root: Floats = np.cbrt(np.square(counts))
    return root


def _anscombe(root: Floats, expected: Floats, variance: Floats) -> Floats:
    """Residuals above the expected count in standard deviations, shape (d, WINDOW)."""
    scale = np.sqrt(np.maximum(variance[:, None] * expected, 1.0) * np.cbrt(expected))
    residual: Floats = 1.5 * (root - _cube_root(expected)) / scale
    return residual


def _units(weights: Floats) -> Floats:
    """Days of equal weight, shape (d,); at least one."""
    squares = np.maximum(np.square(weights).sum(axis=1), _TINY**2)
    return np.asarray(np.maximum(weights.sum(axis=1) ** 2 / squares, 1.0))
