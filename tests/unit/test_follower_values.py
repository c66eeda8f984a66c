"""GET /v1/audiences from a stored fit."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.attribution.audience.worth import follower_value
from chalicelib.model.errors import InvalidFields, OtherVersion
from chalicelib.services import answers
from chalicelib.services.csv_text import csv_of
from tests.unit.test_answers import DAYS, make_document, make_kind
from tests.unit.test_audience_worth import make_document as make_audience


def document(**over: Any) -> Any:
    """A fit with a page of 1,000 followers on Facebook; `over` overrides its estimate."""
    audience = make_audience()
    audience["parts"] = [
        {
            "kind": 0,
            "brought": {"estimate": 0.1, "error": 0.01, "low": 0.08, "high": 0.12},
            "delta": 0.01,
            "delta_error": 0.002,
        }
    ]
    made = make_document(
        third=make_kind("facebook", "follow", 3), goal={"audiences": {"facebook": audience | over}}
    )
    sizes: list[float | None] = [900.0, *[None] * (DAYS - 2), 1000.0]
    return made | {"audience_sizes": {"facebook": sizes}}


def channel(fit: Any = None, **asked: Any) -> Any:
    (one,) = answers.audiences(fit or document(), **asked)["channels"]
    return one


def test_a_follower_is_worth_days_times_effect_times_the_order_value() -> None:
    value = channel()["follower"]["value"]
    theirs = follower_value(document()["goals"]["purchase"]["audiences"]["facebook"], 365, 50, 1)

    assert theirs is not None
    assert value["estimate"] == pytest.approx(theirs.estimate, rel=1e-5)
    assert value["estimate"] == pytest.approx(0.002 * 97.4 * 50, rel=0.02)
    assert value["ci_low"] < value["estimate"] < value["ci_high"]


def test_the_horizon_and_the_size_are_the_callers() -> None:
    short, long = channel(horizon_days=30), channel(horizon_days=365)

    assert short["follower"]["days_followed"]["horizon_days"] == 30
    assert short["follower"]["value"]["estimate"] < long["follower"]["value"]["estimate"]
    assert "extrapolated_lifetime" in long["warnings"]
    assert "extrapolated_lifetime" not in short["warnings"]
    half, whole = channel(size=500)["page"], channel()["page"]
    assert whole["size"] == 1000
    assert half["value_per_30_days"]["estimate"] == pytest.approx(
        whole["value_per_30_days"]["estimate"] / 2
    )


def test_numbers_of_followers_are_those_of_the_range() -> None:
    whole = channel()["audience"]
    assert (whole["size"], whole["size_at_start"], whole["followed"]) == (1000, 900, 90)
    some = channel(start=dt.date(2026, 1, 11))["audience"]
    assert (some["size"], some["size_at_start"], some["followed"]) == (1000, 1000, 60)


def test_it_is_also_counted_in_paid_clicks() -> None:
    clicks = channel()["follower"]["in_paid_clicks"]

    assert clicks["baseline"] == "google_ads/click"
    assert clicks["estimate"] == pytest.approx(0.002 * 97.4 / 0.02, rel=0.02)


def test_engagements_that_following_brings_are_named() -> None:
    (one,) = channel()["follower"]["engagements"]

    assert (one["type"], one["brought_per_follower_day"]["estimate"]) == ("like", 0.1)
    assert one["conversions_per_engagement"]["estimate"] == 0.01


def test_the_sentence_says_what_a_follower_and_the_page_bring() -> None:
    assert channel()["verdict"] == "adds_value"
    assert channel()["summary"] == (
        "Within 365 days, a new follower on Facebook brings 9.74 EUR (3.49 to 16). "
        "The 1,000 followers bring 3,000 EUR (1,074 to 4,926) per 30 days."
    )


NOTHING = {
    "effect": None,
    "effect_replicates": [],
    "through": None,
    "parts": [],
    "method": None,
    "reasons": ["stays_after_leaving"],
}


def test_without_an_estimate_there_is_no_value() -> None:
    one = channel(document(**NOTHING))

    assert one["verdict"] == "not_estimable"
    assert one["follower"]["value"]["estimate"] is None
    assert one["follower"]["in_paid_clicks"]["estimate"] is None
    assert one["page"]["value_per_30_days"]["estimate"] is None
    assert one["summary"].startswith("What a follower on Facebook is worth cannot be known")


def test_a_ceiling_is_no_estimate() -> None:
    ceiling = {"estimate": 0.003, "error": 0.0005, "low": 0.002, "high": 0.004}
    one = channel(
        document(**NOTHING | {"method": "ceiling", "ceiling": ceiling, "reasons": ["size_only"]})
    )

    assert one["verdict"] == "at_most"
    assert one["follower"]["value"]["estimate"] is None
    assert one["page"]["at_most_through_engagements_per_30_days"] == pytest.approx(
        0.004 * 1000 * 30 * 50
    )
    assert "at most 6,000 EUR per 30 days" in one["summary"]


def test_without_order_values_there_are_conversions_but_no_money() -> None:
    fit = document()
    fit["goals"]["purchase"] |= {"value_mean": 0.0, "value_variance": 0.0}
    one = channel(fit)

    assert one["follower"]["value"]["estimate"] is None
    assert one["follower"]["conversions"]["estimate"] > 0
    assert "no_value" in one["reasons"]


def test_a_fit_of_an_earlier_version_is_refused() -> None:
    with pytest.raises(OtherVersion, match="POST /v1/fits"):
        answers.audiences(make_document())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"size": -1}, "/size"),
        ({"horizon_days": 0}, "/horizon_days"),
        ({"horizon_days": 10_000}, "/horizon_days"),
        ({"channel": "xing"}, "/channel"),
    ],
)
def test_wrong_questions_name_the_field(asked: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        answers.audiences(document(), **asked)

    assert [one.pointer for one in refused.value.errors] == [pointer]


def test_the_table_has_a_row_per_channel() -> None:
    answer = answers.audiences(document())
    text = csv_of(answers.audience_rows(answer), answers.AUDIENCES_TABLE.columns)
    heading, row, *rest = text.splitlines()

    assert rest == []
    assert "follower_value_ci_low" in heading.split(",")
    assert row.startswith("facebook,adds_value,within_person,1000.0,900.0,90,0,")
