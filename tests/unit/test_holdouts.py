"""Holdouts: intervals against published values, statsmodels and simulated repeat buyers.

Tolerances: statsmodels computes the same formulas in another order (1e-9); with a sum of squares
the score interval and Welch's agree up to the curvature of the former (1 % at 4,000 people).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.proportion import (
    test_proportions_2indep as proportions_test,
)
from statsmodels.stats.rates import confint_poisson_2indep
from statsmodels.stats.rates import test_poisson_2indep as poisson_test
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from chalicelib.attribution.experiments.holdouts import (
    ASSUMED_DISPERSION,
    Arm,
    analyse_holdout,
    holdout_p_value,
    repeat_ratio,
)

Floats = NDArray[np.float64]
Buyers = Callable[[np.random.Generator, int, float], Floats]


@dataclass(frozen=True)
class World:
    """A distribution of conversions per person.

    Attributes
    ----------
    draw : callable
        Conversions of the converters, from a generator, a number of people and their mean.
    ratio : callable
        The true repeat ratio for a mean: the sum of squares over the number of conversions.
    """

    draw: Buyers
    ratio: Callable[[float], float]


SIZES = (1, 7, 60, 5_000)
SHARES = (0.0, 0.001, 0.2, 0.5, 1.0)


@pytest.mark.parametrize(
    ("treated", "control", "low", "high"),
    [  # Newcombe 1998, Statistics in Medicine 17, table II, method 10
        (Arm(70, 56), Arm(80, 48), 0.0524, 0.3339),
        (Arm(10, 9), Arm(10, 3), 0.1705, 0.8090),
        (Arm(56, 5), Arm(29, 0), -0.0381, 0.1926),
        (Arm(10, 10), Arm(20, 0), 0.6791, 1.0000),
    ],
)
def test_interval_of_shares_equals_the_published_one(
    treated: Arm, control: Arm, low: float, high: float
) -> None:
    found = analyse_holdout(treated, control)

    assert found.low / treated.size == pytest.approx(low, abs=1e-4)
    assert found.high / treated.size == pytest.approx(high, abs=1e-4)


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning:statsmodels")
def test_shares_have_the_interval_and_p_value_of_statsmodels() -> None:
    for n1, n0, p1, p0 in product(SIZES, SIZES, SHARES, SHARES):
        x1, x0 = round(n1 * p1), round(n0 * p0)

        found = analyse_holdout(Arm(n1, x1), Arm(n0, x0))

        low, high = confint_proportions_2indep(x1, n1, x0, n0, method="newcomb", compare="diff")
        assert (found.low / n1, found.high / n1) == pytest.approx((low, high), rel=1e-9, abs=1e-12)
        if 0 < x1 + x0 < n1 + n0:  # statsmodels divides by zero otherwise
            score = proportions_test(x1, n1, x0, n0, method="score", correction=False)
            assert found.p_value == pytest.approx(score.pvalue, rel=1e-9)


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning:statsmodels")
def test_counts_have_the_interval_and_p_value_of_statsmodels() -> None:
    for n1, n0, x1, x0 in product((7, 60, 5_000), (7, 60, 5_000), (0, 3, 90), (0, 2, 400)):
        found = analyse_holdout(Arm(n1, x1), Arm(n0, x0), dispersion=1.0)

        low, high = confint_poisson_2indep(x1, n1, x0, n0, method="mover", compare="diff")
        assert (found.low / n1, found.high / n1) == pytest.approx((low, high), rel=1e-9, abs=1e-12)
        if x1 + x0 > 0:
            score = poisson_test(x1, n1, x0, n0, method="score", compare="diff")
            assert found.p_value == pytest.approx(score.pvalue, rel=1e-9)


def test_assumed_dispersion_equals_fewer_people_and_conversions() -> None:
    assumed = analyse_holdout(Arm(9_000, 600), Arm(6_000, 300), dispersion=3.0)

    fewer = analyse_holdout(Arm(3_000, 200), Arm(2_000, 100), dispersion=1.0)
    assert assumed.estimate == pytest.approx(150.0)
    assert (assumed.low / 9_000, assumed.high / 9_000) == pytest.approx(
        (fewer.low / 3_000, fewer.high / 3_000)
    )
    assert assumed.p_value == pytest.approx(fewer.p_value)


def test_sum_of_squares_gives_the_welch_interval_of_statsmodels() -> None:
    rng = np.random.default_rng(8)
    treated, control = (people(rng, 4_000, mean) for mean in (0.55, 0.45))

    found = analyse_holdout(arm_of(treated), arm_of(control))

    welch = CompareMeans(DescrStatsW(treated), DescrStatsW(control))
    low, high = welch.tconfint_diff(usevar="unequal")
    assert found.high - found.low == pytest.approx((high - low) * 4_000, rel=0.01)
    assert found.low == pytest.approx(low * 4_000, abs=0.01 * (high - low) * 4_000)
    assert found.p_value == pytest.approx(welch.ttest_ind(usevar="unequal")[1], rel=0.05)


@pytest.mark.parametrize("dispersion", [None, 3.0])
def test_the_p_value_alone_is_that_of_the_analysis(dispersion: float | None) -> None:
    treated, control = Arm(900, 80, 60, 150.0), Arm(400, 20, 18, 26.0)

    alone = holdout_p_value(treated, control, dispersion=dispersion)

    assert alone == analyse_holdout(treated, control, dispersion=dispersion).p_value
    assert alone < 0.2


def test_zero_conversions_give_an_interval_around_zero() -> None:
    found = analyse_holdout(Arm(1_000, 0), Arm(1_000, 0))

    assert (found.estimate, found.p_value) == (0.0, 1.0)
    assert -4.0 < found.low < -3.0
    assert 3.0 < found.high < 4.0


def test_an_empty_group_is_rejected() -> None:
    with pytest.raises(ValueError, match="people"):
        analyse_holdout(Arm(0, 0), Arm(10, 1))


def test_more_conversions_than_people_require_data_on_repeat_buyers() -> None:
    with pytest.raises(ValueError, match="more conversions"):
        analyse_holdout(Arm(10, 11), Arm(10, 1))


# --- repeat buyers ----------------------------------------------------------------------------


def people(rng: np.random.Generator, size: int, mean: float) -> Floats:
    """Conversions per person: negative binomial, the variance three times the mean."""
    return np.asarray(rng.negative_binomial(mean / 2.0, 1.0 / 3.0, size).astype(np.float64))


def arm_of(conversions: Floats, *, squares: bool = True) -> Arm:
    """A group as reported: with the sum of squares, or with the converters only."""
    return Arm(
        float(conversions.size),
        float(conversions.sum()),
        float((conversions > 0).sum()),
        float((conversions**2).sum()) if squares else None,
    )


def once(rng: np.random.Generator, size: int, mean: float) -> Floats:
    """One conversion per converter."""
    return np.ones(rng.binomial(size, mean))


def poisson(rng: np.random.Generator, size: int, mean: float) -> Floats:
    """Poisson counts of the converters."""
    counts = rng.poisson(mean, size)
    return counts[counts > 0].astype(np.float64)


def dispersed(dispersion: float) -> Buyers:
    """Negative binomial counts of the converters, by their log-series distribution."""

    def draw(rng: np.random.Generator, size: int, mean: float) -> Floats:
        share = 1.0 - dispersion ** (-mean / (dispersion - 1.0))
        return rng.logseries(1.0 - 1.0 / dispersion, rng.binomial(size, share)).astype(float)

    return draw


def log_normal(rng: np.random.Generator, size: int, mean: float) -> Floats:
    """Repeat conversions with a heavier tail than any negative binomial."""
    per_buyer = 2.594
    buyers = rng.binomial(size, mean / per_buyer)
    return 1.0 + np.floor(np.exp(rng.normal(0.0, 1.2, buyers)))


SIMULATED = {
    "once": World(once, lambda mean: 1.0),
    "poisson": World(poisson, lambda mean: 1.0 + mean),
    "dispersed": World(dispersed(3.0), lambda mean: 3.0 + mean),
    "very dispersed": World(dispersed(8.0), lambda mean: 8.0 + mean),
    "log-normal": World(log_normal, lambda mean: 7.75),
}


def reported(buyers: Floats, size: int, *, squares: bool) -> Arm:
    return dataclasses.replace(arm_of(buyers, squares=squares), size=float(size))


def coverage(
    world: World, means: tuple[float, float], sizes: tuple[int, int], *, squares: bool = True
) -> tuple[float, float]:
    """Share of intervals with the truth, and mean half-width over the true standard error."""
    rng = np.random.default_rng(20)
    truth = (means[0] - means[1]) * sizes[0]
    variances = [
        (world.ratio(mean) * mean - mean**2) / size for mean, size in zip(means, sizes, strict=True)
    ]
    found = []
    for _ in range(DRAWS):
        arms = [
            reported(world.draw(rng, size, mean), size, squares=squares)
            for size, mean in zip(sizes, means, strict=True)
        ]
        found.append(analyse_holdout(*arms))
    held = [one.low <= truth <= one.high for one in found]
    half = float(np.mean([one.high - one.low for one in found])) / 2
    return float(np.mean(held)), half / sizes[0] / math.sqrt(sum(variances))


MANY, FEW, DRAWS = (20_000, 10_000), (3_000, 2_000), 500
WORLDS = ["once", "poisson", "dispersed", "very dispersed"]


@pytest.mark.parametrize("squares", [True, False], ids=["squares", "converters"])
@pytest.mark.parametrize("world", WORLDS)
def test_interval_has_its_coverage_and_matches_the_standard_error(
    world: str, squares: bool
) -> None:
    held, width = coverage(SIMULATED[world], (0.026, 0.02), MANY, squares=squares)

    assert 0.93 <= held <= 0.97
    assert width == pytest.approx(1.97, abs=0.07)


@pytest.mark.parametrize("world", WORLDS)
def test_false_claims_stay_rare_with_few_conversions(world: str) -> None:
    held, width = coverage(SIMULATED[world], (0.004, 0.004), FEW)

    assert held >= 0.93
    assert 1.9 <= width <= 5.0


def test_interval_nearly_covers_with_a_very_heavy_tail() -> None:
    held, _ = coverage(SIMULATED["log-normal"], (0.02, 0.02), MANY)
    modelled, _ = coverage(SIMULATED["log-normal"], (0.02, 0.02), MANY, squares=False)

    assert held >= 0.915
    assert 0.86 <= modelled <= held  # the limit of converters alone, as documented


def test_the_assumed_dispersion_covers_up_to_three_times_the_mean() -> None:
    rng = np.random.default_rng(21)
    held = []
    for _ in range(1_500):
        treated, control = (
            Arm(size, float(SIMULATED["dispersed"].draw(rng, size, 0.02).sum())) for size in MANY
        )
        found = analyse_holdout(treated, control, dispersion=ASSUMED_DISPERSION)
        held.append(found.low <= 0 <= found.high)

    assert 0.935 <= np.mean(held) <= 0.97


def test_one_conversion_per_converter_gives_the_interval_of_shares() -> None:
    shares = analyse_holdout(Arm(900, 40), Arm(700, 20))

    assert analyse_holdout(Arm(900, 40, 40), Arm(700, 20, 20)) == shares
    assert analyse_holdout(Arm(900, 40, 40, 40), Arm(700, 20, 20, 20)) == shares
    assert analyse_holdout(Arm(900, 40, None, 40), Arm(700, 20, None, 20)) == shares


def test_repeat_ratio_of_a_log_series_follows_from_its_mean() -> None:
    for share in (1e-6, 0.1, 0.6, 0.99, 1 - 1e-9):
        mean = -share / ((1 - share) * math.log1p(-share))
        assert repeat_ratio(mean) == pytest.approx(1 / (1 - share), rel=1e-6)
    assert repeat_ratio(1.0) == 1.0


def test_converters_alone_are_never_narrower_than_poisson_or_geometric_repeats() -> None:
    for mean in (0.01, 0.3, 1.0, 4.0):
        assert repeat_ratio(mean / -math.expm1(-mean)) >= 1.0 + mean
    for per_converter in (1.01, 1.5, 2.0, 9.0):
        assert repeat_ratio(per_converter) >= 2.0 * per_converter - 1.0


def test_few_converters_have_few_degrees_of_freedom() -> None:
    found = analyse_holdout(Arm(5_000, 8, 4, 24), Arm(5_000, 8, 4, 24))

    quantile = stats.t.ppf(0.975, 12)  # 4 converters, ratio 3: 4 * 3 / 2 for each group
    scaled, mean = quantile**2 / 5_000, 8 / 5_000
    root = math.sqrt(scaled * (3 * mean - mean**2) + (1.5 * scaled) ** 2)
    ends = [(mean + 1.5 * scaled + sign * root) / (1 + scaled) - mean for sign in (-1, 1)]
    assert found.high == pytest.approx(5_000 * math.hypot(*ends))


def test_p_value_uses_few_degrees_of_freedom_too() -> None:
    found = analyse_holdout(Arm(5_000, 16, 8, 48), Arm(5_000, 4, 2, 12))

    error = math.sqrt(2 * (3 * 0.002 - 0.002**2) / 5_000)
    variances = np.array([3 * mean - mean**2 for mean in (0.0032, 0.0008)])
    degrees = variances.sum() ** 2 / (variances**2 / [12, 3]).sum()
    assert found.p_value == pytest.approx(2 * stats.t.sf(0.0024 / error, degrees))


# --- properties of all counts -----------------------------------------------------------------

REPEATING = [
    (Arm(900, 80, 50, 190), Arm(700, 40, 30, 66)),
    (Arm(900, 80, 50), Arm(700, 40, 30)),
    (Arm(900, 80), Arm(700, 40)),
]


@pytest.mark.parametrize(("treated", "control"), REPEATING)
def test_swapping_the_groups_changes_the_sign(treated: Arm, control: Arm) -> None:
    found, swapped = analyse_holdout(treated, control), analyse_holdout(control, treated)

    times = -treated.size / control.size
    assert found.estimate == pytest.approx(times * swapped.estimate)
    assert (found.low, found.high) == pytest.approx((times * swapped.high, times * swapped.low))
    assert found.p_value == pytest.approx(swapped.p_value)


@pytest.mark.parametrize(("treated", "control"), REPEATING)
def test_a_hundred_times_the_test_is_ten_times_as_precise(treated: Arm, control: Arm) -> None:
    def times(arm: Arm, factor: float) -> Arm:
        return Arm(*(None if x is None else factor * x for x in dataclasses.astuple(arm)))

    once_, more = (
        analyse_holdout(times(treated, factor), times(control, factor))
        for factor in (1_000.0, 100_000.0)
    )

    assert more.estimate == pytest.approx(100 * once_.estimate)
    assert more.high - more.low == pytest.approx(10 * (once_.high - once_.low), rel=1e-3)


def test_unit_of_conversions_does_not_matter_with_many_of_them() -> None:
    counted = analyse_holdout(Arm(1e6, 8e4, 5e4, 1.9e5), Arm(7e5, 4e4, 3e4, 6.6e4))
    in_halves = analyse_holdout(Arm(1e6, 16e4, 5e4, 7.6e5), Arm(7e5, 8e4, 3e4, 26.4e4))

    assert in_halves.estimate == pytest.approx(2 * counted.estimate)
    assert in_halves.high == pytest.approx(2 * counted.high, rel=1e-3)
    assert in_halves.low == pytest.approx(2 * counted.low, rel=1e-3)
