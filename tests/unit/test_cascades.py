"""The value of a share with descendants: sums, intervals, gaps, and no double counting."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

from chalicelib.services import answers
from chalicelib.services.answers.cascades import read_worth
from chalicelib.services.answers.effects import read_effects
from chalicelib.services.answers.ranges import read_range
from tests.unit.test_answers import (
    DAYS,
    channel_of,
    make_document,
    make_estimate,
    make_kind,
    with_many_conversions,
)

LIKE, CLICK, SHARE, COMMENT, VISIT = range(5)
VARIANCE, COVARIANCE = 4e-6, 1e-6


def spreading(
    *brought: tuple[int, float], estimates: dict[int, dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Shares of value 0.01 with children; comments and visits without an estimate.

    `estimates` overrides fields of the estimates of types.
    """
    kinds = [
        make_kind("facebook", "like", 100),
        make_kind("google_ads", "click", 50, paid=True, cost=40.0),
        make_kind("facebook", "share", 20),
        make_kind("facebook", "comment", 3),
        make_kind("facebook", "click", 10),
    ]
    if brought:
        kinds[SHARE]["brought"] = [list(one) for one in brought]
    fitted = [
        make_estimate(0.01),
        make_estimate(0.02),
        make_estimate(0.01),
        make_estimate(None, reasons=("too_few_engagements",)),
        make_estimate(None, reasons=("on_the_way",)),
    ]
    for kind, over in (estimates or {}).items():
        fitted[kind] |= over
    covariance = np.zeros((5, 5))
    covariance[:3, :3] = COVARIANCE + (VARIANCE - COVARIANCE) * np.eye(3)
    goal = {"estimates": fitted, "covariance": covariance.tolist()}
    return with_many_conversions(make_document(kinds=kinds, goal=goal))


def compared(document: dict[str, Any]) -> dict[str, Any]:
    """A share against a click."""
    return answers.equivalence(document, engagement="facebook/share")


def share_of(document: dict[str, Any], **asked: Any) -> dict[str, Any]:
    found = answers.engagements(document, **asked)["engagements"]
    return next(one for one in found if one["type"] == "share")


def test_effect_with_descendants_is_the_own_effect_plus_those_of_descendants() -> None:
    """A quarter of the shares lead to another share; each leads to two likes."""
    shown = share_of(spreading((SHARE, 0.25), (LIKE, 2.0)))["with_descendants"]

    shares, likes = 1 / 0.75, 2 / 0.75
    delta = 0.01 * (shares + likes)
    error = math.sqrt(VARIANCE * (shares**2 + likes**2) + 2 * COVARIANCE * shares * likes)
    found = shown["conversions_per_engagement"]
    assert found["estimate"] == pytest.approx(delta, abs=1e-6)
    assert found["ci_low"] == pytest.approx(delta - 2 * error, abs=1e-6)
    assert found["ci_high"] == pytest.approx(delta + 2 * error, abs=1e-6)
    value = shown["value_per_engagement"]
    assert value["estimate"] == pytest.approx(50 * delta, abs=1e-5)
    half = 2 * math.sqrt((50 * error) ** 2 + delta**2 * 1.0)
    assert value["ci_high"] == pytest.approx(50 * delta + half, abs=1e-5)
    assert shown["reasons"] == shown["warnings"] == []


def test_last_days_of_a_window_use_the_seen_part_of_all_effects() -> None:
    last = dt.date(2026, 1, DAYS)

    share = share_of(spreading((LIKE, 2.0)), start=last, end=last)

    own, total = (one["conversions_per_engagement"] for one in (share, share["with_descendants"]))
    scale = own["estimate"] / 0.01  # the same for likes, which decay alike
    assert scale < 0.6
    error = scale * math.sqrt(VARIANCE * (1 + 4) + 2 * 2 * COVARIANCE)
    assert total["estimate"] == pytest.approx(scale * 0.03, abs=1e-5)
    assert total["ci_high"] - total["estimate"] == pytest.approx(2 * error, abs=1e-5)


def test_interval_uses_the_effect_with_the_fewest_degrees_of_freedom() -> None:
    document = spreading((LIKE, 2.0), estimates={LIKE: {"critical": 3.0}})

    found = share_of(document)["with_descendants"]["conversions_per_engagement"]

    error = math.sqrt(VARIANCE * (1 + 4) + 2 * 2 * COVARIANCE)
    assert found["ci_high"] == pytest.approx(0.03 + 3 * error, abs=1e-6)


def test_own_effect_and_channel_sum_exclude_descendants() -> None:
    alone, spread = (
        channel_of(answers.roi(document), "facebook")
        for document in (spreading(), spreading((LIKE, 2.0)))
    )

    assert spread["incremental_conversions"] == alone["incremental_conversions"]
    assert spread["roi"] == alone["roi"]
    for before, after in zip(alone["engagements"], spread["engagements"], strict=True):
        assert before["conversions_per_engagement"] == after["conversions_per_engagement"]
        assert before["with_descendants"] is None
        assert (after["with_descendants"] is not None) == (after["type"] == "share")


def test_descendant_without_an_estimate_is_omitted_and_named() -> None:
    shown = share_of(spreading((LIKE, 2.0), (COMMENT, 1.0)))["with_descendants"]

    assert shown["conversions_per_engagement"]["estimate"] == pytest.approx(0.03)
    assert shown["warnings"] == ["not_counted:facebook/comment"]


@pytest.mark.parametrize(
    ("method", "warnings"), [("within_user", ["spillover_not_seen"]), ("time_series", [])]
)
def test_purchases_after_visits_from_a_share_count_in_totals_but_not_in_a_panel(
    method: str, warnings: list[str]
) -> None:
    document = spreading((LIKE, 2.0), (VISIT, 1.0), estimates={SHARE: {"method": method}})

    assert share_of(document)["with_descendants"]["warnings"] == warnings


def test_warnings_of_descendants_apply_to_the_sum_and_not_to_the_own_effect() -> None:
    share = share_of(spreading((LIKE, 2.0), estimates={LIKE: {"warnings": ["decay_unknown"]}}))

    assert share["warnings"] == []
    assert share["with_descendants"]["warnings"] == ["decay_unknown"]


def test_endless_cascade_has_a_reason_and_no_number() -> None:
    document = spreading((SHARE, 1.0), (LIKE, 2.0))

    shown = share_of(document)["with_descendants"]
    alone = compared(document)

    assert shown["conversions_per_engagement"]["estimate"] is None
    assert shown["value_per_engagement"]["estimate"] is None
    assert shown["reasons"] == ["endless_cascade"]
    assert alone["ratio"]["estimate"] == pytest.approx(0.5)  # of its own effect
    assert "spillover_not_seen" in alone["warnings"]
    assert "descendants_included" not in alone["warnings"]


def test_share_without_an_estimate_has_none_with_descendants_either() -> None:
    rejected = make_estimate(None, reasons=("too_few_engagements",))

    shown = share_of(spreading((LIKE, 2.0), estimates={SHARE: rejected}))["with_descendants"]

    assert shown["conversions_per_engagement"]["estimate"] is None
    assert shown["reasons"] == ["too_few_engagements"]


def test_equivalence_includes_descendants_with_a_warning() -> None:
    answer = compared(spreading((LIKE, 2.0)))

    assert answer["ratio"]["estimate"] == pytest.approx(0.03 / 0.02, abs=1e-6)
    assert answer["engagement"]["value"]["estimate"] == pytest.approx(1.5)
    assert "descendants_included" in answer["engagement"]["warnings"]
    assert "descendants_included" in answer["warnings"]
    assert answer["baseline"]["warnings"] == []


def test_shares_of_shares_are_descendants_too() -> None:
    answer = compared(spreading((SHARE, 0.5)))

    assert answer["engagement"]["value"]["estimate"] == pytest.approx(1.0)
    assert "descendants_included" in answer["warnings"]


def test_effects_in_the_sum_are_parts_of_the_question_with_their_errors() -> None:
    document = spreading((LIKE, 2.0))
    effects = read_effects(document, "purchase", read_range(document, None, None))
    (share,) = (one for one in effects if one.type == "share")

    parts = read_worth(share, effects, document, "purchase").parts(
        document["goals"]["purchase"], side=1
    )

    assert [(one.name, one.side) for one in parts] == [("facebook/share", 1), ("facebook/like", 1)]
    assert [one.estimate for one in parts] == pytest.approx([0.01, 0.02])
    assert [one.error for one in parts] == pytest.approx([0.002, 0.004])


def test_equivalence_uses_the_covariance_of_both_sums() -> None:
    """Fieller's set by hand, for a share with two likes against a click."""
    a, b = 0.03, 0.02
    var_a = VARIANCE + 4 * VARIANCE + 2 * 2 * COVARIANCE
    var_b, both = VARIANCE, COVARIANCE + 2 * COVARIANCE
    lead, middle, last = b**2 - 4 * var_b, a * b - 4 * both, a**2 - 4 * var_a
    root = math.sqrt(middle**2 - lead * last)

    ratio = compared(spreading((LIKE, 2.0)))["ratio"]

    assert ratio["ci_low"] == pytest.approx((middle - root) / lead, abs=1e-5)
    assert ratio["ci_high"] == pytest.approx((middle + root) / lead, abs=1e-5)


def test_do_not_act_warning_of_a_descendant_removes_the_verdict_of_an_equivalence() -> None:
    doubtful = {LIKE: {"warnings": ["placebo_failed"]}}

    answer = compared(spreading((LIKE, 8.0), estimates=doubtful))

    assert compared(spreading((LIKE, 8.0)))["verdict"] == "worth_more"
    assert answer["verdict"] == "inconclusive"
    assert "placebo_failed" in answer["reasons"]


def test_missing_descendant_removes_a_verdict_that_it_could_overturn() -> None:
    worth_more = {CLICK: {"delta": 0.05}}

    known = compared(spreading((LIKE, 0.01), estimates=worth_more))
    missing = compared(spreading((LIKE, 0.01), (COMMENT, 1.0), estimates=worth_more))

    assert (known["verdict"], missing["verdict"]) == ("worth_less", "inconclusive")
    assert "not_counted:facebook/comment" in missing["reasons"]
    assert missing["method"] == "within_user"


def test_comparison_names_the_weakest_method_of_its_sums() -> None:
    answer = compared(spreading((LIKE, 2.0), estimates={LIKE: {"method": "time_series"}}))

    assert (answer["engagement"]["method"], answer["method"]) == ("time_series", "time_series")
    assert answer["baseline"]["method"] == "within_user"


def test_descendant_missing_in_the_range_is_taken_from_the_window() -> None:
    document = spreading((LIKE, 2.0))
    document["kinds"][LIKE]["counts"] = [0] * 10 + [100] * (DAYS - 10)
    whole = share_of(document)["with_descendants"]

    early = share_of(document, end=dt.date(2026, 1, 5))["with_descendants"]

    assert early["warnings"] == []
    of_early, of_whole = (one["conversions_per_engagement"]["estimate"] for one in (early, whole))
    assert of_early > 0.9 * of_whole


def test_table_rows_have_columns_for_descendants() -> None:
    answer = answers.engagements(spreading((LIKE, 2.0), (COMMENT, 1.0)))

    rows = list(answers.engagement_rows(answer))

    assert all(tuple(row) == answers.ENGAGEMENTS_TABLE.columns for row in rows)
    (share,) = (row for row in rows if row["type"] == "share")
    assert share["conversions_per_engagement_with_descendants"] == pytest.approx(0.03)
    assert share["value_per_engagement_with_descendants_ci_low"] > 0
    assert share["warnings_with_descendants"] == "not_counted:facebook/comment"
    (like,) = (row for row in rows if row["type"] == "like")
    assert like["conversions_per_engagement_with_descendants"] is None
    assert like["warnings_with_descendants"] is None
