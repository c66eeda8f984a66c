"""Arrays of a world and its event lines lead to the same fit."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chalicelib.cli.inputs.admitted_lines import EventLines, LineFile
from chalicelib.services.fitting.estimation import fit_events
from tests.worlds.fits import AS_OF, fit_records
from tests.worlds.judge import judge, judge_command_line
from tests.worlds.lines import declared_lines, write_lines
from tests.worlds.people import WORLDS, Hole, Promotion, record, simulate

PARTIAL = replace(
    WORLDS["log_in"],
    n_people=1_500,
    n_days=60,
    base=0.01,
    holes=(Hole("conversions", 0.0, 0.1), Hole("youtube", 0.4, 0.5)),
    promotions=(Promotion(0.5, 7, 2.0, 2.0),),
)


def test_event_lines_and_arrays_give_the_same_fit(tmp_path: Path) -> None:
    journeys = simulate(PARTIAL, 1)
    path = tmp_path / "events.ndjson"
    write_lines(journeys, path)

    by_lines = fit_events(
        EventLines([LineFile(path)], AS_OF),
        window=None,
        currency="EUR",
        as_of=AS_OF,
        fit_id="world",
    )
    by_arrays = fit_records(record(journeys))

    assert by_arrays["window"] == by_lines["window"]
    assert by_arrays["costs"] == by_lines["costs"]
    for counts in ("counts", "cost", "identified"):
        assert _by_name(by_arrays, counts) == _by_name(by_lines, counts)
    ours, theirs = by_arrays["goals"]["purchase"], by_lines["goals"]["purchase"]
    assert ours["conversions"] == theirs["conversions"]
    assert ours["value_mean"] == pytest.approx(theirs["value_mean"], rel=1e-4)  # cents
    assert ours["value_variance"] == pytest.approx(theirs["value_variance"], rel=1e-3)


def test_lines_without_an_id_carry_no_person_and_holes_have_no_lines(tmp_path: Path) -> None:
    journeys = simulate(PARTIAL, 1)
    path = tmp_path / "events.ndjson"

    number = write_lines(journeys, path)

    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == number
    engagements = [line for line in lines if line["kind"] == "engagement"]
    conversions = [line for line in lines if line["kind"] == "conversion"]
    assert 0.3 < np.mean(["user_id" in line for line in engagements]) < 0.6
    assert 0.85 < np.mean(["user_id" in line for line in conversions]) < 0.95
    assert min(line["occurred_at"] for line in conversions) >= "2026-01-11"
    views = {line["occurred_at"][:10] for line in engagements if line["channel"] == "youtube"}
    hole = {(dt.date(2026, 1, 5) + dt.timedelta(days=day)).isoformat() for day in range(24, 30)}
    assert not views & hole
    assert len(views) == 54


def test_declared_lines_name_covered_days_and_known_promotions() -> None:
    lines = list(declared_lines(record(simulate(PARTIAL, 1))))

    assert {"kind": "coverage", "goal": "purchase", "from": "2026-01-11", "to": "2026-03-05"} in [
        {key: value for key, value in line.items() if key != "event_id"} for line in lines
    ]
    views = [line for line in lines if line.get("channel") == "youtube"]
    assert [(line["from"], line["to"]) for line in views] == [
        ("2026-01-05", "2026-01-28"),
        ("2026-02-04", "2026-03-05"),
    ]
    sales = [line for line in lines if line["kind"] == "annotation"]
    assert [(line["from"], line["to"]) for line in sales] == [("2026-02-04", "2026-02-10")]
    assert len({line["event_id"] for line in lines}) == len(lines)
    unknown = replace(PARTIAL, promotions_known=False)
    assert "annotation" not in {
        line["kind"] for line in declared_lines(record(simulate(unknown, 1)))
    }


def test_verdict_of_a_paid_channel_is_compared_with_its_true_roi() -> None:
    """A click costs 0.90 and brings 60 * 0.03, nearly all inside the window; without effects -1."""
    world = replace(WORLDS["loyalty"], n_people=6_000, n_days=90)

    rows = {verdict.kind: verdict for verdict in judge(world, 1)}

    assert rows["google_ads/click"].channel_verdict == "profitable"
    assert rows["google_ads/click"].channel_verdict_is_wrong is False
    assert rows["facebook/share"].channel_verdict == "", "a channel has its verdict once"


def test_the_command_line_is_judged_like_the_arrays_of_the_same_world() -> None:
    world = replace(PARTIAL, n_people=800, n_days=40, identified=None, identified_conversions=1.0)

    by_lines, by_arrays = judge_command_line(world, 1), judge(world, 1)

    assert [verdict.kind for verdict in by_lines] == [verdict.kind for verdict in by_arrays]
    for one, other in zip(by_lines, by_arrays, strict=True):
        assert one.truth == other.truth
        assert (one.estimate is None) == (other.estimate is None)
        assert one.flags == other.flags
        assert one.channel_verdict == other.channel_verdict


def _by_name(document: dict, field: str) -> dict:
    return {(kind["channel"], kind["type"]): kind[field] for kind in document["kinds"]}
