"""The benchmark of requests asks what it says it asks; no time is looked at."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
from collections import Counter
from collections.abc import Iterator

import pytest

from benchmarks import cold_start, http
from benchmarks.stub_store import StubSession
from chalicelib import wiring
from chalicelib.services.credentials.api_keys import create_key
from infra.lambda_runtime import events

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
    sent = http.events_of(random.Random(1), 0, NOW)
    answer = http.answered(events.request("POST", "/v1/events", key, {"events": sent}))
    assert answer == {"accepted": 500, "rejected": []}
    assert session.dynamodb.written == 500
    assert Counter(event["kind"] for event in sent) == {
        "engagement": 350,
        "conversion": 100,
        "cost": 50,
    }


def test_nobody_gets_in_without_the_key(session: StubSession) -> None:
    create_key(wiring.store(http.TENANT), "ingest", now=NOW)
    with pytest.raises(SystemExit, match="401"):
        http.answered(events.request("POST", "/v1/events", "lw_bench.none", {}))
    assert session.dynamodb.written == 0


def test_what_does_not_import_is_no_time() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        cold_start.seconds_of("import no_such_module")
