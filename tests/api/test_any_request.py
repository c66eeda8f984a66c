"""Every request, valid or not, gets an answer that the description allows, and never a 5xx.

Schemathesis draws requests that agree with the description and requests that do not, and makes all
its checks. The tenant has one resource of each kind, so that answers are not empty.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import os
import secrets
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.python._constants.orchestrator import make_constants_value_source

import app
from chalicelib import wiring
from chalicelib.api.openapi.requests import EXAMPLES
from chalicelib.local.gateway import ChaliceGateway
from chalicelib.local.server import HttpServer
from chalicelib.local.service import API_BODY_BYTES
from chalicelib.services.credentials.api_keys import create_key
from chalicelib.services.experiments import register_experiment
from chalicelib.services.fitting.fits import request_fit, run_fit
from chalicelib.services.kept_mappings import save_mapping
from chalicelib.storage.import_records import Import, RejectedRow
from chalicelib.storage.link_items import Link
from tests.api.described import DOCUMENT
from tests.api.test_answers import document as document
from tests.conftest import Cloud
from tests.factories import recently

CASES = int(os.environ.get("API_CASES", "6"))
"""Random requests per route, besides those that schemathesis derives from the schemas. If the
environment sets the number, each run draws different requests."""

KEY = f"lw_acme.{'0' * 12}.{'k' * 32}"
SOME_ID = "20260101T000000Z-00000001"
NAMED = {"import_id": SOME_ID, "link_id": SOME_ID, "name": "ours", "experiment_id": "test-1"}
READ_KEY = "1" * 12
"""This key can be revoked; `KEY` is the last admin key and cannot be revoked."""

NOT_IN_SCHEMA = {
    *("in_the_future", "incomplete_series", "invalid_format", "missing_field", "out_of_range"),
    *("too_few_conversions", "too_few_days", "too_few_regions", "too_long", "unknown_field"),
    *("unknown_value", "currency_mismatch", "invalid_amount", "too_short"),
}
"""Errors that the schemas cannot express: contradictory fields, too many days, names that the
tenant does not have, amounts with more than 8 places, an id such as ``%20``, which may be a blank
because some gateways decode paths."""
WHOLE_NUMBER = {
    "Input should be a valid integer",
    "must be a whole number",
    "must be a whole number or null",
}
"""JSON Schema treats 1.0 as an integer, the API as a fraction."""

CONFIG = {
    "auth": {"openapi": {"ApiKey": {"api_key": KEY}}},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "400", "404", "409", "422"]},
        "negative_data_rejection": {
            "expected-statuses": ["400", "401", "404", "405", "406", "409", "413", "415", "422"]
        },
    },
}
SCHEMA = schemathesis.openapi.from_dict(
    copy.deepcopy(DOCUMENT),  # schemathesis modifies its argument
    config=schemathesis.Config.from_dict(CONFIG),
)
CONNECTION = requests.Session()
"""A connection that the server keeps; it does not look for proxies before each request."""
CONNECTION.trust_env = False
OPERATIONS = [
    f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The URL of a local server of the API."""
    server = HttpServer(0, ChaliceGateway(app.app).answer, API_BODY_BYTES)
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def tenant(cloud: Cloud, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> str:
    """A tenant with one resource of each kind; returns the id of its fit."""
    monkeypatch.setenv("LIKEWORTH_RETENTION_DAYS", "90")  # an erasure reads each day
    store, now = wiring.store("acme"), dt.datetime.now(dt.UTC)
    with monkeypatch.context() as patched:
        patched.setattr(secrets, "token_hex", lambda size: "00" * size)
        patched.setattr(secrets, "token_urlsafe", lambda _size: "k" * 32)
        assert create_key(store, "admin", now=now) == KEY
        patched.setattr(secrets, "token_hex", lambda size: "11" * size)
        create_key(store, "read", now=now)
    fit = request_fit(store, lambda _message: None, now=now)
    run_fit(store, fit.fit_id, now=now, estimate=lambda _events, **_options: document)
    import_id = NAMED["import_id"]
    rows = [RejectedRow(number, 0, "a,b", "invalid_date", "no day") for number in range(1, 4)]
    store.imports.add_rejected_rows(import_id, 0, rows, now=now)
    store.imports.add(
        Import(import_id, "x.csv", "2026-01-01T00:00:00Z", state="done", rows=5, rejected=3)
    )
    save_mapping(store, NAMED["name"], EXAMPLES["Mapping"], now=now)
    store.links.add(Link(SOME_ID, "/v1/roi", {}, "0" * 64, now, now + dt.timedelta(days=1)))
    experiment = EXAMPLES["ExperimentBody"] | {"experiment_id": NAMED["experiment_id"]}
    register_experiment(store, experiment, now=now)
    return fit.fit_id


def storable(event: Any) -> Any:
    """Move an event to yesterday and to the tenant's currency, so that it can be stored."""
    if not isinstance(event, dict) or "occurred_at" not in event:
        return event
    for name in ("cost", "value", "amount"):
        if isinstance(event.get(name), dict):
            event = event | {name: event[name] | {"currency": "EUR"}}
    return event | {"occurred_at": recently(days=1)}


@settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize="API_CASES" not in os.environ,
)
def check(case: schemathesis.Case, tenant: str, url: str) -> None:
    """The answer to a request is one that the description allows."""
    valid = case.meta is not None and case.meta.generation.mode.is_positive
    if valid and zlib.crc32(repr((case.path_parameters, case.query)).encode()) % 3:
        given = {**NAMED, "fit_id": tenant, "key_id": READ_KEY}
        case.path_parameters = {
            name: given.get(name, value) for name, value in case.path_parameters.items()
        }
    if valid and case.path == "/v1/events" and isinstance(case.body, dict):
        case.body["events"] = [storable(one) for one in case.body["events"]]
    response = case.call_and_validate(base_url=url, session=CONNECTION)
    if valid and response.status_code == 400:
        found = json.loads(response.content)
        wrong = [one for one in found["errors"] if one["message"] not in WHOLE_NUMBER]
        assert {one["code"] for one in wrong} <= NOT_IN_SCHEMA, found


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_answer_to_any_request_is_described(operation: str, tenant: str, url: str) -> None:
    method, path = operation.split(" ")
    load_all_checks()
    # Not `SCHEMA.parametrize()`, which makes the requests of all operations during collection: that
    # takes as long as collecting all other tests.
    check_requests = build_operation_test(
        config=SCHEMA.config,
        operation=SCHEMA[path][method],
        test_func=check,
        given_kwargs={},
        feedback=FeedbackSources(constants_value_source=make_constants_value_source(SCHEMA)),
    )
    check_requests(tenant=tenant, url=url)


@schemathesis.serializer("application/x-ndjson")
def as_lines(_context: Any, value: Any) -> bytes:
    """Return texts unchanged and other values as JSON."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "surrogatepass")
