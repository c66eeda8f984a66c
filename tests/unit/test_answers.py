"""Answers from a stored fit: shapes, arithmetic, ranges, refusals."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from chalicelib.errors import InvalidFields
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
    }


def make_estimate(delta: float | None, *, reasons: tuple[str, ...] = ()) -> Any:
    return {
        "method": None if delta is None else "within_user",
        "delta": delta,
        "critical": 2.0,
        "decay_weights": [0.0, 1.0],
        "reasons": list(reasons),
        "warnings": [],
    }


def make_document(**over: Any) -> dict[str, Any]:
    """Likes worth 0.01 +- 0.002 and clicks worth 0.02 +- 0.002 conversions of 50 EUR."""
    return {
        "id": "20260301T000000Z-00000000",
        "as_of": "2026-03-01T00:00:00+00:00",
        "window": {"from": "2026-01-01", "to": "2026-01-30"},
        "currency": "EUR",
        "confidence": 0.95,
        "decays": [0.0, 0.5],
        "kinds": [
            make_kind("facebook", "like", 100),
            make_kind("google_ads", "click", 50, paid=True, cost=40.0),
            make_kind("xing", "like", 10),
        ],
        "costs": {"facebook": [10.0] * DAYS, "google_ads": [40.0] * DAYS},
        "goals": {
            "purchase": {
                "conversions": [9] * DAYS,
                "value_mean": 50.0,
                "value_variance": 1.0,
                "estimates": [
                    make_estimate(0.01),
                    make_estimate(0.02),
                    make_estimate(None, reasons=("too_few_engagements",)),
                ],
                "covariance": [[4e-6, 1e-6, 0.0], [1e-6, 4e-6, 0.0], [0.0, 0.0, 0.0]],
                "diagnostics": {},
            }
        },
    } | over


def channel_of(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(c for c in answer["channels"] if c["channel"] == name)


def test_roi_is_incremental_revenue_less_cost_over_cost() -> None:
    facebook = channel_of(answers.roi(make_document()), "facebook")

    assert facebook["incremental_conversions"]["estimate"] == pytest.approx(30.0)
    assert facebook["incremental_revenue"]["estimate"] == pytest.approx(1500.0)
    assert facebook["roi"]["estimate"] == pytest.approx((1500 - 300) / 300)
    error = ((0.002 * 3000 * 50) ** 2 + 30.0**2 * 1.0) ** 0.5
    assert facebook["incremental_revenue"]["ci_low"] == pytest.approx(1500 - 2 * error, abs=1e-5)
    assert facebook["verdict"] == "profitable"


def test_a_channel_without_cost_has_no_roi_but_its_conversions() -> None:
    document = make_document(costs={"google_ads": [40.0] * DAYS})

    facebook = channel_of(answers.roi(document), "facebook")

    assert facebook["verdict"] == "not_estimable"
    assert facebook["reasons"] == ["no_cost"]
    assert facebook["roi"] == {"estimate": None, "ci_low": None, "ci_high": None}
    assert facebook["incremental_conversions"]["estimate"] == pytest.approx(30.0)


def test_a_kind_that_was_refused_has_no_numbers_and_its_reason() -> None:
    xing = channel_of(answers.roi(make_document()), "xing")

    assert xing["engagements"][0]["conversions_per_engagement"]["estimate"] is None
    assert xing["engagements"][0]["reasons"] == ["too_few_engagements"]
    assert xing["verdict"] == "not_estimable"


def test_a_channel_that_cost_more_than_it_brought_is_unprofitable() -> None:
    document = make_document(costs={"facebook": [200.0] * DAYS, "google_ads": [40.0] * DAYS})

    facebook = channel_of(answers.roi(document), "facebook")

    assert facebook["verdict"] == "unprofitable"
    assert facebook["roi"]["ci_high"] < 0


def test_a_range_counts_its_own_days_only() -> None:
    answer = answers.roi(
        make_document(), start=dt.date(2026, 1, 1), end=dt.date(2026, 1, 10), channel="facebook"
    )

    (facebook,) = answer["channels"]
    assert facebook["cost"] == pytest.approx(100.0)
    assert facebook["engagements"][0]["count"] == 1000
    assert (answer["from"], answer["to"]) == ("2026-01-01", "2026-01-10")


def test_the_ranges_of_a_window_add_up_to_the_window() -> None:
    def conversions(start: int, end: int) -> float:
        answer = answers.roi(
            make_document(),
            start=dt.date(2026, 1, start),
            end=dt.date(2026, 1, end),
            channel="facebook",
        )
        return float(answer["channels"][0]["incremental_conversions"]["estimate"])

    assert conversions(1, 12) + conversions(13, 30) == pytest.approx(conversions(1, 30), rel=1e-6)


def test_an_engagement_on_the_last_day_is_credited_with_less() -> None:
    def per_like(day: int) -> float:
        when = dt.date(2026, 1, day)
        answer = answers.roi(make_document(), start=when, end=when, channel="facebook")
        engagement = answer["channels"][0]["engagements"][0]
        return float(engagement["conversions_per_engagement"]["estimate"])

    assert per_like(30) == pytest.approx(per_like(1) * 0.5, rel=1e-3)


@pytest.mark.parametrize(
    ("over", "pointer"),
    [
        ({"start": dt.date(2025, 12, 31)}, "/from"),
        ({"end": dt.date(2026, 2, 1)}, "/to"),
        ({"goal": "lead"}, "/goal"),
        ({"channel": "myspace"}, "/channel"),
    ],
)
def test_what_the_fit_does_not_cover_is_refused_by_name(over: Any, pointer: str) -> None:
    with pytest.raises(InvalidFields) as caught:
        answers.roi(make_document(), **over)

    assert caught.value.errors[0].pointer == pointer


def test_a_like_of_half_a_click_is_worth_less_and_has_a_media_cost() -> None:
    answer = answers.equivalence(make_document())

    assert answer["ratio"]["estimate"] == pytest.approx(0.5)
    assert 0.2 < answer["ratio"]["ci_low"] < 0.5 < answer["ratio"]["ci_high"] < 1.0
    assert answer["verdict"] == "worth_less"
    assert answer["baseline"]["cost_per_engagement"] == pytest.approx(0.8)
    assert answer["equivalent_media_cost"]["estimate"] == pytest.approx(0.4)
    assert answer["needed"] is None


def test_an_open_question_says_how_much_more_data_would_settle_it() -> None:
    document = make_document()
    document["goals"]["purchase"]["covariance"][0][0] = 1e-4

    answer = answers.equivalence(document)

    assert answer["verdict"] == "inconclusive"
    assert answer["needed"]["days"] > 0
    assert answer["needed"]["engagements"] == pytest.approx(
        answer["needed"]["days"] * 100, rel=0.05
    )
    part = answers.equivalence(document, end=dt.date(2026, 1, 10))
    assert part["needed"]["days"] == pytest.approx(answer["needed"]["days"], rel=0.1)


def test_a_click_whose_value_may_be_nothing_leaves_the_ratio_open() -> None:
    document = make_document()
    document["goals"]["purchase"]["covariance"][1][1] = 1e-3

    answer = answers.equivalence(document)

    assert answer["ratio"]["ci_high"] is None
    assert answer["reasons"]
    assert answer["verdict"] == "inconclusive"


def test_an_engagement_that_was_refused_has_no_ratio_but_the_reason() -> None:
    answer = answers.equivalence(make_document(), engagement="xing/like")

    assert answer["verdict"] == "not_estimable"
    assert answer["ratio"]["estimate"] is None
    assert answer["reasons"] == ["too_few_engagements"]
    assert answer["engagement"]["reasons"] == ["too_few_engagements"]
    assert answer["baseline"]["reasons"] == []


def test_data_without_the_usual_pair_still_has_an_answer_of_the_contracts_shape() -> None:
    document = make_document(kinds=[make_kind("xing", "like", 10)])
    fitted = document["goals"]["purchase"]
    fitted["estimates"], fitted["covariance"] = [make_estimate(0.01)], [[4e-6]]

    answer = answers.equivalence(document)

    assert answer["engagement"]["channel"] == "xing"
    assert (answer["baseline"]["channel"], answer["baseline"]["type"]) == ("google_ads", "click")
    assert answer["verdict"] == "not_estimable"
    assert "no_such_engagement" in answer["reasons"]


def test_a_baseline_without_a_price_has_no_media_cost_and_the_reason() -> None:
    answer = answers.equivalence(
        make_document(), engagement="google_ads/click", baseline="facebook/like"
    )

    assert answer["ratio"]["estimate"] == pytest.approx(2.0)
    assert answer["equivalent_media_cost"]["estimate"] is None
    assert "no_baseline_cost" in answer["reasons"]


def test_two_methods_are_compared_under_the_name_of_the_weaker() -> None:
    document = make_document()
    document["goals"]["purchase"]["estimates"][1]["method"] = "time_series"

    answer = answers.equivalence(document)

    assert answer["method"] == "time_series"
    assert answer["engagement"]["method"] == "within_user"


def test_an_engagement_is_worth_exactly_itself() -> None:
    answer = answers.equivalence(make_document(), engagement="google_ads/click")

    assert answer["ratio"]["estimate"] == 1.0
    assert answer["verdict"] == "equivalent"


def test_answers_are_strict_json_and_flatten_to_rows() -> None:
    roi, equivalence = answers.roi(make_document()), answers.equivalence(make_document())

    json.dumps([roi, equivalence], allow_nan=False)
    assert [row["channel"] for row in answers.roi_rows(roi)] == ["facebook", "google_ads", "xing"]
    (row,) = answers.equivalence_rows(equivalence)
    assert row["engagement"] == "facebook/like"
    assert row["ratio_ci_low"] == equivalence["ratio"]["ci_low"]
