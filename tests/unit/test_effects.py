"""Effects of engagement types in a range of days: scaling, errors, sums, and missing types."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.attribution.power import smallest_detectable
from chalicelib.attribution.sensitivity import Sensitivity
from chalicelib.model.errors import InvalidFields
from chalicelib.services.answers.effects import (
    Effect,
    add_up,
    default_effect,
    detectable_per_engagement,
    detectable_value,
    doubts_about_missing,
    error_of,
    find_effect,
    not_counted,
    parts_of,
    per_engagement,
    read_effects,
    with_value,
)
from chalicelib.services.answers.profile import Unseen
from chalicelib.services.answers.ranges import Range
from chalicelib.services.answers.verdicts import Doubt, Part

NOTHING = {"estimate": None, "ci_low": None, "ci_high": None}
FITTED = {
    "value_mean": 50.0,
    "value_variance": 16.0,
    "covariance": [[0.04, 0.01], [0.01, 0.09]],
}
"""Standard errors of 0.2 and 0.3 conversions per engagement, of 50 +- 4 EUR each."""


def make_effect(**over: Any) -> Effect:
    values: dict[str, Any] = {
        "index": 0,
        "channel": "facebook",
        "type": "like",
        "paid": False,
        "count": 10,
        "cost": 30.0,
        "delta": 0.5,
        "scale": 1.0,
        "unseen": Unseen(0.1, 0.2),
        "critical": 2.0,
        "method": "within_user",
        "reasons": [],
        "warnings": ["decay_unknown"],
        "sensitivity": Sensitivity("e_value", 3.0, 2.0),
    }
    return Effect(**values | over)


def interval(estimate: float, half_width: float) -> dict[str, Any]:
    return {
        "estimate": pytest.approx(estimate, abs=1e-6),
        "ci_low": pytest.approx(estimate - half_width, abs=1e-6),
        "ci_high": pytest.approx(estimate + half_width, abs=1e-6),
    }


# --- reading a document ---------------------------------------------------------------------------

DAYS = 10


def make_document(**over: Any) -> dict[str, Any]:
    """A like that fades by half each day, and an immediate paid click, on ten days."""
    like = {"channel": "xing", "type": "like", "paid": False, "counts": [4] * DAYS}
    click = {"channel": "google_ads", "type": "click", "paid": True, "counts": [2] * DAYS}
    estimate = {
        "method": "within_user",
        "delta": 0.1,
        "critical": 2.0,
        "reasons": [],
        "warnings": [],
        "decay_weights": [0.0, 1.0],
        "late_share": 0.0,
        "late_days": None,
        "sensitivity": None,
    }
    goal = {
        **FITTED,
        "conversions": [1_000] * DAYS,
        "estimates": [
            {**estimate, "warnings": ["few_people", "few_people"]},
            {**estimate, "decay_weights": [1.0, 0.0]},
        ],
    }
    return {
        "decays": [0.0, 0.5],
        "kinds": [{**like, "cost": [0.0] * DAYS}, {**click, "cost": [3.0] * DAYS}],
        "goals": {"purchase": {**goal, **over}},
    }


def read(first: int = 0, last: int = DAYS - 1, **over: Any) -> list[Effect]:
    start = dt.date(2026, 3, 1)
    days = Range(first, last, start + dt.timedelta(first), start + dt.timedelta(last))
    return read_effects(make_document(**over), "purchase", days)


def unseen_of(first: int, last: int) -> float:
    """Mean share of an effect that halves each day and comes after the tenth day."""
    return sum(0.5 ** (DAYS - day) for day in range(first, last + 1)) / (last - first + 1)


def test_effect_over_the_whole_window_equals_the_estimate_of_the_fit() -> None:
    click, like = read()

    assert (like.name, like.count, like.cost) == ("xing/like", 40, 0.0)
    assert (like.index, like.paid, like.method, like.critical) == (0, False, "within_user", 2.0)
    assert (like.delta, like.scale, like.reasons) == (0.1, 1.0, [])
    assert like.unseen.mean == pytest.approx(unseen_of(0, 9))
    assert (click.index, click.paid, click.cost, click.delta) == (1, True, 30.0, 0.1)
    assert click.unseen == Unseen(0.0, 0.0)


@pytest.mark.parametrize(("first", "last"), [(0, 4), (5, 9), (9, 9)])
def test_effect_in_a_range_is_scaled_by_its_seen_part(first: int, last: int) -> None:
    click, like = read(first, last)

    expected = (1 - unseen_of(first, last)) / (1 - unseen_of(0, 9))
    assert like.scale == pytest.approx(expected)
    assert like.delta == pytest.approx(0.1 * expected)
    assert like.count == 4 * (last - first + 1)
    assert (click.scale, click.delta, click.cost) == (1.0, 0.1, 3.0 * (last - first + 1))


@pytest.mark.parametrize(("first", "warned"), [(5, False), (6, True)])
def test_unseen_fifth_of_an_effect_raises_a_warning(first: int, warned: bool) -> None:
    _, like = read(first)

    assert (unseen_of(first, 9) >= 0.2) == warned
    assert like.warnings == ["few_people", *["unseen_effect"] * warned]


def test_type_without_an_estimate_has_no_profile() -> None:
    rejected = make_document()["goals"]["purchase"]["estimates"][0] | {
        "delta": None,
        "method": None,
        "reasons": ["too_few_engagements"],
        "warnings": [],
    }

    (like,) = read(9, estimates=[rejected, rejected])[1:]

    assert (like.delta, like.scale, like.unseen) == (None, 1.0, Unseen(0.0, 0.0))
    assert (like.reasons, like.warnings) == (["too_few_engagements"], [])


def test_types_without_engagements_in_the_range_are_not_shown() -> None:
    document = make_document()
    document["kinds"][0]["counts"] = [4] * 5 + [0] * 5
    days = Range(5, 9, dt.date(2026, 3, 6), dt.date(2026, 3, 10))

    assert [one.name for one in read_effects(document, "purchase", days)] == ["google_ads/click"]


def test_effect_beyond_all_conversions_is_rejected() -> None:
    click, like = read(conversions=[0.1] * DAYS, covariance=[[1e-9, 0.0], [0.0, 1e-9]])

    for effect in (click, like):
        assert (effect.delta, effect.method, effect.sensitivity) == (None, None, None)
        assert (effect.reasons, effect.warnings) == (["more_than_happened"], [])
        assert effect.unseen == Unseen(0.0, 0.0)
    assert (like.name, like.count) == ("xing/like", 40)


# --- one type -------------------------------------------------------------------------------------


def test_rejection_keeps_earlier_reasons() -> None:
    found = make_effect(reasons=["first"]).rejected("second")

    assert found.reasons == ["first", "second"]


def test_absent_type_has_a_reason_and_no_number() -> None:
    absent = Effect.absent("xing", "share", paid=True)

    assert absent == make_effect(
        index=-1,
        channel="xing",
        type="share",
        paid=True,
        count=0,
        cost=0.0,
        delta=None,
        unseen=Unseen(0.0, 0.0),
        critical=0.0,
        method=None,
        reasons=["no_such_engagement"],
        warnings=[],
        sensitivity=None,
    )


def test_standard_error_is_scaled_with_the_effect() -> None:
    assert error_of(make_effect(index=1, scale=0.5), FITTED) == pytest.approx(0.15)


def test_value_of_an_engagement_includes_the_error_of_the_mean_order_value() -> None:
    conversions, value = per_engagement(make_effect(), FITTED)

    assert conversions == interval(0.5, 2 * 0.2)
    assert value == interval(25.0, 2 * ((0.2 * 50) ** 2 + 0.5**2 * 16) ** 0.5)


def test_without_a_mean_value_only_conversions_are_known() -> None:
    fitted = FITTED | {"value_mean": 0.0}

    assert with_value(0.5, 0.2, 2.0, fitted) == (interval(0.5, 0.4), NOTHING)
    assert per_engagement(make_effect(delta=None), FITTED) == (NOTHING, NOTHING)


def test_minimum_detectable_effect_is_in_conversions_and_in_value() -> None:
    found = detectable_per_engagement(make_effect(scale=0.5), FITTED)

    value = smallest_detectable(0.5 * 0.2 * 50, 2.0, relative_variance=16 / 50**2)
    assert found == {
        "conversions_per_engagement": pytest.approx(smallest_detectable(0.1, 2.0), abs=1e-6),
        "value_per_engagement": pytest.approx(value, abs=1e-6),
    }
    assert detectable_per_engagement(make_effect(delta=None), FITTED) is None


def test_negative_mean_value_makes_no_smaller_effect_detectable() -> None:
    below = FITTED | {"value_mean": -50.0}

    found = detectable_value(0.2, 2.0, below, beyond=3.0)

    assert found == detectable_value(0.2, 2.0, FITTED, beyond=3.0)
    assert found == smallest_detectable(10.0, 2.0, beyond=3.0, relative_variance=16 / 50**2)
    assert detectable_value(0.2, 2.0, FITTED) == smallest_detectable(
        10.0, 2.0, relative_variance=16 / 50**2
    )
    assert detectable_value(0.2, 2.0, FITTED | {"value_mean": 0.0}) is None


# --- choosing a type ------------------------------------------------------------------------------


def test_type_is_found_by_name_preferring_paid_or_organic_as_requested() -> None:
    organic, paid = make_effect(), make_effect(paid=True)
    other = make_effect(type="share")

    assert find_effect([other, organic, paid], "engagement", "facebook/like", paid=True) is paid
    assert find_effect([other, paid, organic], "engagement", "facebook/like", paid=False) is organic
    assert find_effect([other, paid], "engagement", "facebook/like", paid=False) is paid


def test_unknown_type_is_rejected_with_the_known_ones() -> None:
    effects = [make_effect(type="share"), make_effect(), make_effect(paid=True)]

    with pytest.raises(InvalidFields, match="known: facebook/like, facebook/share") as rejection:
        find_effect(effects, "baseline", "xing/like", paid=False)

    assert rejection.value.errors[0].pointer == "/baseline"


def test_default_type_is_the_named_one_or_its_most_frequent_rival() -> None:
    like = make_effect(count=90)
    save = make_effect(type="save", count=95)
    few = make_effect(channel="xing", type="click", paid=True, count=5)
    many = make_effect(channel="google_ads", type="click", paid=True, count=50)
    seen = make_effect(type="impression", paid=True, count=9_000)
    everything = [few, like, many, save, seen]

    assert default_effect(everything, "xing/click", paid=True) is few
    assert default_effect(everything, "bing/click", paid=True) is many
    assert default_effect(everything, "xing/follow", paid=False) is save
    assert default_effect([like, seen], "bing/click", paid=True) == Effect.absent(
        "bing", "click", paid=True
    )


# --- sums -----------------------------------------------------------------------------------------


def test_sum_includes_covariances_and_the_error_of_the_mean_value() -> None:
    first = make_effect(count=10, scale=0.5, delta=0.25, critical=2.0)
    second = make_effect(index=1, type="share", count=20, delta=0.1, critical=2.5)
    missing = make_effect(index=1, type="save", delta=None, critical=9.0)

    found = add_up([first, missing, second], FITTED)

    variance = 0.04 * 5**2 + 2 * 0.01 * 5 * 20 + 0.09 * 20**2
    assert found is not None
    assert found.conversions == pytest.approx(10 * 0.25 + 20 * 0.1)
    assert found.conversions_error == pytest.approx(variance**0.5)
    assert found.revenue == pytest.approx(4.5 * 50)
    assert found.revenue_error == pytest.approx((variance * 50**2 + 4.5**2 * 16) ** 0.5)
    assert found.critical == 2.5  # the quantile of the type with the fewest degrees of freedom
    assert add_up([missing], FITTED) is None


def test_negative_variance_from_rounding_is_zero() -> None:
    found = add_up(
        [make_effect(delta=0.0)], FITTED | {"covariance": [[-1e-18]], "value_variance": 0.0}
    )

    assert found is not None
    assert (found.conversions_error, found.revenue_error) == (0.0, 0.0)


def test_types_missing_in_a_sum_are_named_unless_they_are_not_causes() -> None:
    effects = [
        make_effect(),
        make_effect(type="share", delta=None, count=7, reasons=["too_few_engagements"]),
        make_effect(type="click", delta=None, count=5, paid=True),
        make_effect(type="view", delta=None, reasons=["exposure_only", "collinear_with:x/y"]),
        make_effect(type="visit", delta=None, reasons=["on_the_way"]),
    ]

    assert not_counted(effects) == ["not_counted:facebook/share", "not_counted:facebook/click"]
    assert doubts_about_missing(effects) == [
        Doubt("not_counted:facebook/share", "facebook/share", up=7.0),
        Doubt("not_counted:facebook/click", "facebook/click (paid)", up=5.0),
    ]


def test_parts_of_a_sum_have_their_share_of_the_cost() -> None:
    effects = [
        make_effect(),
        make_effect(type="save", delta=None, cost=30.0),
        make_effect(index=1, type="click", paid=True, count=4, cost=60.0, scale=0.5, warnings=[]),
    ]

    assert parts_of(effects, FITTED) == [
        Part("facebook/like", 5.0, 2.0, 2.0, ("decay_unknown",), 0.1, 0.2, 0.25),
        Part("facebook/click (paid)", 2.0, pytest.approx(0.6), 2.0, (), 0.1, 0.2, 0.5),
    ]
    assert [one.cost_share for one in parts_of([make_effect(cost=0.0)], FITTED)] == [0.0]
