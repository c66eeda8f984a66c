"""A switchback before it begins: the effect that it would find, judged by its own analysis.

The error comes from two sources, of which the larger counts. One is the noise and the drift of the
level that a model of the past estimated. The other is the analysis itself, on pseudo-tests in the
past: schedules drawn by lot, in which nothing was switched. The analysis of a finished test
(`switchback_reading`) takes the larger error, too.

How long the effect lasts is uncertain. An effect that lasts longer than the analysis assumes
spills into the days on which the channel is off, and the analysis finds less of it. So the smallest
effect is the one that is found with 80 % power on average over the decays that the fit allows.

Pure standard library, so that the API designs without numpy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.attribution.experiments.holdout_design import POWER
from chalicelib.attribution.experiments.measured_lift import LEVEL
from chalicelib.attribution.experiments.switchback import (
    RATIOS,
    DaysOfTest,
    ScheduleAnalysis,
    Switchback,
    attenuation,
    measured_with,
)
from chalicelib.attribution.student import student_cdf, student_quantile

PLACES, SCHEDULES = 6, 10
"""Pseudo-tests: as many first days in the past, each with as many schedules."""
MAX_WORK = 6_000
"""Days of all pseudo-tests together, to which the time of a design is proportional."""
MIN_WEIGHT = 0.01
"""Decays with less weight are left out."""
LEAST_KNOWN = 0.75
"""Share of the days of a test, or of a pseudo-test, that must count."""
LONG = 0.9
"""Quantile of the decays that stands for an effect that lasts long."""
_HALVINGS = 34
_MOST_ERRORS = 50.0


@dataclass(frozen=True, slots=True)
class PastNoise:
    """How conversions vary from day to day around a level that is a random walk."""

    variance: float
    """Of a day around its level, in conversions squared."""
    level_ratio: float
    """Variance of a day's step of the level, relative to that."""


@dataclass(frozen=True, slots=True)
class SwitchbackDesign:
    """A schedule, and what a test with it would find."""

    test: Switchback
    error: float
    """Standard error of the conversions per unit of spend."""
    smallest_effect: float
    """Conversions per unit of spend that are found with 80 % power."""
    power_if_longer: float
    """Power at that effect if it lasts longer than in 9 of 10 cases."""
    restless: bool
    """Whether the drift of the level, not the noise of days, makes most of the error."""
    false_positives: float | None
    """Share of the pseudo-tests in which the analysis claims an effect; None without any."""
    pseudo_tests: int


def design_switchback(
    days: int,
    block: int,
    spend: float,
    decays: Sequence[tuple[float, float]],
    *,
    noise: PastNoise | None,
    past: Sequence[float],
    known: Sequence[bool] | None = None,
    seed: int = 0,
) -> SwitchbackDesign | None:
    """Draw a schedule, and state the smallest effect.

    Parameters
    ----------
    days, block : int
        Length of the test and of a block.
    spend : float
        Per day on which the channel is on.
    decays : sequence of (decay, weight)
        How long the effect may last. At least one.
    noise : PastNoise, optional
        From a model of the past.
    past : sequence of float
        Conversions per day without their weekly pattern, on consecutive days.
    known : sequence of bool, optional
        Per day of the past, whether it counts. Days on which something else is known to have
        happened do not. By default all do.

    Returns
    -------
    SwitchbackDesign or None
        None if there is neither noise from a model nor a past as long as the test.

    Raises
    ------
    ValueError
        With fewer than `switchback.MIN_BLOCKS` blocks.
    """
    likely = [(decay, weight) for decay, weight in decays if weight >= MIN_WEIGHT]
    assumed = quantile_of(likely, 0.5)
    test = Switchback.drawn(days, block, spend, assumed, seed)
    found = run_pseudo_tests(test, block, past, known)
    errors = []
    restless = False
    if noise is not None:
        ratio = max(noise.level_ratio, RATIOS[0])
        errors.append(test.standard_error(noise.variance, ratio))
        restless = errors[0] > 1.5 * test.standard_error(noise.variance, RATIOS[0])
    if found:
        errors += [found.mean_error, found.spread]
    if not errors:
        return None
    error = max(errors)
    ratio = max(noise.level_ratio, RATIOS[0]) if noise is not None else RATIOS[4]
    parts = [
        (attenuation(test, replace(test, decay=decay), ratio), weight) for decay, weight in likely
    ]
    degrees = days - 2
    smallest = _smallest(parts, degrees) * error
    longest = quantile_of(likely, LONG)
    of_longest = attenuation(test, replace(test, decay=longest), ratio)
    return SwitchbackDesign(
        test=test,
        error=error,
        smallest_effect=smallest,
        power_if_longer=_power(smallest / error * of_longest, degrees),
        restless=restless,
        false_positives=None if found is None else found.false_positives,
        pseudo_tests=0 if found is None else found.count,
    )


def quantile_of(decays: Sequence[tuple[float, float]], share: float) -> float:
    """The decay below which a share of the weight is."""
    ranked = sorted(decays)
    bar, passed = share * sum(weight for _, weight in ranked), 0.0
    for decay, weight in ranked:
        passed += weight
        if passed >= bar - 1e-12:
            return decay
    return ranked[-1][0]


@dataclass(frozen=True, slots=True)
class PseudoTests:
    """What the analysis finds in the past, where nothing was switched."""

    count: int
    mean_error: float
    """Root mean square of the errors that the analysis states."""
    spread: float
    """Root mean square of its estimates, whose truth is zero."""
    false_positives: float
    """Share with a significant effect."""


def run_pseudo_tests(
    test: Switchback, block: int, past: Sequence[float], known: Sequence[bool] | None = None
) -> PseudoTests | None:
    """Analyse schedules drawn by lot in the past.

    Parameters
    ----------
    test : Switchback
        Gives the length, the spend and the decay.
    block, past, known
        As in `design_switchback`.

    Returns
    -------
    PseudoTests or None
        None if the past is too short, or too few of its days count.
    """
    days = len(test.on)
    room = len(past) - days
    if room < 0:
        return None
    places = sorted({round(room * number / (PLACES - 1)) for number in range(PLACES)})
    schedules = max(min(SCHEDULES, MAX_WORK // (days * len(places))), 1)
    analyses: dict[tuple[tuple[bool, ...], tuple[bool, ...] | None], ScheduleAnalysis] = {}
    of_places: list[list[tuple[float, float, int]]] = []
    for place in places:
        counts = None if known is None else tuple(known[place : place + days])
        if counts is not None and all(counts):
            counts = None
        if counts is not None and sum(counts) < LEAST_KNOWN * days:
            continue
        there = DaysOfTest(past[place : place + days], counts)
        found = []
        for number in range(schedules):
            lot = Switchback.drawn(days, block, test.spend, test.decay, 1 + place * 97 + number)
            key = (lot.on, counts)
            if key not in analyses:
                analyses[key] = ScheduleAnalysis(lot, counts)
            degrees = analyses[key].degrees
            one = analyses[key].analyse(there)
            error = (one.high - one.low) / 2.0 / student_quantile(0.5 + LEVEL / 2, degrees)
            found.append((one.estimate, error, degrees))
        of_places.append(found)
    if not of_places:
        return None
    everything = [one for found in of_places for one in found]
    return PseudoTests(
        count=len(everything),
        mean_error=_root_mean_square([error for _, error, _ in everything]),
        spread=_root_mean_square([estimate for estimate, _, _ in everything]),
        false_positives=_share_of_claims(of_places),
    )


def _share_of_claims(of_places: Sequence[Sequence[tuple[float, float, int]]]) -> float:
    """Share of the pseudo-tests with a significant effect.

    As in the analysis of a finished test, the error is at least the spread of other pseudo-tests:
    those at the other places.
    """
    claims = []
    for place, found in enumerate(of_places):
        others = [one for number, them in enumerate(of_places) if number != place for one in them]
        least = _root_mean_square([estimate for estimate, _, _ in others]) if others else 0.0
        for estimate, error, degrees in found:
            larger = max(error, least)
            claims.append(measured_with(estimate, larger, degrees).p_value <= 1.0 - LEVEL)
    return sum(claims) / len(claims)


def _root_mean_square(values: Sequence[float]) -> float:
    return math.sqrt(sum(value * value for value in values) / len(values))


def _smallest(parts: Sequence[tuple[float, float]], degrees: int) -> float:
    """Effect over error that is found with 80 % power on average over the attenuations."""
    total = sum(weight for _, weight in parts)
    low, high = 0.0, _MOST_ERRORS
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        reached = sum(weight * _power(middle * share, degrees) for share, weight in parts) / total
        low, high = (middle, high) if reached < POWER else (low, middle)
    return high


def _power(effect: float, degrees: int) -> float:
    """Power of a two-sided t-test at an effect in standard errors."""
    bar = student_quantile(0.5 + LEVEL / 2, degrees)
    return student_cdf(effect - bar, degrees) + student_cdf(-effect - bar, degrees)
