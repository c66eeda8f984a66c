"""With any share of failing calls, acknowledged events are stored, once."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import pytest
from chalice.test import Client

from chalicelib import wiring
from chalicelib.model.errors import StoreUnavailable
from chalicelib.services.credentials.api_keys import create_key
from chalicelib.services.ingest import record_events
from tests.conftest import Cloud
from tests.factories import make_conversion, make_cost, make_event, money
from tests.faults.layer import FaultLayer, Faults
from tests.faulty import FakeTime

STORM_SECONDS = 30
WEATHER = {
    "calm": Faults(),
    "10 % throttled": Faults(throttled=0.1),
    "50 % throttled": Faults(throttled=0.5),
    "90 % throttled": Faults(throttled=0.9),
    "all throttled": Faults(throttled=1.0),
    "half of the batches left over": Faults(left_over=0.5),
    "every batch left over": Faults(left_over=1.0),
    "20 % of the answers lost": Faults(lost=0.2),
    "all answers lost": Faults(lost=1.0),
    "a third of everything": Faults(
        throttled=0.05, failed=0.05, cut=0.05, lost=0.1, left_over=0.1, slow=0.05
    ),
}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """A clock that only sleep advances."""
    made = FakeTime()
    monkeypatch.setattr("chalicelib.storage.tenant_store.Patience", made.patience)
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=made.sleep))
    return made


def sent_events() -> list[dict[str, Any]]:
    """490 valid events of every kind and 10 invalid ones."""
    events: list[dict[str, Any]] = []
    for number in range(500):
        match number % 10:
            case 0 if number % 50 == 0:
                events.append(make_event(event_id=f"n{number}", channel="No Channel"))
            case 1:
                events.append(make_conversion(event_id=f"n{number}", user_id=f"u{number % 7}"))
            case 2:
                events.append(make_cost(event_id=f"n{number}", amount=money(str(number))))
            case _:
                events.append(make_event(event_id=f"n{number}", user_id=f"u{number % 23}"))
    return events


def stored_ids(layer: FaultLayer, cloud: Cloud) -> Counter[str]:
    """How often each event is stored."""
    weather, layer.faults = layer.faults, Faults()
    found = Counter(
        item["sk"]["S"].rpartition("#")[2]
        for item in cloud.items()
        if "#events#2" in item["pk"]["S"]
    )
    layer.faults = weather
    return found


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("weather", WEATHER)
def test_acknowledged_events_are_stored_once_and_others_are_handed_back(
    cloud: Cloud, clock: FakeTime, weather: str, seed: int
) -> None:
    import app

    key = create_key(wiring.store("acme"), "ingest", now=dt.datetime.now(dt.UTC))
    client = Client(app.app)
    layer = FaultLayer(WEATHER[weather], seed=seed, sleep=clock.sleep)
    layer.attach(cloud.dynamodb)
    waiting = sent_events()
    wanted = Counter(event["event_id"] for event in waiting if event.get("channel") != "No Channel")
    acknowledged: Counter[str] = Counter()
    clears_at = clock.now + STORM_SECONDS
    for _ in range(200):
        if clock.now >= clears_at:
            layer.faults = Faults()
        answer = client.http.post(
            "/v1/events",
            headers={"x-api-key": key, "content-type": "application/json"},
            body=json.dumps({"events": waiting}).encode(),
        )
        told = answer.json_body
        assert answer.status_code in (200, 422, 503), told
        handed_back = told.get("not_stored", [])
        assert told["accepted"] + len(told["rejected"]) + len(handed_back) == len(waiting)
        rejected = {one["index"] for one in told["rejected"]}
        left = rejected | set(handed_back)
        acknowledged.update(
            event["event_id"] for index, event in enumerate(waiting) if index not in left
        )
        assert acknowledged <= stored_ids(layer, cloud)
        if answer.status_code != 503:
            assert not handed_back
            break
        waiting = [waiting[index] for index in handed_back]
        clock.sleep(float(answer.headers["Retry-After"]))
    else:
        pytest.fail("it never ends")
    assert acknowledged == wanted == stored_ids(layer, cloud)


def test_the_faults_reach_the_service(cloud: Cloud, clock: FakeTime) -> None:
    """If every answer is lost, no event is acknowledged although all are stored."""
    import app

    key = create_key(wiring.store("acme"), "ingest", now=dt.datetime.now(dt.UTC))
    _ = wiring.store("acme").config
    layer = FaultLayer(Faults(), seed=1)
    layer.attach(cloud.dynamodb)
    assert Client(app.app).http.get("/v1/imports", headers={"x-api-key": key}).status_code == 200
    layer.faults = Faults(lost=1.0)
    store = wiring.store("acme")
    with pytest.raises(StoreUnavailable) as caught:
        record_events(
            store, [make_event(event_id="x")], now=dt.datetime(2026, 3, 15, tzinfo=dt.UTC)
        )
    assert caught.value.not_stored == (0,)
    assert layer.suffered
    assert stored_ids(layer, cloud) == {"x": 1}
