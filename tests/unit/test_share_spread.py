"""GET /v1/virality from a stored fit."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.model.errors import OtherVersion
from chalicelib.services import answers
from chalicelib.services.csv_text import csv_of
from tests.unit.test_answers import DAYS, make_document, make_estimate, make_kind

OTHER_RANGE = {"start": dt.date(2026, 1, 6), "end": dt.date(2026, 1, 25)}


def part(**over: Any) -> dict[str, Any]:
    return {
        "verdict": "below_tipping_point",
        "reasons": [],
        "warnings": [],
        "reproduction": (0.5, 0.4, 0.6),
        "at_most": 0.6,
        "probability_above": 0.0,
        "needed_factor": (2.0, 1 / 0.6, 2.5),
        "reproduction_of_brought": (0.5, 0.3, 0.7),
        "amplification": (2.0, 1 / 0.6, 2.5),
        "by_week": [
            {"day": "2026-01-01", "reproduction": None},
            {"day": "2026-01-08", "reproduction": (0.5, 0.3, 0.8)},
        ],
        "shares": {"total": 300.0, "from_outside": 150, "with_parent": 150, "offspring_seen": 1.0},
        "growth_per_day": (0.01, -0.01, 0.03),
        "ceiling": 0.9,
        "followed_anyway": 0.1,
        "reproduction_without_followers": (0.45, 0.35, 0.55),
    } | over


PEOPLE = [{"person": "h1", "shares": 9, "brought": 40, "factor": (4.0, 2.0, 7.0)}]


def document(*, days: list[float] | None = None, like: Any = None, **over: Any) -> Any:
    """Ten shares a day, five of them from outside, with five children."""
    of_day = days or [10.0, 5.0, 5.0, 10.0, 8.0, 5.0, 10.0, 1.0]
    whole = part(**over)
    spread = {
        "from": "2026-01-01",
        "to": "2026-01-30",
        "as_of": "2026-01-31T00:00:00+00:00",
        "whole": whole,
        "channels": {"twitter": whole},
        "days": {"twitter": [[number, *of_day] for number in range(DAYS)]},
        "contents_told_apart": True,
        "contents": [
            {
                "content_id": "post",
                "shares": 30,
                "reproduction": (0.8, 0.5, 1.1),
                "probability_above": 0.05,
                "final_size": (40.0, 33.0, 80.0),
            }
        ],
        "people_told_apart": True,
        "brought_by_top_percent": 0.2,
    }
    share = make_kind("twitter", "share", 10) | {"brought": [[0, 2.0], [2, 0.5]]}
    made = make_document(
        third=share,
        goal={
            "estimates": [
                make_estimate(0.01) | (like or {}),
                make_estimate(0.02),
                make_estimate(0.03),
            ],
            "covariance": [[4e-6, 0.0, 0.0], [0.0, 4e-6, 0.0], [0.0, 0.0, 9e-6]],
        },
    )
    return made | {"virality": spread}


def ask(fit: Any = None, **asked: Any) -> Any:
    return answers.virality(fit or document(), **asked)


def test_the_whole_window_is_answered_as_it_was_estimated() -> None:
    answer = ask()

    assert answer["reproduction"] == {"estimate": 0.5, "ci_low": 0.4, "ci_high": 0.6}
    assert answer["summary"] == (
        "Each share brings 0.50 further shares (0.40 to 0.60): it dies out. 100 shares from "
        "outside become 200. To spread by itself, each share would have to bring 2.00 times as "
        "many."
    )
    assert [week["week"] for week in answer["by_week"]] == ["2026-01-01", "2026-01-08"]
    assert answer["channels"][0]["channel"] == "twitter"
    assert answer["warnings"] == []


def test_a_part_of_the_window_is_estimated_from_the_sums_of_its_days() -> None:
    answer = ask(**OTHER_RANGE)

    assert answer["shares"]["total"] == 200
    assert answer["shares"]["from_outside"] == answer["shares"]["with_parent"] == 100
    assert answer["reproduction"]["estimate"] == 0.5
    assert answer["reproduction"]["ci_low"] < 0.45
    assert answer["verdict"] == "below_tipping_point"
    assert [week["week"] for week in answer["by_week"]] == ["2026-01-08"]
    assert "of_the_whole_window" in answer["warnings"]
    assert answer["growth_per_day"]["estimate"] is None


def test_too_few_days_are_refused() -> None:
    answer = ask(start=dt.date(2026, 1, 6), end=dt.date(2026, 1, 7))

    assert (answer["verdict"], answer["reasons"]) == ("not_estimable", ["too_few_shares"])
    assert answer["reproduction"]["estimate"] is None
    assert answer["share_value"][0]["with_all_it_brings"]["estimate"] is None


def test_a_part_with_missing_parents_keeps_the_distance_of_the_limit() -> None:
    fit = document(at_most=1.2, verdict="below_as_recorded", warnings=["parents_may_be_missing"])
    answer = ask(fit, **OTHER_RANGE)

    assert answer["verdict"] == "below_as_recorded"
    assert answer["at_most"] == pytest.approx(2 * answer["reproduction"]["ci_high"], rel=1e-4)
    assert answer["amplification"]["ci_high"] is None
    assert answer["probability_above"] is None
    unlimited = ask(document(at_most=None, warnings=["parents_may_be_missing"]), **OTHER_RANGE)
    assert unlimited["at_most"] is None
    assert unlimited["verdict"] == "below_as_recorded"


def test_a_part_above_the_tipping_point() -> None:
    many = [10.0, 1.0, 15.0, 10.0, 30.0, 15.0, 10.0, 1.0]
    answer = ask(document(days=many, reproduction_of_brought=None), **OTHER_RANGE)

    assert answer["verdict"] == "above_tipping_point"
    assert answer["amplification"]["estimate"] is None
    assert "spreads by itself" in answer["summary"]


def test_a_refusal_of_the_window_refuses_its_parts() -> None:
    fit = document(reproduction=None, verdict="not_estimable", reasons=["no_edges"], at_most=None)

    for asked in ({}, OTHER_RANGE):
        answer = ask(fit, **asked)
        assert (answer["verdict"], answer["reasons"]) == ("not_estimable", ["no_edges"])
        assert answer["method"] is None


def test_a_share_is_worth_itself_and_all_that_it_brings() -> None:
    (value,) = ask()["share_value"]

    assert value["own_conversions"]["estimate"] == 0.03
    # two likes per share, and twice as many shares in the end
    assert value["conversions_with_all_it_brings"]["estimate"] == pytest.approx(2 * 0.05)
    assert value["with_all_it_brings"]["estimate"] == pytest.approx(2 * 0.05 * 50)
    low, high = (value["with_all_it_brings"][end] for end in ("ci_low", "ci_high"))
    assert low < 2 * 0.05 * 50 < high


def test_children_without_an_estimate_are_named() -> None:
    (value,) = ask(document(like={"delta": None, "method": None}))["share_value"]

    assert value["warnings"] == ["not_counted:facebook/like"]
    assert value["conversions_with_all_it_brings"]["estimate"] == pytest.approx(2 * 0.03)


def test_people_and_contents_are_those_of_the_fit() -> None:
    answer = ask(people=PEOPLE)

    assert answer["multipliers"]["people"][0]["factor"]["estimate"] == 4
    assert answer["contents"]["items"][0]["final_size"]["ci_low"] == 33
    assert answer["multipliers"]["told_apart"]
    assert ask()["multipliers"]["people"] == []


def test_a_fit_without_shares_says_so() -> None:
    answer = ask(document() | {"virality": None})

    assert answer["reasons"] == ["no_shares"]
    assert answer["channels"] == answer["share_value"] == []


def test_a_fit_of_an_earlier_version_is_refused() -> None:
    with pytest.raises(OtherVersion, match="POST /v1/fits"):
        ask(make_document())


def test_the_table_has_a_row_for_all_channels_and_one_for_each() -> None:
    text = csv_of(answers.virality_rows(ask()), answers.VIRALITY_TABLE.columns)

    assert [line.split(",")[0] for line in text.splitlines()] == ["channel", "", "twitter"]
