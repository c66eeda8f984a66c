"""How much more data an open question needs, and how small an effect the data could have shown.

Pure standard library: the API answers with it without loading numpy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.attribution.student import degrees_of_freedom, student_quantile

POWER = 0.8
MOST_GROWTH = 1000.0
"""Beyond this many times the data, "more data" is no advice any more."""

_TOST_LEVEL = 0.05
_STEP = 1.25
_HALVINGS = 20
_ABSCISSAE = [0.05 * step for step in range(-120, 121)]
_WEIGHTS = [0.05 * math.exp(-z * z / 2) / math.sqrt(2 * math.pi) for z in _ABSCISSAE]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two estimates, a numerator and a denominator, and how they are compared.

    Attributes
    ----------
    numerator, denominator, var_numerator, var_denominator, covariance : float
        As of `ratio.fieller`.
    margin : float
        Of `ratio.tost`.
    critical : float
        Two-sided 95 % quantile.
    """

    numerator: float
    denominator: float
    var_numerator: float
    var_denominator: float
    covariance: float
    margin: float
    critical: float

    def error_at(self, ratio: float) -> float:
        """Standard error of ``numerator - ratio * denominator``."""
        variance = (
            self.var_numerator - 2 * ratio * self.covariance + ratio * ratio * self.var_denominator
        )
        return math.sqrt(max(variance, 0.0))


def chance_settled(compared: Comparison, growth: float, spread: float) -> float:
    """Probability that the verdict is settled, were the estimates the truth.

    Settled means that Fieller's set does not hold one (``|a - b|`` above the quantile times its
    error), or that both one-sided tests at the margin reject.  Given the denominator these are
    intervals of the numerator; the rest is an integral over the denominator (trapezoids).

    Parameters
    ----------
    compared : Comparison
    growth : float
        How many times the data there are: the decision's variances are divided by it.
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
    """One estimate and the two claims that could be made about it.

    Attributes
    ----------
    value, error, critical : float
        Estimate, standard error, two-sided 95 % quantile.
    above, below : float
        The question is settled if the whole interval is above `above`, or below `below`.
    """

    value: float
    error: float
    critical: float
    above: float
    below: float


def chance_beyond(decided: Threshold, growth: float, spread: float) -> float:
    """Probability that one of the two claims can be made, were the estimate the truth.

    Parameters
    ----------
    decided : Threshold
    growth, spread : float
        As of `chance_settled`.
    """
    bar = decided.critical * decided.error / math.sqrt(growth)
    scatter = decided.error * math.sqrt(spread)
    return 1.0 - _between(decided.below - bar, decided.above + bar, decided.value, scatter)


def growth_until_beyond(
    decided: Threshold, *, most: float = MOST_GROWTH, power: float = POWER
) -> float | None:
    """How many times the data are needed before the interval is beyond one of two thresholds.

    As `growth_until_settled`, for one estimate.
    """
    return _growth(lambda growth, spread: chance_beyond(decided, growth, spread), most, power)


def growth_until_settled(
    compared: Comparison, power: float = POWER, *, most: float = MOST_GROWTH
) -> float | None:
    """How many times the data are needed before an open verdict would be settled.

    The smallest multiple at which the verdict is settled with probability `power`, were the
    estimates the truth, both if all of the data were gathered again and if what is missing is
    added to those there are.  Variances shrink in proportion to the amount of data.

    Returns
    -------
    float or None
        At least 1; None if not even `most` times the data would settle it.
    """
    return _growth(lambda growth, spread: chance_settled(compared, growth, spread), most, power)


def _growth(chance_of: Callable[[float, float], float], most: float, power: float) -> float | None:
    """The smallest multiple of the data with which a chance reaches `power`, by bisection."""

    def chance(growth: float) -> float:
        """The lesser chance of data gathered again and of data added."""
        again, added = 1.0 / growth, (growth - 1.0) / growth**2
        return min(chance_of(growth, spread) for spread in (again, added))

    short, enough = 1.0, min(_STEP, most)
    while chance(enough) < power:
        if enough >= most:
            return None
        short, enough = enough, min(enough * _STEP, most)
    for _ in range(_HALVINGS):
        middle = math.sqrt(short * enough)
        if chance(middle) < power:
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
    power: float = POWER,
) -> float | None:
    """The smallest true value above `beyond` that would have been told from it.

    With probability `power`, by a two-sided test of level 5 %: the multiple of the standard error
    is the sum of two quantiles (Bloom 1995, Evaluation Review 19).  For a value that is a product
    with an estimated factor (a mean order value), that factor's error grows with the value:
    ``x - beyond = k sqrt(error^2 + x^2 relative_variance)`` is solved for x.

    Parameters
    ----------
    error : float
        Standard error, that of the factor left out.
    critical : float
        Two-sided 95 % quantile.
    beyond : float
        What the value is compared with, at least 0.
    relative_variance : float
        Variance of the factor over its square.

    Returns
    -------
    float or None
        None where the factor itself is not told from zero: then no value would do.
    """
    multiple = critical + student_quantile(power, degrees_of_freedom(critical))
    lead = 1.0 - multiple**2 * relative_variance
    if lead <= 0:
        return None
    last = beyond**2 - (multiple * error) ** 2
    return (beyond + math.sqrt(max(beyond**2 - lead * last, 0.0))) / lead


def smallest_detectable_ratio(compared: Comparison) -> float | None:
    """How far a true ratio must be from one to be told from it with 80 % power.

    The denominator is taken as it was estimated; None where that is not told from zero on the
    positive side, for then there is no unit to measure in.
    """
    if compared.denominator <= compared.critical * math.sqrt(compared.var_denominator):
        return None
    shown = smallest_detectable(compared.error_at(1.0), compared.critical)
    return None if shown is None else shown / compared.denominator


def _between(low: float, high: float, mean: float, scatter: float) -> float:
    """Probability of a normal variable between two values; 0 where they are in the wrong order."""
    if high <= low:
        return 0.0
    if scatter == 0:
        return float(low < mean < high)
    scale = scatter * math.sqrt(2.0)
    return 0.5 * (math.erf((high - mean) / scale) - math.erf((low - mean) / scale))
