"""The request limit by HTTP: headers with every answer, and 429 with Retry-After."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from botocore.exceptions import EndpointConnectionError
from chalice.test import Client, HTTPResponse

from chalicelib import wiring
from chalicelib.settings import Settings
from chalicelib.wiring import processes
from tests.api.conftest import Caller, caller, problem, rejected
from tests.conftest import Cloud
from tests.factories import make_event
from tests.faults.capacity import Bill
from tests.faults.layer import FaultLayer
from tests.faults.test_costs import full_event

# RFC 9651, the part that is used here: a list of one string with integer parameters.
MEMBER = re.compile(r'"(?P<name>[ !#-\[\]-~]*)"(?P<params>(; *[a-z*][a-z0-9_.*-]*=-?\d{1,15})*)')
NOW = dt.datetime(2026, 3, 14, 10, 0, 12, 500_000, tzinfo=dt.UTC)


def parsed(response: HTTPResponse, header: str) -> dict[str, int]:
    """Parse the parameters of a structured field whose only member is the default policy."""
    found = MEMBER.fullmatch(response.headers[header])
    assert found is not None, response.headers[header]
    assert found["name"] == "default"
    pairs = (one.strip().split("=") for one in found["params"].split(";")[1:])
    return {name: int(value) for name, value in pairs}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    """The time that the API sees; the last entry counts."""
    times = [NOW]

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return times[-1].astimezone(tz)

    class Time:
        UTC = dt.UTC
        date = dt.date
        datetime = Clock

    monkeypatch.setattr("chalicelib.api.endpoint.dt", Time)
    return times


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> int:
    """A limit of five requests a minute."""
    assert cloud
    monkeypatch.setenv("LIKEWORTH_RATE_LIMIT", "5")
    return 5


@pytest.fixture
def default_limit(monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> int:
    assert cloud
    monkeypatch.delenv("LIKEWORTH_RATE_LIMIT")
    return Settings().rate_limit


def test_every_answer_to_a_valid_key_reports_the_remaining_requests(
    limit: int, clock: list[dt.datetime], reader: Caller
) -> None:
    found = reader.get("/v1/timeseries?metric=cost&from=2026-03-01&to=2026-03-02")
    assert found.status_code == 200
    answers = [
        found,
        reader.get(
            "/v1/timeseries?metric=cost&from=2026-03-01&to=2026-03-02",
            if_none_match=found.headers["ETag"],
        ),
        reader.get("/v1/timeseries"),
        reader.call("HEAD", "/v1/fits"),
        reader.events(make_event()),
        reader.get("/v1/roi"),
    ]
    assert [one.status_code for one in answers] == [200, 304, 400, 200, 403, 429]
    assert [parsed(one, "RateLimit")["r"] for one in answers] == [4, 3, 2, 1, 0, 0]
    for one in answers:
        assert parsed(one, "RateLimit")["t"] == 48
        assert parsed(one, "RateLimit-Policy") == {"q": limit, "w": 60}


def test_a_request_above_the_limit_gets_retry_after(
    limit: int, clock: list[dt.datetime], reader: Caller
) -> None:
    for _ in range(limit):
        assert reader.get("/v1/fits").status_code == 200
    response = reader.get("/v1/fits")
    assert rejected(response) == (429, "rate_limited")
    assert "5 requests per 60 seconds" in problem(response)["detail"]
    clock.append(NOW + dt.timedelta(seconds=int(response.headers["Retry-After"])))
    assert reader.get("/v1/fits").status_code == 200


def test_two_processes_together_enforce_the_limit(
    monkeypatch: pytest.MonkeyPatch, clock: list[dt.datetime], client: Client, cloud: Cloud
) -> None:
    monkeypatch.setenv("LIKEWORTH_RATE_LIMIT", "50")
    reader = caller(client, "read")
    session, made = processes.current.session, []
    for _ in range(2):
        wiring.use_session(session)
        made.append(processes.current)
    statuses = []
    for number in range(130):
        processes.current = made[number % 2]
        statuses.append(reader.get("/v1/fits").status_code)
    assert set(statuses) == {200, 429}
    assert 25 < statuses.count(200) <= 50
    (item,) = [one for one in cloud.items() if "#rate#" in one["pk"]["S"]]
    assert item["pk"]["S"].startswith("acme#")
    assert int(item["ttl"]["N"]) == dt.datetime(2026, 3, 14, 11, tzinfo=dt.UTC).timestamp()


def test_requests_without_a_valid_key_are_not_counted(
    limit: int, client: Client, cloud: Cloud
) -> None:
    for _ in range(limit + 1):
        response = Caller("lw_acme.000000000000." + "a" * 32, client).get("/v1/fits")
        assert rejected(response) == (401, "unauthenticated")
        assert "RateLimit" not in response.headers
    assert "RateLimit-Policy" not in Caller("", client).get("/v1/health").headers
    assert not [one for one in cloud.items() if "#rate#" in one["pk"]["S"]]


def test_unexpected_errors_report_the_remaining_requests(
    limit: int, reader: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("not foreseen")

    monkeypatch.setattr("chalicelib.services.totals.day_totals.timeseries", fail)
    response = reader.get("/v1/timeseries?metric=cost")
    assert rejected(response) == (500, "internal_error")
    assert parsed(response, "RateLimit")["r"] == limit - 1


def test_pages_can_read_the_rate_limit_headers(
    limit: int, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIKEWORTH_CORS_ORIGINS", "https://shop.example")
    reader = caller(client, "read")
    for _ in range(limit + 1):
        response = reader.get("/v1/fits", origin="https://shop.example")
    assert response.status_code == 429
    exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(exposed)
    assert response.headers["Access-Control-Allow-Origin"] == "https://shop.example"


def test_counting_is_cheap_with_the_default_limit(
    default_limit: int, client: Client, cloud: Cloud
) -> None:
    layer = FaultLayer()
    layer.attach(cloud.dynamodb)
    sender = caller(client, "ingest")
    sender.events(make_event())
    layer.bill = Bill()
    for request in range(20):
        response = sender.events(*(full_event(20 * request + n) for n in range(20)))
        assert response.status_code == 200
    assert parsed(response, "RateLimit-Policy")["q"] == default_limit
    assert layer.bill.write_units <= 400 * 1.10
    counting = sum(units for key, units in layer.bill.writes.items() if "#rate#" in key)
    assert 0 < counting <= 10  # in two windows at most
    assert not [key for key in layer.bill.reads if "#rate#" in key]


def test_a_request_that_cannot_be_counted_is_served(
    limit: int, reader: Caller, cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:

    def break_off(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb")

    cloud.dynamodb.meta.events.register_first("before-send.dynamodb.UpdateItem", break_off)
    response = reader.get("/v1/fits")
    assert response.status_code == 200
    assert parsed(response, "RateLimit-Policy")["q"] == limit
    assert "RateLimit" not in response.headers
    assert "are admitted uncounted" in caplog.text
