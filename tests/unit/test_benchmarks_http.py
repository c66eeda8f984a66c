"""The benchmark of requests asks what it says it asks; no time is looked at."""

from __future__ import annotations

import base64
import datetime as dt
import json
import random
import subprocess
from collections import Counter
from collections.abc import Iterator

import pytest

from benchmarks import cold_start, http
from benchmarks.stub_store import StubSession
from chalicelib import wiring
from chalicelib.services.keys import create_key

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubSession]:
    monkeypatch.setenv("LIKEWORTH_SECRET", http.SECRET)
    made = StubSession()
    wiring.use_session(made)
    yield made
    wiring.reset()


def test_a_request_passes_through_the_whole_application(session: StubSession) -> None:
    key = create_key(wiring.store(http.TENANT), "ingest", now=NOW)
    events = http.events_of(random.Random(1), 0, NOW)
    body = json.dumps({"events": events}).encode()
    answer = http.answered(http.gateway_event(key, "POST", "/v1/events", body))
    assert answer == {"accepted": 500, "rejected": []}
    assert session.dynamodb.written == 500
    assert Counter(event["kind"] for event in events) == {
        "engagement": 350,
        "conversion": 100,
        "cost": 50,
    }


def test_nobody_gets_in_without_the_key(session: StubSession) -> None:
    create_key(wiring.store(http.TENANT), "ingest", now=NOW)
    with pytest.raises(SystemExit, match="401"):
        http.answered(http.gateway_event("lw_bench.none", "POST", "/v1/events", b"{}"))
    assert session.dynamodb.written == 0


def test_a_request_is_what_the_gateway_hands_over() -> None:
    event = http.gateway_event("k", "GET", "/v1/roi?from=2026-01-01&channel=facebook")
    assert event["path"] == "/v1/roi"
    assert event["multiValueQueryStringParameters"] == {
        "from": ["2026-01-01"],
        "channel": ["facebook"],
    }
    assert (event["body"], event["isBase64Encoded"]) == (None, False)
    sent = http.gateway_event("k", "POST", "/v1/events", b'{"events":[]}')
    assert base64.b64decode(sent["body"]) == b'{"events":[]}'
    assert sent["isBase64Encoded"]


def test_what_does_not_import_is_no_time() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        cold_start.seconds_of("import no_such_module")
