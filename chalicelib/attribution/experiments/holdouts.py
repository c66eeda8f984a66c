"""Holdouts: the incremental conversions of the treated group, with repeat buyers.

Conversions per person vary more than shares of people do if some people convert several times.
A person converts with some probability, and then once or more. The variance of a person's
conversions is ``r mu - mu^2`` for a mean ``mu`` and the *repeat ratio* ``r``, the sum of squares of
the conversions per person divided by the number of conversions. If no person converts twice,
``r`` is 1, this is the variance of a share, and the interval is Newcombe's.

Pure standard library: the process that registers a holdout does not load numpy or statsmodels.
If statsmodels has the method (proportions, rates, unequal variances), tests compare the results.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from chalicelib.attribution.experiments.measured_lift import LEVEL, Measured
from chalicelib.attribution.student import student_cdf, student_quantile

ASSUMED_DISPERSION = 3.0
"""Variance of a person's conversions over their mean, if repeat buyers are unknown.

Published parameters for the customers of CDNOW (Fader, Hardie, Lee 2005, Marketing Science 24,
table 2: BG/NBD) give 1.9 in four weeks; over 39 weeks their repeat purchases have 4.6.
"""

_SHARED = 5.0
"""Weight of both groups' joint repeat ratio in the ratio of each, in conversions."""
_HALVINGS = 100


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the two groups of a holdout."""

    size: float
    """People in the group, whether or not they saw anything; above 0."""
    conversions: float
    """Conversions of the group."""
    converters: float | None = None
    """People who converted at least once."""
    sum_of_squares: float | None = None
    """Sum over people of the square of their conversions."""

    @property
    def mean(self) -> float:
        """Conversions per person."""
        return self.conversions / self.size

    @property
    def squares(self) -> float:
        """The sum of squares: as given, by the converters, or with one conversion per person."""
        if self.sum_of_squares is not None:
            return self.sum_of_squares
        if self.converters is None or self.conversions == 0:
            return self.conversions
        return self.conversions * repeat_ratio(self.conversions / self.converters)


@dataclass(frozen=True, slots=True)
class _Variance:
    """The variance of a person's conversions, ``slope mu - curvature mu^2``, in one group."""

    slope: float
    curvature: float
    degrees: float
    """Degrees of freedom of the slope; infinite if it is not estimated."""

    def at(self, mean: float) -> float:
        """The variance at a mean."""
        return max(self.slope * mean - self.curvature * mean * mean, 0.0)


def analyse_holdout(treated: Arm, control: Arm, *, dispersion: float | None = None) -> Measured:
    """Estimate the conversions of the treated group that it would not have made untreated.

    ``estimate = x1 - n1 x0 / n0``. The interval is built from the score intervals of the two
    means by recovery of variances (Newcombe 1998, Statistics in Medicine 17, method 10; Zou, Donner
    2008, Statistics in Medicine 27). It keeps its level with few or no conversions, where the Wald
    interval collapses. Each score interval solves ``(m - mu)^2 = t^2 (r mu - mu^2) / n``, which is
    Wilson's (1927) for ``r = 1``. The quantile ``t`` is Student's with the degrees of freedom of
    Welch (1947), because ``r`` is an estimate. The p-value is that of the score test with the mean
    of both groups pooled.

    Parameters
    ----------
    treated, control : Arm
        Without `converters` and `sum_of_squares`, each person is assumed to convert at most once.
    dispersion : float, optional
        Variance of a person's conversions over their mean in both groups; replaces the groups'
        own data on repeat buyers. 1 is Poisson's.

    Raises
    ------
    ValueError
        If a group is empty, or has more conversions than people without data on repeat buyers.
    """
    variances = _variances_of(treated, control, dispersion)
    degrees = _welch(treated, control, variances)
    critical = student_quantile(0.5 + LEVEL / 2, degrees)
    low1, high1 = _score_interval(treated, variances[0], critical)
    low0, high0 = _score_interval(control, variances[1], critical)
    difference = treated.mean - control.mean
    below = math.hypot(treated.mean - low1, high0 - control.mean)
    above = math.hypot(high1 - treated.mean, control.mean - low0)
    return Measured(
        difference * treated.size,
        (difference - below) * treated.size,
        (difference + above) * treated.size,
        _score_p_value(treated, control, variances, degrees),
    )


def holdout_p_value(treated: Arm, control: Arm, *, dispersion: float | None = None) -> float:
    """The p-value of `analyse_holdout`, without the interval, which takes ten times as long.

    Raises
    ------
    ValueError
        As `analyse_holdout`.
    """
    variances = _variances_of(treated, control, dispersion)
    return _score_p_value(treated, control, variances, _welch(treated, control, variances))


def _variances_of(
    treated: Arm, control: Arm, dispersion: float | None
) -> tuple[_Variance, _Variance]:
    if treated.size <= 0 or control.size <= 0:
        raise ValueError("both groups need people")
    if dispersion is not None:
        return (_Variance(dispersion, 0.0, math.inf),) * 2
    return _variances(treated, control)


def _score_p_value(
    treated: Arm, control: Arm, variances: tuple[_Variance, _Variance], degrees: float
) -> float:
    pooled = (treated.conversions + control.conversions) / (treated.size + control.size)
    error = math.sqrt(
        variances[0].at(pooled) / treated.size + variances[1].at(pooled) / control.size
    )
    difference = abs(treated.mean - control.mean)
    return 2.0 * student_cdf(-difference / error, degrees) if error > 0 else 1.0


def repeat_ratio(conversions_per_converter: float) -> float:
    """The repeat ratio for a number of conversions per converter, by the log-series distribution.

    The log-series is the number of purchases per buyer if purchases per person are negative
    binomial and few people buy (Fisher, Corbet, Williams 1943, Journal of Animal Ecology 12;
    Chatfield, Ehrenberg, Goodhardt 1966, Journal of the Royal Statistical Society A 129). Its mean
    is ``(r - 1) / log r``. Geometric repeats and Poisson counts have a smaller ratio.
    """
    if conversions_per_converter <= 1.0:
        return 1.0
    low, high = 1.0, 2.0
    while _log_series_mean(high) < conversions_per_converter:
        low, high = high, 2.0 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _log_series_mean(middle) < conversions_per_converter:
            low = middle
        else:
            high = middle
    return high


def _log_series_mean(ratio: float) -> float:
    return (ratio - 1.0) / math.log(ratio) if ratio > 1.0 else 1.0


def _variances(treated: Arm, control: Arm) -> tuple[_Variance, _Variance]:
    """Variances by the repeat ratio of each group, shrunk a little towards the joint ratio.

    A ratio from a few converters is often too small: it misses the rare person who converts often.
    """
    arms = (treated, control)
    for arm in arms:
        said = arm.converters is not None or arm.sum_of_squares is not None
        if arm.conversions > arm.size and not said:
            raise ValueError("more conversions than people")
    conversions = sum(arm.conversions for arm in arms)
    together = sum(arm.squares for arm in arms) / conversions if conversions > 0 else 1.0
    first, second = (
        (arm.squares + _SHARED * together) / (arm.conversions + _SHARED) for arm in arms
    )
    return (
        _Variance(first, 1.0, _degrees(treated, first)),
        _Variance(second, 1.0, _degrees(control, second)),
    )


def _degrees(arm: Arm, ratio: float) -> float:
    """Degrees of freedom of an estimated repeat ratio.

    If the conversions of a converter are geometric, the ratio's relative variance is exactly
    ``2 (1 - 1 / r)`` over the converters, which is that of ``c r / (r - 1)`` degrees of freedom.
    Without `converters` their number is at least ``x^2`` over the sum of squares.
    """
    if ratio <= 1.0:
        return math.inf
    converters = arm.converters
    if converters is None:
        converters = arm.conversions**2 / arm.squares if arm.conversions > 0 else 0.0
    return max(converters, 1.0) * ratio / (ratio - 1.0)


def _welch(treated: Arm, control: Arm, variances: tuple[_Variance, _Variance]) -> float:
    """Degrees of freedom of the difference (Welch 1947), at least those of the smaller group."""
    errors = [
        variance.at(arm.mean) / arm.size
        for arm, variance in zip((treated, control), variances, strict=True)
    ]
    total = sum(errors)
    if total <= 0:
        return min(variance.degrees for variance in variances)
    inverse = sum(
        (error / total) ** 2 / variance.degrees
        for error, variance in zip(errors, variances, strict=True)
    )
    return 1.0 / inverse if inverse > 0 else math.inf


def _score_interval(arm: Arm, variance: _Variance, critical: float) -> tuple[float, float]:
    """Bounds of the score interval of a group's mean; Wilson's and Rao's are special cases."""
    scaled = critical * critical / arm.size
    middle = arm.mean + scaled * variance.slope / 2
    half = math.sqrt(scaled * variance.at(arm.mean) + (scaled * variance.slope / 2) ** 2)
    scale = 1.0 + scaled * variance.curvature
    return max((middle - half) / scale, 0.0), (middle + half) / scale
