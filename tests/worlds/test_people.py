"""The simulated worlds of people: each switch leaves its trace, and the truth is what it says.

The truth is proved by counterfactual worlds: the same seeds with and without the engagements of one
type, in small worlds with strong effects.  The tolerance is four standard errors of the mean over
seeds.  A truth that ignores the ingredient misses by more: it would be 0.38 for all. The truth is
0.21 (churn), 0.84 (arrivals) and 0.04 (goals that happen once).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.worlds.people import (
    INGREDIENTS,
    WORLDS,
    Hole,
    Journeys,
    KindInWorld,
    World,
    record,
    simulate,
)

LIKE = KindInWorld("facebook", "like", 0.05, 0.4, 0.7)
SHARE = KindInWorld("facebook", "share", 0.05, 0.3, 0.7)
VISIT = KindInWorld("direct", "click", 0.02, 0.5, 0.5, role="arrival")
FOLLOW = KindInWorld("facebook", "follow", 0.02, 0.02, 0.0, role="state")
UNFOLLOW = KindInWorld("facebook", "unfollow", 0.0, 0.0, 0.0, role="state")
SMALL = World("small", n_people=600, n_days=40, kinds=(LIKE, SHARE), base=0.005, loyalty=0.5)

COUNTERFACTUAL = {
    "plain": SMALL,
    "churn": replace(SMALL, n_people=2_000, churn=0.1, kinds=(replace(LIKE, theta=0.9), SHARE)),
    "interest": replace(SMALL, interest=0.7),
    "honeymoon": replace(SMALL, late_share=0.6, honeymoon=4.0),
    "delayed": replace(SMALL, kinds=(replace(LIKE, delay=(7, 14)), SHARE)),
    "arrivals": replace(SMALL, kinds=(LIKE, SHARE, VISIT), visits_per_engagement=1.0, demand=0.7),
    "once": replace(SMALL, once=True, base=0.03),
    "bots": replace(SMALL, bots=0.02, bot_activity=20.0),
    "friends": replace(SMALL, friends=0.8),
    "follows": replace(SMALL, kinds=(LIKE, SHARE, FOLLOW, UNFOLLOW), follows_engage=2.0),
    "multiplicative": replace(SMALL, multiplicative=True, season=0.3),
    "churn and friends, once": replace(SMALL, churn=0.03, friends=0.5, once=True, base=0.02),
}


@pytest.mark.parametrize("name", COUNTERFACTUAL)
@pytest.mark.parametrize("kind", [0, 1])
def test_the_truth_is_the_difference_to_the_world_without_the_type(name: str, kind: int) -> None:
    world = COUNTERFACTUAL[name]

    gaps = []
    for seed in range(25):
        journeys = simulate(world, seed)
        fewer = simulate(world, seed, without=kind).conversion_day.size
        engagements = journeys.touch_count[journeys.touch_kind == kind].sum()
        caused = (journeys.conversion_day.size - fewer) / engagements
        gaps.append(caused - journeys.truth[kind])

    error = np.std(gaps, ddof=1) / np.sqrt(len(gaps))
    assert error < 0.02, "the counterfactual has to be able to tell"
    assert abs(np.mean(gaps)) < 4 * error


def test_nothing_works_in_worlds_without_effects() -> None:
    for name in INGREDIENTS:
        if name.endswith("_zero"):
            assert all(kind.delta == 0 for kind in WORLDS[name].kinds), name


def test_people_who_left_do_nothing_afterwards() -> None:
    journeys = simulate(replace(SMALL, churn=0.05), 1)

    touched = journeys.touch_day <= journeys.last_day[journeys.touch_person]
    bought = journeys.conversion_day <= journeys.last_day[journeys.conversion_person]
    assert touched.all()
    assert bought.all()
    assert np.mean(journeys.last_day < 39) == pytest.approx(1 - 0.95**39, abs=0.06)


def test_interest_makes_engagement_of_near_weeks_alike_and_moves_conversions_with_it() -> None:
    steady = replace(SMALL, n_people=3_000, n_days=84, loyalty=0.0, kinds=(LIKE,), base=0.05)
    zero = replace(steady, kinds=(replace(LIKE, delta=0.0),))

    with_interest = _weekly(simulate(replace(zero, interest=0.7), 1))
    without = _weekly(simulate(zero, 1))

    likes, purchases = with_interest
    assert _correlation(likes[:, :-1], likes[:, 1:]) > 0.05
    assert _correlation(likes[:, :1], likes[:, -1:]) < _correlation(likes[:, :1], likes[:, 1:2])
    assert _correlation(likes, purchases) > 0.05
    assert abs(_correlation(*without)) < 0.02


def test_newcomers_engage_and_buy_more_at_first() -> None:
    zero = tuple(replace(kind, delta=0.0) for kind in SMALL.kinds)
    world = replace(SMALL, n_people=6_000, late_share=1.0, honeymoon=4.0, kinds=zero, base=0.02)

    journeys = simulate(world, 1)

    entry = journeys.people.entry
    early = entry <= 15
    for day, person in (
        (journeys.touch_day, journeys.touch_person),
        (journeys.conversion_day, journeys.conversion_person),
    ):
        age = (day - entry[person])[early[person]]
        assert np.sum(age < 3) / np.sum((age >= 21) & (age < 24)) == pytest.approx(
            (1 + 3 * np.exp(-1 / 12)) / (1 + 3 * np.exp(-22 / 12)), rel=0.25
        )
        assert age.min() == 0


def test_delayed_effects_come_between_their_first_and_last_day() -> None:
    only = replace(LIKE, delta=5.0, delay=(7, 14), rate=0.002)
    world = replace(SMALL, n_people=4_000, base=0.0, loyalty=0.0, kinds=(only,))

    journeys = simulate(world, 1)

    once = np.flatnonzero(np.bincount(journeys.touch_person, minlength=4_000) == 1)
    day = np.full(4_000, -1)
    day[journeys.touch_person] = journeys.touch_day
    mine = np.isin(journeys.conversion_person, once)
    lags = journeys.conversion_day[mine] - day[journeys.conversion_person[mine]]
    assert lags.min() == 7
    assert lags.max() == 14
    assert np.mean(lags) == pytest.approx(10.5, abs=0.5)


def test_holes_remove_records_and_nothing_else() -> None:
    holes = (Hole("conversions", 0.5, 0.75), Hole("facebook", 0.0, 0.25))
    world = replace(SMALL, kinds=(LIKE, replace(SHARE, channel="twitter")), holes=holes)

    journeys = simulate(world, 1)
    records, all_of_it = record(journeys), record(simulate(replace(world, holes=()), 1))

    assert not np.isin(records.conversion_day, np.arange(20, 30)).any()
    assert records.touch_day[records.touch_kind == 0].min() == 10
    assert records.touch_day[records.touch_kind == 1].min() == 0
    outside = (all_of_it.conversion_day < 20) | (all_of_it.conversion_day >= 30)
    assert np.array_equal(records.conversion_day, all_of_it.conversion_day[outside])
    assert records.conversions_covered.tolist() == [not 20 <= day < 30 for day in range(40)]


def test_the_truth_under_holes_is_that_of_the_engagements_on_common_days() -> None:
    """An engagement of the last covered day has only that day's share of its effect."""
    world = replace(SMALL, kinds=(LIKE,), holes=(Hole("conversions", 0.25, 1.0),))

    truth = simulate(world, 1).truth[0]

    shares = 1 - 0.7 ** (10 - np.arange(10.0))
    assert truth == pytest.approx(0.4 * shares.mean(), rel=0.05)


def test_without_a_common_day_the_truth_is_that_of_all_engagements() -> None:
    world = replace(SMALL, holes=(Hole("conversions", 0.0, 0.5), Hole("engagements", 0.5, 1.0)))

    assert np.array_equal(simulate(world, 1).truth, simulate(replace(world, holes=()), 1).truth)


def _weekly(journeys: Journeys) -> tuple[np.ndarray, np.ndarray]:
    shape = (journeys.world.n_people, journeys.world.n_days // 7)
    likes, purchases = np.zeros(shape), np.zeros(shape)
    np.add.at(likes, (journeys.touch_person, journeys.touch_day // 7), journeys.touch_count)
    np.add.at(purchases, (journeys.conversion_person, journeys.conversion_day // 7), 1)
    return likes, purchases


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
