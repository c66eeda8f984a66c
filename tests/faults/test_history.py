"""Any history of requests, files, faults, crashes and deliveries ends where a dictionary ends.

The model is a dict of the events that were acknowledged, by their identity. After every history the
store holds exactly these, the day totals are what they say, the audit finds nothing, and the series
that the API tells add up to the model.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
import logging
import os
import random
from collections import Counter
from contextlib import ExitStack, suppress
from typing import Any

import boto3
import botocore.endpoint
import pytest
from chalice.test import Client
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from moto import mock_aws

from chalicelib import wiring, workers
from chalicelib.errors import ExportRefused
from chalicelib.events import Engagement, Event, parse_event
from chalicelib.exports import Imported, read_export
from chalicelib.services.audit import audit
from chalicelib.services.keys import create_key
from chalicelib.services.record import record_events
from tests.conftest import BUCKET, REGION, SECRET, TABLE, create_table
from tests.factories import make_conversion, make_cost, make_event, money
from tests.faults.layer import Crash, FaultLayer, Faults
from tests.faulty import FakeTime

NOW = dt.datetime(2026, 3, 15, 12, tzinfo=dt.UTC)
FIRST, LAST = dt.date(2026, 3, 10), dt.date(2026, 3, 15)
PEOPLE = ("ann.canary@example.org", "bob.canary@example.org", None)
AMOUNTS = ("0.10", "7.5", "20.00", "123456789012345.12345678")
Identity = tuple[str, dt.datetime, str | None]

STORMS = st.sampled_from(
    [
        Faults(),
        Faults(throttled=0.4),
        Faults(left_over=0.8),
        Faults(lost=0.4),
        Faults(throttled=0.1, failed=0.1, cut=0.1, lost=0.1, left_over=0.2),
    ]
)
OF_ANOTHER_TENANT = [
    make_event(
        event_id=f"o{number}",
        occurred_at=f"{FIRST + dt.timedelta(days=number % 3)}T10:00:00Z",
        user_id=PEOPLE[number % 2],
    )
    for number in range(12)
]
NUMBERS = st.integers(0, 12)
"""Few ids, so that events are sent again and restated all the time."""


@st.composite
def raw_events(draw: st.DrawFn) -> dict[str, Any]:
    """An event; of few ids, days and people."""
    day = FIRST + dt.timedelta(days=draw(st.integers(0, 2)))
    common = {"event_id": f"e{draw(NUMBERS)}", "occurred_at": f"{day}T10:00:00Z"}
    match draw(st.integers(0, 5)):
        case 0:
            value = draw(st.sampled_from([None, *map(money, AMOUNTS)]))
            return make_conversion(**common, user_id=draw(st.sampled_from(PEOPLE)), value=value)
        case 1:
            return make_cost(**common, amount=money(draw(st.sampled_from(AMOUNTS))))
        case 2:
            return make_event(**common, count=draw(st.integers(2, 99)), paid=draw(st.booleans()))
        case 3:
            return make_event(**common, channel="Not A Channel")
        case _:
            person = draw(st.sampled_from(PEOPLE))
            return make_event(
                **common, user_id=person, type=draw(st.sampled_from(["like", "share"]))
            )


@st.composite
def reports(draw: st.DrawFn) -> bytes:
    """A Google Ads report of few campaigns and days, with rows that are refused."""
    unit = draw(st.sampled_from(["Day", "Week"]))
    lines = [f"Campaign,Campaign ID,{unit},Currency code,Cost,Clicks,Impr."]
    for _ in range(draw(st.integers(1, 12))):
        day = FIRST + dt.timedelta(days=draw(st.integers(0, 4)) if unit == "Day" else -1)
        clicks = draw(st.sampled_from(["3", "11", "x", "0"]))
        campaign = draw(st.integers(1, 3))
        lines.append(f"Brand {campaign},{campaign},{day},EUR,{draw(NUMBERS)}.50,{clicks},40")
    return "\n".join([*lines, ""]).encode()


class History(RuleBasedStateMachine):
    """What may happen to the service, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": REGION,
            "LIKEWORTH_SECRET": SECRET,
            "LIKEWORTH_SHARDS": "2",
        }.items():
            patch.setenv(name, value)
        self.clock = FakeTime()
        patch.setattr("chalicelib.storage.tenant_store.Patience", self.clock.patience)
        patch.setattr(botocore.endpoint.time, "sleep", self.clock.sleep)
        self._stack.enter_context(mock_aws())
        wiring.use_session(boto3.Session("testing", "testing", region_name=REGION))
        self._stack.callback(wiring.reset)
        queue = wiring.client("sqs").create_queue(QueueName="likeworth-imports")["QueueUrl"]
        patch.setenv("LIKEWORTH_IMPORT_QUEUE_URL", queue)
        create_table(wiring.client("dynamodb"), stream=False)
        wiring.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        self.store = wiring.store("acme")
        self.key = create_key(self.store, "admin", now=NOW)
        self.told: list[str] = []
        handler = _Kept(self.told)
        logging.getLogger("chalicelib").addHandler(handler)
        self._stack.callback(logging.getLogger("chalicelib").removeHandler, handler)
        self.layer = FaultLayer(sleep=self.clock.sleep, now=lambda: self.clock.now, page=20)
        self.layer.attach(wiring.client("dynamodb"))
        self.model: dict[Identity, Event] = {}
        self.other = wiring.store("other")
        record_events(self.other, OF_ANOTHER_TENANT, now=NOW)
        self.layer.changed.clear()
        self.imports: list[tuple[str, bytes]] = []
        self.messages: list[dict[str, Any]] = []

    def teardown(self) -> None:
        """Whatever happened, it all adds up."""
        try:
            self.settle()
        finally:
            self._stack.close()

    # --- what happens -------------------------------------------------------------------------

    @initialize(seed=st.integers(0, 1000))
    def begin(self, seed: int) -> None:
        """The weather is drawn from a seed of its own."""
        self.layer._draw = random.Random(seed)

    @rule(raws=st.lists(raw_events(), min_size=1, max_size=30), storm=STORMS)
    def post(self, raws: list[dict[str, Any]], storm: Faults) -> None:
        """Events come by HTTP; what is handed back is sent again when it is calm."""
        self.layer.faults = storm
        answer = self._post(raws)
        self.layer.faults = Faults()
        if answer.status_code == 503:
            self.clock.sleep(float(answer.headers["Retry-After"]))
            raws = self._acknowledged(raws, answer.json_body)
            answer = self._post(raws)
        if answer.status_code != 422:
            assert answer.status_code == 200, answer.body
            assert self._acknowledged(raws, answer.json_body) == []

    @rule(raws=st.lists(raw_events(), min_size=1, max_size=30), calls=st.integers(1, 4))
    def post_and_crash(self, raws: list[dict[str, Any]], calls: int) -> None:
        """The function dies in the middle; the sender never hears of it and sends again."""
        self.layer.crashes_in = calls
        with suppress(Crash):
            self._post(raws)
        self.layer.crashes_in = 0
        self.post(raws, Faults())

    @rule(body=reports(), calls=st.integers(0, 12), storm=STORMS, times=st.integers(1, 3))
    def import_file(self, body: bytes, calls: int, storm: Faults, times: int) -> None:
        """A report is dropped into the bucket; its message comes again until it is done."""
        key = f"imports/acme/{len(self.imports)}.csv"
        etag = wiring.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)["ETag"]
        message = {
            "Records": [
                {
                    "eventName": "ObjectCreated:Put",
                    "eventTime": "2026-03-15T11:00:00Z",
                    "s3": {"bucket": {"name": BUCKET}, "object": {"key": key, "eTag": etag}},
                }
            ]
        }
        self._deliver(message, calls, storm)
        for _ in range(times - 1):
            self._deliver(message, 0, Faults())
        self.messages.append(message)
        self.imports.append((key, body))
        self._take(body, spread=False)

    @rule(draw=st.randoms(use_true_random=False))
    def repeat_messages(self, draw: random.Random) -> None:
        """Old messages of S3 come again, in any order: nothing changes."""
        for message in draw.sample(self.messages, min(len(self.messages), 2)):
            self._deliver(message, 0, Faults())

    @rule(number=st.integers(0, 5), calls=st.integers(0, 8), storm=STORMS)
    def replay(self, number: int, calls: int, storm: Faults) -> None:
        """The refused rows of an import are read again, weeks spread over their days."""
        listed = json.loads(self._get("/v1/imports?limit=200").body)["imports"]
        if not listed:
            return
        chosen = listed[number % len(listed)]
        answer = Client(self._app).http.post(
            f"/v1/imports/{chosen['id']}/replay",
            headers={"x-api-key": self.key, "content-type": "application/json"},
            body=b'{"spread": true}',
        )
        assert answer.status_code == 202, answer.body
        queued = self._queued()
        assert len(queued) == (chosen["state"] == "failed" or chosen["rejected"] > 0)
        for told in queued:
            self._deliver(told, calls, storm)
            if chosen["state"] == "failed":  # of a report by days only refused rows are read again
                self._take(dict(self.imports)[told["import"]["key"]], spread=True)

    @rule(draw=st.randoms(use_true_random=False), times=st.integers(1, 2))
    def stream(self, draw: random.Random, times: int) -> None:
        """The stream tells of some changes: in pieces, in any order, more than once."""
        self._stream(draw, times, everything=False)

    # --- how ----------------------------------------------------------------------------------

    @property
    def _app(self) -> Any:
        import app

        return app.app

    def _post(self, raws: list[dict[str, Any]]) -> Any:
        return Client(self._app).http.post(
            "/v1/events",
            headers={"x-api-key": self.key, "content-type": "application/json"},
            body=json.dumps({"events": raws}).encode(),
        )

    def _get(self, path: str) -> Any:
        answer = Client(self._app).http.get(path, headers={"x-api-key": self.key})
        assert answer.status_code == 200, answer.body
        json.loads(answer.body, parse_constant=pytest.fail)  # NaN is no JSON
        return answer

    def _acknowledged(self, raws: list[dict[str, Any]], told: Any) -> list[dict[str, Any]]:
        """Take into the model what is acknowledged; give back what is to be sent again."""
        back = told.get("not_stored", [])
        assert told["accepted"] + len(told["rejected"]) + len(back) == len(raws)
        left = {*back, *(one["index"] for one in told["rejected"])}
        for index, raw in enumerate(raws):
            if index not in left:
                self._keep(parse_event(raw))
        # What was handed back may be stored or not; it is sent again, so that it is in the end.
        return [raws[index] for index in back]

    def _keep(self, event: Event) -> None:
        person = getattr(event, "user_id", None)
        self.model[event.event_id, event.occurred_at, person] = event

    def _deliver(self, message: dict[str, Any], calls: int, storm: Faults) -> None:
        """A message is delivered until it is done with, as SQS does."""
        self.layer.faults, self.layer.crashes_in = storm, calls
        waiting = [message]
        for attempt in range(60):
            if not waiting:
                break
            if attempt > 5:
                self.layer.faults = Faults()
            self.clock.sleep(1)
            record = {"messageId": "m", "body": json.dumps(waiting[0])}
            try:
                answer = workers.run_imports(
                    {"Records": [record]}, now=NOW, seconds_left=lambda: 900.0
                )
            except Crash:
                continue
            self.layer.crashes_in = 0
            if not answer["batchItemFailures"]:
                waiting = [*waiting[1:], *self._queued()]
        else:
            raise AssertionError("the message is never done with")
        self.layer.faults = Faults()

    def _queued(self) -> list[dict[str, Any]]:
        sqs, url = wiring.client("sqs"), wiring.settings().import_queue_url
        told = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                told.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return told

    def _take(self, body: bytes, *, spread: bool) -> None:
        try:
            outcomes = list(read_export(io.BytesIO(body), currency="EUR", spread=spread))
        except ExportRefused:  # a report by weeks, which is refused as a whole
            return
        for outcome in outcomes:
            if isinstance(outcome, Imported):
                for raw in outcome.events:
                    self._keep(parse_event(raw))

    def _stream(self, draw: random.Random, times: int, *, everything: bool) -> None:
        keys = self.layer.changed
        told = list(keys) if everything else draw.sample(keys, len(keys) // 2)
        for key in told:
            keys.remove(key)
        records = [
            {"dynamodb": {"Keys": {"pk": {"S": pk}, "sk": {"S": sk}}}} for pk, sk in told * times
        ]
        draw.shuffle(records)
        while records:
            size = draw.randint(1, len(records))
            self.clock.sleep(1)
            workers.derive_totals(
                {"Records": records[:size]}, now=NOW + dt.timedelta(seconds=self.clock.now)
            )
            records = records[size:]

    # --- what must hold -----------------------------------------------------------------------

    def settle(self) -> None:
        """The rest of the stream comes; everything is compared with the model."""
        self.layer.faults, self.layer.crashes_in = Faults(), 0
        self._stream(random.Random(0), 1, everything=True)
        wanted = {}
        for (event_id, at, person), event in self.model.items():
            hashed = None if person is None else self.store.user_hash(person)
            stored = event if person is None else event.model_copy(update={"user_id": hashed})
            wanted[event_id, at, hashed] = stored
        found = {
            (event.event_id, event.occurred_at, getattr(event, "user_id", None)): event
            for event in self.store.iter_events(FIRST - dt.timedelta(days=9), LAST)
        }
        assert found.keys() - wanted.keys() == set(), "invented or doubled"
        lost = wanted.keys() - found.keys()
        assert not lost, f"lost: {lost}"
        assert found == wanted
        theirs = {event.event_id for event in self.other.iter_events(FIRST, LAST)}
        assert theirs == {raw["event_id"] for raw in OF_ANOTHER_TENANT}
        self._check_people()
        now = NOW + dt.timedelta(days=1)
        assert list(audit(self.store, FIRST - dt.timedelta(days=9), LAST, now=now)) == []
        counts: Counter[str] = Counter()
        for event in wanted.values():
            if isinstance(event, Engagement):
                counts[event.channel] += event.count
        first = FIRST - dt.timedelta(days=9)
        query = f"metric=engagements&group_by=channel&from={first}&to={LAST}"
        series = json.loads(self._get(f"/v1/timeseries?{query}").body)["series"]
        told = {one["group"]: sum(point["value"] for point in one["points"]) for one in series}
        assert {group: value for group, value in told.items() if value} == dict(counts)

    def _check_people(self) -> None:
        """Nobody is named anywhere, and hashes are worth nothing outside of their tenant."""
        pages = wiring.client("dynamodb").get_paginator("scan").paginate(TableName=TABLE)
        stored = json.dumps([page["Items"] for page in pages], default=str)
        for person in PEOPLE[:2]:
            assert person is not None
            assert person not in stored
            assert not [line for line in self.told if person in line]
            hashed = self.store.user_hash(person)
            assert hashed != self.other.user_hash(person)
            plain = hashlib.sha256(person.encode()).digest()
            assert hashed != base64.urlsafe_b64encode(plain[:16]).rstrip(b"=").decode()


class _Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self._lines.append(record.getMessage())


TestHistory = History.TestCase
TestHistory.settings = settings(
    max_examples=int(os.environ.get("HISTORIES", "20")),
    stateful_step_count=12,
    deadline=None,
    report_multiple_bugs=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
