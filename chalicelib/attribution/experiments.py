"""What a randomised experiment says: conversions caused, with an interval, and per engagement.

Pure standard library: hold-outs are analysed where they are registered, without numpy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()
LEVEL = 0.95
MIN_CONTROLS = 4
MIN_DAYS_BEFORE = 28
"""What a geo test needs: untreated regions with conversions, and days before it."""

CRITICAL = _NORMAL.inv_cdf(0.5 + LEVEL / 2)


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the two groups of a hold-out.

    Attributes
    ----------
    size : float
        People in the group, whether or not they saw anything; above 0.
    conversions : float
        Conversions of the group; may exceed the people where one converts more than once.
    """

    size: float
    conversions: float


@dataclass(frozen=True, slots=True)
class Measured:
    """An effect with its 95 % interval.

    Attributes
    ----------
    estimate, low, high : float
        Conversions, of the whole test or per engagement.
    p_value : float
        Two-sided, of no effect.
    """

    estimate: float
    low: float
    high: float
    p_value: float

    @property
    def variance(self) -> float:
        """That of the normal distribution with an interval of the same width.

        So that what is combined by precision keeps the width that the method of the experiment
        gave it, Student's quantile and skewness included.
        """
        return ((self.high - self.low) / (2.0 * CRITICAL)) ** 2

    def per(self, engagements: float) -> Measured:
        """The effect of one engagement.

        Parameters
        ----------
        engagements : float
            How many more the treated had; below zero where the test took engagements away.
        """
        ends = sorted((self.low / engagements, self.high / engagements))
        return Measured(self.estimate / engagements, ends[0], ends[1], self.p_value)


def analyse_holdout(treated: Arm, control: Arm) -> Measured:
    """Conversions that the treated group made and would not have made untreated.

    ``estimate = x1 - n1 x0 / n0``.  The interval is built from the score intervals of the two
    rates (Newcombe 1998, Statistics in Medicine 17, method 10; the same recovery of variances for
    rates by Zou, Donner 2008): it keeps its level with few or no conversions, where the Wald
    interval collapses.  Where no group has more conversions than people they are taken for
    shares of people (Wilson 1927); else for Poisson counts, whose variance is their mean.  The
    p-value is that of the score test with the rate of both groups pooled.

    Raises
    ------
    ValueError
        For an empty group.
    """
    if treated.size <= 0 or control.size <= 0:
        raise ValueError("both groups need people")
    shares = treated.conversions <= treated.size and control.conversions <= control.size
    p1, low1, high1 = _rate(treated, shares)
    p0, low0, high0 = _rate(control, shares)
    difference = p1 - p0
    below = math.hypot(p1 - low1, high0 - p0)
    above = math.hypot(high1 - p1, p0 - low0)
    pooled = (treated.conversions + control.conversions) / (treated.size + control.size)
    spread = pooled * (1.0 - pooled) if shares else pooled
    error = math.sqrt(spread * (1.0 / treated.size + 1.0 / control.size))
    return Measured(
        difference * treated.size,
        (difference - below) * treated.size,
        (difference + above) * treated.size,
        two_sided(difference / error) if error > 0 else 1.0,
    )


def from_standard_error(estimate: float, standard_error: float) -> Measured:
    """An effect that somebody else has analysed, with its normal interval."""
    half = CRITICAL * standard_error
    return Measured(
        estimate, estimate - half, estimate + half, two_sided(estimate / standard_error)
    )


def standard_error_of(low: float, high: float, confidence: float) -> float:
    """The standard error behind a normal interval of another level, e.g. 0.9."""
    return (high - low) / (2.0 * _NORMAL.inv_cdf(0.5 + confidence / 2))


def two_sided(z: float) -> float:
    """The two-sided p-value of a standard normal statistic."""
    return 2.0 * _NORMAL.cdf(-abs(z))


def _rate(arm: Arm, shares: bool) -> tuple[float, float, float]:
    """Rate and the ends of its score interval: Wilson's for shares, Rao's for Poisson counts."""
    n, x, z = arm.size, arm.conversions, CRITICAL
    if not shares:
        middle, half = x + z * z / 2, z * math.sqrt(x + z * z / 4)
        return x / n, max(middle - half, 0.0) / n, (middle + half) / n
    p = x / n
    middle = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return p, max((middle - half) / scale, 0.0), min((middle + half) / scale, 1.0)
