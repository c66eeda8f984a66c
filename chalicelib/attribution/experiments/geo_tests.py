"""Geo tests: the effect in the treated regions, compared with a synthetic control.

The counterfactual is a synthetic control of the treated regions' mean, fitted on the days before
the test. The forecast error without treatment is measured in two ways, and both are used:

* in time: for each region, quarters of the days before the test are held out in turn, which gives
  its own error (``scale``);
* across regions: every untreated region is treated as a placebo in turn. Its error in
  the days of the test, in multiples of its own scale, shows how much worse a forecast of those
  days is than one of a held-out quarter, because of drift and shocks during the test.

The standard error is the treated regions' scale times the root mean square of the placebos'
multiples; the reference is Student's t. Levels were chosen by coverage on simulated panels
(`tests/worlds/geo.py`, docs/experiments.md): block permutation of residuals in time alone
(Chernozhukov, Wuthrich, Zhu 2021, JASA 116) rejects too often with drift in long panels,
and an in-sample error of fit is too small with few days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.experiments.measured_lift import (
    LEVEL,
    MIN_CONTROLS,
    MIN_DAYS_BEFORE,
    Measured,
)
from chalicelib.attribution.experiments.synthetic_control import gaps
from chalicelib.attribution.student import student_cdf, student_quantile

MAX_PLACEBOS = 60
"""If there are more untreated regions, placebos are sampled evenly; all of them are donors."""

_FOLDS = 4
_PRIOR_FOLDS = 4.0
"""Weight of the daily held-out error relative to that of the held-out quarters (Smyth 2004)."""
_DEGREES_PER_FOLD = 2.0
_CLEARLY_BETTER = 0.9
"""Relative levels are used if their held-out error is below this share of that of counts."""


@dataclass(frozen=True, slots=True)
class GeoResult:
    """The result of a geo test for all treated regions together."""

    conversions: Measured
    """Incremental conversions in the treated regions over the days of the test."""
    lift: Measured
    """The same relative to the counterfactual."""
    difference_in_differences: Measured
    """The estimate with equal weights of all untreated regions, as shares of their level; inference
    as for the synthetic control.
    """
    p_value_in_time: float
    """Of no effect, by shifting the residuals in time: the treated regions' own history alone."""
    degrees_of_freedom: float
    relative: bool
    """Whether regions were compared in shares of their level; else in counts."""
    n_placebos: int


@dataclass(frozen=True, slots=True)
class _Forecast:
    effect: float
    """Mean gap on the days of the test."""
    daily: float
    """Mean square of the held-out daily gaps."""
    folds: float
    """Mean square of the held-out quarters' mean gaps."""
    relative: bool


def analyse_geo_test(counts: Floats, treated: Ints, first_day: int) -> GeoResult:
    """Estimate the effect in the treated regions from `first_day` to the last day.

    Parameters
    ----------
    counts : array, shape (T, R)
        Conversions per day and region.
    treated : int array
        Columns of the treated regions.
    first_day : int
        Index of the first day of the test.

    Raises
    ------
    ValueError
        With fewer than `MIN_CONTROLS` untreated regions with conversions before the test, fewer
        than `MIN_DAYS_BEFORE` days before it, no day in it, or no conversions of the treated
        regions before it.
    """
    before = counts[:first_day]
    untreated = np.setdiff1d(np.arange(counts.shape[1]), treated)
    controls = untreated[before[:, untreated].sum(axis=0) > 0]
    if controls.size < MIN_CONTROLS:
        raise ValueError(f"at least {MIN_CONTROLS} untreated regions with conversions are needed")
    if not MIN_DAYS_BEFORE <= first_day < counts.shape[0]:
        raise ValueError(
            f"at least {MIN_DAYS_BEFORE} days before the test and one in it are needed"
        )
    if before[:, treated].sum() <= 0:
        raise ValueError("the treated regions have no conversions before the test")
    target = counts[:, treated].mean(axis=1)
    donors = counts[:, controls]
    chosen = np.unique(
        np.linspace(0, controls.size - 1, min(controls.size, MAX_PLACEBOS)).astype(np.int64)
    )
    days = counts.shape[0] - first_day
    times = treated.size * days
    total = float(counts[first_day:, treated].sum())
    noise = max(total, 1.0) / times**2  # the error of a count is at least its Poisson noise
    cases = [(target, donors)]
    cases += [(donors[:, one], np.delete(donors, one, axis=1)) for one in chosen]
    own, *placebos = (_forecast(*case, first_day) for case in cases)
    conversions, degrees = _infer(own, placebos, noise, times)
    plain, *plain_placebos = (_forecast_by_differences(*case, first_day) for case in cases)
    differences, _ = _infer(plain, plain_placebos, noise, times)
    return GeoResult(
        conversions,
        _lift_of(conversions, total),
        differences,
        p_value_in_time(target, donors, first_day, relative=own.relative),
        degrees,
        own.relative,
        chosen.size,
    )


def p_value_in_time(target: Floats, donors: Floats, first_day: int, *, relative: bool) -> float:
    """P-value of no effect, by moving blocks of residuals.

    The synthetic control is fitted on all days, as if there were no effect. The statistic is the
    mean absolute residual of the days of the test, compared with all cyclic shifts
    (Chernozhukov, Wuthrich, Zhu 2021, section 2).
    """
    if relative:
        target, donors, _ = _in_shares(target, donors, first_day)
    residual = np.abs(gaps(target, donors, np.arange(target.size)))
    shifts = [np.roll(residual, shift)[first_day:].mean() for shift in range(residual.size)]
    return float(np.mean(np.array(shifts) >= shifts[0] * (1 - 1e-12)))


def _lift_of(conversions: Measured, total: float) -> Measured:
    """The effect relative to the counterfactual; infinite if the effect may be all of it."""

    def lift(caused: float) -> float:
        return caused / (total - caused) if caused < total else math.inf

    return Measured(
        lift(conversions.estimate),
        lift(conversions.low),
        lift(conversions.high),
        conversions.p_value,
    )


def _infer(
    own: _Forecast, placebos: list[_Forecast], noise: float, times: int
) -> tuple[Measured, float]:
    """The total effect and its degrees of freedom, from the forecast errors of all regions."""
    everybody = [own, *placebos]
    daily = np.array([one.daily for one in everybody])
    folds = np.array([one.folds for one in everybody])
    seen = daily > 0
    ratio = float((folds[seen] / daily[seen]).mean()) if seen.any() else 0.0
    scale = (_FOLDS * folds + _PRIOR_FOLDS * ratio * daily) / (_FOLDS + _PRIOR_FOLDS)
    effects = np.array([one.effect for one in placebos])
    usable = scale[1:] > 0
    multiple = float((effects[usable] ** 2 / scale[1:][usable]).mean()) if usable.any() else 0.0
    error = math.sqrt(max(multiple * scale[0], noise))
    degrees = 1.0 / (
        1.0 / max(int(usable.sum()), 1) + 1.0 / (_DEGREES_PER_FOLD * (_FOLDS + _PRIOR_FOLDS))
    )
    half = student_quantile(0.5 + LEVEL / 2, degrees) * error
    p_value = 2.0 * student_cdf(-abs(own.effect) / error, degrees) if error > 0 else 1.0
    measured = Measured(
        own.effect * times, (own.effect - half) * times, (own.effect + half) * times, p_value
    )
    return measured, degrees


def _forecast(target: Floats, donors: Floats, first_day: int) -> _Forecast:
    """Forecast by a synthetic control of counts, or of shares of the level if that is better."""
    in_counts = _held_out(target, donors, first_day)
    shares, donor_shares, level = _in_shares(target, donors, first_day)
    if level <= 0:
        return in_counts
    found = _held_out(shares, donor_shares, first_day)
    in_shares = _Forecast(
        found.effect * level, found.daily * level**2, found.folds * level**2, relative=True
    )
    return in_shares if in_shares.daily < _CLEARLY_BETTER * in_counts.daily else in_counts


def _forecast_by_differences(target: Floats, donors: Floats, first_day: int) -> _Forecast:
    """Forecast by the mean of all others, in shares of the level."""
    shares, donor_shares, level = _in_shares(target, donors, first_day)
    found = _held_out(shares, donor_shares.mean(axis=1, keepdims=True), first_day)
    return _Forecast(found.effect * level, found.daily * level**2, found.folds * level**2, True)


def _held_out(target: Floats, donors: Floats, first_day: int) -> _Forecast:
    days = np.arange(first_day)
    effect = float(gaps(target, donors, days)[first_day:].mean())
    daily, means = [], []
    for fold in np.array_split(days, _FOLDS):
        missed = gaps(target, donors, np.delete(days, fold))[fold]
        daily.append(missed)
        means.append(missed.mean())
    return _Forecast(
        effect,
        float(np.mean(np.concatenate(daily) ** 2)),
        float(np.mean(np.square(means))),
        relative=False,
    )


def _in_shares(target: Floats, donors: Floats, first_day: int) -> tuple[Floats, Floats, float]:
    """Both as shares of their mean before the test, and the target's mean."""
    level = float(target[:first_day].mean())
    return target / max(level, 1e-12), donors / donors[:first_day].mean(axis=0), level
