"""POST /v1/plans and GET /v1/response-curves: what is peculiar to them over HTTP."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.model.events import parse_event
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.fit_documents import FitDocument
from tests.api.conftest import Caller, problem
from tests.kept_fits import keep_fit
from tests.unit.test_budget_plans import events_of

FIT_ID = "20260301T000000Z-0123abcd"


@pytest.fixture(scope="module")
def document() -> FitDocument:
    """A fit of six channels with cost, one of which has no estimate."""
    return fit_events(
        map(parse_event, events_of("brand_search", 1, 300)),
        window=None,
        currency="EUR",
        as_of=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
        fit_id=FIT_ID,
    )


@pytest.fixture
def fitted(admin: Caller, document: FitDocument) -> Caller:
    """A caller whose tenant has this fit."""
    keep_fit(wiring.store("acme"), FIT_ID, document)
    return admin


def plan(caller: Caller, body: Any) -> Any:
    response = caller.post("/v1/plans", body)
    assert response.status_code == 200, response.body
    return response.json_body


@pytest.mark.parametrize("change", [-0.2, -0.03, 0.0, 0.01, 0.1])
def test_a_plan_never_exceeds_its_budget(fitted: Caller, change: float) -> None:
    now = sum(one["now"] for one in plan(fitted, {})["channels"])
    budget = round(28 * now * (1.0 + change), 2)

    answer = plan(fitted, {"budget": budget, "days": 28, "sure": 0.5})

    assert answer["verdict"] != "not_estimable"
    if answer["verdict"] == "move":
        assert 28 * sum(one["plan"] for one in answer["channels"]) <= budget + 1.7  # rounded cents
    for one in answer["channels"]:
        assert one["bounds"][0] - 0.01 <= one["plan"] <= one["bounds"][1] + 0.01


def test_a_budget_beyond_all_bounds_is_no_plan(fitted: Caller) -> None:
    answer = plan(fitted, {"budget": 1e12})

    assert (answer["verdict"], answer["reasons"]) == ("not_estimable", ["budget_out_of_reach"])


@pytest.mark.parametrize("more", [{}, {"free": True}, {"sure": 0.5}, {"budget": 20_000}])
def test_a_frozen_channel_keeps_its_spend(fitted: Caller, more: dict[str, Any]) -> None:
    answer = plan(fitted, {"freeze": ["google_ads"], **more})

    (one,) = (one for one in answer["channels"] if one["channel"] == "google_ads")
    assert one["plan"] == one["now"]
    assert one["bounds"] == [one["now"], one["now"]]
    assert one["reasons"] == ["frozen_on_request"]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"budget": -1}, "/budget", "out_of_range"),
        ({"budget": 1e13}, "/budget", "out_of_range"),
        ({"budget": 10, "free": True}, "/budget", "unknown_field"),
        ({"days": 0}, "/days", "out_of_range"),
        ({"days": 366}, "/days", "out_of_range"),
        ({"days": 2.5}, "/days", "wrong_type"),
        ({"move_at_most": 0}, "/move_at_most", "out_of_range"),
        ({"move_at_most": 1.01}, "/move_at_most", "out_of_range"),
        ({"margin": 0}, "/margin", "out_of_range"),
        ({"sure": 1}, "/sure", "out_of_range"),
        ({"sure": None}, "/sure", "wrong_type"),
        ({"freeze": ["wish"]}, "/freeze", "unknown_value"),
        ({"freeze": ["a"] * 101}, "/freeze", "wrong_type"),
        ({"frozen": []}, "/frozen", "unknown_field"),
    ],
)
def test_wrong_bodies_name_the_field(
    fitted: Caller, body: dict[str, Any], field: str, code: str
) -> None:
    found = problem(fitted.post("/v1/plans", body))

    assert found["code"] == "invalid_fields"
    assert [(one["pointer"], one["code"]) for one in found["errors"]] == [(field, code)]


def test_an_unknown_channel_has_no_curve(fitted: Caller) -> None:
    found = problem(fitted.get("/v1/response-curves?channel=wish"))

    assert found["code"] == "invalid_fields"
    assert "known: brand_search, google_ads" in found["detail"]


def test_a_curve_has_a_row_per_point(fitted: Caller) -> None:
    query = "/v1/response-curves?channel=google_ads"
    (one,) = fitted.get(query).json_body["channels"]
    rows = fitted.get(f"{query}&format=csv").body.decode().strip().split("\r\n")

    assert one["points"]
    assert len(rows) == 1 + len(one["points"])


def test_the_design_of_an_advised_test_exists(fitted: Caller) -> None:
    answer = plan(fitted, {})

    assert answer["test_first"]
    for test in answer["test_first"]:
        designed = fitted.get(test["design"])
        assert designed.status_code == 200
        assert designed.json_body["channel"] == test["channel"]
