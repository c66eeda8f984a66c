"""Finished switchbacks from a fit document, and the command `switchback`."""

from __future__ import annotations

import copy
import datetime as dt
import io
import json
import random
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalicelib.attribution.experiments.switchback import Switchback
from chalicelib.cli import main
from chalicelib.model.codes import CODES, stem_of
from chalicelib.model.errors import InvalidFields
from chalicelib.model.events import parse_event
from chalicelib.services.answers.design_questions import DesignAsked
from chalicelib.services.answers.experiment_designs import design_experiment
from chalicelib.services.answers.read_switchbacks import read_switchback
from chalicelib.services.answers.switchback_questions import SwitchbackAsked
from chalicelib.services.answers.switchback_shapes import SwitchbackResult
from chalicelib.services.experiments.experiment_bodies import parse_experiment
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.fit_documents import FitDocument
from tests.unit.test_budget_plans import events_of

DAYS, SPEND, LEVEL = 56, 150.0, 100.0
WEEK = [0.0, 4.0, -3.0, 2.0, 6.0, 10.0, -19.0]


@pytest.fixture(scope="module")
def fitted() -> FitDocument:
    return fit_events(
        map(parse_event, events_of("brand_search", 1, 300)),
        window=None,
        currency="EUR",
        as_of=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
        fit_id="f",
    )


def last_start(document: FitDocument) -> dt.date:
    """First day of a test that ends with the window."""
    return dt.date.fromisoformat(document["window"]["to"]) - dt.timedelta(days=DAYS - 1)


def after_a_test(document: FitDocument, effect: float, seed: int) -> FitDocument:
    """The document after a switchback as designed; `effect`: conversions per euro."""
    found = copy.copy(document)
    first = last_start(document)
    designed = design_experiment(document, DesignAsked(channel="google_ads", start=first))
    on_days = set(designed["on_days"] or [])
    on = tuple((first + dt.timedelta(days=day)).isoformat() in on_days for day in range(DAYS))
    rng = np.random.default_rng([seed, 90])
    n = len(document["goals"]["purchase"]["conversions"])
    level = LEVEL * np.exp(0.005 * np.cumsum(rng.standard_normal(n)))
    level += np.resize(WEEK, n)
    test = Switchback(on, SPEND, designed["decay"] or 0.0)
    level[-DAYS:] += effect * np.array(test.exposure)
    level[:-DAYS] += effect * SPEND
    goal = copy.copy(document["goals"]["purchase"])
    goal["conversions"] = rng.poisson(np.maximum(level, 1.0)).tolist()
    found["goals"] = {"purchase": goal}
    spends = [SPEND] * (n - DAYS) + [SPEND * one for one in on]
    found["costs"] = document["costs"] | {"google_ads": spends}
    found["kinds"] = [
        one | {"counts": [int(2 * spend) for spend in spends]}
        if one["channel"] == "google_ads"
        else one
        for one in document["kinds"]
    ]
    return found


def read(document: FitDocument, **over: Any) -> SwitchbackResult:
    """The answer, whose codes are all registered and whose sentence is finished."""
    first = over.pop("first_day", last_start(document))
    answer = read_switchback(document, SwitchbackAsked("google_ads", first, **over))
    codes = {answer["verdict"], *answer["reasons"], *answer["warnings"]}
    assert {stem_of(code) for code in codes} <= set(CODES)
    assert answer["sentence"].endswith(".")
    assert "None" not in answer["sentence"]
    return answer


def test_the_interval_holds_the_true_effect(fitted: FitDocument) -> None:
    answers = [read(after_a_test(fitted, 0.25, seed)) for seed in range(60)]

    found = [one["conversions_per_currency_unit"] for one in answers]
    held = [(one["ci_low"] or 0.0) <= 0.25 <= (one["ci_high"] or 0.0) for one in found]
    assert np.mean(held) >= 0.88
    assert np.mean([one["estimate"] or 0.0 for one in found]) == pytest.approx(0.25, abs=0.02)
    assert np.mean([one["verdict"] == "effective" for one in answers]) > 0.9


def test_without_an_effect_none_is_claimed(fitted: FitDocument) -> None:
    answers = [read(after_a_test(fitted, 0.0, seed), margin=0.1) for seed in range(60)]

    assert np.mean([(one["p_value"] or 0.0) <= 0.05 for one in answers]) <= 0.1
    assert np.mean([one["verdict"] == "effective" for one in answers]) <= 0.1
    assert {one["verdict"] for one in answers} >= {"no_effect_seen"}


def test_an_effect_is_shown_in_conversions_in_value_and_after_the_margin(
    fitted: FitDocument,
) -> None:
    document = after_a_test(fitted, 0.25, 1)
    plain, margin = read(document), read(document, margin=0.4)

    value = document["goals"]["purchase"]["value_mean"]
    per_euro = plain["conversions_per_currency_unit"]["estimate"] or 0.0
    assert plain["incremental_roas"]["estimate"] == pytest.approx(per_euro * value, rel=1e-4)
    assert plain["value_per_currency_unit"] == plain["incremental_roas"]
    assert margin["incremental_roas"] == plain["incremental_roas"]
    assert margin["value_per_currency_unit"]["estimate"] == pytest.approx(
        0.4 * per_euro * value, rel=1e-4
    )
    assert "revenue_is_not_margin" in plain["warnings"]
    assert "revenue_is_not_margin" not in margin["warnings"]
    assert (plain["spend_on"], plain["spend_off"], plain["days_used"]) == (SPEND, 0.0, DAYS)
    assert plain["pseudo_tests"] > 0


def test_the_result_can_be_registered_for_later_fits(fitted: FitDocument) -> None:
    answer = read(after_a_test(fitted, 0.25, 2))

    body = json.loads(json.dumps(answer["register"]))
    parsed = parse_experiment(body, today=dt.date(2026, 3, 1))
    effect = body["effect"]
    spend = SPEND * DAYS / 2
    per_euro = answer["conversions_per_currency_unit"]
    assert parsed.engagements == 2 * spend
    assert effect["incremental_conversions"] == pytest.approx(
        (per_euro["estimate"] or 0.0) * spend, rel=1e-4
    )
    half = 1.959964 * effect["standard_error"] / spend
    assert (per_euro["estimate"] or 0.0) + half == pytest.approx(per_euro["ci_high"], rel=1e-3)


def test_a_test_that_was_not_run_is_not_read(fitted: FitDocument) -> None:
    document = after_a_test(fitted, 0.25, 3)
    document["costs"]["google_ads"] = [SPEND] * len(document["costs"]["google_ads"])

    answer = read(document)

    assert (answer["verdict"], answer["reasons"]) == ("not_estimable", ["schedule_not_followed"])
    assert len(answer["days_against_schedule"]) == DAYS // 2
    assert answer["conversions_per_currency_unit"]["estimate"] is None
    assert answer["register"] is None
    del document["costs"]["google_ads"]
    assert read(document)["reasons"] == ["schedule_not_followed"]


def test_another_schedule_than_the_drawn_one_is_noticed(fitted: FitDocument) -> None:
    answer = read(after_a_test(fitted, 0.25, 3), block=14)

    assert answer["reasons"] == ["schedule_not_followed"]


def test_a_few_days_against_the_schedule_are_warned_about(fitted: FitDocument) -> None:
    document = after_a_test(fitted, 0.25, 4)
    spends = document["costs"]["google_ads"]
    day = next(day for day in range(len(spends) - DAYS, len(spends)) if spends[day] == 0.0)
    spends[day] = SPEND

    answer = read(document)

    first = dt.date.fromisoformat(document["window"]["from"])
    assert answer["verdict"] == "effective"
    assert "schedule_not_followed" in answer["warnings"]
    assert answer["days_against_schedule"] == [(first + dt.timedelta(days=day)).isoformat()]


def test_days_outside_the_data_are_refused(fitted: FitDocument) -> None:
    document = after_a_test(fitted, 0.25, 5)
    for first in (last_start(document) + dt.timedelta(days=1), dt.date(2020, 1, 6)):
        answer = read(document, first_day=first)
        assert (answer["verdict"], answer["reasons"]) == (
            "not_estimable",
            ["test_days_not_covered"],
        )


def test_annotated_days_do_not_count(fitted: FitDocument) -> None:
    document = after_a_test(fitted, 0.25, 6)
    plain = read(document)
    first = last_start(document)
    days = [(first + dt.timedelta(days=day)).isoformat() for day in range(DAYS)]
    for day in (20, 21):
        document["goals"]["purchase"]["conversions"][day - DAYS] = 5_000

    def annotated(*spans: tuple[int, int]) -> SwitchbackResult:
        document["annotations"] = [
            {"name": "sale", "category": "promotion", "from": days[a], "to": days[b]}
            for a, b in spans
        ]
        return read(document)

    wild, sale, many = annotated(), annotated((20, 21)), annotated((0, 7), (10, 17))
    known = plain["conversions_per_currency_unit"]["estimate"]
    assert wild["verdict"] == "inconclusive"
    assert sale["days_used"] == DAYS - 2
    assert sale["conversions_per_currency_unit"]["estimate"] == pytest.approx(known, abs=0.06)
    assert many["reasons"] == ["annotated_days_too_many"]


def test_a_restless_past_widens_the_interval(fitted: FitDocument) -> None:
    document = after_a_test(fitted, 0.25, 7)
    calm = read(document)
    counts = document["goals"]["purchase"]["conversions"]
    lot = random.Random(3)
    for week in range(0, len(counts) - DAYS - 7, 7):
        more = lot.choice([0, 80])
        counts[week : week + 7] = [count + more for count in counts[week : week + 7]]

    def width(answer: SwitchbackResult) -> float:
        one = answer["conversions_per_currency_unit"]
        return (one["ci_high"] or 0.0) - (one["ci_low"] or 0.0)

    assert width(read(document)) > 2.0 * width(calm)


@pytest.mark.parametrize(
    "over", [{"days": 0}, {"days": 21}, {"block": 0}, {"block": 28}, {"margin": 1.5}]
)
def test_impossible_tests_are_rejected(over: dict[str, Any]) -> None:
    with pytest.raises(InvalidFields):
        SwitchbackAsked("google_ads", dt.date(2026, 1, 5), **over)


def test_the_command_answers_from_files(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text("\n".join(json.dumps(one) for one in events_of("brand_search", 1, 200)))

    def run(*arguments: str) -> tuple[int, str]:
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()):
            status = main(["switchback", str(file), "--channel", "google_ads", *arguments])
        return status, out.getvalue()

    status, out = run("--first-day", "2026-01-05", "--format", "json")
    wrong = run("--first-day", "2026-01-05", "--days", "10")

    answer = json.loads(out)
    assert (status, answer["verdict"]) == (0, "not_estimable")
    assert answer["reasons"] in (["schedule_not_followed"], ["test_days_not_covered"])
    assert wrong[0] == 2
