"""GET and POST /v1/experiments/design: what is peculiar to them over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from moto import mock_aws

from chalicelib import wiring
from chalicelib.services.answers.design_questions import read_design
from chalicelib.services.answers.experiment_designs import design_experiment
from tests.api.conftest import Caller, problem
from tests.api.test_answers import FIT_ID, document, fitted
from tests.conftest import Cloud, session
from tests.functions import SIMPLE, Functions
from tests.kept_fits import keep_fit

__all__ = ["document", "fitted"]  # fixtures

PATH = "/v1/experiments/design"
SERIES = {
    "first_day": "2026-01-01",
    "regions": {f"r{k}": [20 + k + (3 * day + k) % 5 for day in range(60)] for k in range(8)},
}


def rejected_fields(response: Any) -> set[tuple[str, str]]:
    found = problem(response)
    assert (found["status"], found["code"]) == (400, "invalid_fields")
    return {(one["pointer"], one["code"]) for one in found["errors"]}


def test_get_and_post_answer_the_same(fitted: Caller) -> None:
    got = fitted.get(f"{PATH}?channel=google_ads&kind=switchback&days=28&margin=0.4")
    posted = fitted.post(
        PATH, {"channel": "google_ads", "kind": "switchback", "days": 28, "margin": 0.4}
    )

    assert (got.status_code, posted.status_code) == (200, 200)
    assert got.json_body == posted.json_body
    assert got.json_body["fit"]["id"] == FIT_ID
    assert len(got.json_body["on_days"]) == 14


def test_a_geo_test_is_designed_from_its_regions(fitted: Caller) -> None:
    response = fitted.post(
        PATH, {"channel": "google_ads", "days": 14, "regions": 2, "series": SERIES}
    )

    answer = response.json_body
    assert (response.status_code, answer["kind"]) == (200, "geo")
    assert len(answer["regions"]) == 2
    assert answer["smallest_detectable_effect"] > 0


@pytest.fixture
def functions(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    """A separate function makes the numbers."""
    made = Functions()
    made.take_calls(monkeypatch)
    monkeypatch.setenv("LIKEWORTH_ANALYSIS_FUNCTION", "AnalysisHandler")
    with mock_aws(config={"lambda": SIMPLE}):  # type: ignore[typeddict-item]
        wiring.use_session(session())
        yield made


def test_the_analysis_function_makes_the_numbers_of_a_geo_test(
    functions: Functions, fitted: Caller, document: dict[str, Any]
) -> None:
    body = {"channel": "google_ads", "days": 14, "series": SERIES}

    there = fitted.post(PATH, body).json_body

    assert functions.calls == {("AnalysisHandler", None): 1}
    assert there == design_experiment(cast(Any, document), read_design(body))


def test_nothing_is_stored(fitted: Caller) -> None:
    fitted.post(PATH, {"channel": "google_ads", "days": 14, "series": SERIES})

    assert fitted.get("/v1/experiments").json_body["experiments"] == []


def test_the_name_of_the_route_is_no_id_of_an_experiment(fitted: Caller) -> None:
    body = {
        "experiment_id": "design",
        "kind": "holdout",
        "channel": "google_ads",
        "type": "click",
        "paid": True,
        "goal": "purchase",
        "from": "2026-01-01",
        "to": "2026-01-10",
        "engagements": 5,
        "effect": {"incremental_conversions": 5, "standard_error": 1},
    }

    assert rejected_fields(fitted.post("/v1/experiments", body)) == {
        ("/experiment_id", "invalid_format")
    }


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("channel=wish", "/channel", "unknown_value"),
        ("channel=google_ads&type=like", "/type", "unknown_value"),
        ("channel=google_ads&type=wave", "/type", "unknown_value"),
        ("channel=google_ads&paid=1", "/paid", "invalid_format"),
        ("channel=google_ads&kind=survey", "/kind", "unknown_value"),
        ("channel=google_ads&kind=geo", "/series", "missing_field"),
        ("channel=google_ads&days=0", "/days", "out_of_range"),
        ("channel=google_ads&days=366", "/days", "out_of_range"),
        ("channel=google_ads&days=1e1", "/days", "invalid_format"),
        ("channel=google_ads&kind=holdout&people=1", "/people", "out_of_range"),
        ("channel=google_ads&kind=holdout&rate=0", "/rate", "out_of_range"),
        ("channel=google_ads&kind=holdout&control_share=1", "/control_share", "out_of_range"),
        ("channel=google_ads&kind=holdout&effect=nan", "/effect", "invalid_format"),
        ("channel=google_ads&kind=holdout&block=7", "/block", "unknown_field"),
        ("channel=google_ads&margin=1.1", "/margin", "out_of_range"),
        ("channel=google_ads&from=soon", "/from", "invalid_format"),
        ("days=28", "/channel", "missing_field"),
    ],
)
def test_wrong_queries_name_the_field(fitted: Caller, query: str, field: str, code: str) -> None:
    assert rejected_fields(fitted.get(f"{PATH}?{query}")) == {(field, code)}


@pytest.mark.parametrize(
    "raw",
    [
        b'{"channel": "google_ads", "days": 1e400}',
        b'{"channel": "google_ads", "kind": "holdout", "people": 1e30}',
        b'{"channel": "google_ads", "kind": "holdout", "rate": 1e-400}',
        b'{"channel": "google_ads", "margin": -0.0}',
        b'{"channel": "google_ads", "margin": "0.5"}',
        b'{"kind": "geo", "series": {"first_day": "2026-01-01", "regions": {"a": [1e400]}}}',
        b'{"kind": "geo", "series": []}',
    ],
)
def test_numbers_at_the_edge_are_rejected_not_fatal(fitted: Caller, raw: bytes) -> None:
    response = fitted.call("POST", PATH, raw, content_type="application/json")

    assert problem(response)["code"] == "invalid_fields"


@pytest.mark.parametrize(
    "query",
    [
        "kind=holdout&people=10000000000&rate=1000",
        "kind=holdout&people=2&rate=0.000000001",
        "kind=holdout&people=100&rate=0.1&control_share=0.01",
        "kind=holdout&people=1000&rate=1&effect=10",
        "kind=switchback&days=365&block=1",
        "kind=switchback&days=4&block=1",
        "kind=switchback&days=365&block=90",
    ],
)
def test_extreme_designs_have_an_answer(fitted: Caller, query: str) -> None:
    response = fitted.get(f"{PATH}?channel=google_ads&{query}")

    assert response.status_code == 200
    assert "NaN" not in response.body.decode()
    assert "Infinity" not in response.body.decode()


def test_a_fit_without_curves_asks_for_a_new_one(admin: Caller, document: dict[str, Any]) -> None:
    old = json.loads(json.dumps(document))
    del old["goals"]["purchase"]["curves"]
    keep_fit(wiring.store("acme"), FIT_ID, old)

    for response in (
        admin.get(f"{PATH}?channel=google_ads"),
        admin.get("/v1/response-curves"),
        admin.post("/v1/plans", {}),
    ):
        found = problem(response)
        assert (found["status"], found["code"]) == (409, "other_version")
        assert "POST /v1/fits" in found["detail"]
