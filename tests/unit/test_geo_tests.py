"""Geo tests: synthetic controls, and inference by placebos on panels with a known effect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from chalicelib.attribution.experiments.geo_tests import (
    GeoResult,
    analyse_geo_test,
    p_value_in_time,
)
from chalicelib.attribution.experiments.synthetic_control import gaps, simplex_weights
from tests.worlds.geo import GEO_WORLDS, GeoWorld, simulate_geo

SMALL = replace(GEO_WORLDS["geo_one_of_ten"], before=42, days=14)


def analyse(world: GeoWorld, seed: int) -> tuple[GeoResult, float]:
    panel = simulate_geo(world, seed)
    return analyse_geo_test(panel.counts, panel.treated, world.before), panel.truth


# --- the synthetic control --------------------------------------------------------------------


def test_weights_of_a_mixture_are_found() -> None:
    donors = np.random.default_rng(1).normal(size=(50, 6))
    mixed = np.array([0.5, 0.0, 0.3, 0.0, 0.2, 0.0])

    assert simplex_weights(donors, donors @ mixed) == pytest.approx(mixed, abs=1e-6)


def test_weights_stay_in_the_simplex_if_the_target_is_outside() -> None:
    donors = np.random.default_rng(2).normal(size=(50, 3))

    weights = simplex_weights(donors, 5.0 * donors[:, 1])

    assert weights == pytest.approx([0.0, 1.0, 0.0], abs=0.05)
    assert weights.sum() == pytest.approx(1.0)


def test_constant_difference_of_levels_is_not_a_gap() -> None:
    donors = np.random.default_rng(3).normal(size=(40, 4))
    target = 100.0 + donors[:, 2]
    target[30:] += 7.0

    gap = gaps(target, donors, np.arange(30))

    assert gap[:30] == pytest.approx(np.zeros(30), abs=1e-6)
    assert gap[30:] == pytest.approx(np.full(10, 7.0), abs=1e-6)


# --- the effect -------------------------------------------------------------------------------


@pytest.mark.parametrize("lift", [0.4, -0.4])
def test_an_effect_is_found_in_size_and_sign(lift: float) -> None:
    world = replace(SMALL, drift=0.0, noise=0.01, spread=0.3, lift=lift)

    found, truth = analyse(world, 1)

    assert np.sign(truth) == np.sign(lift)
    assert found.conversions.low <= truth <= found.conversions.high
    assert found.conversions.estimate == pytest.approx(truth, rel=0.2)
    assert found.lift.estimate == pytest.approx(lift, abs=0.08)
    assert found.conversions.p_value < 0.01
    assert found.p_value_in_time < 0.05


def test_the_difference_in_differences_is_that_of_shares_of_the_level() -> None:
    days = np.arange(33)
    series = [(100.0, 1.3), (50.0, 1.0), (20.0, 1.2), (10.0, 1.1), (40.0, 1.1)]
    counts = np.column_stack([np.where(days < 28, level, level * after) for level, after in series])

    found = analyse_geo_test(counts, np.array([0]), 28)

    # the others grew by 10 % on average, the treated by 30 %: 20 of 100 on each of five days
    assert found.difference_in_differences.estimate == pytest.approx(100.0)


def test_noiseless_counts_still_have_poisson_errors() -> None:
    counts = np.full((40, 6), 25.0)
    counts[30:, 0] = 30.0

    found = analyse_geo_test(counts, np.array([0]), 30)

    assert found.conversions.estimate == pytest.approx(50.0)
    half = stats.t.ppf(0.975, found.degrees_of_freedom) * np.sqrt(300.0)
    assert found.conversions.high == pytest.approx(50.0 + half)


def test_largest_regions_are_compared_in_shares() -> None:
    largest, _ = analyse(GEO_WORLDS["geo_largest"], 3)
    alike, _ = analyse(replace(GEO_WORLDS["geo_calm"], spread=0.1), 3)

    assert largest.relative
    assert not alike.relative


def test_extra_regions_are_sampled_for_placebos() -> None:
    found, _ = analyse(replace(SMALL, n_regions=80), 4)

    assert found.n_placebos == 60


@pytest.mark.parametrize(
    ("columns", "first_day", "word"),
    [(slice(0, 4), 30, "untreated"), (slice(None), 27, "days"), (slice(None), 40, "days")],
)
def test_insufficient_data_are_rejected(columns: slice, first_day: int, word: str) -> None:
    counts = np.full((40, 6), 25.0)[:, columns]

    with pytest.raises(ValueError, match=word):
        analyse_geo_test(counts, np.array([0]), first_day)


def test_regions_without_conversions_are_not_controls() -> None:
    counts = np.full((40, 5), 25.0)
    counts[:, 4] = 0.0

    with pytest.raises(ValueError, match="untreated"):
        analyse_geo_test(counts, np.array([0]), 30)
    with pytest.raises(ValueError, match="treated regions"):
        analyse_geo_test(np.hstack([counts, counts]), np.array([4]), 30)


def test_common_jump_of_untreated_regions_is_not_an_effect() -> None:
    rng = np.random.default_rng(8)
    jump = np.exp(0.25 * rng.standard_normal(12))
    jump[0] = 1.3
    rate = np.full((60, 12), 400.0)
    rate[45:] *= jump

    found = analyse_geo_test(rng.poisson(rate).astype(np.float64), np.array([0]), 45)

    assert found.conversions.p_value > 0.1
    assert found.conversions.low < 0 < found.conversions.high


# --- chance -----------------------------------------------------------------------------------


def test_p_values_are_uniform_without_an_effect() -> None:
    world = replace(SMALL, lift=0.0)
    results = [analyse(world, seed)[0] for seed in range(150)]

    p_values = [result.conversions.p_value for result in results]
    in_time = [result.p_value_in_time for result in results]

    assert np.mean(np.array(p_values) <= 0.05) <= 0.09
    assert stats.kstest(p_values, "uniform").pvalue > 0.001
    assert np.mean(np.array(in_time) <= 0.05) <= 0.12
    assert 0.35 < np.mean(in_time) < 0.65


@pytest.mark.parametrize(
    "world",
    [SMALL, replace(SMALL, n_regions=12, n_treated=4, drift=0.01)],
    ids=["one treated", "four treated, drifting"],
)
def test_interval_contains_the_effect(world: GeoWorld) -> None:
    held = []
    for seed in range(120):
        found, truth = analyse(world, seed)
        held.append(found.conversions.low <= truth <= found.conversions.high)

    assert 0.90 <= np.mean(held) <= 0.995


def test_shift_in_time_ranks_the_test_days_among_all_shifts() -> None:
    donors = np.ones((20, 2))
    target = np.zeros(20)
    target[15:] = 1.0

    assert p_value_in_time(target, donors, 15, relative=False) == pytest.approx(1 / 20)


# --- properties of all panels -----------------------------------------------------------------


def test_the_order_of_regions_changes_nothing() -> None:
    panel = simulate_geo(SMALL, 6)
    order = np.random.default_rng(1).permutation(panel.counts.shape[1])

    found = analyse_geo_test(
        panel.counts[:, order], np.flatnonzero(np.isin(order, panel.treated)), SMALL.before
    )

    whole = analyse_geo_test(panel.counts, panel.treated, SMALL.before)
    assert numbers_of(found) == pytest.approx(numbers_of(whole), rel=1e-6)


def test_ten_times_the_counts_have_ten_times_the_effect() -> None:
    panel = simulate_geo(SMALL, 7)

    found = analyse_geo_test(10.0 * panel.counts, panel.treated, SMALL.before)

    whole = analyse_geo_test(panel.counts, panel.treated, SMALL.before)
    assert found.relative == whole.relative
    assert numbers_of(found)[:3] == pytest.approx([10 * one for one in numbers_of(whole)[:3]])
    assert found.lift.estimate == pytest.approx(whole.lift.estimate)


def numbers_of(found: GeoResult) -> list[float]:
    """Estimate, interval and degrees of freedom."""
    one = found.conversions
    return [one.estimate, one.low, one.high, found.degrees_of_freedom]
