"""Designs of experiments from a fit document, and the command `design`."""

from __future__ import annotations

import copy
import datetime as dt
import io
import json
import random
from contextlib import redirect_stderr, redirect_stdout
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chalicelib.attribution.experiments.holdout_design import HoldoutPlan
from chalicelib.cli import main
from chalicelib.model.codes import CODES, stem_of
from chalicelib.model.errors import InvalidFields, OtherVersion
from chalicelib.model.events import parse_event
from chalicelib.services.answers.design_questions import DesignAsked, read_design
from chalicelib.services.answers.design_shapes import DesignedTest
from chalicelib.services.answers.designed_switchbacks import without_weeks
from chalicelib.services.answers.experiment_designs import design_experiment
from chalicelib.services.answers.tested_channels import covered_days
from chalicelib.services.experiments.geo_designing import GeoDesignNumbers, GeoDesignQuestion
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.fit_documents import FitDocument
from tests.factories import make_conversion, make_event
from tests.unit.test_budget_plans import events_of
from tests.worlds import designed_files

PEOPLE = {"people": 60_000.0, "conversions": 9_000.0, "sum_of_squares": 15_000.0}


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    found = list(events_of("brand_search", 1, 300))
    rng = random.Random(4)
    for one in found:
        if one["kind"] == "conversion":
            one["region"] = rng.choice(["north", "south"])
    return found


@pytest.fixture(scope="module")
def fitted(lines: list[dict[str, Any]]) -> FitDocument:
    return fit_events(
        map(parse_event, lines),
        window=None,
        currency="EUR",
        as_of=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
        fit_id="f",
    )


@pytest.fixture
def of_people(fitted: FitDocument) -> FitDocument:
    """The fit with identified people."""
    document = copy.deepcopy(fitted)
    document["goals"]["purchase"]["people"] = PEOPLE  # type: ignore[typeddict-item]
    return document


def regions(days: int, count: int = 12) -> dict[str, list[float]]:
    rng = random.Random(2)
    return {
        f"r{number:02}": [float(rng.randrange(20, 41)) for _ in range(days)]
        for number in range(count)
    }


def checked(answer: DesignedTest) -> DesignedTest:
    """The answer, whose codes are all registered and whose sentence is finished."""
    codes = {answer["verdict"], *answer["reasons"], *answer["warnings"]}
    assert {stem_of(code) for code in codes} <= set(CODES)
    assert answer["sentence"].endswith(".")
    assert "None" not in answer["sentence"]
    return answer


def test_a_switchback_has_a_schedule_for_whoever_runs_it(fitted: FitDocument) -> None:
    answer = checked(design_experiment(fitted, DesignAsked(channel="google_ads")))

    first = dt.date.fromisoformat(answer["first_day"] or "")
    days = [dt.date.fromisoformat(day) for day in answer["on_days"] or []]
    assert (answer["kind"], answer["days"], answer["block"]) == ("switchback", 56, 7)
    assert (first.weekday(), len(days)) == (0, 28)
    assert first > dt.date.fromisoformat(fitted["window"]["to"])
    assert all(0 <= (day - first).days < 56 for day in days)
    assert answer["effect_is_in"] == "value_per_currency_unit"
    assert answer["false_positives_in_pseudo_tests"] is not None
    assert answer["people"] is answer["regions"] is None
    again = design_experiment(fitted, DesignAsked(channel="google_ads", start=first))
    assert again["on_days"] == answer["on_days"]


def test_costs_are_what_the_channel_brings_on_the_days_without_it(fitted: FitDocument) -> None:
    answer = design_experiment(fitted, DesignAsked(channel="google_ads"))
    margin = design_experiment(fitted, DesignAsked(channel="google_ads", margin=0.5))

    saved, costs = answer["spend_saved"] or 0.0, answer["costs"] or 0.0
    value_per_euro = answer["expected_effect"]["estimate"] or 0.0
    assert costs == pytest.approx(saved * value_per_euro, rel=0.01)
    assert margin["costs"] == pytest.approx(costs / 2, rel=0.01)
    assert margin["spend_saved"] == saved
    assert "revenue_is_not_margin" in answer["warnings"]
    assert "revenue_is_not_margin" not in margin["warnings"]


def test_a_holdout_takes_people_and_repeat_buyers_from_the_fit(of_people: FitDocument) -> None:
    answer = checked(
        design_experiment(of_people, DesignAsked(channel="google_ads", kind="holdout"))
    )

    days = 300
    rate = 9_000 / 60_000 * 28 / days
    ratio = 1.0 + (15_000 / 9_000 - 1.0) * 28 / days
    expected = HoldoutPlan(rate, 0.5, ratio).smallest_lift(60_000)
    assert (answer["people"], answer["days"]) == (60_000, 28)
    assert answer["rate"] == pytest.approx(rate)
    assert answer["smallest_detectable_effect"] == pytest.approx(expected, abs=1e-6)
    assert answer["effect_is_in"] == "share_of_conversions"
    assert "repeat_buyers_unknown" not in answer["warnings"]


def test_a_holdout_uses_no_more_people_than_the_effect_needs(of_people: FitDocument) -> None:
    def asked(effect: float) -> DesignedTest:
        question = DesignAsked(channel="google_ads", kind="holdout", effect=effect)
        return checked(design_experiment(of_people, question))

    enough, too_few = asked(0.5), asked(0.01)

    assert (enough["people"] or 0) < 60_000
    assert enough["smallest_detectable_effect"] == pytest.approx(0.5, rel=1e-3)
    assert too_few["people"] == 60_000
    assert (too_few["verdict"], too_few["reasons"][0]) == ("not_feasible", "people_too_few")


def test_without_known_people_a_holdout_says_so(fitted: FitDocument) -> None:
    plain = checked(design_experiment(fitted, DesignAsked(channel="google_ads", kind="holdout")))
    given = checked(
        design_experiment(
            fitted, DesignAsked(channel="google_ads", kind="holdout", people=10**6, rate=0.02)
        )
    )

    assert plain["verdict"] == "not_estimable"
    assert plain["reasons"] == ["people_unknown"]
    assert plain["smallest_detectable_effect"] is plain["people"] is plain["costs"] is None
    assert (given["smallest_detectable_effect"] or 1.0) < 0.1
    assert "repeat_buyers_unknown" in given["warnings"]


def test_the_worth_is_that_of_the_error_of_the_design(fitted: FitDocument) -> None:
    def worth(people: int) -> float:
        asked = DesignAsked(channel="brand_search", kind="holdout", people=people, rate=0.1)
        return design_experiment(fitted, asked)["worth"] or 0.0

    assert worth(10**8) > 1.2 * worth(10**5)


def test_an_experiment_is_worth_it_if_it_brings_more_than_it_costs(fitted: FitDocument) -> None:
    def asked(days: int, people: int) -> DesignedTest:
        rate = 0.1 * days / 28
        question = DesignAsked(
            channel="brand_search", kind="holdout", people=people, rate=rate, days=days
        )
        return checked(design_experiment(fitted, question))

    cheap, long = asked(7, 10**7), asked(365, 10**7)

    assert cheap["verdict"] == "worth_it"
    assert cheap["costs"] is None
    assert "costs_unknown" in cheap["reasons"]
    assert long["verdict"] == "not_worth_it"


def test_a_test_that_cannot_find_what_there_is_to_find_is_not_feasible(
    fitted: FitDocument,
) -> None:
    asked = DesignAsked(channel="google_ads", kind="holdout", people=200, rate=0.02)

    answer = checked(design_experiment(fitted, asked))

    assert answer["verdict"] == "not_feasible"
    assert answer["reasons"] == ["effect_too_small_to_find"]
    assert answer["sentence"].startswith("This test is not feasible: effect too small to find.")


def test_a_channel_without_cost_is_held_out_but_moves_no_budget(of_people: FitDocument) -> None:
    document = copy.deepcopy(of_people)
    for one in document["goals"]["purchase"]["curves"]["channels"]:
        one["now"] = 0.0

    answer = checked(design_experiment(document, DesignAsked(channel="meta_ads", people=10**7)))

    assert answer["kind"] == "holdout"
    assert (answer["worth"], answer["spend_saved"]) == (None, None)
    assert answer["verdict"] in {"not_estimable", "not_feasible"}
    assert "no_spend_to_move" in answer["reasons"] or answer["verdict"] == "not_feasible"
    switchback = checked(
        design_experiment(document, DesignAsked(channel="meta_ads", kind="switchback"))
    )
    assert switchback["reasons"][0] == "nothing_to_switch"


def test_a_switchback_of_a_channel_without_an_estimate_takes_the_duration_of_others(
    fitted: FitDocument,
) -> None:
    answer = checked(
        design_experiment(fitted, DesignAsked(channel="brand_search", kind="switchback"))
    )

    assert "duration_of_other_channels" in answer["warnings"]
    assert answer["expected_effect"]["estimate"] is None
    document = copy.deepcopy(fitted)
    for one in document["goals"]["purchase"]["estimates"]:
        one["delta"] = None
    nothing = checked(
        design_experiment(document, DesignAsked(channel="google_ads", kind="switchback"))
    )
    assert (nothing["verdict"], nothing["reasons"][0]) == ("not_estimable", "duration_unknown")


def test_a_test_whose_pseudo_tests_claim_effects_is_not_feasible(fitted: FitDocument) -> None:
    def asked(claims: float) -> DesignedTest:
        numbers: GeoDesignNumbers = {
            "treated": ["r00", "r01"],
            "error": 0.0003,
            "smallest_effect": 0.001,
            "false_positives": claims,
            "pseudo_tests": 20,
            "conversions": 1000.0,
            "share": 0.2,
        }
        question = DesignAsked(channel="google_ads", kind="geo", series=regions(120), days=14)
        return checked(design_experiment(fitted, question, design_by=lambda _: numbers))

    honest, wild = asked(0.05), asked(0.15)

    assert honest["verdict"] in {"worth_it", "not_worth_it"}
    net = (honest["worth"] or 0.0) - (honest["costs"] or 0.0) + (honest["spend_saved"] or 0.0)
    assert honest["net_worth"] == pytest.approx(net, abs=0.02)
    assert (wild["verdict"], wild["reasons"]) == ("not_feasible", ["pseudo_tests_claim_effects"])
    assert wild["net_worth"] is None
    assert wild["sentence"].startswith("This test is not feasible: pseudo-tests claim effects.")


def test_an_annotated_sale_of_the_past_does_not_count_as_noise(fitted: FitDocument) -> None:
    document = copy.deepcopy(fitted)
    counts = document["goals"]["purchase"]["conversions"]
    weeks = range(98, 154, 14)  # sales in every other week
    for first in weeks:
        counts[first : first + 7] = [2 * count for count in counts[first : first + 7]]

    def smallest() -> float:
        answer = checked(design_experiment(document, DesignAsked(channel="google_ads")))
        return answer["smallest_detectable_effect"] or 0.0

    plain = smallest()
    start = dt.date.fromisoformat(document["window"]["from"])
    document["annotations"] = [
        {
            "name": "sale",
            "category": "promotion",
            "from": (start + dt.timedelta(days=first)).isoformat(),
            "to": (start + dt.timedelta(days=first + 6)).isoformat(),
        }
        for first in weeks
    ]
    annotated = smallest()
    document["annotations"] = [
        {
            "name": "season",
            "category": "promotion",
            "from": document["window"]["from"],
            "to": document["window"]["to"],
        }
    ]

    assert annotated < 0.8 * plain
    assert smallest() == plain  # the whole past cannot be an exception from itself


def test_a_test_that_is_not_feasible_has_no_net_worth(fitted: FitDocument) -> None:
    document = copy.deepcopy(fitted)
    counts = document["goals"]["purchase"]["conversions"]
    for day in range(0, len(counts), 20):
        counts[day] *= 20  # too noisy for any test
    answer = checked(design_experiment(document, DesignAsked(channel="google_ads")))

    assert answer["verdict"] == "not_feasible"
    assert answer["spend_saved"]
    assert answer["net_worth"] is None


def test_too_few_days_are_named(fitted: FitDocument) -> None:
    short = checked(design_experiment(fitted, DesignAsked(channel="google_ads", days=21)))
    long = checked(design_experiment(fitted, DesignAsked(channel="google_ads", days=364)))

    assert (short["verdict"], short["reasons"]) == ("not_feasible", ["blocks_too_few"])
    assert "no_pseudo_tests" in long["warnings"]
    assert long["false_positives_in_pseudo_tests"] is None
    document = copy.deepcopy(fitted)
    document["goals"]["purchase"]["curves"]["noise"] = None
    unknown = checked(design_experiment(document, DesignAsked(channel="google_ads", days=364)))
    assert unknown["reasons"][0] == "noise_unknown"


def test_blocks_that_are_not_weeks_are_warned_about(fitted: FitDocument) -> None:
    answer = design_experiment(fitted, DesignAsked(channel="google_ads", block=3))

    assert "blocks_not_whole_weeks" in answer["warnings"]


def test_a_geo_test_has_regions(fitted: FitDocument) -> None:
    asked = DesignAsked(channel="google_ads", kind="geo", series=regions(120), regions=2, days=14)

    answer = checked(design_experiment(fitted, asked))

    assert len(answer["regions"] or []) == 2
    assert set(answer["regions"] or []) <= set(regions(120))
    assert answer["pseudo_tests"] == 6
    share = 2 / 12
    value = answer["expected_effect"]["estimate"] or 0.0
    conversions = sum(fitted["goals"]["purchase"]["conversions"][-28:]) / 28
    mean = fitted["goals"]["purchase"]["value_mean"]
    assert answer["costs"] == pytest.approx(value * conversions * mean * 14 * share, rel=0.15)


def test_a_geo_test_without_a_channel_says_only_what_it_would_find(fitted: FitDocument) -> None:
    answer = checked(
        design_experiment(fitted, DesignAsked(kind="geo", series=regions(100), days=14))
    )

    assert answer["smallest_detectable_effect"]
    assert (answer["verdict"], answer["reasons"]) == ("not_estimable", ["channel_not_given"])


def test_a_geo_test_without_regions_or_a_past_is_not_designed(fitted: FitDocument) -> None:
    def never(question: GeoDesignQuestion) -> GeoDesignNumbers:
        raise AssertionError(question)

    def asked(days: int, series: dict[str, list[float]]) -> DesignedTest:
        question = DesignAsked(kind="geo", series=series, days=days)
        return checked(design_experiment(fitted, question, design_by=never))

    assert asked(14, regions(100, count=4))["reasons"][0] == "regions_too_few"
    assert asked(28, regions(50))["reasons"] == ["past_too_short"]


def test_a_gap_cuts_the_past(fitted: FitDocument) -> None:
    document = copy.deepcopy(fitted)
    source = next(one for one in document["coverage"] if one["goal"] == "purchase")
    day = dt.date.fromisoformat(document["window"]["from"]) + dt.timedelta(days=100)
    source["gaps"] = [[day.isoformat(), (day + dt.timedelta(days=3)).isoformat()]]

    first, last = covered_days(document, "purchase")

    assert first == day + dt.timedelta(days=4)
    assert last.isoformat() == document["window"]["to"]


def test_the_weekly_pattern_is_removed() -> None:
    week = [10.0, 12.0, 9.0, 11.0, 14.0, 20.0, 8.0]

    assert without_weeks(week * 4) == pytest.approx([12.0] * 28)
    assert without_weeks(week) == week


def test_fits_of_earlier_versions_have_no_design(fitted: FitDocument) -> None:
    document = copy.deepcopy(fitted)
    del document["goals"]["purchase"]["curves"]

    with pytest.raises(OtherVersion):
        design_experiment(document, DesignAsked(channel="google_ads"))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"channel": "google_ads", "kind": "survey"},
        {"channel": "google_ads", "days": 0},
        {"channel": "google_ads", "days": 1.5},
        {"channel": "google_ads", "days": True},
        {"channel": "google_ads", "margin": Decimal("1.5")},
        {"channel": "google_ads", "paid": "yes"},
        {"channel": 4},
        {"channel": "google_ads", "type": "wave"},
        {"channel": "google_ads", "from": "tomorrow"},
        {"channel": "google_ads", "kind": "geo"},
        {"channel": "google_ads", "kind": "switchback", "people": 100},
        {"channel": "google_ads", "kind": "holdout", "csv": "date,region,conversions\n"},
        {"series": {"first_day": "2026-01-01", "regions": {"a": [-1]}}},
        {"series": {"first_day": "2026-01-01", "regions": {"a": [1, None]}}},
        {"series": {"first_day": "2026-01-01", "regions": {"a": [1]}}, "csv": "x"},
        {"csv": 5},
    ],
)
def test_wrong_bodies_are_rejected(body: dict[str, Any]) -> None:
    with pytest.raises(InvalidFields):
        read_design(body)


def test_a_series_makes_the_design_a_geo_test() -> None:
    rows = (
        "date,region,conversions\n2026-01-01,a,1\n2026-01-01,b,2\n2026-01-02,a,3\n2026-01-02,b,4\n"
    )

    asked = read_design({"csv": rows, "margin": Decimal("0.4"), "days": 7})

    assert asked == DesignAsked(
        kind="geo", series={"a": [1.0, 3.0], "b": [2.0, 4.0]}, margin=0.4, days=7
    )


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        (DesignAsked(channel="wish"), "known: brand_search"),
        (DesignAsked(channel="google_ads", type="like"), r"known: click \(paid\)"),
        (DesignAsked(channel="google_ads", paid=False), r"known: click \(paid\)"),
    ],
)
def test_unknown_names_are_named(fitted: FitDocument, asked: DesignAsked, known: str) -> None:
    with pytest.raises(InvalidFields, match=known):
        design_experiment(fitted, asked)


def test_fields_of_another_kind_are_refused_once_the_kind_is_known(fitted: FitDocument) -> None:
    with pytest.raises(InvalidFields, match="a test of kind switchback does not use it"):
        design_experiment(fitted, DesignAsked(channel="google_ads", people=100))


# --- the command ------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str, str]:
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        status = main(["design", *arguments])
    return status, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def file(lines: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("designs") / "events.ndjson"
    path.write_text("\n".join(json.dumps(one) for one in lines))
    return path


def test_the_command_takes_paid_and_unpaid_engagements(file: Path) -> None:
    about = ("--channel", "google_ads", "--type", "click", "--format", "json")

    status, out, _ = run(*about, "--paid", str(file))
    assert (status, json.loads(out)["paid"]) == (0, True)

    status, _, err = run(*about, "--no-paid", str(file))
    assert status == 2
    assert "known: click (paid)" in err


def test_the_command_prints_the_answer_of_the_endpoint(file: Path, fitted: FitDocument) -> None:
    status, out, _ = run(str(file), "--channel", "google_ads", "--days", "84", "--format", "json")

    expected = design_experiment(fitted, DesignAsked(channel="google_ads", days=84))
    assert status == 0
    assert {**json.loads(out), "fit": None} == {**json.loads(json.dumps(expected)), "fit": None}


def test_the_command_takes_regions_from_a_file_or_from_the_events(
    file: Path, tmp_path: Path
) -> None:
    table = tmp_path / "regions.csv"
    rows = ["date,region,conversions"]
    for name, counts in regions(100).items():
        for day, count in enumerate(counts):
            rows.append(f"{dt.date(2025, 10, 1) + dt.timedelta(days=day)},{name},{count:g}")
    table.write_text("\n".join(rows))
    shared = ("--kind", "geo", "--channel", "google_ads", "--days", "14", "--format", "json")

    status, out, _ = run(str(file), *shared, "--series", str(table), "--regions", "3")
    from_events = run(str(file), *shared)

    assert (status, len(json.loads(out)["regions"])) == (0, 3)
    assert json.loads(from_events[1])["reasons"][0] == "regions_too_few"  # there are two


def test_the_command_refuses_a_file_that_is_no_series(file: Path, tmp_path: Path) -> None:
    missing = run(str(file), "--kind", "geo", "--series", str(tmp_path / "no.csv"))
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    unreadable = run(str(file), "--kind", "geo", "--series", str(broken))

    assert missing[0] == unreadable[0] == 2
    assert "cannot be read" in missing[2]
    assert "is not JSON" in unreadable[2]


def test_a_person_who_converts_often_is_in_the_fit() -> None:
    events = [
        make_event(user_id=f"p{number % 40}", occurred_at=f"2026-01-{1 + number % 30:02}T10:00:00Z")
        for number in range(120)
    ]
    times = {"p1": 3, "p2": 1, "only-buys": 2}
    events += [
        make_conversion(
            event_id=f"{user}-{number}",
            user_id=user,
            occurred_at=f"2026-01-{10 + number:02}T10:00:00Z",
        )
        for user, count in times.items()
        for number in range(count)
    ]

    document = fit_events(
        map(parse_event, events),
        window=(dt.date(2026, 1, 1), dt.date(2026, 1, 30)),
        currency="EUR",
        as_of=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
        fit_id="f",
    )

    assert document["goals"]["purchase"]["people"] == {
        "people": 41.0,
        "conversions": 6.0,
        "sum_of_squares": 14.0,
    }


def test_a_test_designed_from_files_finds_what_it_promises() -> None:
    table = list(designed_files.lines(["switchback"], 2, 30))

    cells = [cell.strip() for cell in table[1].strip("|").split("|")]
    assert cells[:2] == ["switchback", "2 x 30"]
    assert 0.5 <= float(cells[3]) <= 1.0
    assert float(cells[4]) <= 0.2


def test_a_channel_alone_is_worth_a_test_if_it_may_not_pay(fitted: FitDocument) -> None:
    def worth(factor: float) -> float:
        document = copy.deepcopy(fitted)
        for one in document["goals"]["purchase"]["curves"]["channels"]:
            if one["channel"] != "google_ads":
                one["reasons"] = ["too_few_engagements"]
            one["returns"] = [factor * r for r in one["returns"]]
        asked = DesignAsked(channel="google_ads", kind="holdout", people=10**8, rate=0.1)
        return checked(design_experiment(document, asked))["worth"] or 0.0

    mean = design_experiment(fitted, DesignAsked(channel="google_ads"))["expected_effect"]
    undecided = worth(1.0 / (mean["estimate"] or 1.0))

    assert undecided > 0.0
    assert worth(100.0) == pytest.approx(0.0, abs=undecided / 100)
