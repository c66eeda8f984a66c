"""The simulated worlds of people: each switch has its effect, and the truth is right.

The truth is checked by counterfactual worlds: the same seeds with and without the engagements of
one type, in small worlds with strong effects. The tolerance is four standard errors of the mean
over seeds. A truth that ignores the ingredient misses by more: it would be 0.38 for all. The truth
is 0.21 (churn), 0.84 (arrivals) and 0.04 (goals that happen once).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.worlds.people import (
    INGREDIENTS,
    NOBODY,
    WORLDS,
    Hole,
    Journeys,
    KindInWorld,
    Promotion,
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
    "all together": replace(
        SMALL,
        kinds=(LIKE, replace(SHARE, delay=(3, 9)), VISIT, FOLLOW, UNFOLLOW),
        late_share=0.3,
        season=0.3,
        churn=0.02,
        interest=0.5,
        honeymoon=2.0,
        visits_per_engagement=0.5,
        demand=0.5,
        once=True,
        base=0.01,
        bots=0.01,
        bot_activity=10.0,
        friends=0.5,
        promotions=(Promotion(0.5, 7, 2.0, 2.0),),
        follows_engage=1.5,
        identity="split",
        identified=(0.3, 0.6),
    ),
    "churn and friends, once": replace(SMALL, churn=0.03, friends=0.5, once=True, base=0.02),
}


@pytest.mark.parametrize("name", COUNTERFACTUAL)
@pytest.mark.parametrize("kind", [0, 1])
def test_truth_is_the_difference_to_the_world_without_the_type(name: str, kind: int) -> None:
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


def test_worlds_without_effects_have_a_truth_of_zero() -> None:
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


def test_interest_correlates_engagements_of_near_weeks_and_conversions() -> None:
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


def test_truth_with_holes_is_that_of_the_engagements_on_common_days() -> None:
    """An engagement of the last covered day has only that day's share of its effect."""
    world = replace(SMALL, kinds=(LIKE,), holes=(Hole("conversions", 0.25, 1.0),))

    truth = simulate(world, 1).truth[0]

    shares = 1 - 0.7 ** (10 - np.arange(10.0))
    assert truth == pytest.approx(0.4 * shares.mean(), rel=0.05)


def test_truth_with_every_switch_and_holes_is_near_the_truth_without_holes() -> None:
    """Parts of visits and of friends are divided among counted engagements by their response."""
    plain = replace(COUNTERFACTUAL["all together"], once=False, n_people=3_000)
    holes = (Hole("conversions", 0.0, 0.25), Hole("facebook", 0.5, 0.6))

    whole, partly = (simulate(replace(plain, holes=h), 1).truth[:2] for h in ((), holes))

    assert not np.array_equal(whole, partly)
    assert partly == pytest.approx(whole, rel=0.15)


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


def test_visits_follow_engagements_and_hidden_demand_moves_visits_but_no_cause() -> None:
    zero = (replace(LIKE, delta=0.0), VISIT)
    calm = replace(SMALL, n_people=4_000, loyalty=0.0, kinds=zero, visits_per_engagement=1.0)
    moved = replace(calm, demand=1.0, demand_days=1_000.0, visits_per_engagement=0.0)

    brought, hidden = _per_person(simulate(calm, 1)), _per_person(simulate(moved, 1))

    own = 4_000 * 40 * VISIT.rate
    assert brought[1].sum() == pytest.approx(brought[0].sum() * (1 - 2.3 / 40) + own, rel=0.05)
    assert _correlation(*brought) > 0.4
    assert abs(_correlation(*hidden)) < 0.05
    plain = _per_person(simulate(replace(moved, demand=0.0), 1))
    assert hidden[1].var() > 1.5 * plain[1].var()
    assert hidden[0].var() == pytest.approx(plain[0].var(), rel=0.1)


def test_person_converts_at_most_once_if_the_goal_is_reached_once() -> None:
    once = simulate(replace(SMALL, once=True, base=0.03), 1)

    assert np.unique(once.conversion_person).size == once.conversion_person.size
    assert once.world.goal == "signup"


def test_two_ids_share_a_persons_sessions_and_two_people_share_an_id() -> None:
    split = simulate(replace(SMALL, identity="split"), 1)
    shared = simulate(replace(SMALL, identity="shared"), 1)

    records, pooled = record(split), record(shared)

    assert np.array_equal(records.touch_id // 2, split.touch_person)
    assert np.mean(records.touch_id % 2) == pytest.approx(0.5, abs=0.03)
    assert np.mean(records.conversion_id % 2) == pytest.approx(0.5, abs=0.06)
    session = split.touch_person * 40 + split.touch_day
    ids_per_session = {one: set() for one in session.tolist()}
    for one, touch_id in zip(session.tolist(), records.touch_id.tolist(), strict=True):
        ids_per_session[one].add(touch_id)
    assert {len(ids) for ids in ids_per_session.values()} == {1}
    assert np.array_equal(pooled.touch_id, shared.touch_person // 2)
    assert np.array_equal(pooled.conversion_id, shared.conversion_person // 2)


def test_a_log_in_identifies_a_share_of_the_sessions_and_changes_no_total() -> None:
    world = replace(SMALL, n_people=3_000, identified=(0.3, 0.6), identified_conversions=0.9)

    journeys = simulate(world, 1)
    records = record(journeys)

    known, bought = records.touch_id != NOBODY, records.conversion_id != NOBODY
    assert np.mean(known) == pytest.approx(0.45, abs=0.03)
    assert np.mean(bought) == pytest.approx(0.9, abs=0.02)
    assert np.array_equal(records.touch_id[known], journeys.touch_person[known])
    assert records.touch_count.sum() == journeys.touch_count.sum()


def test_bots_engage_constantly_and_never_convert() -> None:
    paid = replace(SHARE, type="click", channel="google_ads", paid=True)
    world = replace(SMALL, n_people=3_000, bots=0.01, bot_activity=100.0, kinds=(LIKE, paid))

    journeys = simulate(world, 1)

    bots = journeys.people.bot
    by_bots = bots[journeys.touch_person]
    assert not bots[journeys.conversion_person].any()
    likes = journeys.touch_kind == 0
    likes_of_bots = journeys.touch_count[likes & by_bots].sum() / bots.sum()
    assert likes_of_bots == pytest.approx(40 * 100 * LIKE.rate, rel=0.3)
    assert journeys.touch_count[~likes & by_bots].max(initial=0) < 5


def test_a_share_raises_the_conversions_of_friends() -> None:
    world = replace(SMALL, n_people=2_000, base=0.0, kinds=(replace(SHARE, delta=1.0, rate=0.002),))

    alone, among_friends = simulate(world, 1), simulate(replace(world, friends=1.0), 1)

    assert np.isin(alone.conversion_person, alone.touch_person).all()
    assert np.isin(among_friends.conversion_person, among_friends.touch_person).mean() < 0.3
    assert among_friends.truth[0] == pytest.approx(alone.truth[0], rel=0.15)


def test_promotions_raise_demand_and_engagement_of_all_people() -> None:
    zero = (replace(LIKE, delta=0.0),)
    world = replace(SMALL, n_people=4_000, kinds=zero, base=0.02, loyalty=0.0)

    journeys = simulate(replace(world, promotions=(Promotion(0.5, 7, 3.0, 2.0),)), 1)

    promoted = np.isin(np.arange(40), np.arange(20, 27))
    likes = np.bincount(journeys.touch_day, journeys.touch_count, minlength=40)
    bought = np.bincount(journeys.conversion_day, minlength=40)
    assert likes[promoted].mean() / likes[~promoted].mean() == pytest.approx(2.0, rel=0.1)
    assert bought[promoted].mean() / bought[~promoted].mean() == pytest.approx(3.0, rel=0.1)


def test_a_follow_lasts_until_the_unfollow_and_raises_conversions_and_engagement() -> None:
    zero = (replace(LIKE, delta=0.0), replace(FOLLOW, delta=0.05), UNFOLLOW)
    world = replace(
        SMALL, n_people=4_000, kinds=zero, loyalty=0.0, follows_engage=2.0, unfollows=0.05
    )

    journeys = simulate(world, 1)

    follow = np.zeros((4_000, 40), dtype=int)
    for number, change in ((1, 1), (2, -1)):
        mine = journeys.touch_kind == number
        np.add.at(follow, (journeys.touch_person[mine], journeys.touch_day[mine]), change)
    state = follow.cumsum(axis=1)
    assert set(np.unique(state)) == {0, 1}, "nobody follows twice, or unfollows before"
    before = np.pad(state[:, :-1], ((0, 0), (1, 0)))  # the state at the beginning of the day
    likes = journeys.touch_kind == 0
    for person, day, usual, raised in (
        (journeys.touch_person[likes], journeys.touch_day[likes], LIKE.rate, 2 * LIKE.rate),
        (journeys.conversion_person, journeys.conversion_day, 0.005, 0.055),
    ):
        times = np.zeros((4_000, 40))
        np.add.at(times, (person, day), 1)
        assert times[before == 1].mean() == pytest.approx(raised, rel=0.12)
        assert times[before == 0].mean() == pytest.approx(usual, rel=0.25)
    assert np.isnan(journeys.truth[1:]).all()


def _per_person(journeys: Journeys) -> tuple[np.ndarray, np.ndarray]:
    """Engagements of the first type and of the second one per person."""
    n = journeys.world.n_people
    found = [
        np.bincount(
            journeys.touch_person[journeys.touch_kind == kind],
            journeys.touch_count[journeys.touch_kind == kind],
            minlength=n,
        )
        for kind in (0, 1)
    ]
    return found[0], found[1]
