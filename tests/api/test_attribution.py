"""GET /v1/attribution: the models side by side, as JSON and as CSV."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.model.events import parse_event
from chalicelib.services.fitting.credits import MODELS, RULES
from chalicelib.services.fitting.estimation import fit_events
from tests.api.conftest import Caller, problem, rejected
from tests.api.test_forms import rows_of
from tests.factories import make_conversion, make_event
from tests.kept_fits import keep_fit

FIT_ID = "20260501T000000Z-0000000b"
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 1, 30)
ATTRIBUTION = "/v1/attribution"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """A fit of thirty people who like, click and buy, one per day, and of anonymous likes."""
    events = []
    for day in range(30):
        date, person = FIRST + dt.timedelta(days=day), f"u{day}"
        click = {"channel": "google_ads", "type": "click", "paid": True}
        events += [
            make_event(occurred_at=f"{date}T08:00:00Z", user_id=person),
            make_event(occurred_at=f"{date}T09:00:00Z", user_id=person, **click),
            make_conversion(occurred_at=f"{date}T10:00:00Z", user_id=person),
            make_event(occurred_at=f"{date}T11:00:00Z", channel="xing", count=3),
        ]
    return fit_events(
        (parse_event(event) for event in events),
        window=(FIRST, LAST),
        currency="EUR",
        as_of=dt.datetime(2026, 5, 1, tzinfo=dt.UTC),
        fit_id=FIT_ID,
    )


@pytest.fixture
def fitted(reader: Caller, document: dict[str, Any]) -> Caller:
    """A reader whose tenant has this fit."""
    keep_fit(wiring.store("acme"), FIT_ID, document)
    return reader


def test_all_models_are_shown_next_to_ours(fitted: Caller) -> None:
    answer = fitted.get(ATTRIBUTION).json_body

    assert answer["fit"]["id"] == FIT_ID
    assert answer["models"] == list(MODELS)
    rows = {(row["channel"], row["type"]): row for row in answer["engagements"]}
    assert rows["facebook", "like"]["credits"]["first"]["conversions"] == 30.0
    assert rows["google_ads", "click"]["credits"]["last"]["conversions"] == 30.0
    assert rows["google_ads", "click"]["credits"]["linear"]["value"] == 300.0
    assert rows["xing", "like"]["credits"]["last"]["reasons"] == ["anonymous_only"]
    for row in rows.values():
        assert set(row["ours"]["incremental_conversions"]) == {"estimate", "ci_low", "ci_high"}
    assert answer["left_out"]["anonymous_engagements"] == 90
    for model in MODELS:
        assert answer["totals"]["credits"][model]["conversions"] == pytest.approx(30, abs=1e-4)


def test_attribution_can_be_limited_to_a_model_and_a_range(fitted: Caller) -> None:
    path = f"{ATTRIBUTION}?model=last&from=2026-01-05&to=2026-01-06&goal=purchase"

    answer = fitted.get(path).json_body

    assert (answer["from"], answer["to"], answer["models"]) == (
        "2026-01-05",
        "2026-01-06",
        ["last"],
    )
    assert answer["totals"]["credits"] == {
        "last": {"conversions": 2.0, "value": 40.0, "reasons": []}
    }


def test_models_of_whole_paths_have_no_answer_for_a_part_of_the_window(fitted: Caller) -> None:
    credits = fitted.get(f"{ATTRIBUTION}?from=2026-01-05").json_body["totals"]["credits"]

    for model in MODELS:
        expected = [] if model in RULES else ["whole_window_only"]
        assert credits[model]["reasons"] == expected


def test_attribution_is_available_as_csv(fitted: Caller) -> None:
    header, *rows = rows_of(fitted.get(f"{ATTRIBUTION}?format=csv"))

    assert {"channel", "type", "paid", "count", *MODELS, "incremental_conversions"} <= set(header)
    assert len(rows) == 3
    assert all(len(row) == len(header) for row in rows)


@pytest.mark.parametrize(
    "query",
    ["model=myspace", "model=", "channel=facebook", "goal=unheard_of", "to=2020-01-01"],
)
def test_a_question_that_cannot_be_answered_is_rejected(fitted: Caller, query: str) -> None:
    assert rejected(fitted.get(f"{ATTRIBUTION}?{query}")) == (400, "invalid_fields")


def test_an_unknown_model_is_named_in_the_error(fitted: Caller) -> None:
    (error,) = problem(fitted.get(f"{ATTRIBUTION}?model=last,myspace"))["errors"]

    assert (error["pointer"], error["code"]) == ("/model", "unknown_value")
    assert "shapley" in error["message"]
