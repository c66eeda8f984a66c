"""From events to a fit document."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalicelib.cli.inputs.admitted_lines import EventLines, LineFile
from chalicelib.model.errors import UnusableInput
from chalicelib.model.events import Event, parse_event
from chalicelib.services.fitting.estimation import fit_events
from tests.factories import make_conversion, make_cost, make_event, money
from tests.worlds.lines import write_lines
from tests.worlds.people import WORLDS, simulate

AS_OF = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def journeys(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    world = replace(WORLDS["loyalty"], n_people=3_000, n_days=60)
    path = tmp_path_factory.mktemp("world") / "events.ndjson"
    write_lines(simulate(world, 1), path)
    with path.open(encoding="utf-8") as lines:
        return [parse_event(json.loads(line)) for line in lines]


def fit(
    events: Iterable[Event], window: tuple[dt.date, dt.date] | None = None, **more: Any
) -> dict[str, Any]:
    return fit_events(events, window=window, currency="EUR", as_of=AS_OF, fit_id="f1", **more)


def conversions(days: int = 40, per_day: int = 2, **over: Any) -> Iterator[Event]:
    for day in range(days):
        for number in range(per_day + day % 2):
            about = {"event_id": f"c{day}-{number}", "occurred_at": at(day, "12")}
            yield parse_event(make_conversion(**about, **({"value": money("30")} | over)))


def likes(days: int = 40) -> Iterator[Event]:
    for day in range(days):
        count = 10 + (day * 7) % 13
        yield parse_event(make_event(occurred_at=at(day, "09"), count=count, cost=money("2.50")))


def at(day: int, hour: str) -> str:
    """An hour of a day from the first of January on."""
    return f"{dt.date(2026, 1, 1) + dt.timedelta(days=day)}T{hour}:00:00Z"


def cost(day: str, amount: str, period_days: int) -> Event:
    about = {"occurred_at": f"{day}T00:00:00Z", "amount": money(amount)}
    return parse_event(make_cost(**about, period_days=period_days))


def test_the_document_is_json_and_covers_first_to_last_event() -> None:
    document = fit([*likes(), *conversions()])

    json.dumps(document, allow_nan=False)
    assert document["window"] == {"from": "2026-01-01", "to": "2026-02-09"}
    assert document["kinds"][0]["counts"][:2] == [10, 17]
    assert document["goals"]["purchase"]["conversions"] == [2, 3] * 20
    assert document["goals"]["purchase"]["estimates"][0]["method"] == "time_series"
    assert document["goals"]["purchase"]["value_mean"] == pytest.approx(30.0)


def test_a_cost_is_spread_evenly_over_its_days_and_counted_only_inside_the_window() -> None:
    document = fit([*likes(), *conversions(), cost("2026-02-05", "100", 10)])

    daily = document["costs"]["facebook"]
    assert daily[0] == pytest.approx(2.5)
    assert daily[-5:] == pytest.approx([12.5] * 5)
    assert document["kinds"][0]["cost"] == pytest.approx([2.5] * 40)


def test_events_outside_a_given_window_do_not_count() -> None:
    window = (dt.date(2026, 1, 6), dt.date(2026, 2, 4))

    document = fit([*likes(), *conversions()], window)

    assert len(document["goals"]["purchase"]["conversions"]) == 30
    assert sum(document["goals"]["purchase"]["conversions"]) == 75


def test_constant_conversions_are_rejected() -> None:
    steady = [event for event in conversions() if event.event_id.endswith(("-0", "-1"))]

    document = fit([*likes(), *steady])

    estimate = document["goals"]["purchase"]["estimates"][0]
    assert estimate["delta"] is None
    assert estimate["reasons"] == ["no_variation_in_conversions"]


def test_every_goal_has_separate_estimates() -> None:
    leads = conversions(goal="lead", per_day=1)
    document = fit([*likes(), *conversions(), *leads])

    assert sorted(document["goals"]) == ["lead", "purchase"]


def test_refund_subtracts_revenue() -> None:
    document = fit([*likes(), *conversions(), *conversions(per_day=1, refund=True)])

    assert sum(document["goals"]["purchase"]["conversions"]) == 100
    assert document["goals"]["purchase"]["value_mean"] == pytest.approx(12.0)


@pytest.mark.parametrize(
    ("events", "word"),
    [([], "neither"), (list(likes()), "no conversion"), (list(conversions()), "no engagement")],
)
def test_input_without_engagements_or_conversions_is_rejected(
    events: list[Event], word: str
) -> None:
    with pytest.raises(UnusableInput, match=word):
        fit(events)


def test_identified_lines_are_fitted_within_people(tmp_path: Path) -> None:
    journeys = simulate(replace(WORLDS["loyalty"], n_people=800, n_days=40), 3)
    path = tmp_path / "events.ndjson"
    write_lines(journeys, path)

    document = fit(EventLines([LineFile(path)], AS_OF))

    methods = {estimate["method"] for estimate in document["goals"]["purchase"]["estimates"]}
    assert methods == {"within_user"}


def test_cost_before_the_first_event_is_reported_unless_it_reaches_in() -> None:
    document = fit([*likes(), *conversions(), cost("2025-12-01", "99", 10)])
    reaching = fit([*likes(), *conversions(), cost("2025-12-28", "99", 10)])
    given = fit(
        [*likes(), *conversions(), cost("2025-12-01", "99", 10)],
        (dt.date(2026, 1, 1), dt.date(2026, 2, 9)),
    )

    assert document["costs_outside"] == {"facebook": 99.0}
    assert reaching["costs_outside"] == {}
    assert "costs_outside" not in given


def test_sample_of_many_people_widens_the_intervals(
    journeys: list[Event],
) -> None:
    whole = fit(journeys)
    sampled = fit(journeys, max_people=750)
    again = fit(journeys, max_people=750)

    everybody, some = (one["goals"]["purchase"] for one in (whole, sampled))
    assert sampled["kinds"] == whole["kinds"]
    assert some["conversions"] == everybody["conversions"]
    assert everybody["diagnostics"]["people_sampled"] == 1.0
    share = 750 / everybody["diagnostics"]["people"]
    assert some["diagnostics"]["people_sampled"] == pytest.approx(share, rel=0.05)
    assert some["diagnostics"]["people"] == pytest.approx(750, rel=0.15)
    assert {one["method"] for one in some["estimates"]} == {"within_user"}
    errors = [np.sqrt(np.diag(goal["covariance"])) for goal in (everybody, some)]
    assert 1.5 < np.median(errors[1] / errors[0]) < 2.7
    assert again["goals"] == sampled["goals"]
