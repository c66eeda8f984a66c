"""What the application uses, measured: it runs on moto under the layer that counts units.

Units are those of `tests.faults.capacity`. Seconds are those of the processor, outside of the layer
and moto, so that neither the stand-in for DynamoDB nor other work of the machine is on the bill.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
from chalice.test import Client
from moto import mock_aws

from chalicelib import wiring, workers
from chalicelib.model.events import parse_event
from chalicelib.services import imports
from chalicelib.services.credentials.api_keys import create_key
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.ingest import record_events
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.table_keys import event_partition, shard_of
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.wiring import processes
from tests import quick_moto
from tests.conftest import BUCKET, REGION, create_table
from tests.contract.test_capacity import Stream
from tests.faults.capacity import Bill
from tests.faults.layer import FaultLayer

STAND_IN = "for moto only"
PER_REQUEST = 500
FIT_EVENTS = (10_000, 60_000)
STREAM_MINUTES = 5
DAY = dt.date(2026, 3, 14)
NOW = dt.datetime(2026, 3, 15, 12, tzinfo=dt.UTC)
FIT_ID = "20260315T120000Z-0000000a"


@dataclass(frozen=True, slots=True)
class Work:
    """What one of something takes: an event, a request, an answer.

    Attributes
    ----------
    writes, reads : float
        Units of DynamoDB.
    calls : float
        Of DynamoDB; each of them is waited for.
    core_seconds : float
        On a whole core of this machine.
    """

    writes: float
    reads: float
    calls: float
    core_seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured.

    Attributes
    ----------
    batch, single : Work
        A request of 500 events and of one.
    imported : Work
        An event of an imported file.
    imported_bytes : float
        Of the file, per event.
    totals_quiet, totals_busy : Work
        Day totals, per event: of a shard with 833 and with 11,520 events a day.
    record : Work
        A record of the stream, of a partition whose turn has not come.
    read_back : Work
        An event that a fit reads.
    fit_seconds, fit_event_seconds : float
        On a core, without reading: of a fit of no events, and of each event more.
    answer, series : Work
        ``GET /v1/roi``, and ``GET /v1/timeseries`` of 30 days.
    answer_bytes : float
    item_bytes : float
        Of a stored event.
    """

    batch: Work
    single: Work
    imported: Work
    imported_bytes: float
    totals_quiet: Work
    totals_busy: Work
    record: Work
    read_back: Work
    fit_seconds: float
    fit_event_seconds: float
    answer: Work
    series: Work
    answer_bytes: float
    item_bytes: float


class TimedLayer(FaultLayer):
    """A calm layer that knows how long it and moto took."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def _answer(self, request: Any, **more: Any) -> Any:
        began = time.process_time()
        try:
            return super()._answer(request, **more)
        finally:
            self.seconds += time.process_time() - began


@dataclass
class Meter:
    """Reads the layer's bill and the clock around some work."""

    layer: TimedLayer
    work: Work = field(default_factory=lambda: Work(0, 0, 0, 0))

    @contextmanager
    def measuring(self, times: int) -> Iterator[None]:
        """Leaves in `work` what one of `times` took."""
        self.layer.bill = bill = Bill(_sizes=self.layer.bill._sizes)
        self.layer.seconds = 0.0
        began = time.process_time()
        yield
        seconds = time.process_time() - began - self.layer.seconds
        self.work = Work(
            bill.write_units / times,
            bill.read_units / times,
            bill.calls.total() / times,
            seconds / times,
        )


def measure() -> Measured:
    """Everything, in about two minutes."""
    quick_moto.install()
    os.environ |= {
        "AWS_ACCESS_KEY_ID": STAND_IN,
        "AWS_SECRET_ACCESS_KEY": STAND_IN,
        "AWS_DEFAULT_REGION": REGION,
        "LIKEWORTH_SECRET": f"a root secret, {STAND_IN}",
    }
    os.environ.pop("LIKEWORTH_RATE_LIMIT", None)  # the limit that everybody has is on the bill
    with mock_aws():
        wiring.use_session(boto3.Session(STAND_IN, STAND_IN, region_name=REGION))
        create_table(wiring.client("dynamodb"))
        layer = TimedLayer()
        layer.attach(wiring.client("dynamodb"))
        meter = Meter(layer)
        batch, item_bytes = _posted(meter, requests=6, events=PER_REQUEST)
        single, _ = _posted(meter, requests=300, events=1)
        imported, imported_bytes = _imported(meter)
        quiet, busy = _totals(meter, "quiet", 833), _totals(meter, "busy", 11_520)
        record = _record(meter)
        _repeat_totals("busy")
        series = _asked(
            meter,
            "busy",
            "/v1/timeseries?from=2026-02-14&to=2026-03-15&metric=engagements&group_by=channel",
        )[0]
        read_back, fit_seconds, fit_event_seconds = _fitted(meter)
        answer, answer_bytes = _asked(meter, "busy", "/v1/roi")
    wiring.reset()
    return Measured(
        batch,
        single,
        imported,
        imported_bytes,
        quiet,
        busy,
        record,
        read_back,
        fit_seconds,
        fit_event_seconds,
        answer,
        series,
        answer_bytes,
        item_bytes,
    )


def event(number: int, when: dt.datetime) -> dict[str, Any]:
    """An event with all that a sender usually fills in; every tenth is a purchase."""
    common = {
        "event_id": f"{number:08d}-3f2a-4c1e-9d7b-5f0e8a6b7c21",
        "user_id": f"user-{number * 7919 % 997}",
        "occurred_at": when.isoformat(),
    }
    if number % 10 == 9:
        value = {"amount": "29.90", "currency": "EUR"}
        return common | {"kind": "conversion", "goal": "purchase", "value": value}
    return common | {
        "kind": "engagement",
        "channel": ("facebook", "instagram", "google_ads")[number % 3],
        "type": ("like", "share", "click")[number % 3],
        "campaign_id": "spring-sale-2026",
        "content_id": "post-4711",
    }


def _posted(meter: Meter, *, requests: int, events: int) -> tuple[Work, float]:
    """Requests through the application; the bytes of an item."""
    import app

    tenant = f"batches-of-{events}"
    key = create_key(wiring.store(tenant), "ingest", now=dt.datetime.now(dt.UTC))
    when = dt.datetime.now(dt.UTC) - dt.timedelta(hours=6)
    bodies = [
        json.dumps(
            {
                "events": [
                    event(r * events + n, when + dt.timedelta(seconds=n)) for n in range(events)
                ]
            }
        ).encode()
        for r in range(requests + 1)
    ]
    headers = {"x-api-key": key, "content-type": "application/json"}

    def send(body: bytes) -> None:
        answer = client.http.post("/v1/events", headers=headers, body=body)
        if answer.status_code != 200 or answer.json_body["accepted"] != events:
            raise SystemExit(f"not accepted: {answer.body!r}")

    with Client(app.app) as client:
        send(bodies[0])  # a warm function knows its tenant
        with meter.measuring(requests):
            for body in bodies[1:]:
                send(body)
    marked = f"{tenant}#events#"
    sizes = [size for (pk, _), size in meter.layer.bill._sizes.items() if pk.startswith(marked)]
    return meter.work, sum(sizes) / len(sizes)


def _imported(meter: Meter, rows: int = 3000) -> tuple[Work, float]:
    """A report of campaigns by day, two events a row; the bytes of the file per event."""
    lines = [
        f"Brand {n % 50},{n % 50},2026-03-{1 + n // 50 % 14:02d},EUR,{1 + n % 9}.50,{1 + n},{9 + n}"
        for n in range(rows)
    ]
    head = "Campaign,Campaign ID,Day,Currency code,Cost,Clicks,Impr."
    body = "\n".join([head, *lines, ""]).encode()
    store, s3, name = wiring.store("files"), wiring.client("s3"), "imports/files/x.csv"
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    put = s3.put_object(Bucket=BUCKET, Key=name, Body=io.BytesIO(body))
    version = ObjectVersion(name, put["ETag"].strip('"'))
    _ = store.config
    started = imports.import_for_object(store, version, dropped_at=NOW)
    with meter.measuring(2 * rows):
        ended = imports.run_import(store, started, version, now=NOW, deadline=lambda: 900.0)
    if (ended.state, ended.events) != ("done", 2 * rows):
        raise SystemExit(f"the import did not end: {ended}")
    return meter.work, len(body) / ended.events


def _totals(meter: Meter, tenant: str, events: int) -> Work:
    """A day of one shard, its events coming evenly, and what its totals take until they rest."""
    store = wiring.store(tenant)
    stream = Stream(store)
    shard_0 = [n for n in range(events * 6) if _lies_in_shard_0(store, n)][:events]
    begin = dt.datetime(DAY.year, DAY.month, DAY.day, tzinfo=dt.UTC)
    windows = 24 * 60 // STREAM_MINUTES
    with meter.measuring(events):
        for window in range(windows):
            start = begin + dt.timedelta(minutes=STREAM_MINUTES * window)
            come = shard_0[window * events // windows : (window + 1) * events // windows]
            _write_unbilled(meter, store, [event(n, start) for n in come], start)
            end = start + dt.timedelta(minutes=STREAM_MINUTES)
            if come:
                stream.batch({(DAY, 0)}, end)
        stream.keep(begin + dt.timedelta(days=3))
    if stream.counted(DAY, DAY) != events:
        raise SystemExit(f"{stream.counted(DAY, DAY)} of {events} events are in the totals")
    return meter.work


def _lies_in_shard_0(store: TenantStore, number: int) -> bool:
    user = event(number, NOW)["user_id"]
    return shard_of(store.user_hash(user), store.config.shards) == 0


def _write_unbilled(meter: Meter, store: TenantStore, events: list[Any], now: dt.datetime) -> None:
    """Store events without their units and seconds: they are measured elsewhere."""
    layer, began, before = meter.layer, time.process_time(), meter.layer.seconds
    bill, layer.bill = layer.bill, Bill(_sizes=layer.bill._sizes)
    if events and record_events(store, events, now=now).rejected:
        raise SystemExit("events for the totals are refused")
    layer.bill = bill
    layer.seconds = before + time.process_time() - began


def _record(meter: Meter, records: int = 1000) -> Work:
    """Records of a partition that was read a moment ago and is waited for."""
    queue = wiring.client("sqs").create_queue(QueueName="likeworth-totals")["QueueUrl"]
    os.environ["LIKEWORTH_TOTALS_QUEUE_URL"] = queue
    processes.current.settings = None
    pk = {"S": event_partition("busy", DAY, 0)}
    told = [{"dynamodb": {"Keys": {"pk": pk, "sk": {"S": f"{n}"}}}} for n in range(records)]
    for _ in range(2):  # derives; then makes the appointment
        workers.derive_totals({"Records": told}, now=NOW)
    with meter.measuring(records):
        workers.derive_totals({"Records": told}, now=NOW)
    if meter.work.writes:
        raise SystemExit("the partition was not waited for")
    return meter.work


def _fitted(meter: Meter) -> tuple[Work, float, float]:
    """Reading a day's events back; a fit without events, and an event more of it."""
    store = wiring.store("busy")
    kept = sum(1 for _ in store.iter_events(DAY, DAY))
    with meter.measuring(kept):
        for _ in store.iter_events(DAY, DAY):
            pass
    work = meter.work
    seconds = {events: _fit(store, events) for events in FIT_EVENTS}
    few, many = FIT_EVENTS
    slope = max((seconds[many] - seconds[few]) / (many - few), 0.0)
    return work, max(seconds[few] - slope * few, 0.0), slope


def _fit(store: TenantStore, events: int) -> float:
    """Seconds for a fit of so many events of 120 days; its document is kept."""
    first = NOW - dt.timedelta(days=120)
    apart = dt.timedelta(days=119) / events
    parsed = [parse_event(event(n, first + apart * n)) for n in range(events)]
    began = time.process_time()
    document = fit_events(
        iter(parsed),
        window=(first.date(), NOW.date()),
        currency="EUR",
        as_of=NOW,
        fit_id=FIT_ID,
    )
    seconds = time.process_time() - began
    store.fits.put_document(FIT_ID, document)
    return seconds


def _repeat_totals(tenant: str, days: int = 30) -> None:
    """The totals of a day for every shard of a month, as they are read for a series."""
    store = wiring.store(tenant)
    (day_totals,) = [one for one in store.totals.between(DAY, DAY) if one.shard == 0]
    for back in range(days):
        for shard in range(store.config.shards):
            copy = replace(day_totals, day=DAY - dt.timedelta(days=back), shard=shard)
            store.totals.put(copy, read_at=NOW)


def _asked(meter: Meter, tenant: str, path: str, times: int = 50) -> tuple[Work, float]:
    """A question asked of a warm function; the bytes of its answer."""
    import app

    key = create_key(wiring.store(tenant), "read", now=dt.datetime.now(dt.UTC))
    with Client(app.app) as client:
        answer = client.http.get(path, headers={"x-api-key": key})
        if answer.status_code != 200:
            raise SystemExit(f"no answer: {answer.body!r}")
        with meter.measuring(times):
            for _ in range(times):
                client.http.get(path, headers={"x-api-key": key})
    return meter.work, float(len(answer.body))
