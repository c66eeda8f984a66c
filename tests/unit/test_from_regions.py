"""Estimates from totals by region, and types left to the totals of all regions."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from chalicelib.attribution.draft import Draft
from chalicelib.attribution.estimates import GoalEstimates, estimate_goal
from chalicelib.attribution.observations import Observations
from chalicelib.attribution.regions.from_regions import estimate_from_regions
from chalicelib.attribution.regions.region_series import RegionSeries
from chalicelib.attribution.summaries import summarise_goal
from tests.worlds.regions import (
    KINDS,
    RegionsWorld,
    RegionTotals,
    observe_region_totals,
    simulate_regions,
)

TWO = RegionsWorld("two", regions=5, n_days=120, kinds=KINDS[::3], hidden=0.25)
"""Likes and paid clicks; a hidden driver moves them and sales in the whole country."""
NOTHING = tuple(replace(kind, delta=0.0) for kind in TWO.kinds)


@lru_cache
def simulate(world: RegionsWorld, seed: int = 0) -> RegionTotals:
    return simulate_regions(world, seed)


@lru_cache
def observe(world: RegionsWorld, seed: int = 0) -> Observations:
    return observe_region_totals(simulate(world, seed))


@lru_cache
def fit(world: RegionsWorld, seed: int = 0) -> GoalEstimates:
    return estimate_goal(observe(world, seed))


def is_from_regions(estimates: GoalEstimates, kind: int) -> bool:
    return "regions_used" in estimates.warnings[kind]


def regions_of(observed: Observations) -> RegionSeries:
    assert observed.regions is not None
    return observed.regions


def diagnostics_of(estimates: GoalEstimates) -> dict[str, Any]:
    """What the panel of regions used."""
    told = estimates.diagnostics["regions"]
    assert isinstance(told, dict)
    return told


def covered(names: tuple[str, ...], outcome: np.ndarray, counts: np.ndarray) -> RegionSeries:
    """Series with data on all days."""
    known = np.ones(counts.shape, dtype=bool)
    return RegionSeries(names, outcome, counts, known[:, :, 0], known)


def with_regions(observed: Observations, change: dict[str, Any]) -> Observations:
    return replace(observed, regions=replace(regions_of(observed), **change))


def with_a_type(observed: Observations, regions: RegionSeries) -> Observations:
    """The observations with a third type that only regions have."""
    return replace(
        observed,
        names=(*observed.names, "xing/save"),
        counts=regions.counts.sum(axis=0),
        identified=np.zeros(3),
        roles=("cause",) * 3,
        regions=regions,
    )


def z_of(estimates: GoalEstimates, totals: RegionTotals) -> np.ndarray:
    return (estimates.delta - totals.truth) / np.sqrt(np.diag(estimates.cov))


def test_common_changes_of_all_regions_are_not_credited_to_marketing() -> None:
    world = replace(TWO, kinds=NOTHING)

    by_region = [fit(world, seed) for seed in range(3)]
    national = [estimate_goal(replace(observe(world, seed), regions=None)) for seed in range(3)]

    assert all(each.methods == ["time_series"] * 2 for each in by_region)
    assert (
        max(np.abs(z_of(each, simulate(world, seed))).max() for seed, each in enumerate(by_region))
        < 2.5
    )
    assert min(z_of(each, simulate(world, seed)).max() for seed, each in enumerate(national)) > 2.5


def test_effect_of_a_type_is_estimated_from_all_regions() -> None:
    estimates, totals = fit(TWO), simulate(TWO)

    assert np.abs(z_of(estimates, totals)).max() < 3.0
    assert estimates.delta[1] / np.sqrt(estimates.cov[1, 1]) > 2.5
    told = diagnostics_of(estimates)
    assert told["regions"] == 5
    assert told["region_steps"] == 5 * 120
    assert told["conversions_with_region"] == 1.0
    assert told["types"] == ["facebook/like", "meta_ads/click"]


@pytest.mark.parametrize("part", ["outcome", "counts"])
def test_too_few_events_with_a_region_leave_the_estimate_to_totals(part: str) -> None:
    observed = observe(TWO)
    fewer = {part: 0.9 * getattr(observed.regions, part)}

    estimates = estimate_goal(with_regions(observed, fewer))

    assert not any(is_from_regions(estimates, kind) for kind in range(2))
    assert estimates.methods == ["time_series"] * 2
    assert "regions" not in estimates.diagnostics


def test_two_regions_are_not_enough_for_a_panel() -> None:
    regions = regions_of(observe(TWO))
    halves = [regions.of(np.array(some), np.arange(2)) for some in ([0, 1], [2, 3, 4])]
    two = covered(
        ("north", "south"),
        np.array([half.outcome.sum(axis=0) for half in halves]),
        np.array([half.counts.sum(axis=0) for half in halves]),
    )

    estimates = estimate_goal(replace(observe(TWO), regions=two))

    assert not any(is_from_regions(estimates, kind) for kind in range(2))


def test_region_with_hardly_any_conversions_is_excluded() -> None:
    regions = regions_of(observe(TWO))
    tiny = np.zeros((1, 120))
    tiny[0, ::30] = 1.0
    more = covered(
        (*regions.names, "island"),
        np.concatenate([regions.outcome, tiny]),
        np.concatenate([regions.counts, np.zeros((1, 120, 2))]),
    )

    estimates = estimate_goal(replace(observe(TWO), regions=more))

    assert estimates.delta == pytest.approx(fit(TWO).delta, rel=1e-3)
    assert diagnostics_of(estimates)["regions"] == 5


def test_type_in_a_single_region_is_compared_with_the_others() -> None:
    regions, alone = regions_of(observe(TWO)), np.zeros((5, 120))
    alone[2] = np.random.default_rng(4).poisson(40.0, 120)
    counts = np.concatenate([regions.counts, alone[:, :, None]], axis=2)
    more = covered(regions.names, regions.outcome, counts)

    estimates = estimate_goal(with_a_type(observe(TWO), more))

    assert [is_from_regions(estimates, kind) for kind in range(3)] == [True] * 3
    assert abs(estimates.delta[2]) < 2.5 * np.sqrt(estimates.cov[2, 2])
    assert estimates.delta[1] == pytest.approx(fit(TWO).delta[1], rel=0.2)


def test_region_with_constant_sales_is_excluded() -> None:
    observed = observe(TWO)
    outcome = regions_of(observed).outcome.copy()
    outcome[1] = 90.0

    estimates = estimate_goal(
        replace(with_regions(observed, {"outcome": outcome}), outcome=outcome.sum(axis=0))
    )

    assert diagnostics_of(estimates)["regions"] == 4


def test_types_that_move_together_in_all_regions_are_not_estimated_by_the_panel() -> None:
    twins = regions_of(observe(TWO)).of(np.arange(5), np.array([0, 1, 0]))

    estimates = estimate_goal(with_a_type(observe(TWO), twins))

    assert estimates.reasons[0] == ["collinear_with:xing/save"]
    assert estimates.reasons[2] == ["collinear_with:facebook/like"]
    assert is_from_regions(estimates, 1)


def test_type_without_regions_is_estimated_from_totals_after_the_panel() -> None:
    world = RegionsWorld(
        "national", regions=5, n_days=200, kinds=KINDS[::3], without_region=(1,), national=0.6
    )

    estimates, totals = fit(world), simulate(world)

    assert is_from_regions(estimates, 0)
    assert estimates.methods[1] == "time_series"
    assert not is_from_regions(estimates, 1)
    assert np.abs(z_of(estimates, totals)).max() < 3.0
    text = summarise_goal("purchase", observe(world), estimates)
    assert "Geo Panel Results" in text
    assert "beta.x1   meta_ads/click" in text
    assert "beta.x2" not in text


def test_demand_that_moves_all_types_flags_the_national_one() -> None:
    """The driver is visible in types that regions have already estimated."""
    national = replace(TWO, n_days=200, kinds=KINDS, without_region=(1,), hidden=0.3)

    estimates = fit(national)

    assert [is_from_regions(estimates, kind) for kind in range(4)] == [True, False, True, True]
    assert "same_day_demand_suspected" in estimates.warnings[1]
    assert "same_day_demand_suspected" not in estimates.warnings[0]


def test_type_that_moves_alike_in_all_regions_is_left_to_the_totals() -> None:
    estimates = fit(replace(TWO, uniform=(0,), hidden=0.0))

    assert not is_from_regions(estimates, 0)
    assert "same_in_all_regions" in estimates.warnings[0]
    assert is_from_regions(estimates, 1)
    assert "same_in_all_regions" not in estimates.warnings[1]


def test_missing_days_of_a_region_are_not_zeros() -> None:
    world = replace(TWO, hole=(0, 0.4, 0.6))
    observed, totals = observe(world), simulate(world)

    estimates = fit(world)

    assert "coverage_gap" in estimates.warnings[0]
    assert np.abs(z_of(estimates, totals)).max() < 3.0
    # the stock is unknown for a week
    assert diagnostics_of(estimates)["region_steps"] == 5 * 120 - 24 - 7
    regions = regions_of(observed)
    zeros = replace(observed, regions=covered(regions.names, regions.outcome, regions.counts))
    assert "coverage_gap" not in estimate_goal(zeros).warnings[0]


def test_region_with_too_few_days_is_excluded() -> None:
    estimates = fit(replace(TWO, hole=(0, 0.0, 0.95)))

    assert diagnostics_of(estimates)["regions"] == 4


def test_marketing_that_follows_regional_demand_is_flagged() -> None:
    led = replace(TWO, hidden=0.0, regional_drift=0.04, led=1.0)

    assert "follows_demand" in fit(led).warnings[1]
    assert "follows_demand" not in fit(TWO).warnings[1]


def test_driver_of_single_regions_is_flagged() -> None:
    """A driver of a region's channels and sales on one day is not shared by the others."""
    observed, rng = observe(replace(TWO, hidden=0.0)), np.random.default_rng(3)
    factor = np.exp(0.4 * rng.standard_normal((5, 120)))
    outcome, counts = regions_of(observed).outcome, regions_of(observed).counts
    outcome, counts = np.round(outcome * factor), np.round(counts * factor[:, :, None])
    moved = replace(
        with_regions(observed, {"outcome": outcome, "counts": counts}),
        outcome=outcome.sum(axis=0),
        counts=counts.sum(axis=0),
    )

    assert "same_day_demand_suspected" in estimate_goal(moved).warnings[1]
    assert "same_day_demand_suspected" not in fit(replace(TWO, hidden=0.0)).warnings[1]


def test_strongly_differing_regional_effects_raise_a_warning() -> None:
    differing = replace(TWO, regions=8, n_days=180, effect_sd=1.5)

    estimates = fit(differing)

    assert "effects_differ_by_region" in estimates.warnings[1]
    assert "effects_differ_by_region" not in fit(TWO).warnings[1]
    assert diagnostics_of(estimates)["differences"]["meta_ads/click"]["sd"] > 0.03
    assert abs(z_of(estimates, simulate(differing))[1]) < 3.0


def test_weekly_totals_of_regions_are_compared_by_week() -> None:
    weekly = replace(TWO, n_days=7 * 80, by_week=True)

    estimates = fit(weekly)

    told = diagnostics_of(estimates)
    assert (told["step_days"], told["region_steps"]) == (7, 5 * 80)
    assert np.abs(z_of(estimates, simulate(weekly))).max() < 2.5


def test_explained_conversions_add_up_to_the_estimates_of_regions() -> None:
    observed, draft = observe(TWO), Draft.of(2)

    explained = estimate_from_regions(observed, draft)

    assert explained.sum(axis=0) == pytest.approx(draft.delta * observed.counts.sum(axis=0))
    assert explained.min() >= 0.0
