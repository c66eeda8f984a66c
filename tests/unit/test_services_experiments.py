"""Experiments: parsed, analysed, stored, and used in a fit."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chalicelib.attribution.experiments.calibration import BIASED, UNUSABLE
from chalicelib.model.codes import CODES
from chalicelib.model.errors import InvalidFields
from chalicelib.services import experiments
from chalicelib.services.experiments import analyse, parse_experiment, register_experiment
from chalicelib.services.experiments.calibrating import Window, calibrate_goal
from chalicelib.storage.experiment_items import Experiment
from chalicelib.storage.tenant_store import TenantStore
from tests.experiments import as_csv, make_effect, make_geo, make_holdout
from tests.factories import NOW, money
from tests.unit.test_calibration import estimates

WINDOW = (dt.date(2026, 1, 1), dt.date(2026, 3, 14))
CLICKS, LIKES = ("google_ads", "click", True), ("facebook", "like", False)


def read(raw: dict[str, Any]) -> Experiment:
    return analyse(parse_experiment(raw, today=NOW.date()), now=NOW).experiment


def errors_of(raw: Any) -> str:
    """The pointer and the code of each error."""
    with pytest.raises(InvalidFields) as caught:
        read(raw)
    return ", ".join(f"{one.pointer} {one.code}" for one in caught.value.errors)


# --- analysis ---------------------------------------------------------------------------------


def test_holdout_has_conversions_and_conversions_per_engagement() -> None:
    analysis = read(make_holdout()).analysis

    assert analysis["method"] == "score_interval"
    assert analysis["incremental_conversions"]["estimate"] == pytest.approx(200.0)
    per = analysis["conversions_per_engagement"]
    assert per["estimate"] == pytest.approx(0.04)
    width = per["ci_high"] - per["ci_low"]
    assert analysis["standard_error"] == pytest.approx(width / 2 / 1.959964, rel=1e-6)
    assert (analysis["reasons"], analysis["warnings"]) == ([], [])


def make_groups(treated: dict[str, Any], control: dict[str, Any], **over: Any) -> dict[str, Any]:
    """A holdout: 1,200 conversions of 100,000 people against 500 of 50,000, and more fields."""
    return make_holdout(
        treated={"people": 100_000, "conversions": 1_200, **treated},
        control={"people": 50_000, "conversions": 500, **control},
        **over,
    )


def width_of(analysis: dict[str, Any]) -> float:
    total = analysis["incremental_conversions"]
    return float(total["ci_high"] - total["ci_low"])


def test_repeat_buyers_widen_the_interval_according_to_the_known_fields() -> None:
    once = read(make_groups({"converters": 1_200}, {"converters": 500})).analysis
    converters = read(make_groups({"converters": 600}, {"converters": 250})).analysis
    squares = read(
        make_groups(
            {"converters": 600, "sum_of_squares": 3_600},
            {"converters": 250, "sum_of_squares": 1_500},
        )
    ).analysis

    assert [one["variance_from"] for one in (once, converters, squares)] == [
        "single_conversions",
        "converters",
        "sum_of_squares",
    ]
    assert width_of(squares) == pytest.approx(3**0.5 * width_of(once), rel=0.02)
    assert width_of(converters) > 1.05 * width_of(squares)
    assert [one["warnings"] for one in (once, converters, squares)] == [[], [], []]


def test_unknown_repeat_buyers_use_an_assumed_variance_with_a_warning() -> None:
    once = read(make_groups({"converters": 1_200}, {"converters": 500})).analysis
    unknown = read(make_groups({}, {})).analysis

    assert unknown["variance_from"] == "assumed"
    assert unknown["warnings"] == ["repeat_buyers_unknown"]
    assert width_of(unknown) == pytest.approx(3**0.5 * width_of(once), rel=0.02)


def test_a_goal_that_people_reach_once_needs_no_converters() -> None:
    lead = read(make_groups({}, {}, goal="lead")).analysis

    assert (lead["variance_from"], lead["warnings"]) == ("single_conversions", [])
    assert width_of(lead) == width_of(read(make_holdout()).analysis)


@pytest.mark.parametrize("goal", ["purchase", "lead"])
def test_more_conversions_than_people_raise_a_warning_unless_converters_are_known(
    goal: str,
) -> None:
    many = {"people": 100, "conversions": 150}
    unknown = read(make_groups(many, {}, goal=goal)).analysis
    known = read(make_groups(many | {"converters": 60}, {"converters": 300}, goal=goal)).analysis

    assert unknown["warnings"] == ["conversions_exceed_people", "repeat_buyers_unknown"]
    assert known["warnings"] == []


def test_a_body_without_the_newer_fields_keeps_its_digest() -> None:
    assert read(make_groups({}, {})).digest == (
        "d6127eb069229aa1e7714f252fa3c71a10e5eb7afb81587247c6342ee4670a07"
    )


@pytest.mark.parametrize(
    ("effect", "engagements"),
    [
        ({"incremental_conversions": 300, "standard_error": 60}, 1_000),
        ({"incremental_conversions": -300, "standard_error": 60}, -1_000),
        ({"conversions_per_engagement": Decimal("0.3"), "standard_error": 0.06}, None),
        ({"incremental_conversions": 300, "ci_low": 182.4, "ci_high": 417.6}, 1_000),
        (
            {"incremental_conversions": 300, "ci_low": 201.3, "ci_high": 398.7, "confidence": 0.9},
            1_000,
        ),
    ],
)
@pytest.mark.parametrize("kind", ["holdout", "geo"])
def test_effect_may_have_an_error_or_an_interval(
    kind: str, effect: dict[str, Any], engagements: int | None
) -> None:
    analysis = read(make_effect(kind=kind, effect=effect, engagements=engagements)).analysis

    assert analysis["conversions_per_engagement"]["estimate"] == pytest.approx(0.3)
    assert analysis["standard_error"] == pytest.approx(0.06, rel=1e-3)


def test_geo_test_estimates_the_effect_in_the_treated_regions() -> None:
    raw = make_geo(lift=0.5, spend=money("500"))

    analysis = read(raw).analysis

    total = analysis["incremental_conversions"]
    caused = (
        0.5 / 1.5 * sum(sum(raw["series"]["regions"][name][30:]) for name in ("north", "south"))
    )
    assert total["ci_low"] < caused < total["ci_high"]
    assert total["ci_low"] > 0
    assert analysis["conversions_per_engagement"]["estimate"] == pytest.approx(
        total["estimate"] / 1_000
    )
    assert analysis["conversions_per_spend"]["estimate"] == pytest.approx(total["estimate"] / 500)
    assert (analysis["days_before"], analysis["days"]) == (30, 10)
    assert (analysis["treated_regions"], analysis["control_regions"]) == (2, 5)
    assert 0 < analysis["p_value"] < 0.05


def test_counts_after_the_test_are_not_used() -> None:
    short = read(make_geo(days=40)).analysis
    longer = make_geo(days=40)
    for counts in longer["series"]["regions"].values():
        counts += [999] * 5

    assert read(longer).analysis == short


def test_csv_rows_equal_lists() -> None:
    assert read(as_csv(make_geo())).analysis == read(make_geo()).analysis


def test_a_missing_day_after_the_test_is_missing_too() -> None:
    raw = make_geo(days=41)
    raw["series"]["regions"]["north"][40] = None

    assert errors_of(raw) == "/series incomplete_series"


def test_geo_test_without_engagements_is_analysed_without_a_number_per_engagement() -> None:
    analysis = read(make_geo(engagements=None)).analysis

    assert analysis["incremental_conversions"]["estimate"] > 0
    assert analysis["conversions_per_engagement"] is None
    assert analysis["standard_error"] is None
    assert analysis["reasons"] == ["engagements_not_given"]


# --- errors -----------------------------------------------------------------------------------


def series(**over: Any) -> dict[str, Any]:
    return {**make_geo()["series"], **over}


def counted(**regions: Any) -> dict[str, Any]:
    """A geo test with other counts in some regions."""
    return make_geo(series=series(regions={**make_geo()["series"]["regions"], **regions}))


def measured(effect: dict[str, Any]) -> dict[str, Any]:
    return make_effect(effect=effect)


FORTY = [1] * 40
EFFECT = {"incremental_conversions": 1, "standard_error": 1}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ([], " wrong_type"),
        ({}, "/kind missing_field"),
        (make_holdout(kind="lift"), "/kind unknown_value"),
        (make_holdout(treatment={}), "/treatment unknown_field"),
        (make_holdout(channel=None), "/channel missing_field"),
        (make_holdout(channel="Google"), "/channel invalid_format"),
        (make_holdout(type="likes"), "/type unknown_value"),
        (make_holdout(paid="yes"), "/paid wrong_type"),
        (make_holdout(experiment_id="a b"), "/experiment_id invalid_format"),
        (make_holdout(experiment_id="a/b"), "/experiment_id invalid_format"),
        (make_holdout(start="1.2.2026"), "/from invalid_format"),
        (make_holdout(start="2026-03-01"), "/to out_of_range"),
        (make_holdout(end="2026-03-16"), "/to in_the_future"),
        (make_holdout(engagements=0), "/engagements out_of_range"),
        (make_holdout(engagements=1.5), "/engagements wrong_type"),
        (make_holdout(engagements=None), "/engagements missing_field"),
        (make_holdout(control=None), "/control missing_field"),
        (make_holdout(control={"people": 0, "conversions": 0}), "/control/people out_of_range"),
        (
            make_holdout(control={"people": 9, "conversions": -1}),
            "/control/conversions out_of_range",
        ),
        (make_groups({"converters": 9}, {}), "/control/converters missing_field"),
        (make_groups({}, {"sum_of_squares": 900}), "/treated/sum_of_squares missing_field"),
        (
            make_groups({"converters": 1_201}, {"converters": 0}),
            "/treated/converters out_of_range, /control/converters out_of_range",
        ),
        (
            make_groups({"people": 900, "converters": 901}, {"converters": 9.5}),
            "/control/converters wrong_type",
        ),
        (
            make_groups({"people": 900, "converters": 901}, {"converters": 9}),
            "/treated/converters out_of_range",
        ),
        (
            make_groups({"sum_of_squares": 1_199}, {"sum_of_squares": 250_001}),
            "/treated/sum_of_squares out_of_range, /control/sum_of_squares out_of_range",
        ),
        (
            make_groups(  # 600 converters of 1,200 conversions have at least 2,400
                {"converters": 600, "sum_of_squares": 2_399},
                {"converters": 250, "sum_of_squares": 1_000},
            ),
            "/treated/sum_of_squares out_of_range",
        ),
        (
            make_groups(  # 900 people with 1,200 conversions have at least 1,600
                {"people": 900, "sum_of_squares": 1_599}, {"sum_of_squares": 500}
            ),
            "/treated/sum_of_squares out_of_range",
        ),
        (make_holdout(csv="x"), "/csv unknown_field"),
        (make_holdout(effect=EFFECT), "/treated unknown_field, /control unknown_field"),
        (make_effect(effect=EFFECT), "/engagements missing_field"),
        (measured({"standard_error": 1}), "/effect/incremental_conversions missing_field"),
        (
            measured({"conversions_per_engagement": 1, "ci_low": 0}),
            "/effect/standard_error missing_field",
        ),
        (
            measured({"conversions_per_engagement": 1, "ci_low": 2, "ci_high": 1}),
            "/effect/ci_high out_of_range",
        ),
        (
            measured({"conversions_per_engagement": 1, "standard_error": 0}),
            "/effect/standard_error out_of_range",
        ),
        (
            measured({"conversions_per_engagement": "1", "standard_error": 1}),
            "/effect/conversions_per_engagement wrong_type",
        ),
        (
            measured({"conversions_per_engagement": 1, "standard_error": 1, "ci_low": 0}),
            "/effect/ci_low unknown_field",
        ),
        (make_geo(treated_regions=None), "/treated_regions missing_field"),
        (make_geo(series=None), "/series missing_field"),
        (make_geo(csv="x"), "/series missing_field"),
        (make_geo(treated_regions=["north", "moon"]), "/treated_regions unknown_value"),
        (
            make_geo(treated_regions=["north", "south", "east", "west"]),
            "/treated_regions too_few_regions",
        ),
        (make_geo(start="2026-01-28"), "/from too_few_days"),
        (make_geo(start="2026-01-01"), "/from out_of_range"),
        (make_geo(end="2026-02-10"), "/from out_of_range"),
        (counted(north=FORTY[1:]), "/series incomplete_series"),
        (counted(north=[*FORTY[1:], None]), "/series incomplete_series"),
        (counted(north=[None] * 40), "/series incomplete_series"),
        (counted(north=["", *FORTY[1:]]), "/series/regions/north/0 wrong_type"),
        (counted(north=[0] * 40, south=[0] * 40), "/treated_regions too_few_conversions"),
        (
            counted(north=[-1] * 40),
            ", ".join(f"/series/regions/north/{n} out_of_range" for n in range(20)),
        ),
        (
            make_geo(series=series(regions={f"r{n}": FORTY for n in range(301)})),
            "/series out_of_range",
        ),
        (make_geo(series=series(regions={"north": [1] * 401})), "/series out_of_range"),
        (make_geo(series=series(regions={})), "/series too_short"),
        *(
            (make_geo(series=series(first_day=day)), "/series/first_day out_of_range")
            for day in ("9999-12-30", "0001-01-01", "3000-01-01")
        ),
        (make_geo(spend={"amount": "-1", "currency": "EUR"}), "/spend/amount invalid_amount"),
        (make_holdout(start=20260201), "/from invalid_format"),
    ],
)
def test_errors_name_the_field(raw: Any, expected: str) -> None:
    assert errors_of(raw) == expected


def rows(*lines: str) -> dict[str, Any]:
    return {**as_csv(make_geo()), "csv": "\n".join(["date,region,conversions", *lines])}


@pytest.mark.parametrize(
    ("raw", "code", "word"),
    [
        (rows(), "too_short", "no rows"),
        (rows("2026-01-01,north,1", "2026-01-01,north,2"), "incomplete_series", "two rows"),
        (rows("2026-01-01,north,1", "2026-01-03,north,2"), "incomplete_series", "2026-01-02"),
        (rows("2026-01-01,north,1", "2026-01-02,north, "), "incomplete_series", "2026-01-02"),
        (rows("2026-01-01,north,1", "2026-01-05,north,2"), "incomplete_series", "and 2 more"),
        (rows("2026-01-01,north,-1"), "invalid_format", "line 2"),
        (rows("2026-01-01,north,inf"), "invalid_format", "line 2"),
        (rows("2026-01-01,north,many"), "invalid_format", "line 2"),
        (rows("2026-01-01,north,nan"), "invalid_format", "line 2"),
        (rows("2026-01-01,north"), "invalid_format", "line 2"),
        (rows("2026-01-01,north,1", '2026-01-02,"' + "x" * 200_000), "invalid_format", "line 3"),
        (rows("1/2/2026,north,1"), "invalid_format", "line 2"),
        (rows("2026-01-01,north,1", "2036-01-01,north,1"), "out_of_range", "400 days"),
        ({**rows(), "csv": "date,region\n"}, "invalid_format", "conversions or response"),
        ({**rows(), "csv": "date,region,city,y\n"}, "invalid_format", "region or geo"),
    ],
)
def test_errors_in_a_csv_name_the_line(raw: dict[str, Any], code: str, word: str) -> None:
    with pytest.raises(InvalidFields, match=word) as caught:
        read(raw)
    assert [(one.pointer, one.code) for one in caught.value.errors] == [("/csv", code)]


# --- documentation ----------------------------------------------------------------------------

DOCUMENT = (Path(__file__).parents[2] / "docs" / "experiments.md").read_text(encoding="utf-8")


def test_examples_of_the_documentation_are_real_results() -> None:
    blocks = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    pairs = list(zip(blocks[0:4:2], blocks[1:4:2], strict=True))

    assert [read(json.loads(body)).analysis for body, _ in pairs] == [
        json.loads(answer) for _, answer in pairs
    ]


def test_every_reason_and_warning_is_documented() -> None:
    words = {
        *("engagements_not_given", "kind_not_in_data", "outdated", "after_window"),
        *("goal_not_in_data", "conversions_exceed_people"),
        "repeat_buyers_unknown",
        "experiment_contradicts_model",
        "experiments_disagree",
        "model_flagged_not_combined",
    }
    assert {word for word in words | BIASED | UNUSABLE if f"`{word}`" not in DOCUMENT} == set()


# --- storage ----------------------------------------------------------------------------------


def test_the_same_experiment_again_changes_nothing(store: TenantStore) -> None:
    first = register_experiment(store, make_holdout(experiment_id="x"), now=NOW)
    again = register_experiment(
        store, make_holdout(experiment_id="x", paid=True), now=NOW + dt.timedelta(days=1)
    )
    assert (first.created, again.created) == (True, False)
    assert again.experiment == first.experiment


def test_other_numbers_under_the_same_id_replace_the_old_ones(store: TenantStore) -> None:
    register_experiment(store, make_holdout(experiment_id="x"), now=NOW)
    later = NOW + dt.timedelta(days=1)
    restated = register_experiment(
        store, make_holdout(experiment_id="x", engagements=10_000), now=later
    )
    assert not restated.created
    assert restated.experiment.registered_at == "2026-03-15T12:00:00Z"
    assert restated.experiment.restated_at == "2026-03-16T12:00:00Z"
    assert experiments.all_experiments(store) == [restated.experiment]


def test_missing_id_is_derived_from_the_content(store: TenantStore) -> None:
    for engagements in (5_000, 5_000, 6_000):
        register_experiment(store, make_holdout(engagements=engagements), now=NOW)
    ids = [one.experiment_id for one in experiments.all_experiments(store)]
    assert len(ids) == 2
    assert all(one.startswith("holdout-20260201-") for one in ids)


def test_counts_of_a_geo_test_are_stored_separately(store: TenantStore) -> None:
    raw = make_geo(experiment_id="geo")
    kept = register_experiment(store, raw, now=NOW).experiment
    assert store.experiments.counts("geo") == {
        "first_day": "2026-01-01",
        "regions": dict(sorted(raw["series"]["regions"].items())),
    }
    assert "series" not in kept.what
    assert kept.what["treated_regions"] == ["north", "south"]


def test_money_in_another_currency_is_rejected(store: TenantStore) -> None:
    with pytest.raises(InvalidFields, match="EUR"):
        register_experiment(store, make_geo(spend=money("1", "USD")), now=NOW)
    assert experiments.all_experiments(store) == []


# --- used in a fit ----------------------------------------------------------------------------


def calibrated(
    *raw: dict[str, Any], delta: float = 0.19, warnings: tuple[str, ...] = ()
) -> tuple[Any, list[dict[str, Any]]]:
    """Estimates of likes and clicks after the experiments, and the records of these."""
    before = estimates([0.01, delta], [[0.0001, 0.0], [0.0, 0.0004]])
    before = replace(before, warnings=[[], list(warnings)])
    found = [read(one) for one in raw]
    return calibrate_goal("purchase", [LIKES, CLICKS], before, found, WINDOW)


def test_experiment_is_combined_and_recorded() -> None:
    after, (record,) = calibrated(make_effect(experiment_id="x"))

    assert after.methods == ["time_series", "experiment"]
    assert after.delta[1] == pytest.approx(0.195)
    assert (record["id"], record["used"], record["reason"]) == ("x", True, None)
    assert record["measured"]["estimate"] == 0.2
    assert record["observational"]["estimate"] == 0.19
    assert record["observational"]["method"] == "time_series"
    assert record["combined"]["estimate"] == pytest.approx(0.195)
    assert not record["contradicts_model"]
    assert record["p_agreement"] > 0.5


def test_record_keeps_the_warnings_of_the_model() -> None:
    after, (record,) = calibrated(make_effect(), warnings=("intent_confounding_suspected",))

    assert record["observational"]["warnings"] == ["intent_confounding_suspected"]
    assert record["bias_allowed"] == pytest.approx(1.705 * 0.2, rel=1e-3)
    assert record["model_used"]
    assert record["weight_of_experiments"] > 0.99
    assert after.warnings == [[], []]


def test_the_record_shows_a_model_that_was_not_combined() -> None:
    after, (record,) = calibrated(make_effect(), warnings=("placebo_failed",))

    assert (record["model_used"], record["bias_allowed"]) == (False, None)
    assert (record["combined"]["estimate"], record["weight_of_experiments"]) == (0.2, 1.0)
    assert after.warnings == [[], ["model_flagged_not_combined"]]
    json.dumps(record, allow_nan=False)


def test_a_contradiction_is_reported_with_both_numbers() -> None:
    after, (record,) = calibrated(make_effect(), delta=0.5)

    assert record["contradicts_model"]
    assert record["p_agreement"] < 0.01
    assert (record["observational"]["estimate"], record["measured"]["estimate"]) == (0.5, 0.2)
    assert record["combined"]["estimate"] == 0.2
    assert after.warnings == [[], ["experiment_contradicts_model"]]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (make_effect(paid=False), "kind_not_in_data"),
        (make_effect(channel="xing"), "kind_not_in_data"),
        (make_effect(start="2024-01-01", end="2025-03-13"), "outdated"),
        (make_effect(start="2026-03-15", end="2026-03-15"), "after_window"),
        (make_geo(engagements=None), "engagements_not_given"),
    ],
)
def test_inapplicable_experiment_is_not_used_and_has_a_reason(
    raw: dict[str, Any], reason: str
) -> None:
    after, (record,) = calibrated(raw)

    assert (record["used"], record["reason"]) == (False, reason)
    assert after.methods == ["time_series", "time_series"]
    assert "reason" in CODES[reason].used_as


def test_experiment_that_overlaps_the_window_counts() -> None:
    window = Window(dt.date(2024, 1, 1), dt.date(2026, 3, 14))

    assert window.reason_against({"from": "2023-12-01", "to": "2024-01-01"}) is None
    assert window.reason_against({"from": "2023-11-01", "to": "2023-12-31"}) == "outdated"
    assert Window(*WINDOW).reason_against({"from": "2025-01-01", "to": "2025-03-14"}) is None


def test_experiment_on_another_goal_does_not_apply() -> None:
    after, records = calibrated(make_effect(goal="lead"))

    assert records == []
    assert after.methods == ["time_series", "time_series"]
    (left,) = experiments.without_goal([read(make_effect(goal="lead"))], ["purchase"])
    assert (left["goal"], left["used"], left["reason"]) == ("lead", False, "goal_not_in_data")
