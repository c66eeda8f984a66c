"""Student's distribution in pure standard library, so that answers need not load scipy.

An estimate carries its two-sided quantile (`critical`); other levels of the same distribution are
derived from it. Checked against `scipy.stats.t`.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_NORMAL = NormalDist()
_MANY = 1e7
"""From this many degrees of freedom on, the distribution counts as normal."""
_HALVINGS = 80
_MOST_TERMS = 10_000
_PRECISION = 1e-15
_TINY = 1e-300


def student_cdf(t: float, degrees: float) -> float:
    """Probability of a value up to `t`; ``degrees`` may be infinite (the normal distribution)."""
    if degrees >= _MANY:
        return _NORMAL.cdf(t)
    # of two algebraically equal forms, use the one whose argument is not close to one
    squared = t * t
    if squared < degrees:
        tail = 0.5 - 0.5 * _incomplete_beta(0.5, degrees / 2, squared / (degrees + squared))
    else:
        tail = 0.5 * _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + squared))
    return tail if t < 0 else 1.0 - tail


@lru_cache(maxsize=256)
def student_quantile(probability: float, degrees: float) -> float:
    """The value exceeded with probability ``1 - probability``.

    Parameters
    ----------
    probability : float
        In [0.5, 1).
    degrees : float
        Above 0; may be infinite.
    """
    if degrees >= _MANY:
        return _NORMAL.inv_cdf(probability)
    low, high = 0.0, 1.0
    while student_cdf(high, degrees) < probability:
        low, high = high, 2.0 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if student_cdf(middle, degrees) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@lru_cache(maxsize=256)
def degrees_of_freedom(critical: float) -> float:
    """Degrees of freedom whose two-sided 95 % quantile is `critical`.

    At least 1 (for any larger quantile); infinite if the quantile is the normal one or below.
    """
    probability = 0.975
    low, high = 1.0, _MANY
    if student_cdf(critical, low) >= probability:
        return low
    if student_cdf(critical, high) <= probability:
        return math.inf
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high)
        if student_cdf(critical, middle) < probability:
            low = middle
        else:
            high = middle
    return math.sqrt(low * high)


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    if x <= 0.0 or x >= 1.0:
        return min(max(x, 0.0), 1.0)
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _incomplete_beta(b, a, 1.0 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0) or _TINY)
    fraction = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / (1.0 + term * d or _TINY)
            c = 1.0 + term / c or _TINY
            fraction *= c * d
        if abs(c * d - 1.0) < _PRECISION:
            break
    return front * fraction / a
