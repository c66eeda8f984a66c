"""Values of a follower and of a page, for any size and horizon."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chalicelib.attribution.audience.audience_document import to_document
from chalicelib.attribution.audience.audience_result import AudienceEstimate
from chalicelib.attribution.audience.follower_counts import FollowerCounts
from chalicelib.attribution.audience.person_groups import GROUPS, Interval, interval_of
from chalicelib.attribution.audience.worth import (
    days_followed,
    days_of_todays_followers,
    follower_value,
    in_paid_clicks,
    is_extrapolated,
    page_ceiling_per_30_days,
    page_value,
    page_value_per_30_days,
    through_value,
    verdict_of,
    warnings_of,
)


def make_document(hazard: float = 0.01, seen: int = 100, **over: Any) -> dict[str, Any]:
    """An effect of 0.002 per day, and followers who leave at a constant rate."""
    rng = np.random.default_rng(0)
    effect = np.append(0.002, 0.002 + rng.normal(size=GROUPS) * 0.0001)
    weeks = np.unique([*range(0, min(seen, 182), 7), *range(182, seen, 28), seen])
    row = tuple(float(x) for x in -np.expm1(-hazard * weeks) / hazard)
    estimate = AudienceEstimate(
        method="within_person",
        reasons=(),
        warnings=(),
        counts=FollowerCounts(followed=100, left=20, size=1_000.0),
        effect=interval_of(effect),
        effect_replicates=tuple(map(float, effect[1:])),
        through=interval_of(effect / 2),
        through_replicates=tuple(map(float, effect[1:] / 2)),
        seen_days=seen,
        days_grid=tuple(map(int, weeks)),
        days_passed=(row,) * (GROUPS + 1),
        survival=(math.exp(-hazard * seen),) * (GROUPS + 1),
        hazard=(hazard,) * (GROUPS + 1),
        unfollows=90.0,
        follower_days=9_000.0,
    )
    document = to_document(replace(estimate, **over))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    return document


def test_days_followed_are_those_of_a_constant_rate_within_and_beyond_the_seen_days() -> None:
    document = make_document()

    for horizon in (0.5, 1, 7, 50, 98, 99, 100, 101, 365):
        days = days_followed(document, horizon)

        assert days is not None
        assert days.estimate == pytest.approx(-math.expm1(-0.01 * horizon) / 0.01, abs=0.05)
    long = make_document(seen=400)
    assert len(long["lifetime"]["grid"]) < 40
    for horizon in (181, 182, 190, 300, 399, 400, 500):
        days = days_followed(long, horizon)
        assert days is not None
        assert days.estimate == pytest.approx(-math.expm1(-0.01 * horizon) / 0.01, abs=0.2)


def test_an_extrapolated_lifetime_and_earlier_followers_are_warned_about() -> None:
    document = make_document(warnings=("silent_followers",))
    nothing = make_document(method=None, effect=None)

    assert not is_extrapolated(document, 100)
    assert is_extrapolated(document, 101)
    common = ["silent_followers", "earlier_followers_assumed_alike"]
    assert warnings_of(document, 100) == common
    assert warnings_of(document, 365) == [*common, "extrapolated_lifetime"]
    assert warnings_of(nothing, 100) == []


def test_a_followers_value_is_the_product_of_effect_days_and_order_value() -> None:
    document = make_document()

    value = follower_value(document, 100, 50.0, 4.0)

    days = -math.expm1(-1) / 0.01
    assert value is not None
    assert value.estimate == pytest.approx(0.002 * days * 50, rel=1e-3)
    effect = document["effect"]
    expected = (effect["error"] * days * 50) ** 2 + (0.002 * days) ** 2 * 4
    assert value.error**2 == pytest.approx(expected, rel=1e-2)
    assert value.high - value.estimate == pytest.approx(document["critical"] * value.error)


def test_the_part_through_engagements_has_the_error_of_their_effects() -> None:
    certain = through_value(make_document(), 100, 50.0, 0.0)
    uncertain = through_value(make_document(through_fit_variance=1e-6), 100, 50.0, 0.0)

    assert certain is not None
    assert uncertain is not None
    assert uncertain.estimate == certain.estimate
    days = -math.expm1(-1) / 0.01
    added = uncertain.error**2 - certain.error**2
    assert added == pytest.approx(1e-6 * (days * 50) ** 2, rel=1e-2)


def test_a_pages_value_grows_with_its_size_and_falls_with_leaving() -> None:
    document = make_document()

    month = page_value_per_30_days(document, 1_000, 50.0, 0.0)
    larger = page_value_per_30_days(document, 2_000, 50.0, 0.0)
    quarter = page_value(document, 1_000, 50.0, 0.0)

    assert month is not None
    assert larger is not None
    assert quarter is not None
    assert month.estimate == pytest.approx(1_000 * 30 * 0.002 * 50)
    assert larger.high == pytest.approx(2 * month.high)
    days = -math.expm1(-0.01 * 90) / 0.01
    assert quarter.estimate == pytest.approx(1_000 * days * 0.002 * 50, rel=1e-6)


def test_followers_without_history_lower_the_lower_end_only() -> None:
    known = page_value_per_30_days(make_document(), 1_000, 50.0, 0.0)
    unknown = page_value_per_30_days(
        make_document(counts=FollowerCounts(size=1_000.0, without_history=0.4)), 1_000, 50.0, 0.0
    )

    assert known is not None
    assert unknown is not None
    assert known.low > 0
    assert unknown.low == pytest.approx(0.6 * known.low)
    assert unknown.high == known.high


def test_the_rate_of_leaving_of_todays_followers_is_not_extended_beyond_90_days() -> None:
    with pytest.raises(ValueError, match="90 days"):
        page_value(make_document(), 1_000, 50.0, 0.0, horizon_days=91)

    assert days_of_todays_followers(make_document(unfollows=None)) is None


def test_a_possible_bias_extends_every_interval() -> None:
    plain = make_document()
    biased = make_document(bias_down=0.001)

    for value_of in (
        lambda d: follower_value(d, 100, 50.0, 1.0),
        lambda d: page_value(d, 1_000, 50.0, 1.0),
        lambda d: page_value_per_30_days(d, 1_000, 50.0, 1.0),
    ):
        before, after = value_of(plain), value_of(biased)
        assert before is not None
        assert after is not None
        assert after.low < before.low - 0.4 * before.estimate
        assert after.high == before.high
    before, after = (in_paid_clicks(d, 100, 0.03, 1e-6) for d in (plain, biased))
    assert before is not None
    assert after is not None
    assert after.low is not None
    assert before.low is not None
    assert after.low < before.low
    assert after.high == before.high


def test_paid_clicks_are_a_fieller_interval_and_unbounded_for_an_uncertain_click() -> None:
    document = make_document()

    certain = in_paid_clicks(document, 100, 0.03, 1e-6)
    uncertain = in_paid_clicks(document, 100, 0.03, 0.03**2)

    assert certain is not None
    assert certain.estimate == pytest.approx(0.002 * -math.expm1(-1) / 0.01 / 0.03, rel=1e-3)
    assert certain.shape == "bounded"
    assert uncertain is not None
    assert uncertain.estimate is None


@pytest.mark.parametrize(
    ("over", "verdict"),
    [
        ({}, "adds_value"),
        ({"effect": Interval(-0.002, 0.0001, -0.003, -0.001)}, "costs_sales"),
        ({"warnings": ("placebo_failed",)}, "nothing_shown"),
        ({"method": "ceiling", "effect": None}, "at_most"),
        ({"method": None, "effect": None}, "not_estimable"),
        ({"method": "through_engagements", "effect": None}, "not_estimable"),
    ],
)
def test_verdicts(over: dict[str, Any], verdict: str) -> None:
    assert verdict_of(make_document(**over)) == verdict


def test_an_interval_around_zero_shows_nothing() -> None:
    document = make_document(effect=Interval(0.002, 0.002, -0.002, 0.006))

    assert verdict_of(document) == "nothing_shown"


def test_without_an_effect_an_order_value_or_a_lifetime_there_is_no_value() -> None:
    nothing = make_document(method=None, effect=None, effect_replicates=(), through=None)

    assert follower_value(nothing, 365, 50.0, 1.0) is None
    assert page_value(nothing, 1_000, 50.0, 1.0) is None
    assert in_paid_clicks(nothing, 365, 0.03, 1e-6) is None
    assert through_value(nothing, 365, 50.0, 1.0) is None
    assert follower_value(make_document(), 365, 0.0, 1.0) is None
    assert follower_value(make_document(), 365, math.nan, 1.0) is None
    assert page_ceiling_per_30_days(nothing, 1_000, 50.0) is None
    short = make_document()
    short["lifetime"] = None
    assert days_followed(short, 365) is None
    assert follower_value(short, 365, 50.0, 1.0) is None


def test_the_upper_limit_of_a_page_is_the_upper_end_of_the_interval() -> None:
    document = make_document(ceiling=Interval(0.004, 0.0005, 0.003, 0.005))

    assert page_ceiling_per_30_days(document, 1_000, 50.0) == pytest.approx(7_500)
