"""Capacity units of calls, counted by the layer."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections import Counter
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import wiring
from chalicelib.services import imports
from chalicelib.services.credentials.api_keys import create_key
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.table_keys import event_partition, shard_of
from tests.conftest import BUCKET, Cloud
from tests.factories import make_event
from tests.faults.capacity import Bill
from tests.faults.layer import FaultLayer

NOW = dt.datetime(2026, 3, 15, 12, tzinfo=dt.UTC)


@pytest.fixture
def layer(cloud: Cloud) -> FaultLayer:
    """A layer without faults, and a registered tenant."""
    made = FaultLayer()
    made.attach(cloud.dynamodb)
    _ = wiring.store("acme").config
    made.bill = Bill()
    return made


def full_event(number: int) -> dict[str, Any]:
    """An event with the usual fields."""
    return make_event(
        event_id=f"{number:08d}-3f2a-4c1e-9d7b-5f0e8a6b7c21",
        user_id=f"user-{number % 97}",
        campaign_id="spring-sale-2026",
        content_id="post-4711",
        occurred_at=f"2026-03-14T10:{number // 60 % 60:02d}:{number % 60:02d}Z",
    )


def test_an_event_sent_by_http_costs_about_one_write(layer: FaultLayer) -> None:
    import app

    key = create_key(wiring.store("acme"), "ingest", now=NOW)
    layer.bill = Bill()
    for request in range(4):
        body = json.dumps({"events": [full_event(500 * request + n) for n in range(500)]})
        answer = Client(app.app).http.post(
            "/v1/events",
            headers={"x-api-key": key, "content-type": "application/json"},
            body=body.encode(),
        )
        assert answer.json_body["accepted"] == 500
    assert 2000 <= layer.bill.write_units <= 2000 * 1.10
    assert layer.bill.read_units <= 2000 * 0.01


def test_an_imported_event_costs_about_one_write(cloud: Cloud, layer: FaultLayer) -> None:
    rows = [
        f"Brand {n % 50},{n % 50},2026-03-{1 + n // 50 % 14:02d},EUR,{1 + n % 9}.50,{1 + n},{9 + n}"
        for n in range(3000)
    ]
    head = "Campaign,Campaign ID,Day,Currency code,Cost,Clicks,Impr."
    key = "imports/acme/x.csv"
    body = "\n".join([head, *rows, ""]).encode()
    put = cloud.s3.put_object(Bucket=BUCKET, Key=key, Body=io.BytesIO(body))
    version = ObjectVersion(key, put["ETag"].strip('"'))
    store = wiring.store("acme")
    started = imports.import_for_object(store, version, dropped_at=NOW)
    ended = imports.run_import(store, started, version, now=NOW, deadline=lambda: 900.0)
    assert (ended.state, ended.rows, ended.rejected) == ("done", 3000, 0)
    assert ended.events == 6000
    assert 6000 <= layer.bill.write_units <= 6000 * 1.05
    assert layer.bill.read_units <= 6000 * 0.01


def test_no_partition_is_written_to_too_fast_in_a_burst() -> None:
    """10,000 events in one second, of one tenant with 16 shards."""
    day, shards = dt.date(2026, 3, 14), 16
    anonymous = (shard_of(f"{n:08d}-3f2a-4c1e", shards) for n in range(10_000))
    people = (shard_of(f"hash of user {n % 4000}", shards) for n in range(10_000))
    for drawn in (anonymous, people):
        units = Counter(event_partition("acme", day, shard) for shard in drawn)
        assert sum(units.values()) == 10_000
        assert max(units.values()) <= 800
