"""Daily conversions in parts, which agree with the ROI answer and with the actual conversions.

Sums are rounded to six significant digits per day, hence the tolerances.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chalicelib.model.events import parse_event
from chalicelib.services import answers
from chalicelib.services.experiments import analyse, parse_experiment
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.storage.experiment_items import Experiment
from tests.experiments import make_effect
from tests.worlds.lines import write_lines
from tests.worlds.people import WORLDS, simulate

AS_OF = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    world = replace(WORLDS["loyalty"], n_people=3_000, n_days=60)
    path = tmp_path_factory.mktemp("world") / "events.ndjson"
    write_lines(simulate(world, 1), path)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def fit(lines: list[dict[str, Any]], **over: Any) -> dict[str, Any]:
    return fit_events(
        map(parse_event, lines), window=None, currency="EUR", as_of=AS_OF, fit_id="f1", **over
    )


@pytest.fixture(scope="module")
def document(lines: list[dict[str, Any]]) -> dict[str, Any]:
    return fit(lines)


def sums(document: dict[str, Any]) -> dict[str, float]:
    """Incremental conversions of each channel, summed over the days of the window."""
    days = answers.decomposition(document)["days"]
    return {
        channel: sum(day["incremental"][channel]["estimate"] for day in days)
        for channel in days[0]["incremental"]
    }


def returned(document: dict[str, Any]) -> dict[str, float]:
    """The same from the ROI answer."""
    return {
        one["channel"]: one["incremental_conversions"]["estimate"]
        for one in answers.roi(document)["channels"]
        if one["incremental_conversions"]["estimate"] is not None
    }


def methods(document: dict[str, Any]) -> set[str]:
    return {one["method"] for one in document["goals"]["purchase"]["estimates"]}


def measured(document: dict[str, Any], effect: float, error: float) -> Experiment:
    """An experiment about the first engagement type of a fit."""
    kind, first = document["kinds"][0], document["window"]["from"]
    about = {"channel": kind["channel"], "type": kind["type"], "paid": kind["paid"]}
    found = {"conversions_per_engagement": effect, "standard_error": error}
    raw = make_effect(**about, **{"from": first, "to": first}, goal="purchase", effect=found)
    return analyse(parse_experiment(raw, today=AS_OF.date()), now=AS_OF).experiment


def test_effects_from_people_add_up_to_the_roi_answer(document: dict[str, Any]) -> None:
    assert "within_user" in methods(document)
    assert sums(document) == pytest.approx(returned(document), rel=1e-3, abs=1e-3)


def test_effects_from_totals_add_up_to_the_roi_answer(lines: list[dict[str, Any]]) -> None:
    anonymous = [{name: one[name] for name in one if name != "user_id"} for one in lines]

    document = fit(anonymous)

    assert methods(document) == {"time_series"}
    assert sums(document) == pytest.approx(returned(document), rel=1e-3, abs=1e-3)


def test_effects_from_an_experiment_add_up_to_the_roi_answer(
    lines: list[dict[str, Any]], document: dict[str, Any]
) -> None:
    experiment = measured(document, 0.2, 0.02)

    tested = fit(lines, experiments=[experiment])

    assert "experiment" in methods(tested)
    assert sums(tested) != pytest.approx(sums(document), rel=1e-2)
    assert sums(tested) == pytest.approx(returned(tested), rel=1e-3, abs=1e-3)


def test_parts_add_up_to_the_conversions(document: dict[str, Any]) -> None:
    answer = answers.decomposition(document)

    actual = [day["actual"] for day in answer["days"]]
    whole = [
        day["baseline"]["estimate"]
        + day["context"]
        + day["shocks"]
        + sum(one["estimate"] for one in day["incremental"].values())
        for day in answer["days"]
    ]
    assert actual == document["goals"]["purchase"]["conversions"]
    assert sum(whole) == pytest.approx(sum(actual), rel=0.02)
    assert np.std(np.subtract(whole, actual)) < np.std(actual)


def test_band_of_a_channel_includes_the_covariance_of_its_types(document: dict[str, Any]) -> None:
    fitted = document["goals"]["purchase"]
    channel = "facebook"
    own = [n for n, kind in enumerate(document["kinds"]) if kind["channel"] == channel]
    assert len(own) > 1

    days = answers.decomposition(document)["days"]

    # if the types' effects fell on the same days, halves would add up to the channel's
    halves = sum(
        d["incremental"][channel]["ci_high"] - d["incremental"][channel]["estimate"] for d in days
    )
    counts = np.array([sum(document["kinds"][n]["counts"]) for n in own])
    cov = np.array(fitted["covariance"])[np.ix_(own, own)]
    critical = max(fitted["estimates"][n]["critical"] for n in own)
    assert halves == pytest.approx(critical * np.sqrt(counts @ cov @ counts), rel=0.1)


def test_range_shows_its_days_and_is_clipped_to_the_window(
    document: dict[str, Any],
) -> None:
    last = dt.date.fromisoformat(document["window"]["to"])
    whole = answers.decomposition(document)["days"]

    answer = answers.decomposition(
        document, start=last - dt.timedelta(days=2), end=last + dt.timedelta(days=9)
    )

    assert answer["warnings"] == ["range_clipped"]
    assert answer["days"] == whole[-3:]


def test_annotations_are_a_separate_part(lines: list[dict[str, Any]]) -> None:
    first = min(one["occurred_at"] for one in lines)[:10]
    start = dt.date.fromisoformat(first) + dt.timedelta(days=20)
    span = {"from": start.isoformat(), "to": (start + dt.timedelta(days=3)).isoformat()}
    sold = [
        {**one, "event_id": f"{one['event_id']}-{copy}"}
        for one in lines
        if one["kind"] == "conversion" and span["from"] <= one["occurred_at"][:10] <= span["to"]
        for copy in range(3)
    ]
    promotion = {"kind": "annotation", "event_id": "p1", "name": "sale", "category": "promotion"}

    answer = answers.decomposition(fit([*lines, *sold, promotion | span]))

    assert answer["annotations"] == [{"name": "sale", "category": "promotion"} | span]
    (raised,) = {
        round(day["context"], 3)
        for day in answer["days"]
        if span["from"] <= day["date"] <= span["to"]
    }
    assert raised > 0
    others = [d["context"] for d in answer["days"] if not span["from"] <= d["date"] <= span["to"]]
    assert not any(others)
    early = answers.decomposition(fit([*lines, promotion | span]), end=start - dt.timedelta(days=1))
    assert early["annotations"] == []


def test_types_without_an_estimate_are_named(document: dict[str, Any]) -> None:
    changed = json.loads(json.dumps(document))
    estimate = changed["goals"]["purchase"]["estimates"][0]
    estimate |= {"delta": None, "method": None, "reasons": ["no_variation"]}
    kind = changed["kinds"][0]

    answer = answers.decomposition(changed)

    assert answer["warnings"] == [f"not_counted:{kind['channel']}/{kind['type']}"]


def test_rejected_types_are_not_a_part(
    lines: list[dict[str, Any]], document: dict[str, Any]
) -> None:
    kind = document["kinds"][0]
    experiment = measured(document, 50.0, 0.01)

    impossible = fit(lines, experiments=[experiment])

    name = f"{kind['channel']}/{kind['type']}"
    assert f"not_counted:{name}" in answers.decomposition(impossible)["warnings"]
    happened = sum(impossible["goals"]["purchase"]["conversions"])
    assert sums(impossible).get(kind["channel"], 0.0) < happened


DAY_COLUMNS = (
    *("date", "actual", "baseline", "baseline_ci_low", "baseline_ci_high", "context", "shocks"),
)


def test_fit_without_a_decomposition_has_a_reason(document: dict[str, Any]) -> None:
    fitted = document["goals"]["purchase"] | {"decomposition": None}

    answer = answers.decomposition(document | {"goals": {"purchase": fitted}})

    assert (answer["days"], answer["reasons"]) == ([], ["too_short_window"])
    assert answers.decomposition_table(answer).columns == DAY_COLUMNS


def test_rows_have_three_columns_for_every_channel(document: dict[str, Any]) -> None:
    answer = answers.decomposition(document)

    table = answers.decomposition_table(answer)
    rows = table.rows(answer["days"])

    channels = sorted({kind["channel"] for kind in document["kinds"]})
    assert table.columns == DAY_COLUMNS + tuple(
        f"incremental_{channel}{end}" for channel in channels for end in ("", "_ci_low", "_ci_high")
    )
    assert [row["date"] for row in rows] == [day["date"] for day in answer["days"]]
