"""Answers from a stored fit: shapes, arithmetic, ranges, rejections."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from chalicelib.attribution.power import Comparison, growth_until_settled
from chalicelib.model.errors import InvalidFields
from chalicelib.services import answers

DAYS = 30


def make_kind(channel: str, what: str, daily: int, *, paid: bool = False, cost: float = 0.0) -> Any:
    return {
        "channel": channel,
        "type": what,
        "paid": paid,
        "counts": [daily] * DAYS,
        "identified": daily * DAYS,
        "cost": [cost] * DAYS,
        "anonymous": [0] * DAYS,
    }


def make_estimate(delta: float | None, *, reasons: tuple[str, ...] = ()) -> Any:
    return {
        "method": None if delta is None else "within_user",
        "delta": delta,
        "critical": 2.0,
        "decay_weights": [0.0, 1.0],
        "late_share": 0.0,
        "late_days": None,
        "reasons": list(reasons),
        "warnings": [],
        "sensitivity": None,
    }


def make_document(
    *, like: Any = None, click: Any = None, third: Any = None, goal: Any = None, **over: Any
) -> dict[str, Any]:
    """Likes with effects of 0.01 +- 0.002 and clicks of 0.02 +- 0.002 conversions of 50 EUR.

    `like` and `click` override fields of their estimates, `third` replaces the third type, and
    `goal` overrides fields of the goal.
    """
    purchase = {
        "conversions": [9] * DAYS,
        "value_mean": 50.0,
        "value_variance": 1.0,
        "estimates": [
            make_estimate(0.01) | (like or {}),
            make_estimate(0.02) | (click or {}),
            make_estimate(None, reasons=("too_few_engagements",)),
        ],
        "covariance": [[4e-6, 1e-6, 0.0], [1e-6, 4e-6, 0.0], [0.0, 0.0, 0.0]],
        "diagnostics": {},
    }
    return {
        "id": "20260301T000000Z-00000000",
        "as_of": "2026-03-01T00:00:00+00:00",
        "window": {"from": "2026-01-01", "to": "2026-01-30"},
        "currency": "EUR",
        "confidence": 0.95,
        "coverage": [],
        "annotations": [],
        "decays": [0.0, 0.5],
        "kinds": [
            make_kind("facebook", "like", 100),
            make_kind("google_ads", "click", 50, paid=True, cost=40.0),
            third or make_kind("xing", "like", 10),
        ],
        "costs": {"facebook": [10.0] * DAYS, "google_ads": [40.0] * DAYS},
        "goals": {"purchase": purchase | (goal or {})},
    } | over


def uncorrelated(*variances: float) -> dict[str, Any]:
    """The covariance of a goal whose types have these variances."""
    return {"covariance": np.diag([*variances, *[0.0] * (3 - len(variances))]).tolist()}


def with_many_conversions(document: dict[str, Any]) -> dict[str, Any]:
    """The document with more conversions than any of its effects."""
    document["goals"]["purchase"]["conversions"] = [10_000] * DAYS
    return document


def channel_of(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(c for c in answer["channels"] if c["channel"] == name)


def facebook_of(document: dict[str, Any], **asked: Any) -> dict[str, Any]:
    return channel_of(answers.roi(document, **asked), "facebook")


def test_roi_is_incremental_revenue_less_cost_over_cost() -> None:
    facebook = facebook_of(make_document())

    assert facebook["incremental_conversions"]["estimate"] == pytest.approx(30.0)
    assert facebook["incremental_revenue"]["estimate"] == pytest.approx(1500.0)
    assert facebook["roi"]["estimate"] == pytest.approx((1500 - 300) / 300)
    error = ((0.002 * 3000 * 50) ** 2 + 30.0**2 * 1.0) ** 0.5
    assert facebook["incremental_revenue"]["ci_low"] == pytest.approx(1500 - 2 * error, abs=1e-5)
    assert facebook["verdict"] == "profitable"


def test_channel_without_cost_has_conversions_but_no_roi() -> None:
    facebook = facebook_of(make_document(costs={"google_ads": [40.0] * DAYS}))

    assert facebook["verdict"] == "effective"
    assert facebook["reasons"] == ["no_cost"]
    assert facebook["cost_per_incremental_conversion"]["estimate"] is None
    assert facebook["roi"] == {"estimate": None, "ci_low": None, "ci_high": None}
    assert facebook["incremental_conversions"]["estimate"] == pytest.approx(30.0)


def test_rejected_type_has_a_reason_and_no_numbers() -> None:
    xing = channel_of(answers.roi(make_document()), "xing")

    assert xing["engagements"][0]["conversions_per_engagement"]["estimate"] is None
    assert xing["engagements"][0]["reasons"] == ["too_few_engagements"]
    assert xing["verdict"] == "not_estimable"


def test_channel_whose_cost_exceeds_its_revenue_is_unprofitable() -> None:
    facebook = facebook_of(make_document(costs={"facebook": [200.0] * DAYS}))

    assert facebook["verdict"] == "unprofitable"
    assert facebook["roi"]["ci_high"] < 0


def test_full_cost_against_part_of_the_effect_is_not_a_loss_yet() -> None:
    share = make_kind("facebook", "share", 10)

    facebook = facebook_of(make_document(costs={"facebook": [200.0] * DAYS}, third=share))

    assert facebook["roi"]["ci_high"] < 0
    assert facebook["verdict"] == "inconclusive"
    assert "not_counted:facebook/share" in facebook["warnings"]


def test_costs_outside_the_window_are_reported_and_do_not_count_as_missing() -> None:
    document = make_document(costs={}, costs_outside={"facebook": 99.0})

    facebook = facebook_of(document)

    assert facebook["cost_outside_window"] == 99.0
    assert facebook["reasons"] == ["cost_outside_window"]
    assert "cost_outside_window" in facebook["warnings"]
    assert channel_of(answers.roi(document), "xing")["reasons"][-1] == "no_cost"


def test_paid_and_organic_types_of_one_name_are_compared() -> None:
    clicks = make_kind("facebook", "click", 100), make_kind("facebook", "click", 50, paid=True)
    document = make_document(kinds=[*clicks, make_kind("xing", "like", 10)])

    usual = answers.equivalence(document)
    asked = answers.equivalence(document, engagement="facebook/click", baseline="facebook/click")

    for answer in (usual, asked):
        assert (answer["engagement"]["paid"], answer["baseline"]["paid"]) == (False, True)
        assert answer["ratio"]["estimate"] == pytest.approx(0.5)


def test_values_are_not_compared_if_refunds_exceed_sales() -> None:
    document = make_document(goal={"value_mean": -5.0})

    answer = answers.equivalence(document, engagement="facebook/like", baseline="google_ads/click")

    assert answer["verdict"] == "not_estimable"
    assert answer["reasons"] == ["refunds_exceed_sales"]


def test_missing_values_are_not_reported_as_zero() -> None:
    facebook = facebook_of(make_document(goal={"value_mean": 0.0}))

    assert facebook["reasons"] == ["no_value"]
    assert facebook["incremental_revenue"]["estimate"] is None
    assert facebook["engagements"][0]["value_per_engagement"]["estimate"] is None
    assert facebook["engagements"][0]["conversions_per_engagement"]["estimate"] is not None


def test_range_counts_only_its_days() -> None:
    answer = answers.roi(
        make_document(), start=dt.date(2026, 1, 1), end=dt.date(2026, 1, 10), channel="facebook"
    )

    (facebook,) = answer["channels"]
    assert facebook["cost"] == pytest.approx(100.0)
    assert facebook["engagements"][0]["count"] == 1000
    assert (answer["from"], answer["to"]) == ("2026-01-01", "2026-01-10")


def test_the_ranges_of_a_window_add_up_to_the_window() -> None:
    def conversions(start: int, end: int) -> float:
        days = {"start": dt.date(2026, 1, start), "end": dt.date(2026, 1, end)}
        facebook = facebook_of(make_document(), **days)
        return float(facebook["incremental_conversions"]["estimate"])

    assert conversions(1, 12) + conversions(13, 30) == pytest.approx(conversions(1, 30), rel=1e-6)


@pytest.mark.parametrize(
    ("over", "pointer"),
    [
        ({"start": dt.date(2026, 1, 31)}, "/from"),
        ({"end": dt.date(2025, 12, 31)}, "/to"),
        ({"start": dt.date(2026, 1, 3), "end": dt.date(2026, 1, 2)}, "/from"),
        ({"goal": "lead"}, "/goal"),
        ({"channel": "myspace"}, "/channel"),
    ],
)
def test_days_outside_the_fit_are_rejected_with_the_field_name(over: Any, pointer: str) -> None:
    with pytest.raises(InvalidFields) as caught:
        answers.roi(make_document(), **over)

    assert caught.value.errors[0].pointer == pointer


def test_like_worth_half_a_click_is_worth_less_and_has_a_media_cost() -> None:
    answer = answers.equivalence(make_document())

    assert answer["ratio"]["estimate"] == pytest.approx(0.5)
    assert 0.2 < answer["ratio"]["ci_low"] < 0.5 < answer["ratio"]["ci_high"] < 1.0
    assert answer["verdict"] == "worth_less"
    assert answer["baseline"]["cost_per_engagement"] == pytest.approx(0.8)
    assert answer["equivalent_media_cost"]["estimate"] == pytest.approx(0.4)
    assert answer["needed"] is None


def test_open_question_reports_the_data_it_needs() -> None:
    """The same amount as in `tests/reference`, in days of the window and their likes."""
    document = make_document(goal={"covariance": [[4e-5, 1e-6, 0], [1e-6, 3e-5, 0], [0] * 3]})

    answer = answers.equivalence(document)

    growth = growth_until_settled(Comparison(0.01, 0.02, 4e-5, 3e-5, 1e-6, 0.2, 2.0), most=100.0)
    assert growth is not None
    assert answer["verdict"] == "inconclusive"
    assert answer["needed"]["days"] == pytest.approx((growth - 1) * DAYS, abs=1)
    assert answer["needed"]["engagements"] == pytest.approx((growth - 1) * DAYS * 100, abs=1)
    part = answers.equivalence(document, end=dt.date(2026, 1, 10))
    assert part["needed"]["days"] == pytest.approx(answer["needed"]["days"], rel=0.1)


def test_question_that_no_amount_of_data_settles_has_a_reason() -> None:
    answer = answers.equivalence(make_document(like={"delta": 0.0}, click={"delta": 0.0}))

    assert answer["verdict"] == "inconclusive"
    assert answer["needed"] is None
    assert "not_settled_by_more_data" in answer["reasons"]


def test_insignificant_baseline_leaves_the_ratio_open() -> None:
    answer = answers.equivalence(make_document(goal=uncorrelated(4e-6, 1e-3)))

    assert answer["ratio"] == {"estimate": None, "ci_low": None, "ci_high": None}
    assert answer["reasons"] == ["ratio_outside", "not_settled_by_more_data"]
    assert answer["ratio_excluded"]["from"] < 0 < answer["ratio_excluded"]["to"] < 0.5
    assert answer["equivalent_media_cost"]["estimate"] is None
    assert answer["smallest_detectable_effect"] is None
    assert answer["verdict"] == "inconclusive"


def test_two_insignificant_effects_allow_any_ratio() -> None:
    answer = answers.equivalence(make_document(goal=uncorrelated(1e-3, 1e-3)))

    assert answer["reasons"] == ["ratio_everything", "not_settled_by_more_data"]
    assert answer["ratio_excluded"] is None
    assert answer["verdict"] == "inconclusive"


@pytest.mark.parametrize(
    ("delta", "shape"), [(0.03, "ratio_unbounded_above"), (-0.03, "ratio_unbounded_below")]
)
def test_baseline_on_the_border_leaves_one_bound(delta: float, shape: str) -> None:
    errors = uncorrelated(4e-6, 0.125**2)  # 0.25 is 2 standard errors, without rounding
    document = make_document(like={"delta": delta}, click={"delta": 0.25}, goal=errors)

    answer = answers.equivalence(with_many_conversions(document))

    assert shape in answer["reasons"]
    assert answer["ratio"]["estimate"] == pytest.approx(delta / 0.25)
    ends = (answer["ratio"]["ci_low"], answer["ratio"]["ci_high"])
    assert ends.index(None) == (1 if delta > 0 else 0)


def test_engagement_clearly_above_an_insignificant_baseline_is_worth_more() -> None:
    document = make_document(like={"delta": 0.1}, click={"delta": 0.003})

    answer = answers.equivalence(with_many_conversions(document))

    assert answer["verdict"] == "worth_more"
    assert answer["needed"] is None
    assert answer["reasons"] == ["ratio_outside"]


def test_with_a_harmful_baseline_values_decide_and_there_is_no_media_cost() -> None:
    answer = answers.equivalence(make_document(click={"delta": -0.02}))

    assert answer["ratio"]["estimate"] == pytest.approx(-0.5)
    assert answer["verdict"] == "worth_more"
    assert answer["reasons"] == ["baseline_below_zero"]
    assert answer["equivalent_media_cost"]["estimate"] is None


def test_equivalent_verdict_agrees_with_the_p_value() -> None:
    for variance in (4e-8, 2e-6, 4e-6, 1e-5):
        errors = uncorrelated(variance, variance)
        document = make_document(like={"delta": 0.02}, goal=errors)

        answer = answers.equivalence(document)

        assert (answer["verdict"] == "equivalent") == (answer["p_equivalence"] <= 0.05)
        assert (answer["needed"] is None) == (answer["verdict"] == "equivalent")


def test_every_estimate_has_a_minimum_detectable_effect() -> None:
    answer = answers.roi(make_document())

    facebook, xing = channel_of(answer, "facebook"), channel_of(answer, "xing")
    multiple = 2.0 + 0.848  # Student's quantiles with the 60 degrees of freedom of 2.0
    one = facebook["engagements"][0]["smallest_detectable_effect"]
    assert one["conversions_per_engagement"] == pytest.approx(multiple * 0.002, abs=2e-6)
    assert one["value_per_engagement"] == pytest.approx(multiple * 0.1, rel=0.01)
    whole = facebook["smallest_detectable_effect"]
    assert whole["incremental_conversions"] == pytest.approx(multiple * 6.0, rel=1e-3)
    assert whole["incremental_revenue"] == pytest.approx(multiple * 300.0, rel=0.01)
    assert whole["roi"] == pytest.approx(multiple * 300.0 / 300.0, rel=0.02)
    assert xing["smallest_detectable_effect"] is None
    assert xing["engagements"][0]["smallest_detectable_effect"] is None


def test_effect_of_minimum_detectable_size_is_significant() -> None:
    roi = facebook_of(make_document())["smallest_detectable_effect"]["roi"]

    after = facebook_of(make_document(like={"delta": roi * 0.002 + 0.002}))

    assert after["roi"]["estimate"] == pytest.approx(roi)
    assert after["verdict"] == "profitable"


def test_without_values_or_costs_only_conversions_have_a_minimum_detectable_effect() -> None:
    no_value = {"value_mean": 0.0, "value_variance": 0.0}

    facebook = facebook_of(make_document(costs={}, goal=no_value))

    shown = facebook["smallest_detectable_effect"]
    assert shown["incremental_conversions"] > 0
    assert (shown["incremental_revenue"], shown["roi"]) == (None, None)
    assert facebook["engagements"][0]["smallest_detectable_effect"]["value_per_engagement"] is None


def test_comparison_reports_its_minimum_detectable_ratio() -> None:
    answer = answers.equivalence(make_document())

    error = (4e-6 + 4e-6 - 2e-6) ** 0.5
    shown = answer["smallest_detectable_effect"]["ratio"]
    assert shown == pytest.approx((2.0 + 0.848) * error / 0.02, rel=1e-3)
    rejected = answers.equivalence(make_document(), engagement="xing/like")
    assert rejected["smallest_detectable_effect"] is None


E_VALUE = {"measure": "e_value", "value": 2.6, "value_ci": 1.8}
SHARES = {"measure": "robustness_value", "value": 0.139, "value_ci": 0.076}


def sensitivity_of(
    found: dict[str, Any] | None, delta: float = 0.01, goal: str = "purchase"
) -> Any:
    document = make_document(like={"sensitivity": found, "delta": delta})
    document["goals"] = {goal: document["goals"]["purchase"]}
    return facebook_of(document)["engagements"][0]["sensitivity"]


def test_hidden_cause_is_described_in_words_and_numbers() -> None:
    assert sensitivity_of(E_VALUE) == E_VALUE | {
        "sentence": "To explain this estimate, a hidden cause would have to make a person at least "
        "2.6 times as likely to like AND 2.6 times as likely to buy on the same days. "
        "A factor of 1.8 would be enough to make the interval include zero."
    }


def test_hidden_cause_in_daily_totals_is_described_as_a_share_of_variation() -> None:
    assert sensitivity_of(SHARES)["sentence"] == (
        "To explain this estimate, a hidden cause would have to account for 14 % of the "
        "day-to-day variation beyond trend and weekdays, in facebook/like AND in purchase alike. "
        "With 8 % of both, the interval would include zero."
    )


@pytest.mark.parametrize("found", [E_VALUE | {"value_ci": 1.0}, SHARES | {"value_ci": 0.0}])
def test_interval_that_includes_zero_needs_no_hidden_cause(found: dict[str, Any]) -> None:
    shown = sensitivity_of(found)["sentence"]

    assert "includes zero" in shown
    assert "times" not in shown
    assert "%" not in shown


def test_harmful_engagement_needs_a_cause_that_keeps_people_away() -> None:
    assert "2.6 times less likely to buy" in sensitivity_of(E_VALUE, delta=-0.01)["sentence"]


@pytest.mark.parametrize(
    ("goal", "words"), [("lead", "become a lead"), ("newsletter", "reach the goal newsletter")]
)
def test_sentence_names_the_goal(goal: str, words: str) -> None:
    assert f"as likely to {words} on" in sensitivity_of(E_VALUE, goal=goal)["sentence"]


def test_smallest_ratios_are_not_shown_as_one() -> None:
    slight = sensitivity_of(E_VALUE | {"value": 1.04, "value_ci": 1.002})["sentence"]
    faint = sensitivity_of(SHARES | {"value": 0.02, "value_ci": 0.004})["sentence"]

    assert "at least 1.04 times" in slight
    assert "Even the slightest hidden cause would be enough" in slight
    assert "With less than 1 % of both" in faint


def test_fit_without_sensitivity_still_has_an_answer() -> None:
    assert sensitivity_of(None) is None
    assert facebook_of(make_document())["engagements"][0]["sensitivity"] is None


def test_rejected_engagement_has_a_reason_and_no_ratio() -> None:
    answer = answers.equivalence(make_document(), engagement="xing/like")

    assert answer["verdict"] == "not_estimable"
    assert answer["ratio"]["estimate"] is None
    assert answer["reasons"] == ["too_few_engagements"]
    assert answer["engagement"]["reasons"] == ["too_few_engagements"]
    assert answer["baseline"]["reasons"] == []


def test_data_without_the_default_pair_still_has_an_answer_of_the_right_shape() -> None:
    goal = {"estimates": [make_estimate(0.01)], "covariance": [[4e-6]]}

    answer = answers.equivalence(make_document(kinds=[make_kind("xing", "like", 10)], goal=goal))

    assert answer["engagement"]["channel"] == "xing"
    assert (answer["baseline"]["channel"], answer["baseline"]["type"]) == ("google_ads", "click")
    assert answer["verdict"] == "not_estimable"
    assert "no_such_engagement" in answer["reasons"]


def test_baseline_without_a_cost_has_a_reason_and_no_media_cost() -> None:
    answer = answers.equivalence(
        make_document(), engagement="google_ads/click", baseline="facebook/like"
    )

    assert answer["ratio"]["estimate"] == pytest.approx(2.0)
    assert answer["equivalent_media_cost"]["estimate"] is None
    assert "no_baseline_cost" in answer["reasons"]


def test_comparison_of_two_methods_names_the_weaker() -> None:
    answer = answers.equivalence(make_document(click={"method": "time_series"}))

    assert answer["method"] == "time_series"
    assert answer["engagement"]["method"] == "within_user"


def test_engagement_compared_with_itself_has_ratio_one() -> None:
    answer = answers.equivalence(make_document(), engagement="google_ads/click")

    assert answer["ratio"]["estimate"] == 1.0
    assert answer["verdict"] == "equivalent"


def test_the_total_is_the_sum_of_the_channels_with_their_covariance() -> None:
    answer = answers.roi(make_document())

    total = answer["total"]
    assert total["conversions"] == 9 * DAYS
    assert total["cost"] == pytest.approx(1500.0)
    assert total["incremental_conversions"]["estimate"] == pytest.approx(60.0)
    variance = 3000**2 * 4e-6 + 1500**2 * 4e-6 + 2 * 3000 * 1500 * 1e-6
    low = 60.0 - 2 * variance**0.5
    assert total["incremental_conversions"]["ci_low"] == pytest.approx(low, abs=1e-5)
    assert total["incremental_roas"]["estimate"] == pytest.approx(3000 / 1500)
    assert total["warnings"] == ["not_counted:xing/like"]


def test_the_total_has_no_roi_if_a_channel_with_an_effect_has_no_cost() -> None:
    document = make_document()
    (name,) = {kind["channel"] for kind in document["kinds"]} - {"google_ads"} - {"xing"}
    costs = {channel: days for channel, days in document["costs"].items() if channel != name}

    total = answers.roi(document | {"costs": costs})["total"]

    assert total["cost"] > 0
    assert total["incremental_revenue"]["estimate"] is not None
    for ratio in ("roi", "incremental_roas", "cost_per_incremental_conversion"):
        assert total[ratio]["estimate"] is None
    assert "no_cost" in total["reasons"]


def test_the_total_of_one_channel_is_that_channel() -> None:
    answer = answers.roi(make_document(), channel="facebook")

    facebook = channel_of(answer, "facebook")
    shared = set(facebook) - {"channel", "engagements"}
    assert {field: answer["total"][field] for field in shared} == {
        field: facebook[field] for field in shared
    }


def test_timing_has_the_share_of_the_effect_on_each_day() -> None:
    like, click, xing = answers.engagements(make_document())["engagements"]

    assert like["timing"] == click["timing"]
    assert like["timing"][:3] == [0.5, 0.25, 0.125]
    assert sum(like["timing"]) == pytest.approx(1.0, abs=1e-3)
    assert xing["timing"] is None


def test_timing_includes_a_late_block() -> None:
    document = make_document()
    document["goals"]["purchase"]["estimates"][0] |= {"late_share": 0.4, "late_days": [7, 10]}

    timing = answers.engagements(document)["engagements"][0]["timing"]

    assert timing[0] == pytest.approx(0.3)
    assert timing[8] == pytest.approx(0.6 * 0.5**9 + 0.1, abs=1e-4)


def test_every_pair_of_estimated_types_is_compared_as_by_itself() -> None:
    document = make_document()

    answer = answers.equivalences(document)

    assert answer["types"] == ["facebook/like", "google_ads/click", "xing/like"]
    names = [(pair["engagement"], pair["baseline"]) for pair in answer["pairs"]]
    assert names == [("facebook/like", "google_ads/click"), ("google_ads/click", "facebook/like")]
    for pair, (engagement, baseline) in zip(answer["pairs"], names, strict=True):
        alone = answers.equivalence(document, engagement=engagement, baseline=baseline)
        assert pair["ratio"] == alone["ratio"]
        assert pair["verdict"] == alone["verdict"]
        assert pair["warnings"] == alone["warnings"]


def test_types_that_are_not_causes_are_in_no_pair() -> None:
    document = make_document()
    document["goals"]["purchase"]["estimates"][2] = make_estimate(None, reasons=("on_the_way",))

    assert answers.equivalences(document)["types"] == ["facebook/like", "google_ads/click"]
