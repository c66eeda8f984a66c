"""Costs in write and read units, as counted by Amazon's own engine.

Runs only with DynamoDB Local (``LIKEWORTH_DYNAMODB_ENDPOINT``), because the other engines do not
count units.
"""

from __future__ import annotations

import datetime as dt
import heapq
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.services.credentials.api_keys import create_key
from chalicelib.services.fitting.fits import request_fit
from chalicelib.services.imports import start_import
from chalicelib.services.ingest import record_events
from chalicelib.services.privacy.erasures import erase_person
from chalicelib.services.totals.day_totals import derive_day
from chalicelib.services.totals.freshness import (
    Appointment,
    derive_or_wait,
    keep_appointment,
)
from chalicelib.storage.table_keys import shard_of
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.workers.totals_worker import CHANGES
from tests.contract.conftest import Local, needs_dynamodb_local
from tests.factories import make_event
from tests.faults.layer import FaultLayer

pytestmark = needs_dynamodb_local

DAY = dt.date(2026, 3, 14)
MIDNIGHT = dt.datetime(2026, 3, 14, tzinfo=dt.UTC)
WRITE_PRICE, READ_PRICE = 0.625, 0.125
"""Dollars per million on-demand units."""


@dataclass
class Meter:
    """Adds up the capacity that a client consumes."""

    writes: float = 0.0
    reads: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    """Writes whose condition was false. They are charged, but the engine does not report units."""

    found_nothing: float = 0.0
    """Units of empty queries: DynamoDB charges the minimum, the engine reports 0."""

    _least: float = 0.5

    def attach(self, client: Any) -> None:
        """Request the consumed capacity in every call."""
        events = client.meta.events
        writing = ("BatchWriteItem", "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")
        for name in (*writing, "GetItem", "Query"):
            events.register(f"before-parameter-build.dynamodb.{name}", self._ask)
            events.register(f"after-call.dynamodb.{name}", self._count)

    @property
    def dollars_per_million(self) -> float:
        """The price of a million repetitions in dollars."""
        return self.writes * WRITE_PRICE + self.reads * READ_PRICE

    def _ask(self, params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"
        self._least = 1.0 if params.get("ConsistentRead") else 0.5

    def _count(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        units = sum(
            one["CapacityUnits"] for one in (consumed if isinstance(consumed, list) else [consumed])
        )
        self.calls[model.name] += 1
        self.rejected += "ConditionalCheckFailed" in parsed.get("Error", {}).get("Code", "")
        if model.name in ("GetItem", "Query"):
            self.reads += units
            self.found_nothing += self._least if not units else 0.0
        else:
            self.writes += units


@pytest.fixture
def meter(dynamodb_local: Local) -> Meter:
    """A meter that counts from now on."""
    made = Meter()
    made.attach(dynamodb_local.dynamodb)
    return made


def full_event(number: int, **over: Any) -> dict[str, Any]:
    """An event with all commonly used fields."""
    return make_event(
        **(
            {
                "event_id": f"{number:08d}-3f2a-4c1e-9d7b-5f0e8a6b7c21",
                "user_id": f"user-{number % 97}",
                "campaign_id": "spring-sale-2026",
                "content_id": "post-4711",
                "occurred_at": f"2026-03-14T10:{number // 60 % 60:02d}:{number % 60:02d}Z",
            }
            | over
        )
    )


def test_an_event_costs_one_write_and_its_recording_almost_nothing(
    dynamodb_local: Local, meter: Meter
) -> None:
    store = dynamodb_local.store()
    for request in range(4):
        # The configuration is read for every request here; a warm function does not.
        store = dynamodb_local.store()
        events = [full_event(request * 500 + number) for number in range(500)]
        assert record_events(store, events, now=MIDNIGHT + dt.timedelta(days=1))["accepted"] == 500
    assert meter.writes <= 2000 * 1.01
    assert meter.reads <= 2000 * 0.01


def test_sending_events_again_costs_the_same(dynamodb_local: Local, meter: Meter) -> None:
    store = dynamodb_local.store()
    events = [full_event(number) for number in range(100)]
    _ = store.config
    registered = meter.writes
    for _ in range(3):
        record_events(store, events, now=MIDNIGHT + dt.timedelta(days=1))
    assert meter.writes - registered == 300


@dataclass
class Stream:
    """Processes batches of changes and the appointments that they create."""

    store: TenantStore
    appointments: list[tuple[dt.datetime, dt.date, int, int]] = field(default_factory=list)

    def batch(self, changed: set[tuple[dt.date, int]], now: dt.datetime) -> None:
        """Process a batch like the aggregate function."""
        self.keep(now)
        for day, shard in sorted(changed):
            derive_or_wait(self.store, day, shard, now=now, wait=self._waits(day, shard))

    def keep(self, until: dt.datetime) -> None:
        """Process all appointments until this time."""
        while self.appointments and self.appointments[0][0] <= until:
            now, day, shard, reading = heapq.heappop(self.appointments)
            wait = self._waits(day, shard)
            keep_appointment(self.store, day, shard, reading=reading, now=now, wait=wait)

    def _waits(self, day: dt.date, shard: int) -> Any:
        def wait(until: Appointment) -> None:
            heapq.heappush(self.appointments, (until.due_at, day, shard, until.reading))

        return wait

    def counted(self, start: dt.date, end: dt.date) -> int:
        """Return the number of events in the totals."""
        totals = self.store.totals.between(start, end)
        return sum(row["events"] for one in totals for row in one.rows)


def test_totals_of_a_steady_stream_cost_less_than_5_percent_of_its_writes(
    dynamodb_local: Local, meter: Meter
) -> None:
    store = dynamodb_local.store(shards=1)
    stream = Stream(store)
    a_minute = 8
    for minute in range(24 * 60):
        now = MIDNIGHT + dt.timedelta(minutes=minute)
        events = [
            full_event(minute * a_minute + n, occurred_at=f"{now.isoformat()}")
            for n in range(a_minute)
        ]
        record_events(store, events, now=now)
        if minute * 60 % CHANGES.window_seconds == 0:
            stream.batch({(DAY, 0)}, now)
    stream.batch({(DAY, 0)}, MIDNIGHT + dt.timedelta(days=1))
    stream.keep(MIDNIGHT + dt.timedelta(days=3))
    total = 24 * 60 * a_minute
    writing = total * WRITE_PRICE
    assert stream.counted(DAY, DAY) == total
    overhead = (meter.dollars_per_million - writing) / writing
    print(f"{overhead:.2%} {meter}")  # noqa: T201
    assert overhead <= 0.05


def test_a_backfill_in_any_order_costs_at_most_half_a_read_per_event(
    dynamodb_local: Local, meter: Meter
) -> None:
    store = dynamodb_local.store(write_seconds=60)
    stream = Stream(store)
    draw = random.Random(5)
    days = [DAY - dt.timedelta(days=n) for n in range(20)]
    now = MIDNIGHT + dt.timedelta(days=1)
    total = 6_000
    changed: set[tuple[dt.date, int]] = set()
    for begin in range(0, total, 500):
        events = [
            full_event(begin + n, occurred_at=f"{draw.choice(days)}T10:00:00Z") for n in range(500)
        ]
        record_events(store, events, now=now)
        changed |= {
            (
                dt.date.fromisoformat(event["occurred_at"][:10]),
                shard_of(store.user_hash(event["user_id"]), store.config.shards),
            )
            for event in events
        }
        now += dt.timedelta(seconds=20)
        if (begin // 500) % 4 == 3:  # a minute's window
            stream.batch(changed, now)
            changed = set()
    stream.keep(now + dt.timedelta(days=1))
    assert stream.counted(days[-1], DAY) == total
    print(f"{meter.reads / total:.3f} reads, {meter.writes / total:.3f} writes an event")  # noqa: T201
    assert meter.reads / total <= 0.5
    assert meter.writes / total <= 1.1


def test_the_fault_bench_counts_the_same_units_as_the_engine(
    dynamodb_local: Local, meter: Meter
) -> None:
    """`tests.faults` computes units with the documented formulas; the engine is the reference."""
    layer = FaultLayer()
    layer.attach(dynamodb_local.dynamodb)
    store, now = dynamodb_local.store(retention_days=5), MIDNIGHT + dt.timedelta(days=1)
    record_events(store, [full_event(number) for number in range(300)], now=now)
    record_events(store, [full_event(number, channel="x" * 32) for number in range(90)], now=now)
    for shard in range(store.config.shards):
        derive_day(store, DAY, shard, now=now)
    assert len(list(store.iter_events(DAY, DAY))) == 300
    new, _ = start_import(store, filename="report.csv", now=now)
    store.imports.save(replace(new, state="failed", error={"code": "x", "detail": "y" * 3000}))
    header = request_fit(store, lambda _message: None, now=now)
    store.fits.put_document(header.fit_id, {"goals": {}, "window": {}, "text": "0123456789" * 9000})
    assert store.fits.document(header.fit_id) is not None
    for _ in range(2):
        create_key(store, "read", now=now)
    assert meter.calls["TransactWriteItems"] == 2
    erase_person(store, "user-3", now=now, has_time=lambda: True)
    erase_person(store, "user-3", now=now, has_time=lambda: True)
    assert meter.writes > 390
    assert meter.reads > 20
    assert meter.rejected == 2  # in the second erasure: one unit each for items below a kilobyte
    assert layer.bill.write_units == meter.writes + meter.rejected
    assert layer.bill.read_units == meter.reads + meter.found_nothing
