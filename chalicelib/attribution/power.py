"""Power: the data that an open question needs, and minimum detectable effects.

Pure standard library, so that the API can use it without loading numpy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.attribution.student import degrees_of_freedom, student_quantile

POWER = 0.8
MOST_GROWTH = 1000.0
"""Beyond this many times the data, "more data" is no useful advice."""

_TOST_LEVEL = 0.05
_STEP = 1.25
_HALVINGS = 20
_ABSCISSAE = [0.05 * step for step in range(-120, 121)]
_WEIGHTS = [0.05 * math.exp(-z * z / 2) / math.sqrt(2 * math.pi) for z in _ABSCISSAE]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two estimates, a numerator and a denominator, and the parameters of their comparison."""

    numerator: float
    denominator: float
    var_numerator: float
    var_denominator: float
    covariance: float
    """As in `ratio.fieller`."""
    margin: float
    """As in `ratio.tost`."""
    critical: float
    """Two-sided 95 % quantile."""

    def error_at(self, ratio: float) -> float:
        """Standard error of ``numerator - ratio * denominator``."""
        variance = (
            self.var_numerator - 2 * ratio * self.covariance + ratio * ratio * self.var_denominator
        )
        return math.sqrt(max(variance, 0.0))


def chance_settled(compared: Comparison, growth: float, spread: float) -> float:
    """Probability that the verdict is settled if the estimates are the truth.

    It is settled if Fieller's set does not contain 1 (``|a - b|`` exceeds the quantile times its
    error), or if both one-sided tests at the margin reject. Given the denominator these are
    intervals of the numerator; the rest is an integral over the denominator (trapezoids).

    Parameters
    ----------
    growth : float
        Factor by which the data grow; the decision's variances are divided by it.
    spread : float
        The share of today's variances with which the estimates scatter.
    """
    one_sided = student_quantile(1 - _TOST_LEVEL, degrees_of_freedom(compared.critical))
    shrink = 1.0 / math.sqrt(growth)
    bar = compared.critical * compared.error_at(1.0) * shrink
    low, high = 1.0 - compared.margin, 1.0 + compared.margin
    low_bar = one_sided * compared.error_at(low) * shrink
    high_bar = one_sided * compared.error_at(high) * shrink
    slope = compared.covariance / compared.var_denominator if compared.var_denominator > 0 else 0.0
    left = compared.var_numerator - slope * compared.covariance
    scatter = math.sqrt(max(left, 0.0) * spread)
    chance = 0.0
    for z, weight in zip(_ABSCISSAE, _WEIGHTS, strict=True):
        off = z * math.sqrt(compared.var_denominator * spread)
        y, mean = compared.denominator + off, compared.numerator + slope * off
        open_low, open_high = y - bar, y + bar
        shown_low, shown_high = low * y + low_bar, high * y - high_bar
        still_open = _between(open_low, open_high, mean, scatter)
        equivalent = _between(max(open_low, shown_low), min(open_high, shown_high), mean, scatter)
        chance += weight * (1.0 - still_open + equivalent)
    return chance


@dataclass(frozen=True, slots=True)
class Threshold:
    """One estimate and the two possible claims about it."""

    value: float
    error: float
    critical: float
    """Estimate, standard error, two-sided 95 % quantile."""
    above: float
    below: float
    """The question is settled if the whole interval is above `above`, or below `below`."""


def chance_beyond(decided: Threshold, growth: float, spread: float) -> float:
    """Probability that one of the two claims can be made if the estimate is the truth.

    Parameters
    ----------
    growth, spread : float
        As in `chance_settled`.
    """
    bar = decided.critical * decided.error / math.sqrt(growth)
    scatter = decided.error * math.sqrt(spread)
    return 1.0 - _between(decided.below - bar, decided.above + bar, decided.value, scatter)


def growth_until_beyond(decided: Threshold, *, most: float = MOST_GROWTH) -> float | None:
    """How many times the data are needed until the interval is beyond one of two thresholds.

    As `growth_until_settled`, for one estimate.
    """
    return _growth(lambda growth, spread: chance_beyond(decided, growth, spread), most)


def growth_until_settled(compared: Comparison, *, most: float = MOST_GROWTH) -> float | None:
    """How many times the data are needed until an open verdict is settled.

    The result is the smallest multiple at which the verdict is settled with probability `POWER` if
    the estimates are the truth. It must be enough both for a new data set of that size and for the
    present data with the missing part added. Variances are inversely proportional to the amount of
    data.

    The multiple is at least 1; None if even `most` times the data would not settle the verdict.
    """
    return _growth(lambda growth, spread: chance_settled(compared, growth, spread), most)


def _growth(chance_of: Callable[[float, float], float], most: float) -> float | None:
    """The smallest multiple of the data with which a chance reaches `POWER`, by bisection."""

    def chance(growth: float) -> float:
        """The smaller chance of a new data set and of added data."""
        again, added = 1.0 / growth, (growth - 1.0) / growth**2
        return min(chance_of(growth, spread) for spread in (again, added))

    short, enough = 1.0, min(_STEP, most)
    while chance(enough) < POWER:
        if enough >= most:
            return None
        short, enough = enough, min(enough * _STEP, most)
    for _ in range(_HALVINGS):
        middle = math.sqrt(short * enough)
        if chance(middle) < POWER:
            short = middle
        else:
            enough = middle
    return enough


def smallest_detectable(
    error: float,
    critical: float,
    *,
    beyond: float = 0.0,
    relative_variance: float = 0.0,
) -> float | None:
    """Minimum detectable value above `beyond`.

    A two-sided test of level 5 % detects it with probability `POWER`: the multiple of the standard
    error is the sum of two quantiles (Bloom 1995, Evaluation Review 19). If the value is a product
    with an estimated factor (a mean order value), that factor's error grows with the value:
    ``x - beyond = k sqrt(error^2 + x^2 relative_variance)`` is solved for x.

    The result is None if the factor itself does not differ significantly from zero, because no
    value would be detectable then.

    Parameters
    ----------
    error : float
        Standard error, without that of the factor.
    critical : float
        Two-sided 95 % quantile.
    beyond : float
        The value to compare with, at least 0.
    relative_variance : float
        Variance of the factor divided by its square.
    """
    multiple = critical + student_quantile(POWER, degrees_of_freedom(critical))
    lead = 1.0 - multiple**2 * relative_variance
    if lead <= 0:
        return None
    last = beyond**2 - (multiple * error) ** 2
    return (beyond + math.sqrt(max(beyond**2 - lead * last, 0.0))) / lead


def smallest_detectable_ratio(compared: Comparison) -> float | None:
    """Minimum detectable distance of a true ratio from 1, with 80 % power.

    The denominator is taken as estimated. None if it is not significantly positive, because there
    is then no unit of measurement.
    """
    if compared.denominator <= compared.critical * math.sqrt(compared.var_denominator):
        return None
    shown = smallest_detectable(compared.error_at(1.0), compared.critical)
    return None if shown is None else shown / compared.denominator


def _between(low: float, high: float, mean: float, scatter: float) -> float:
    """Probability of a normal variable between two values; 0 if they are in the wrong order."""
    if high <= low:
        return 0.0
    if scatter == 0:
        return float(low < mean < high)
    scale = scatter * math.sqrt(2.0)
    return 0.5 * (math.erf((high - mean) / scale) - math.erf((low - mean) / scale))
