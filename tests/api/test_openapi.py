"""GET /openapi.json agrees with the application."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client
from jsonschema import ValidationError
from openapi_spec_validator import OpenAPIV31SpecValidator

import app
from chalicelib import __version__
from chalicelib.model.events import parse_event
from tests.api.conftest import Caller
from tests.api.described import DOCUMENT, JSON_TYPES, check, check_body, described_answer, validator
from tests.api.test_documentation import marks
from tests.factories import make_audience, make_conversion, make_cost, make_event, money

GOLDENS = sorted((Path(__file__).parents[1] / "goldens/http").glob("*.json"))
CALLS = [
    pytest.param(one, id=f"{method.upper()} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method, one in methods.items()
]


def test_the_description_needs_no_key_and_is_openapi_31() -> None:
    with Client(app.app) as client:
        answer = client.http.get("/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json_body == DOCUMENT
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert DOCUMENT["info"]["version"] == __version__
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_the_description_has_every_route_and_no_other() -> None:
    described = {
        (method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods
    }
    assert described == set(app.app.declared)


@pytest.mark.parametrize("call", CALLS)
def test_every_described_problem_is_documented(call: dict[str, Any]) -> None:
    places = marks("/docs/errors").places
    for status, response in call["responses"].items():
        if int(status) >= 400:
            codes = response["description"].strip("`.").split("`; `")
            assert codes
            assert set(codes) <= set(places)


def test_every_schema_is_used_and_every_used_schema_exists() -> None:
    text = json.dumps(DOCUMENT)
    for name in DOCUMENT["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text, name


@pytest.mark.parametrize(
    "event",
    [
        make_event(cost=money("1.5"), user_id="u", rating=4.5, type="review", sentiment=-0.5),
        make_event(cost={"amount": 2, "currency": "EUR"}, paid=True, count=5),
        make_conversion(refund=True),
        make_cost(period_days=30),
        make_audience(),
        make_event(kind="other"),
        make_event(count=0),
        make_event(event_id="a b"),
        make_event(more=1),
        make_event(cost=money("-1")),
        make_cost(amount=None),
    ],
)
def test_the_event_schema_agrees_with_validation(event: dict[str, Any]) -> None:
    try:
        parse_event(event)
        taken = True
    except ValueError:
        taken = False
    is_valid = validator(json.dumps({"$ref": "#/components/schemas/Event"})).is_valid(event)
    assert is_valid == taken


def test_an_undescribed_answer_is_detected(admin: Caller) -> None:
    response = admin.client.http.get("/v1/imports", headers={"x-api-key": admin.key})
    check("GET", "/v1/imports?limit=5", response)
    with pytest.raises(AssertionError):
        check("POST", "/v1/imports", response)
    with pytest.raises(ValidationError):
        check("GET", "/v1/mappings", response)


@pytest.mark.parametrize("file", GOLDENS, ids=lambda file: file.stem)
def test_every_golden_answer_has_the_described_shape(file: Path) -> None:
    text = re.sub(r"\{\w+\}", "0" * 12, file.read_text(encoding="utf-8"))  # names of random ids
    for exchange in json.loads(text):
        method, target = exchange["request"]["call"].split(" ", 1)
        answer = exchange["answer"]
        described = described_answer(method, target, answer["status"])
        if described is not None and isinstance(answer.get("body"), dict):
            media_type = JSON_TYPES[answer["status"] >= 400]
            check_body(described, media_type, answer["body"])


def keywords(schema: Any) -> Iterator[str]:
    """Yield all keywords of a schema, without names of properties."""
    if isinstance(schema, list):
        for one in schema:
            yield from keywords(one)
    elif isinstance(schema, dict):
        for key, value in schema.items():
            yield key
            inner = list(value.values()) if key == "properties" else value
            yield from keywords(inner if key not in ("enum", "const", "examples") else None)


def test_schemas_use_only_keywords_that_client_generators_support() -> None:
    found = set(keywords(list(DOCUMENT["components"]["schemas"].values())))
    assert "minimum" in found
    assert found.isdisjoint({"ge", "gt", "le", "lt", "default"})


def test_events_have_a_discriminator_and_engagement_types_one_schema() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    items = schemas["EventsBody"]["properties"]["events"]["items"]
    assert items == {"$ref": "#/components/schemas/Event"}
    assert schemas["Engagement"]["properties"]["type"]["$ref"].endswith("/EngagementType")
    assert json.dumps(schemas).count(json.dumps(schemas["EngagementType"]["enum"])) == 1


def test_every_problem_code_is_in_the_enum() -> None:
    codes = set(DOCUMENT["components"]["schemas"]["Problem"]["properties"]["code"]["enum"])
    listed = {
        code
        for path in DOCUMENT["paths"].values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
        if int(status) >= 400
        for code in re.findall(r"`(\w+)`", answer["description"])
    }
    assert listed <= codes
    assert {"no_fit_yet", "method_not_allowed", "rate_limited"} <= codes
