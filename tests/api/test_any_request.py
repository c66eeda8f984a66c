"""Whatever is asked, by whoever misreads the description: an answer that it tells of, never a 5xx.

Schemathesis draws requests that agree with the description and requests that do not, and makes all
its checks. The tenant has one of each thing, so that there is something to be told.
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
import schemathesis
from hypothesis import HealthCheck, settings

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
from chalicelib.storage.import_records import Import, RefusedRow
from chalicelib.storage.link_items import Link
from tests.api.described import DOCUMENT
from tests.api.test_answers import document as document
from tests.conftest import Cloud
from tests.factories import recently

CASES = int(os.environ.get("API_CASES", "6"))
"""Random requests per call, beside those that schemathesis derives from the schemas; other ones
each time where somebody asks for more."""

KEY = f"lw_acme.{'0' * 12}.{'k' * 32}"
SOME_ID = "20260101T000000Z-00000001"
NAMED = {"import_id": SOME_ID, "link_id": SOME_ID, "name": "ours", "experiment_id": "test-1"}
READ_KEY = "1" * 12
"""That one may be revoked; `KEY` is the last of an admin and cannot be."""

UNSPEAKABLE = {
    *("in_the_future", "incomplete_series", "invalid_format", "missing_field", "out_of_range"),
    *("too_few_conversions", "too_few_days", "too_few_regions", "too_long", "unknown_field"),
    *("unknown_value", "currency_mismatch", "invalid_amount", "too_short"),
}
"""What may be wrong with a request that agrees with the description: fields that do not go with
each other, days that are too many, names that this tenant has not, amounts of over 8 places, an id
such as ``%20``: gateways decode paths or do not, so it may have been a blank."""
WHOLE_NUMBER = {"Input should be a valid integer", "must be a whole number"}
"""Also unspeakable: to JSON Schema 1.0 is an integer, here it is a fraction."""

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
    copy.deepcopy(DOCUMENT),  # it changes what it is given
    config=schemathesis.Config.from_dict(CONFIG),
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where the API is served."""
    server = HttpServer(0, ChaliceGateway(app.app).answer, API_BODY_BYTES)
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def tenant(cloud: Cloud, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> str:
    """Fills a tenant; the id of its fit."""
    monkeypatch.setenv("LIKEWORTH_RETENTION_DAYS", "90")  # an erasure looks at every day of it
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
    rows = [RefusedRow(number, 0, "a,b", "invalid_date", "no day") for number in range(1, 4)]
    store.imports.add_refused_rows(import_id, 0, rows, now=now)
    store.imports.add(
        Import(import_id, "x.csv", "2026-01-01T00:00:00Z", state="done", rows=5, rejected=3)
    )
    save_mapping(store, NAMED["name"], EXAMPLES["Mapping"], now=now)
    store.links.add(Link(SOME_ID, "/v1/roi", {}, "0" * 64, now, now + dt.timedelta(days=1)))
    experiment = EXAMPLES["ExperimentBody"] | {"experiment_id": NAMED["experiment_id"]}
    register_experiment(store, experiment, now=now)
    return fit.fit_id


def storable(event: Any) -> Any:
    """What was drawn, of yesterday and in the tenant's currency: else nothing would be stored."""
    if not isinstance(event, dict) or "occurred_at" not in event:
        return event
    for name in ("cost", "value", "amount"):
        if isinstance(event.get(name), dict):
            event = event | {name: event[name] | {"currency": "EUR"}}
    return event | {"occurred_at": recently(days=1)}


@SCHEMA.parametrize()
@settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize="API_CASES" not in os.environ,
)
def test_the_answer_to_any_request_is_described(
    case: schemathesis.Case, tenant: str, url: str
) -> None:
    valid = case.meta is not None and case.meta.generation.mode.is_positive
    if valid and zlib.crc32(repr((case.path_parameters, case.query)).encode()) % 3:
        given = {**NAMED, "fit_id": tenant, "key_id": READ_KEY}
        case.path_parameters = {
            name: given.get(name, value) for name, value in case.path_parameters.items()
        }
    if valid and case.path == "/v1/events" and isinstance(case.body, dict):
        case.body["events"] = [storable(one) for one in case.body["events"]]
    response = case.call_and_validate(base_url=url)
    if valid and response.status_code == 400:
        found = json.loads(response.content)
        wrong = [one for one in found["errors"] if one["message"] not in WHOLE_NUMBER]
        assert {one["code"] for one in wrong} <= UNSPEAKABLE, found


@schemathesis.serializer("application/x-ndjson")
def as_lines(_context: Any, value: Any) -> bytes:
    """Texts as they are; what is no text, where one is asked for, as JSON."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "surrogatepass")
