"""The estimate of followers in every data situation, and with data that are hardly any."""

from __future__ import annotations

import functools
import json
from dataclasses import replace

import numpy as np
import pytest

from chalicelib.attribution.audience.audience_document import to_document
from chalicelib.attribution.audience.audience_estimate import estimate_audience
from chalicelib.attribution.audience.audience_result import AudienceEstimate
from chalicelib.attribution.audience.followers import EngagementEffects, Followers
from chalicelib.attribution.audience.worth import (
    days_followed,
    follower_value,
    page_ceiling_per_30_days,
    page_value,
    page_value_per_30_days,
    verdict_of,
)
from tests.unit.test_audience_parts import make_followers
from tests.worlds.audience import AUDIENCE_WORLDS, AudienceRun, simulate_audience

UNKNOWN = EngagementEffects(
    np.full(1, np.nan), np.full((1, 1), np.nan), np.full(1, np.nan), np.zeros(1, dtype=bool)
)
KNOWN = EngagementEffects(
    np.array([0.01]), np.array([[1e-6]]), np.array([1.96]), np.ones(1, dtype=bool)
)


@functools.cache
def run_of(name: str = "both", seed: int = 2) -> AudienceRun:
    return simulate_audience(AUDIENCE_WORLDS[name], seed)


def estimate_of(name: str = "both", seed: int = 2) -> AudienceEstimate:
    run = run_of(name, seed)
    return estimate_audience(run.followers, run.effects)


def without_numbers(estimate: AudienceEstimate) -> bool:
    """Whether the stored form is JSON without an effect, and gives no value of any kind."""
    document = json.loads(json.dumps(to_document(estimate), allow_nan=False))
    return (
        document["effect"] is None
        and verdict_of(document) in ("not_estimable", "at_most")
        and follower_value(document, 365, 50.0, 1.0) is None
        and page_value(document, 1_000, 50.0, 1.0) is None
        and page_value_per_30_days(document, 1_000, 50.0, 1.0) is None
    )


def without_effect(estimate: AudienceEstimate) -> bool:
    return estimate.effect is None and estimate.effect_replicates == ()


def test_followers_with_history_get_an_effect_with_all_of_its_parts() -> None:
    run, estimate = run_of(), estimate_of()

    assert estimate.method == "within_person"
    assert estimate.reasons == ()
    assert estimate.effect is not None
    assert estimate.effect.low < run.truth < estimate.effect.high
    assert estimate.through is not None
    assert estimate.through.low < run.through < estimate.through.high
    assert estimate.through.error < 0.5 * estimate.effect.error
    assert [part.kind for part in estimate.parts] == [0, 1]
    total = sum(part.brought.estimate * part.delta for part in estimate.parts)
    assert total == pytest.approx(estimate.through.estimate)
    assert estimate.associated is not None
    assert estimate.associated.low > 0
    assert estimate.sensitivity is not None
    assert estimate.sensitivity.value > 1
    assert estimate.smallest_detectable is not None
    assert estimate.smallest_detectable > 2 * estimate.effect.error
    assert estimate.ceiling is not None
    assert estimate.ceiling.estimate > estimate.through.low


def test_the_stored_form_is_small_and_gives_every_value() -> None:
    run = run_of()
    document = to_document(estimate_of())

    text = json.dumps(document, allow_nan=False)

    assert len(text) < 30_000
    days = days_followed(document, 365)
    assert days is not None
    assert run.year is not None
    assert days.low < run.year < days.high
    value = follower_value(document, 365, 60.0, 1.0)
    assert value is not None
    assert value.low < run.truth * run.year * 60 < value.high
    assert page_value(document, 2_000, 60.0, 1.0) is not None


def test_the_order_of_rows_and_the_numbers_of_people_do_not_matter() -> None:
    run = run_of()
    data, rng = run.followers, np.random.default_rng(0)
    number = rng.permutation(data.n_people)
    back = np.argsort(number)
    touch, buy = rng.permutation(data.touch_day.size), rng.permutation(data.bought_day.size)
    shuffled = replace(
        data,
        change_person=number[data.change_person],
        bought_person=number[data.bought_person[buy]],
        bought_day=data.bought_day[buy],
        bought_weight=data.bought_weight[buy],
        touch_person=number[data.touch_person[touch]],
        touch_day=data.touch_day[touch],
        touch_kind=data.touch_kind[touch],
        touch_count=data.touch_count[touch],
        first_day=data.first_day[back],
        last_day=data.last_day[back],
        group=data.group[back],
    )

    first, second = (to_document(estimate_audience(one, run.effects)) for one in (data, shuffled))

    assert second["effect"] == pytest.approx(first["effect"], rel=1e-4)
    assert second["effect_replicates"] == pytest.approx(first["effect_replicates"], rel=1e-4)
    assert second["lifetime"] == first["lifetime"]
    assert second["warnings"] == first["warnings"]


def test_interest_that_stays_after_the_unfollow_gives_no_value() -> None:
    estimate = estimate_of("lasting_interest")

    assert estimate.reasons == ("stays_after_leaving",)
    assert estimate.method is None
    assert without_numbers(estimate)
    assert estimate.through is None
    assert estimate.ceiling is None


def test_anonymous_follows_only_give_an_upper_limit_through_engagements() -> None:
    estimate = estimate_of("anonymous")

    assert (estimate.method, estimate.reasons) == ("ceiling", ("anonymous_follows",))
    assert without_numbers(estimate)
    assert estimate.ceiling is not None
    assert estimate.ceiling.high > run_of("both").through
    limit = page_ceiling_per_30_days(to_document(estimate), 1_000, 50.0)
    assert limit == pytest.approx(estimate.ceiling.high * 1_000 * 30 * 50, rel=1e-4)


def test_all_engagements_raise_the_upper_limit_if_some_are_anonymous() -> None:
    run = run_of("anonymous")
    of_people = np.bincount(run.followers.touch_kind, run.followers.touch_count)
    double = replace(run.followers, engagements=2.0 * of_people)

    few, many = (estimate_audience(d, run.effects).ceiling for d in (run.followers, double))

    assert few is not None
    assert many is not None
    assert many.high == pytest.approx(2 * few.high)


def test_sizes_alone_give_nothing() -> None:
    estimate = estimate_of("sizes_only")

    assert (estimate.method, estimate.reasons) == (None, ("size_only",))
    assert without_numbers(estimate)
    assert estimate.ceiling is None


def test_pages_that_are_followed_together_are_not_told_apart() -> None:
    estimate = estimate_of("two_pages")

    assert "pages_followed_together" in estimate.reasons
    assert without_numbers(estimate)


def test_too_few_conversions_leave_the_part_through_engagements() -> None:
    run = run_of()
    rare = np.arange(run.followers.bought_person.size) % 150 == 0
    data = replace(
        run.followers,
        bought_person=run.followers.bought_person[rare],
        bought_day=run.followers.bought_day[rare],
        bought_weight=run.followers.bought_weight[rare],
    )

    estimate = estimate_audience(data, run.effects)

    assert estimate.method == "through_engagements"
    assert estimate.reasons == ("too_few_conversions",)
    assert "engagements_assumed_alike" in estimate.warnings
    assert estimate.effect is None
    assert estimate.through is not None
    assert verdict_of(to_document(estimate)) == "not_estimable"


def test_a_goal_that_people_reach_once_cannot_be_compared_before_and_after() -> None:
    run = run_of()
    _, first = np.unique(run.followers.bought_person, return_index=True)
    data = replace(
        run.followers,
        bought_person=run.followers.bought_person[first],
        bought_day=run.followers.bought_day[first],
        bought_weight=np.ones(first.size),
    )

    estimate = estimate_audience(data, run.effects)

    assert (estimate.method, estimate.reasons) == ("through_engagements", ("one_time_goal",))
    assert without_effect(estimate)


def test_without_effects_of_engagements_there_is_no_part_through_them() -> None:
    run = run_of()
    none = EngagementEffects(
        np.full(3, np.nan), np.full((3, 3), np.nan), np.full(3, np.nan), np.zeros(3, dtype=bool)
    )

    estimate = estimate_audience(run.followers, none)

    assert estimate.effect is not None
    assert estimate.through is None
    assert estimate.ceiling is None


def test_purchases_that_make_people_follow_are_flagged_and_corrected() -> None:
    estimate = estimate_of("null_purchase_triggers")

    assert "follows_at_interest_peak" in estimate.warnings
    assert estimate.peak_share is not None
    assert estimate.peak_share > 0.02
    assert estimate.bias_up > 0
    assert estimate.effect is not None
    assert estimate.effect.low < 0 < estimate.effect.high


def test_followers_never_seen_before_are_counted_and_warned_about() -> None:
    run = run_of("bots")
    data = run.followers
    bots = np.arange(data.n_people) >= run.world.n_people
    only_bots = bots[data.change_person]
    mostly = np.flatnonzero(only_bots | (np.arange(only_bots.size) % 2 == 0))

    estimate = estimate_audience(
        replace(
            data,
            change_person=data.change_person[mostly],
            change_day=data.change_day[mostly],
            change_kind=data.change_kind[mostly],
            change_time=data.change_time[mostly],
        ),
        run.effects,
    )

    assert estimate.counts.without_history is not None
    assert estimate.counts.without_history > 0.3
    assert "followers_without_history" in estimate.warnings


def test_the_whole_history_is_used_and_followers_are_counted_in_the_window() -> None:
    run = run_of()

    late = estimate_audience(replace(run.followers, window_start=100), run.effects)
    whole = estimate_of()

    assert late.effect == whole.effect
    in_window = run.followers.change_day >= 100
    assert late.counts.followed == int((run.followers.change_kind[in_window] > 0).sum())
    assert late.counts.followed < whole.counts.followed
    anonymous = np.full(run.followers.n_days, 2.0)
    more = estimate_audience(
        replace(run.followers, window_start=100, anonymous_follows=anonymous), run.effects
    )
    assert more.counts.followed == late.counts.followed + 2 * (run.followers.n_days - 100)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (make_followers(n_people=0), "no_follows"),
        (make_followers(), "no_follows"),
        (make_followers(sizes=np.full(120, 50.0)), "size_only"),
        (make_followers(anonymous_follows=np.ones(120)), "anonymous_follows"),
        (make_followers([(0, 60.0, 1)]), "too_few_followers"),
        (make_followers([(0, 60.0, 1), (0, 61.5, -1)] * 3), "too_few_followers"),
        (make_followers([(0, 60.0, -1)]), "no_follows"),
        (make_followers([(0, 20.0, 1)], n_days=40), "too_short_window"),
        (
            make_followers(
                [(i, 60.0, 1) for i in range(100)],
                n_people=100,
                first_day=np.full(100, 60),
            ),
            "no_history",
        ),
        (
            make_followers([(i, 60.0 + i % 20, 1) for i in range(100)], n_people=100),
            "too_few_conversions",
        ),
        (
            make_followers(
                [(i, 60.0, 1) for i in range(100)],
                n_people=100,
                covered=np.zeros(120, dtype=bool),
            ),
            "too_few_followers",
        ),
        (
            make_followers(
                [(i, 60.0, 1) for i in range(100)],
                n_people=100,
                first_day=np.full(100, 120),
                last_day=np.full(100, -1),
            ),
            "no_history",
        ),
    ],
)
def test_data_without_an_answer_give_a_reason(data: Followers, reason: str) -> None:
    for effects in (UNKNOWN, KNOWN):
        estimate = estimate_audience(data, effects)

        assert estimate.reasons == (reason,)
        assert without_numbers(estimate)


def test_everything_unknown_gives_a_reason_and_no_number() -> None:
    data = make_followers(
        [(i, 60.0, 1) for i in range(80)],
        n_people=80,
        change_time=np.full(80, np.nan),
        anonymous_follows=np.full(120, np.nan),
        anonymous_unfollows=np.full(120, np.nan),
    )

    estimate = estimate_audience(data, UNKNOWN)

    assert estimate.reasons == ("too_few_conversions",)
    assert without_numbers(estimate)


def test_conversions_of_one_person_only_do_not_make_an_effect() -> None:
    data = make_followers(
        [(i, 60.0, 1) for i in range(80)],
        n_people=80,
        bought_person=np.zeros(40, dtype=np.int64),
        bought_day=np.arange(80, 120),
        bought_weight=np.ones(40),
    )

    estimate = estimate_audience(data, KNOWN)

    assert estimate.effect is None or estimate.effect.low <= 0 <= estimate.effect.high
