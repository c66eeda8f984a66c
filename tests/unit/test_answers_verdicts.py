"""Answers from a fit: unseen effects, impossible sums, needed data, ranges, rows."""

from __future__ import annotations

import datetime as dt
import math
import random
from typing import Any

import pytest

from chalicelib.attribution.power import Threshold, growth_until_beyond
from chalicelib.model.days import MAX_WINDOW_DAYS
from chalicelib.services import answers
from chalicelib.services.answers.intervals import cost_per_unit
from chalicelib.services.answers.profile import Profile
from chalicelib.services.answers.ranges import Range, read_range
from tests.unit.test_answers import (
    DAYS,
    facebook_of,
    make_document,
    make_estimate,
    make_kind,
    uncorrelated,
)
from tests.unit.test_classical_attribution import make_credited

LAST_WEEK = {"start": dt.date(2026, 1, 24), "end": dt.date(2026, 1, 30)}


def fading(half_life_days: float, **over: Any) -> dict[str, Any]:
    """A document with effects that have this half-life."""
    return make_document(decays=[0.0, 0.5 ** (1 / half_life_days)], **over)


def costing(daily: float, **over: Any) -> dict[str, Any]:
    """A document in which likes cost this much a day; their revenue is 50 a day."""
    return make_document(costs={"facebook": [daily] * DAYS}, **over)


def warned(*warnings: str) -> dict[str, Any]:
    """Fields of an estimate with these warnings."""
    return {"warnings": list(warnings)}


# --- unseen effects ---------------------------------------------------------------------------


def test_last_week_of_a_slow_effect_is_too_early_instead_of_unprofitable() -> None:
    costs = {"facebook": [100.0] * DAYS}

    early = facebook_of(fading(8, costs=costs), **LAST_WEEK)

    assert early["roi"]["ci_high"] < 0
    assert early["verdict"] == "too_early"
    assert early["reasons"] == ["unseen_effect"]
    assert "unseen_effect" in early["warnings"]
    theta = 0.5 ** (1 / 8)
    assert early["unseen_share"] == pytest.approx(sum(theta**k for k in range(1, 8)) / 7, abs=1e-4)
    assert facebook_of(fading(0.3, costs=costs), **LAST_WEEK)["verdict"] == "unprofitable"


def test_range_in_the_middle_of_the_window_has_no_unseen_effect() -> None:
    document = fading(1, costs={"facebook": [100.0] * DAYS})

    middle = facebook_of(document, start=dt.date(2026, 1, 5), end=dt.date(2026, 1, 11))

    assert middle["unseen_share"] < 1e-5
    assert middle["verdict"] == "unprofitable"
    assert middle["warnings"] == []


def test_unseen_share_weights_days_by_their_engagements() -> None:
    document = fading(2)
    document["kinds"][0]["counts"] = [10] * 28 + [0, 90]

    last_three = facebook_of(document, start=dt.date(2026, 1, 28), end=dt.date(2026, 1, 30))

    theta = 0.5**0.5
    assert last_three["unseen_share"] == pytest.approx((10 * theta**3 + 90 * theta) / 100, abs=1e-4)


def test_unseen_share_is_a_mean_over_decays_and_decisions_use_a_high_quantile() -> None:
    profile = Profile((0.0, 0.5, 0.9), (0.5, 0.46, 0.04))
    days = Range(9, 9, dt.date(2026, 1, 10), dt.date(2026, 1, 10))

    unseen = profile.unseen([1] * 10, days)

    assert unseen.mean == pytest.approx(0.46 * 0.5 + 0.04 * 0.9)
    assert unseen.high == 0.5
    rarer = Profile((0.0, 0.5, 0.9), (0.5, 0.44, 0.06)).unseen([1] * 10, days)
    assert rarer.high == 0.9


def test_late_share_comes_evenly_over_its_days() -> None:
    fit = {"decay_weights": [1.0], "late_share": 0.4, "late_days": [3, 6]}
    profile = Profile.read([0.0], fit)

    def left(days: int) -> float:
        on = 10 - days
        when = dt.date(2026, 1, 1) + dt.timedelta(days=on)
        return profile.unseen([1] * 10, Range(on, on, when, when)).mean

    assert [left(days) for days in (1, 3, 4, 5, 7, 9)] == pytest.approx(
        [0.4, 0.4, 0.3, 0.2, 0.0, 0.0]
    )


def test_only_the_part_that_is_not_late_fades() -> None:
    fit = {"decay_weights": [1.0], "late_share": 0.4, "late_days": [20, 30]}
    last = Range(9, 9, dt.date(2026, 1, 10), dt.date(2026, 1, 10))

    unseen = Profile.read([0.5], fit).unseen([1] * 10, last)

    assert unseen.mean == pytest.approx(0.6 * 0.5 + 0.4)


def test_unseen_late_share_makes_a_loss_too_early() -> None:
    late_half = {"late_share": 0.5, "late_days": [14, 28]}
    document = fading(0.3, costs={"facebook": [100.0] * DAYS}, like=late_half)

    late = facebook_of(document, **LAST_WEEK)

    assert late["unseen_share"] == pytest.approx(0.5 + 0.5 * 0.1 / 7, abs=0.01)
    assert late["verdict"] == "too_early"


def test_effect_without_a_decay_comes_at_once() -> None:
    profile = Profile.read([0.2, 0.9], {"decay_weights": [0.0, 0.0]})

    assert (profile.decays, profile.weights) == ((0.0,), (1.0,))


NO_LATE = {"late_share": 0.0, "late_days": None}


def test_rounded_weights_still_sum_to_one() -> None:
    assert Profile.read([0.0, 0.5], NO_LATE | {"decay_weights": [0.3, 0.3]}).weights == (0.5, 0.5)


# --- verdicts in answers ----------------------------------------------------------------------


def test_do_not_act_warning_removes_the_verdict_but_not_the_number() -> None:
    facebook = facebook_of(make_document(like=warned("placebo_failed")))

    assert facebook["verdict"] == "inconclusive"
    assert facebook["reasons"] == ["placebo_failed"]
    assert facebook["needed"] is None
    assert facebook["roi"]["estimate"] == pytest.approx(4.0)


def test_rare_type_with_a_warning_does_not_decide_the_verdict_of_its_channel() -> None:
    document = make_document(
        third=make_kind("facebook", "save", 2), goal=uncorrelated(4e-6, 4e-6, 4e-6)
    )
    rare = make_estimate(0.01) | warned("placebo_failed", "follows_demand")
    document["goals"]["purchase"]["estimates"][2] = rare

    facebook = facebook_of(document)

    assert facebook["verdict"] == "profitable"
    assert facebook["warnings"] == ["placebo_failed", "follows_demand"]


@pytest.mark.parametrize(
    ("over", "verdict", "reason"),
    [
        ({"goal": {"value_mean": 0.0, "value_variance": 0.0}}, "effective", "no_value"),
        (
            {"costs": {}, "like": {"delta": 0.0002}, "goal": uncorrelated(1e-8, 4e-6)},
            "no_effect_seen",
            "no_cost",
        ),
    ],
)
def test_a_channel_without_cost_or_value_is_judged_by_its_conversions(
    over: dict[str, Any], verdict: str, reason: str
) -> None:
    facebook = facebook_of(make_document(**over))

    assert (facebook["verdict"], facebook["reasons"]) == (verdict, [reason])


def test_refunds_that_exceed_sales_leave_no_roi() -> None:
    facebook = facebook_of(make_document(goal={"value_mean": -5.0}))

    assert facebook["roi"]["estimate"] is None
    assert facebook["reasons"] == ["refunds_exceed_sales"]


def test_material_effect_depends_on_the_conversions_and_engagements_of_the_range() -> None:
    document = make_document(costs={}, like={"delta": 0.0}, goal=uncorrelated(1.6e-7, 4e-6))

    assert facebook_of(document)["verdict"] == "no_effect_seen"  # 2.4 of 270
    document["kinds"][2] = make_kind("xing", "like", 1_000_000)
    assert facebook_of(document)["verdict"] == "inconclusive"  # much for few engagements
    document["goals"]["purchase"]["estimates"][2]["reasons"] = ["exposure_only"]
    assert facebook_of(document)["verdict"] == "no_effect_seen"  # impressions do not count


@pytest.mark.parametrize(
    ("reason", "verdict"), [("on_the_way", "unprofitable"), ("no_variation", "inconclusive")]
)
def test_type_on_the_way_does_not_count_as_missing_in_a_sum(reason: str, verdict: str) -> None:
    document = costing(200.0, third=make_kind("facebook", "click", 10))
    document["goals"]["purchase"]["estimates"][2]["reasons"] = [reason]

    facebook = facebook_of(document)

    assert facebook["verdict"] == verdict
    assert ("not_counted:facebook/click" in facebook["warnings"]) == (reason == "no_variation")


@pytest.mark.parametrize(("outside", "verdict"), [(500.0, "profitable"), (700.0, "inconclusive")])
def test_costs_outside_the_window_remove_a_profit_that_would_not_cover_them(
    outside: float, verdict: str
) -> None:
    document = make_document(costs_outside={"facebook": outside})

    assert facebook_of(document)["verdict"] == verdict


def test_equivalence_respects_warnings_and_unseen_effects() -> None:
    doubtful = make_document(click=warned("intent_confounding_suspected"))
    suspected = answers.equivalence(doubtful)
    early = answers.equivalence(fading(8), **LAST_WEEK)

    assert suspected["verdict"] == "inconclusive"
    assert suspected["reasons"] == ["intent_confounding_suspected"]
    assert suspected["needed"] is None
    assert early["verdict"] == "too_early"
    assert early["engagement"]["unseen_share"] > 0.2


# --- plausibility of sums ---------------------------------------------------------------------


def rejected_by_channel(document: dict[str, Any], **asked: Any) -> dict[str, bool]:
    answer = answers.roi(document, **asked)
    return {
        channel["channel"]: "more_than_happened" in channel["reasons"]
        for channel in answer["channels"]
    }


def test_type_that_exceeds_all_conversions_is_rejected() -> None:
    document = make_document(like={"delta": 0.0921})  # 276.3 +- 6 of 270

    facebook = facebook_of(document)

    assert rejected_by_channel(document) == {"facebook": True, "google_ads": False, "xing": False}
    assert facebook["verdict"] == "not_estimable"
    assert facebook["incremental_conversions"]["estimate"] is None
    assert facebook["engagements"][0]["method"] is None
    equivalence = answers.equivalence(document)
    assert equivalence["reasons"] == ["more_than_happened"]


def test_all_types_together_cannot_exceed_all_conversions() -> None:
    beyond = make_document(like={"delta": 0.0825})  # 277.5 +- 7.3 of 270, with the covariance
    within = make_document(like={"delta": 0.0824})
    less_certain = make_document(like={"delta": 0.0825})
    covariance = less_certain["goals"]["purchase"]["covariance"]
    covariance[0][1] = covariance[1][0] = 2e-6

    assert rejected_by_channel(beyond) == {"facebook": True, "google_ads": True, "xing": False}
    assert not any(rejected_by_channel(within).values())
    assert not any(rejected_by_channel(less_certain).values())


def test_types_of_one_channel_are_rejected_before_those_of_others() -> None:
    document = make_document(third=make_kind("facebook", "share", 10), like={"delta": 0.06})
    document["goals"]["purchase"]["estimates"][2] = make_estimate(0.33)  # 279 +- 6

    assert rejected_by_channel(document) == {"facebook": True, "google_ads": False}


def test_types_measured_by_an_experiment_are_not_rejected() -> None:
    document = make_document(like={"delta": 0.083, "method": "experiment"})

    assert rejected_by_channel(document) == {"facebook": False, "google_ads": True, "xing": False}


def test_imprecise_estimate_that_includes_possible_values_is_kept() -> None:
    errors = uncorrelated(4e-4, 4e-6)  # 306 +- 60 in all
    document = make_document(like={"delta": 0.0921}, goal=errors)

    assert not any(rejected_by_channel(document).values())


def test_range_is_compared_with_conversions_from_its_first_day_on() -> None:
    document = make_document(like={"delta": 0.013}, goal={"conversions": [27] * 9 + [1] * 21})
    document["kinds"][0]["counts"] = [0] * 9 + [100] * 21
    start = dt.date(2026, 1, 10)

    late, shorter = (
        rejected_by_channel(document, start=start, end=dt.date(2026, 1, end)) for end in (30, 15)
    )

    assert not any(rejected_by_channel(document).values())
    assert late["facebook"]
    assert not shorter["facebook"]


def test_engagements_on_days_without_any_conversions_do_not_count() -> None:
    document = make_document(
        like={"delta": 0.01},  # 30 in the window, 10 on the days with conversions
        click={"delta": 0.002},
        goal={"conversions": [0] * 20 + [2] * 10},
    )

    assert not any(rejected_by_channel(document).values())


# --- needed data ------------------------------------------------------------------------------


def test_open_roi_reports_the_data_it_needs() -> None:
    facebook = facebook_of(costing(40.0, goal={"value_variance": 64.0}))

    needed = facebook["needed"]
    assert facebook["verdict"] == "inconclusive"
    error = math.hypot(6 * 50, 30 * 8)  # of the effect, and of the mean value
    growth = growth_until_beyond(Threshold(1500, error, 2.0, 1200, 1200), most=100.0)
    assert growth is not None
    assert needed["days"] == pytest.approx((growth - 1) * DAYS, abs=1)
    assert needed["engagements"] == pytest.approx((growth - 1) * DAYS * 100, abs=1)
    assert facebook_of(make_document())["needed"] is None


def test_needed_days_settle_an_roi_in_eighty_of_a_hundred_cases() -> None:
    document = costing(40.0)
    missing = facebook_of(document)["needed"]["days"]
    fitted = document["goals"]["purchase"]
    share = DAYS / (DAYS + missing)
    fitted["covariance"][0][0] *= share
    fitted["value_variance"] *= share
    draw = random.Random(5)
    settled = 0
    for _ in range(400):
        fitted["estimates"][0]["delta"] = draw.gauss(0.01, 0.002 * share**0.5)
        settled += facebook_of(document)["verdict"] != "inconclusive"

    assert settled / 400 == pytest.approx(0.8, abs=0.06)


def test_open_effect_may_be_settled_as_no_effect() -> None:
    goal = {"conversions": [33] * DAYS} | uncorrelated(4e-5, 4e-6)
    document = make_document(costs={}, like={"delta": 0.0}, goal=goal)

    facebook = facebook_of(document)

    assert facebook["verdict"] == "inconclusive"
    assert facebook["needed"]["days"] > 0
    covariance = document["goals"]["purchase"]["covariance"]
    covariance[0][0] *= DAYS / (DAYS + facebook["needed"]["days"])
    assert facebook_of(document)["verdict"] == "no_effect_seen"


def test_needed_data_never_exceeds_the_longest_window() -> None:
    facebook = facebook_of(costing(49.0))

    assert facebook["needed"] is None
    assert facebook["reasons"] == ["not_settled_by_more_data"]


def test_needed_data_of_a_comparison_never_exceeds_the_longest_window() -> None:
    most = 0
    for delta in (0.012, 0.014, 0.015, 0.0155, 0.016, 0.0165, 0.017, 0.018, 0.0195):
        answer = answers.equivalence(make_document(like={"delta": delta}))
        if answer["needed"] is not None:
            most = max(most, answer["needed"]["days"])
        elif answer["verdict"] == "inconclusive":
            assert answer["reasons"] == ["not_settled_by_more_data"]

    assert 0 < most <= MAX_WINDOW_DAYS - DAYS


# --- shown fields -----------------------------------------------------------------------------


def test_roi_is_also_shown_as_roas_and_cost_per_conversion() -> None:
    facebook = facebook_of(make_document())

    roi, roas = facebook["roi"], facebook["incremental_roas"]
    for end in ("estimate", "ci_low", "ci_high"):
        assert roas[end] == pytest.approx(roi[end] + 1.0)
    cost = facebook["cost_per_incremental_conversion"]
    assert cost == {
        "estimate": pytest.approx(300 / 30),
        "ci_low": pytest.approx(300 / 42),
        "ci_high": pytest.approx(300 / 18, rel=1e-5),
    }


@pytest.mark.parametrize(
    ("units", "bounds"),
    [
        ((10.0, 5.0, 20.0), (10.0, 5.0, 20.0)),
        ((10.0, -5.0, 20.0), (10.0, 5.0, None)),
        ((10.0, 0.0, 20.0), (10.0, 5.0, None)),
        ((-1.0, -5.0, 20.0), (None, 5.0, None)),
        ((-3.0, -5.0, -1.0), (None, None, None)),
    ],
)
def test_cost_per_conversion_has_the_bounds_that_exist(
    units: tuple[float, float, float], bounds: tuple[float | None, ...]
) -> None:
    names = ("estimate", "ci_low", "ci_high")

    found = cost_per_unit(100.0, dict(zip(names, units, strict=True)))

    assert tuple(found[name] for name in names) == bounds


def test_coverage_of_the_fit_is_shown() -> None:
    covered = make_document(coverage=[{"source": "facebook/like"}])

    assert answers.roi(covered)["coverage"] == covered["coverage"]
    assert answers.engagements(covered)["coverage"] == covered["coverage"]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"start": dt.date(2025, 1, 1)}, ("2026-01-01", "2026-01-30")),
        ({"end": dt.date(2027, 1, 1)}, ("2026-01-01", "2026-01-30")),
        (
            {"start": dt.date(2026, 1, 10), "end": dt.date(2026, 2, 10)},
            ("2026-01-10", "2026-01-30"),
        ),
    ],
)
def test_range_beyond_the_window_is_clipped_with_a_warning(
    asked: dict[str, dt.date], shown: tuple[str, str]
) -> None:
    document = make_document()
    answer = answers.roi(document, **asked)

    assert (answer["from"], answer["to"]) == shown
    assert answer["warnings"] == ["range_clipped"]
    assert next(answers.roi_rows(answer))["warnings"] == "range_clipped"
    assert answers.equivalence(document, **asked)["warnings"] == ["range_clipped"]
    assert answers.engagements(document, **asked)["warnings"] == ["range_clipped"]
    assert answers.attribution(make_credited(), **asked)["warnings"] == ["range_clipped"]
    assert answers.roi(document)["warnings"] == []


def test_range_equal_to_the_window_is_not_clipped() -> None:
    days = read_range(make_document(), dt.date(2026, 1, 1), dt.date(2026, 1, 30))

    assert not days.clipped
    assert (days.first, days.last) == (0, DAYS - 1)


def test_every_engagement_type_has_a_row() -> None:
    answer = answers.engagements(make_document())

    like, click, xing = answer["engagements"]
    assert [(one["channel"], one["type"], one["paid"]) for one in (like, click, xing)] == [
        ("facebook", "like", False),
        ("google_ads", "click", True),
        ("xing", "like", False),
    ]
    assert like["incremental_conversions"]["estimate"] == pytest.approx(30.0)
    assert like["conversions_per_engagement"]["ci_low"] == pytest.approx(0.006)
    assert like["value_per_engagement"]["estimate"] == pytest.approx(0.5)
    assert (like["verdict"], like["reasons"], like["method"]) == ("effective", [], "within_user")
    assert (xing["verdict"], xing["reasons"]) == ("not_estimable", ["too_few_engagements"])
    assert xing["unseen_share"] is None
    assert [tuple(row) for row in answers.engagement_rows(answer)] == [
        answers.ENGAGEMENTS_TABLE.columns
    ] * 3


def test_row_respects_only_the_warnings_of_its_type() -> None:
    answer = answers.engagements(make_document(like=warned("follows_demand")))

    like, click, _ = answer["engagements"]
    assert (like["verdict"], like["reasons"]) == ("inconclusive", ["follows_demand"])
    assert click["verdict"] == "effective"


def test_the_method_of_a_channel_is_that_of_its_most_frequent_type() -> None:
    document = make_document(third=make_kind("facebook", "share", 200))
    document["goals"]["purchase"]["estimates"][2] = make_estimate(0.001) | {"method": "experiment"}

    assert facebook_of(document)["method"] == "experiment"


def test_types_are_sorted_by_channel_and_type_with_organic_first() -> None:
    paid, organic = make_kind("facebook", "like", 10, paid=True), make_kind("facebook", "like", 100)
    goal = {"estimates": [make_estimate(0.001)] * 3}

    answer = answers.engagements(
        make_document(kinds=[make_kind("xing", "like", 10), paid, organic], goal=goal)
    )

    assert [(one["channel"], one["paid"]) for one in answer["engagements"]] == [
        ("facebook", False),
        ("facebook", True),
        ("xing", False),
    ]


def test_costs_of_a_type_are_those_of_the_range() -> None:
    document = make_document()
    document["kinds"][1]["cost"] = [10.0] * 23 + [100.0] * 7

    answer = answers.equivalence(document, **LAST_WEEK)

    assert answer["baseline"]["cost_per_engagement"] == pytest.approx(2.0)


def test_rejected_type_does_not_reject_its_channel() -> None:
    document = make_document(third=make_kind("facebook", "share", 10), like={"delta": 0.0921})
    document["goals"]["purchase"]["estimates"][2] = make_estimate(0.01)

    like, share, click = answers.engagements(document)["engagements"]

    assert like["reasons"] == ["more_than_happened"]
    assert share["method"] == click["method"] == "within_user"


def test_only_the_seen_part_of_an_effect_can_exceed_all_conversions() -> None:
    document = fading(8, like={"delta": 0.05}, goal={"conversions": [10] * 29 + [1]})
    last_day = {"start": dt.date(2026, 1, 30), "end": dt.date(2026, 1, 30)}

    assert facebook_of(document, **last_day)["incremental_conversions"]["estimate"] < 1
    assert not rejected_by_channel(document, **last_day)["facebook"]


def test_material_effect_in_a_range_is_a_share_of_its_conversions() -> None:
    goal = {"conversions": [9] * 23 + [1] * 7} | uncorrelated(1e-7, 4e-6)
    document = make_document(costs={}, like={"delta": 0.0}, goal=goal)

    assert facebook_of(document)["verdict"] == "no_effect_seen"  # 0 +- 1.9 of 214
    assert facebook_of(document, **LAST_WEEK)["verdict"] == "inconclusive"  # 0 +- 0.4 of 7
