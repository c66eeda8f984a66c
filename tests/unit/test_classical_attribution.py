"""The classical models next to ours: credit, unknown credit, and reasons."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from chalicelib.model.errors import InvalidFields
from chalicelib.services import answers
from chalicelib.services.fitting.credits import MODELS, RULES
from tests.unit.test_answers import DAYS, make_document, make_kind

ON_THE_LAST_DAY = (dt.date(2026, 1, 30), dt.date(2026, 1, 30))
ORDERS = ("markov", "markov_2", "markov_3", "markov_4")


def make_credited(**over: Any) -> dict[str, Any]:
    """Likes, clicks, and anonymous likes; of nine purchases a day, two are credited to likes.

    Every rule credits likes 2 and clicks 1 a day; chains 40 and 50; Shapley values 100 and -10.
    """
    document = make_document()
    likes, clicks, nobody = document["kinds"]
    likes["anonymous"] = [30] * DAYS
    clicks["anonymous"] = [0] * DAYS
    nobody |= {"anonymous": [10] * DAYS, "identified": 0}
    document["goals"]["purchase"]["classical"] = {
        "lookback_days": 30,
        "daily": {rule: [[2.0] * DAYS, [1.0] * DAYS, []] for rule in RULES},
        "whole": {order: {"conversions": [40.0, 50.0, 0.0]} for order in ORDERS}
        | {"shapley": {"conversions": [100.0, -10.0, 0.0], "sampling_error": [3.0, 2.0, 0.0]}},
        "anonymous": [4] * DAYS,
        "untouched": [2] * DAYS,
    } | over
    return document


def credits_of(channel: str, document: dict[str, Any], **asked: Any) -> dict[str, Any]:
    """The credit of the type of a channel, by model."""
    credits: dict[str, Any] = row_of(answers.attribution(document, **asked), channel)["credits"]
    return credits


def row_of(answer: dict[str, Any], channel: str) -> dict[str, Any]:
    return next(kind for kind in answer["engagements"] if kind["channel"] == channel)


def test_every_model_has_credit_for_every_type_next_to_ours() -> None:
    answer = answers.attribution(make_credited())

    likes = row_of(answer, "facebook")
    assert answer["models"] == list(MODELS)
    assert set(likes["credits"]) == set(MODELS)
    assert likes["credits"]["first"] == {
        "conversions": 60.0,
        "value": 3000.0,
        "share": pytest.approx(2 / 3, abs=1e-6),
        "reasons": [],
    }
    assert likes["credits"]["markov_4"]["share"] == pytest.approx(4 / 9, abs=1e-6)
    assert (likes["count"], likes["anonymous"]) == (3000, 900)


def test_ours_equals_the_roi_answer() -> None:
    document = make_credited()

    ours = row_of(answers.attribution(document), "facebook")["ours"]

    (channel,) = answers.roi(document, channel="facebook")["channels"]
    assert ours["incremental_conversions"] == channel["incremental_conversions"]
    assert ours["incremental_revenue"] == channel["incremental_revenue"]
    assert ours["method"] == channel["method"]


def test_totals_separate_credit_from_incremental_conversions() -> None:
    totals = answers.attribution(make_credited())["totals"]

    assert totals["conversions"] == 270
    assert totals["credits"]["linear"] == {"conversions": 90.0, "value": 4500.0, "reasons": []}
    assert totals["ours"]["incremental_conversions"]["estimate"] == pytest.approx(60.0)
    error = (4e-6 * 3000**2 + 4e-6 * 1500**2 + 2 * 1e-6 * 3000 * 1500) ** 0.5
    low = totals["ours"]["incremental_conversions"]["ci_low"]
    assert low == pytest.approx(60 - 2 * error, abs=1e-5)
    assert totals["ours"]["warnings"] == ["not_counted:xing/like"]


@pytest.mark.parametrize("days", [(None, None), ON_THE_LAST_DAY])
def test_all_conversions_are_credited_or_counted_as_left_out(days: Any) -> None:
    answer = answers.attribution(make_credited(), start=days[0], end=days[1])

    left_out = answer["left_out"]
    for rule in RULES:
        assert answer["totals"]["conversions"] == pytest.approx(
            answer["totals"]["credits"][rule]["conversions"]
            + left_out["anonymous_conversions"]
            + left_out["untouched_conversions"]
        )


def test_left_out_counts_engagements_on_no_path() -> None:
    whole = answers.attribution(make_credited())["left_out"]
    part = answers.attribution(make_credited(), start=ON_THE_LAST_DAY[0])["left_out"]

    assert whole["anonymous_engagements"] == 30 * 30 + 10 * 30
    assert part["anonymous_engagements"] == 40


def test_only_rules_have_credit_for_a_range() -> None:
    days = {"start": dt.date(2026, 1, 1), "end": dt.date(2026, 1, 10)}

    answer = answers.attribution(make_credited(), **days)

    credits = row_of(answer, "facebook")["credits"]
    assert credits["time_decay"]["conversions"] == 20.0
    for model in set(MODELS) - set(RULES):
        assert credits[model]["conversions"] is None
        assert credits[model]["share"] is None
        assert credits[model]["reasons"] == ["whole_window_only"]
        assert answer["totals"]["credits"][model]["reasons"] == ["whole_window_only"]
    assert credits["shapley"]["sampling_error"] is None


def test_range_equal_to_the_window_counts_as_the_whole_window() -> None:
    document = make_credited()

    named = answers.attribution(document, start=dt.date(2026, 1, 1), end=dt.date(2026, 1, 30))

    assert named == answers.attribution(document)
    assert row_of(named, "facebook")["credits"]["markov"]["conversions"] == 40.0


def test_shapley_values_have_a_sampling_error_and_may_be_negative() -> None:
    exact = make_credited()
    whole = exact["goals"]["purchase"]["classical"]["whole"]
    whole["shapley"]["sampling_error"] = None

    clicks = credits_of("google_ads", make_credited())["shapley"]

    assert (clicks["conversions"], clicks["sampling_error"]) == (-10.0, 2.0)
    assert credits_of("google_ads", exact)["shapley"]["sampling_error"] == 0.0


def test_anonymous_type_has_unknown_credit_instead_of_zero() -> None:
    xing = row_of(answers.attribution(make_credited()), "xing")

    for credit in xing["credits"].values():
        assert (credit["conversions"], credit["value"], credit["share"]) == (None, None, None)
        assert credit["reasons"] == ["anonymous_only"]
    assert xing["ours"]["reasons"] == ["too_few_engagements"]


def test_nothing_is_credited_without_user_ids() -> None:
    document = make_credited()
    for kind in document["kinds"]:
        kind["identified"] = 0

    answer = answers.attribution(document)

    assert answer["totals"]["credits"]["last"] == {
        "conversions": None,
        "value": None,
        "reasons": ["anonymous_only"],
    }


def test_missing_chain_has_a_reason() -> None:
    document = make_credited()
    document["goals"]["purchase"]["classical"]["whole"]["markov_3"] = None

    credits = credits_of("facebook", document)

    assert credits["markov_3"]["reasons"] == ["too_many_kinds"]
    assert credits["markov_2"]["reasons"] == []


def test_days_without_credit_have_no_shares() -> None:
    document = make_credited(daily={rule: [[], [], []] for rule in RULES})

    credit = credits_of("facebook", document)["first"]

    assert (credit["conversions"], credit["share"]) == (0.0, None)
    assert credit["reasons"] == ["nothing_to_credit"]


def test_type_active_before_the_range_keeps_its_credit() -> None:
    document = make_credited()
    document["kinds"][0]["counts"][-1] = 0

    answer = answers.attribution(document, start=ON_THE_LAST_DAY[0])

    likes = row_of(answer, "facebook")
    assert (likes["count"], likes["credits"]["last"]["conversions"]) == (0, 2.0)
    assert likes["ours"]["incremental_conversions"]["estimate"] is None
    assert likes["ours"]["reasons"] == ["none_in_range"]


def test_type_without_credit_in_the_range_is_not_shown() -> None:
    document = make_credited()
    document["kinds"][2] = make_kind("xing", "like", 0)

    answer = answers.attribution(document)

    assert [kind["channel"] for kind in answer["engagements"]] == ["facebook", "google_ads"]


@pytest.mark.parametrize(
    ("asked", "models"),
    [
        ("last", ["last"]),
        ("shapley,first", ["shapley", "first"]),
        ("last, last,markov", ["last", "markov"]),
        ("ours", []),
        ("ours,linear", ["linear"]),
    ],
)
def test_models_are_selectable(asked: str, models: list[str]) -> None:
    answer = answers.attribution(make_credited(), model=asked)

    assert answer["models"] == models
    assert list(row_of(answer, "facebook")["credits"]) == models
    assert row_of(answer, "facebook")["ours"]["method"] == "within_user"


@pytest.mark.parametrize("asked", ["last_click", "first,", "", "markov_5", "Last"])
def test_unknown_model_is_rejected_with_the_list_of_models(asked: str) -> None:
    with pytest.raises(InvalidFields, match="time_decay") as caught:
        answers.attribution(make_credited(), model=asked)

    assert caught.value.errors[0].pointer == "/model"
    assert caught.value.errors[0].code == "unknown_value"


def test_answer_states_that_credit_is_not_an_effect_and_contains_no_roi() -> None:
    answer = answers.attribution(make_credited())

    assert "neither an effect nor a return" in answer["statement"]
    assert "roi" not in json.dumps(answer, allow_nan=False).lower()
