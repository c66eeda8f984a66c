"""The tail of a negative binomial distribution, for arrays, without scipy.

Loading scipy takes longer than all answers about the dialogue together. Checked against
`scipy.stats.nbinom`.
"""

from __future__ import annotations

import math

import numpy as np

from chalicelib.attribution.arrays import Floats

_MOST_TERMS = 2_000
_PRECISION = 1e-14
_TINY = 1e-300


def tail(count: Floats, mean: Floats, scatter: Floats) -> Floats:
    """Probability of at least this count, shape (n,); NaN if an argument is.

    Parameters
    ----------
    count : array, shape (n,)
        Whole numbers.
    mean : array, shape (n,)
        Above 0.
    scatter : array, shape (n,)
        Variance beyond Poisson's, relative to the squared mean; above 0.
    """
    chance = np.where(np.isnan(count + mean + scatter), np.nan, 1.0)
    some = count > 0.0  # False for NaN
    some &= ~np.isnan(chance)
    size = 1.0 / scatter[some]
    chance[some] = _incomplete_beta(count[some], size, mean[some] / (size + mean[some]))
    return chance


def highest(chance: float, mean: Floats, scatter: Floats) -> Floats:
    """The highest count that is not rarer than `chance`, shape (n,); NaN if an argument is."""
    low = np.where(np.isnan(mean + scatter), np.nan, -1.0)
    high = np.ceil(mean + 0.0 * scatter) + 1.0
    while np.any(too_low := tail(high + 1.0, mean, scatter) > chance):
        high = np.where(too_low, 2.0 * high, high)
    while np.any(high - low > 1.0):  # more than `high` is rarer, more than `low` is not
        middle = np.floor((low + high) / 2.0)
        is_usual = tail(middle + 1.0, mean, scatter) > chance
        low, high = np.where(is_usual, middle, low), np.where(is_usual, high, middle)
    return high


def _incomplete_beta(a: Floats, b: Floats, x: Floats) -> Floats:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    swapped = x > (a + 1.0) / (a + b + 2.0)
    a, b = np.where(swapped, b, a), np.where(swapped, a, b)
    x, rest = np.where(swapped, 1.0 - x, x), np.where(swapped, x, 1.0 - x)
    front = np.exp(
        _log_gamma(a + b) - _log_gamma(a) - _log_gamma(b) + a * np.log(x) + b * np.log(rest)
    )
    c = np.ones_like(x)
    d = 1.0 / _not_zero(1.0 - (a + b) * x / (a + 1.0))
    fraction = d.copy()
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / _not_zero(1.0 + term * d)
            c = _not_zero(1.0 + term / c)
            fraction = fraction * c * d
        if np.all(np.abs(c * d - 1.0) < _PRECISION):
            break
    value = front * fraction / a
    found: Floats = np.where(swapped, 1.0 - value, value)
    return found


def _log_gamma(values: Floats) -> Floats:
    return np.array([math.lgamma(one) for one in values.tolist()])


def _not_zero(values: Floats) -> Floats:
    return np.where(values == 0.0, _TINY, values)
