"""Traces of same-day demand and of promotions in totals, each with a counterexample."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from chalicelib.attribution.estimates import GoalEstimates, estimate_goal
from chalicelib.attribution.time_series.joint_runs import JointRuns, find_joint_runs
from chalicelib.attribution.time_series.same_day import gone_tomorrow, is_search_ad, jump_together
from chalicelib.attribution.time_series.timeline import Timeline
from tests.worlds.happenings import Occasion
from tests.worlds.hard_totals import HARD_TOTALS
from tests.worlds.totals import TOTALS_WORLDS, TotalsWorld, observe_totals, simulate_totals

CHANNELS = ("facebook", "twitter", "youtube", "google_ads")
CAMPAIGN_WEEKS = replace(
    TOTALS_WORLDS["drifting"],
    occasions=(Occasion("campaign", ((25, 32), (70, 77), (110, 117), (150, 157)), 1.0, 1.8),),
)
CLEAN = ("calm", "drifting", "bursts", "demand_led", "saturating", "shock", "short", "few_a_day")


def series(world: TotalsWorld, seed: int) -> tuple[np.ndarray, np.ndarray, Timeline]:
    totals = simulate_totals(world, seed)
    step = 7 if world.by_week else 1
    outcome = totals.outcome[::step]
    return totals.counts[::step], outcome, Timeline.whole(outcome.size, step)


def jumps(world: TotalsWorld, seed: int, channels: tuple[str, ...] = CHANNELS) -> bool:
    counts, outcome, timeline = series(world, seed)
    return jump_together(counts, outcome, channels, timeline)


def runs(world: TotalsWorld, seed: int) -> JointRuns:
    counts, outcome, timeline = series(world, seed)
    return find_joint_runs(counts, outcome, CHANNELS[: counts.shape[1]], timeline)


@lru_cache
def fit(world: TotalsWorld, seed: int = 0) -> GoalEstimates:
    return estimate_goal(observe_totals(simulate_totals(world, seed)))


@pytest.mark.parametrize("name", ["same_day", "same_day_zero"])
def test_channels_that_jump_together_with_sales_are_noticed(name: str) -> None:
    found = [jumps(HARD_TOTALS[name], seed) for seed in range(25)]

    assert sum(found) >= 23


def test_hidden_driver_of_two_channels_is_detected_in_weekly_data() -> None:
    found = [jumps(HARD_TOTALS["hidden_driver"], seed, CHANNELS[:2]) for seed in range(10)]

    assert all(found)


def test_channels_that_jump_independently_are_not_suspected() -> None:
    found = [jumps(TOTALS_WORLDS[name], seed) for name in CLEAN for seed in range(12)]

    assert sum(found) <= 3


def test_week_long_campaigns_in_several_channels_are_not_same_day_demand() -> None:
    found = [jumps(CAMPAIGN_WEEKS, seed) for seed in range(25)]

    assert sum(found) <= 2


def test_types_of_one_channel_may_jump_together() -> None:
    assert not any(jumps(HARD_TOTALS["same_day"], seed, ("facebook",) * 4) for seed in range(5))


def test_channels_that_jump_together_without_sales_are_not_suspected() -> None:
    counts, _, timeline = series(HARD_TOTALS["same_day"], 1)
    _, others, _ = series(TOTALS_WORLDS["calm"], 2)

    assert jump_together(
        counts, simulate_totals(HARD_TOTALS["same_day"], 1).outcome, CHANNELS, timeline
    )
    assert not jump_together(counts, others, CHANNELS, timeline)


def test_size_of_counts_and_order_of_types_do_not_matter() -> None:
    counts, outcome, timeline = series(HARD_TOTALS["promotions"], 3)
    order = [2, 0, 3, 1]

    plain = find_joint_runs(counts, outcome, CHANNELS, timeline)
    turned = find_joint_runs(
        counts[:, order] * 40.0, outcome, tuple(CHANNELS[k] for k in order), timeline
    )

    assert turned.runs == plain.runs
    assert plain.runs


def test_effect_of_one_day_is_suspected_and_a_lasting_one_is_not() -> None:
    weights = np.zeros((4, 10))
    weights[0, :2] = 0.4
    weights[1, :2], weights[1, 5] = 0.2, 0.6
    weights[2, :2], weights[2, 5] = 0.2, 0.6
    weights[3, :2] = 0.4
    t_value, search = np.array([4.0, 4.0, 4.0, 0.5]), np.array([False, False, True, True])

    gone = gone_tomorrow(t_value, weights, search)

    assert gone.tolist() == [True, False, True, False]


def test_useless_clicks_that_follow_same_day_demand_are_flagged() -> None:
    claimed, doubted = 0, 0
    for seed in range(8):
        estimates = fit(HARD_TOTALS["brand_clicks_zero"], seed)
        half = estimates.critical * np.sqrt(np.diag(estimates.cov))
        if estimates.delta[3] > half[3]:
            claimed += 1
            doubted += "same_day_demand_suspected" in estimates.warnings[3]
        assert "search_ads_not_split" in estimates.warnings[3]
        assert "search_ads_not_split" not in estimates.warnings[0]

    assert claimed >= 5, "the world must be one that misleads"
    assert doubted >= 0.6 * claimed


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("google_ads/click", True),
        ("google_ads/click:paid", True),
        ("microsoft_ads/click", True),
        ("google_ads/click:organic", False),
        ("google_ads/impression", False),
        ("meta_ads/click", False),
    ],
)
def test_paid_clicks_of_search_channels_are_search_ads(name: str, expected: bool) -> None:
    assert is_search_ad(name) is expected


@pytest.mark.parametrize("name", ["promotions", "promotions_zero", "holidays"])
def test_promotions_without_an_annotation_are_found(name: str) -> None:
    found = [runs(HARD_TOTALS[name], seed) for seed in range(6)]

    assert all(each.runs and each.sales_jump for each in found)


def test_promotion_weeks_are_found_on_their_days() -> None:
    ordinary = runs(HARD_TOTALS["promotions"], 2).ordinary

    promoted = HARD_TOTALS["promotions"].occasions[0].on(ordinary.size)
    assert (~ordinary[promoted]).mean() > 0.8
    assert ordinary[~promoted].mean() > 0.7


def test_channels_that_rise_independently_have_no_joint_runs() -> None:
    found = [runs(TOTALS_WORLDS[name], seed) for name in CLEAN for seed in range(6)]

    assert sum(bool(each.runs) for each in found) <= 5
    assert sum(each.sales_jump for each in found) <= 1


def test_campaign_of_one_channel_is_not_a_joint_run() -> None:
    found = [runs(TOTALS_WORLDS["campaigns"], seed) for seed in range(10)]

    assert sum(bool(each.runs) for each in found) <= 2


def test_annotated_days_are_not_joint_runs() -> None:
    world = HARD_TOTALS["promotions"]
    counts, outcome, timeline = series(world, 0)
    told = replace(timeline, context=world.occasions[0].on(outcome.size)[:, None].astype(float))

    assert find_joint_runs(counts, outcome, CHANNELS, timeline).runs
    assert not find_joint_runs(counts, outcome, CHANNELS, told).runs


def test_promotion_without_an_annotation_is_not_credited_to_marketing() -> None:
    claims = []
    for seed in range(5):
        estimates = fit(HARD_TOTALS["promotions_zero"], seed)
        answered = [k for k, method in enumerate(estimates.methods) if method is not None]
        half = estimates.critical * np.sqrt(np.diag(estimates.cov))
        claims.extend((estimates.delta > half)[answered])
        assert all("promotion_suspected" in estimates.warnings[k] for k in answered)

    assert sum(claims) <= 3  # 45 % of 20 if these days are not excluded
