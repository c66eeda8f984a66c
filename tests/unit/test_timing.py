"""Traces of hidden causes are found where an intent drives people, and not elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chalicelib.attribution.estimates import GoalEstimates, estimate_goal
from chalicelib.attribution.within_user.panel import People
from chalicelib.attribution.within_user.timing import Timing, read_timing
from tests.worlds.judge import observe
from tests.worlds.people import WORLDS, World, simulate

CLICK = 5


def estimate(world: World, seed: int = 1) -> GoalEstimates:
    return estimate_goal(observe(simulate(replace(world, n_people=4_000, n_days=90), seed)))


def journeys(
    touches: list[tuple[int, int]], conversions: list[tuple[int, int]], n_people: int, n_days: int
) -> People:
    """People (all known before the window) with one type; pairs of person and day."""
    person, day = np.array(touches, dtype=np.int64).T
    buyer, when = np.array(conversions, dtype=np.int64).reshape(-1, 2).T
    return People(
        n_people,
        n_days,
        1,
        person,
        day,
        np.zeros(person.size, dtype=np.int64),
        np.ones(person.size),
        buyer,
        when,
        np.ones(buyer.size),
        np.full(n_people, -1),
    )


def test_people_who_click_because_they_want_to_buy_are_suspected() -> None:
    estimates = estimate(WORLDS["intent"])

    assert estimates.warnings[CLICK] == ["intent_confounding_suspected"]


def test_intent_that_outlasts_the_purchase_fails_the_placebo_test_too() -> None:
    estimates = estimate(WORLDS["lasting_intent"])

    assert estimates.warnings[CLICK] == ["intent_confounding_suspected", "placebo_failed"]


def test_conversions_that_jump_on_the_day_of_the_engagement_are_suspected() -> None:
    one_day = replace(
        WORLDS["intent"], base=0.001, intent_days=1.0, intent_clicks=0.8, intent_buys=0.4
    )

    estimates = estimate(one_day)

    assert "intent_confounding_suspected" in estimates.warnings[CLICK]


@pytest.mark.parametrize(
    "name", ["loyalty_calendar", "multiplicative", "short_memory", "late_entry", "all_zero"]
)
def test_engagements_that_only_cause_conversions_are_not_suspected(name: str) -> None:
    estimates = estimate(WORLDS[name])

    assert not {
        "intent_confounding_suspected",
        "placebo_failed",
        "engagement_follows_conversions",
    } & {warning for warnings in estimates.warnings for warning in warnings}


def test_buyers_who_like_the_page_are_separated_from_people_with_intent() -> None:
    estimates = estimate(WORLDS["feedback"])

    suspicions = {"intent_confounding_suspected", "placebo_failed", "people_change_over_time"}
    assert estimates.warnings[0] == ["engagement_follows_conversions"]
    assert not any(suspicions & set(warnings) for warnings in estimates.warnings)


def test_bursts_unrelated_to_buying_are_not_suspected() -> None:
    rng = np.random.default_rng(3)
    n_people, n_days = 3_000, 60
    starts = rng.poisson(0.03, (n_people, n_days)) > 0
    mood = np.zeros((n_people, n_days), dtype=bool)
    for lag in range(8):
        mood[:, lag:] |= starts[:, : n_days - lag]
    touches = np.argwhere(rng.random((n_people, n_days)) < np.where(mood, 0.4, 0.01))
    bought = np.argwhere(rng.random((n_people, n_days)) < 0.05)

    timing = read_timing(
        journeys([tuple(t) for t in touches], [tuple(b) for b in bought], n_people, n_days)
    )

    assert timing.bursts()[0]
    assert not timing.bursts_have_to_do_with_buying()[0]


def test_pairs_are_compared_with_their_number_on_independent_days() -> None:
    pair = [(0, 10), (0, 11)]  # one person, two engagements on ten days, one after the other
    others = [(person, day) for person in range(1, 11) for day in range(10, 20)]

    timing = read_timing(journeys(pair + others, [], 11, 30))

    share = np.zeros(30)
    share[10:20] = 10.0
    share[[10, 11]] += 1.0
    share /= share.sum()
    observed = 1.0 + 10 * (9 + 8 + 7)
    expected = 0.0
    for person_days in ([10, 11], *[list(range(10, 20))] * 10):
        for day in person_days:
            expected += (len(person_days) - 1) * share[day + 1 : day + 4].sum()
    assert timing.burst_ratio[0] == pytest.approx(observed / expected)


def test_type_without_engagements_at_risk_has_no_traces() -> None:
    people = journeys([(0, 0)], [(0, 3)], 1, 10)

    timing = read_timing(replace(people, first_day=np.zeros(1, dtype=np.int64)))

    assert timing == Timing(*(np.array([value]) for value in (1, 0, 1, 0, 0, 0, np.inf)))
