"""A state machine of what may happen to the service, and the dictionary that it must equal."""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
import io
import json
import logging
import random
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.endpoint
import pytest
from chalice.test import Client
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from moto import mock_aws

from chalicelib import wiring, workers
from chalicelib.errors import ExportRefused
from chalicelib.events import Engagement, Event, parse_event
from chalicelib.exports import Imported, read_export
from chalicelib.exports.mapping import parse_mapping
from chalicelib.services.audit import audit
from chalicelib.services.keys import create_key
from chalicelib.services.record import record_events
from tests.conftest import BUCKET, REGION, SECRET, TABLE, create_table
from tests.factories import make_event
from tests.faults.layer import Crash, FaultLayer, Faults
from tests.faults.sent import (
    FIRST,
    LAST,
    OF_PEOPLE,
    PEOPLE,
    SEEDS,
    STORMS,
    lists_of_people,
    raw_events,
    reports,
)
from tests.faulty import FakeTime

NOW = dt.datetime(2026, 3, 15, 12, tzinfo=dt.UTC)
RETENTION_DAYS = 40
"""Few, because an erasure looks at each of them."""

CHUNK_EVENTS = 5
"""Few, so that a small file has several checkpoints."""

PLENTY, LITTLE = 900.0, 1.0
"""Seconds that an import has left, whenever it looks; with little it stops at each checkpoint."""

LEFT = st.sampled_from([PLENTY, PLENTY, LITTLE])

Identity = tuple[str, dt.datetime, str | None]
Kept = tuple[str, dt.datetime, str | None, str]

OF_ANOTHER_TENANT = [
    make_event(
        event_id=f"o{number}",
        occurred_at=f"{FIRST + dt.timedelta(days=number % 3)}T10:00:00Z",
        user_id=PEOPLE[number % 2],
    )
    for number in range(12)
]


@dataclass(frozen=True)
class Sent:
    """A file that was uploaded, and by which mapping it is read."""

    key: str
    body: bytes
    mapping: dict[str, Any] | None = None


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
            "LIKEWORTH_RETENTION_DAYS": str(RETENTION_DAYS),
        }.items():
            patch.setenv(name, value)
        self.clock = FakeTime()
        patch.setattr("chalicelib.storage.tenant_store.Patience", self.clock.patience)
        # Not `time.sleep` itself: other threads sleep, too, and would move this clock.
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=self.clock.sleep))
        # The same history must be the same to the last call: no clock and no secret of this run.
        patch.setattr(wiring, "time", SimpleNamespace(monotonic=lambda: self.clock.now))
        patch.setattr("chalicelib.api.http._now", lambda: NOW)
        patch.setattr(secrets, "token_bytes", random.Random(0).randbytes)
        patch.setattr("chalicelib.services.fits._estimation", lambda: _read_all)
        in_small_chunks = functools.partial(workers.run_import, chunk_events=CHUNK_EVENTS)
        patch.setattr(workers, "run_import", in_small_chunks)
        self.seconds_left = PLENTY
        self._stack.enter_context(mock_aws())
        wiring.use_session(boto3.Session("testing", "testing", region_name=REGION))
        self._stack.callback(wiring.reset)
        for queue in ("import", "fit"):
            url = wiring.client("sqs").create_queue(QueueName=f"likeworth-{queue}s")["QueueUrl"]
            patch.setenv(f"LIKEWORTH_{queue.upper()}_QUEUE_URL", url)
        wiring.use_session(boto3.Session("testing", "testing", region_name=REGION))
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
        self.erased: set[str] = set()
        self.other = wiring.store("other")
        record_events(self.other, OF_ANOTHER_TENANT, now=NOW)
        self.layer.changed.clear()
        self.imports: list[Sent] = []
        self.messages: list[dict[str, Any]] = []
        self.fits: list[tuple[str, dict[str, Any], Any]] = []

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

    @rule(
        body=reports(), calls=st.integers(0, 12), storm=STORMS, times=st.integers(1, 3), left=LEFT
    )
    def import_file(self, body: bytes, calls: int, storm: Faults, times: int, left: float) -> None:
        """A report is dropped into the bucket; its message comes again until it is done."""
        self.seconds_left = left
        self._import(Sent(f"imports/acme/{len(self.imports)}.csv", body), calls, storm, times)

    @rule(body=lists_of_people(), calls=st.integers(0, 12), storm=STORMS, left=LEFT)
    def import_people(self, body: bytes, calls: int, storm: Faults, left: float) -> None:
        """A file that holds people is announced with a mapping, and uploaded."""
        wanted = {"filename": "people.csv", "mapping": OF_PEOPLE}
        answer = self._call("POST", "/v1/imports", wanted)
        assert answer.status_code == 201, answer.body
        key = f"imports/acme/{answer.json_body['id']}/people.csv"
        self.seconds_left = left
        self._import(Sent(key, body, OF_PEOPLE), calls, storm, times=1)

    @rule(seed=SEEDS)
    def repeat_messages(self, seed: int) -> None:
        """Old messages of S3 come again, in any order: nothing changes."""
        draw = random.Random(seed)
        for message in draw.sample(self.messages, min(len(self.messages), 2)):
            self._deliver(message, 0, Faults())

    @rule(number=st.integers(0, 5), calls=st.integers(0, 8), storm=STORMS, left=LEFT)
    def replay(self, number: int, calls: int, storm: Faults, left: float) -> None:
        """The refused rows of an import are read again, weeks spread over their days."""
        self.seconds_left = left
        listed = json.loads(self._get("/v1/imports?limit=200").body)["imports"]
        if not listed:
            return
        chosen = listed[number % len(listed)]
        answer = self._call("POST", f"/v1/imports/{chosen['id']}/replay", {"spread": True})
        assert answer.status_code == 202, answer.body
        queued = self._queued("import")
        assert len(queued) == (chosen["state"] == "failed" or chosen["rejected"] > 0)
        for told in queued:
            self._deliver(told, calls, storm)
            if chosen["state"] == "failed":  # of a report by days only refused rows are read again
                (sent,) = (one for one in self.imports if one.key == told["import"]["key"])
                if sent.key in self._objects():  # else it went when somebody was erased
                    self._take(sent, spread=True)

    @rule(seed=SEEDS, times=st.integers(1, 2))
    def stream(self, seed: int, times: int) -> None:
        """The stream tells of some changes: in pieces, in any order, more than once."""
        self._stream(random.Random(seed), times, everything=False)

    @rule(person=st.sampled_from(PEOPLE[:2]), calls=st.integers(0, 40), storm=STORMS)
    def erase(self, person: str, calls: int, storm: Faults) -> None:
        """A person is erased; whoever asked asks again until it is done."""
        self.layer.faults, self.layer.crashes_in = storm, calls
        for attempt in range(60):
            if attempt > 5:
                self.layer.faults = Faults()
            self.clock.sleep(1)
            try:
                answer = self._call("DELETE", f"/v1/users/{person}")
            except Crash:
                self.layer.crashes_in = 0
                continue
            assert answer.status_code in (200, 202, 503), answer.body
            if answer.status_code == 200:
                break
        else:
            raise AssertionError("the erasure never ends")
        self.layer.faults, self.layer.crashes_in = Faults(), 0
        self.erased.add(person)
        left = self._objects()
        for sent in self.imports:
            if sent.mapping is not None:
                assert sent.key not in left, "a file with people is still there"

    @rule()
    def look_again(self) -> None:
        """The daily schedule looks a last time for people who were erased."""
        workers.finish_erasures(now=NOW + dt.timedelta(hours=2))

    @rule(calls=st.integers(0, 8), storm=STORMS)
    def fit(self, calls: int, storm: Faults) -> None:
        """A fit reads what the model holds, and stays as it is whatever comes later."""
        window = {"from": f"{FIRST - dt.timedelta(days=9)}", "to": f"{LAST}"}  # with today
        asked = self._call("POST", "/v1/fits", window)
        assert asked.status_code == 202, asked.body
        (message,) = self._queued("fit")
        self._deliver(message, calls, storm, run=_run_fit)
        path = f"/v1/fits/{asked.json_body['id']}"
        told = self._get(path).json_body
        if told["status"] == "failed":
            assert told["error"]["code"] == "unusable_input"
        else:
            found = told["diagnostics"]["purchase"]["events"]
            assert Counter(map(tuple, found)) == Counter(
                (name, at.isoformat(), user, event) for name, at, user, event in self._wanted()
            )
        self.fits.append((path, message, told))

    # --- how ----------------------------------------------------------------------------------

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        import app

        headers = {"x-api-key": self.key, "content-type": "application/json"}
        text = b"" if body is None else json.dumps(body).encode()
        return Client(app.app).http.request(method, path, headers=headers, body=text)

    def _post(self, raws: list[dict[str, Any]]) -> Any:
        return self._call("POST", "/v1/events", {"events": raws})

    def _get(self, path: str) -> Any:
        answer = self._call("GET", path)
        assert answer.status_code == 200, answer.body
        json.loads(answer.body, parse_constant=pytest.fail)  # NaN is no JSON
        return answer

    def _objects(self) -> set[str]:
        pages = wiring.client("s3").list_objects_v2(Bucket=BUCKET)
        return {one["Key"] for one in pages.get("Contents", ())}

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

    def _import(self, sent: Sent, calls: int, storm: Faults, times: int) -> None:
        s3 = wiring.client("s3")
        etag = s3.put_object(Bucket=BUCKET, Key=sent.key, Body=sent.body)["ETag"]
        message = {
            "Records": [
                {
                    "eventName": "ObjectCreated:Put",
                    "eventTime": "2026-03-15T11:00:00Z",
                    "s3": {"bucket": {"name": BUCKET}, "object": {"key": sent.key, "eTag": etag}},
                }
            ]
        }
        self._deliver(message, calls, storm)
        for _ in range(times - 1):
            self._deliver(message, 0, Faults())
        self.messages.append(message)
        self.imports.append(sent)
        self._take(sent, spread=False)

    def _deliver(
        self, message: dict[str, Any], calls: int, storm: Faults, *, run: Any = None
    ) -> None:
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
                answer = (run or self._run_import)({"Records": [record]})
            except Crash:
                continue
            self.layer.crashes_in = 0
            if not answer["batchItemFailures"]:
                waiting = [*waiting[1:], *self._queued("import")]
        else:
            raise AssertionError("the message is never done with")
        self.layer.faults, self.layer.crashes_in = Faults(), 0

    def _run_import(self, event: dict[str, Any]) -> Any:
        return workers.run_imports(event, now=NOW, seconds_left=lambda: self.seconds_left)

    def _queued(self, queue: str) -> list[dict[str, Any]]:
        sqs = wiring.client("sqs")
        url = getattr(wiring.settings(), f"{queue}_queue_url")
        told = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                told.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return told

    def _take(self, sent: Sent, *, spread: bool) -> None:
        mapping = None if sent.mapping is None else parse_mapping(sent.mapping)
        try:
            outcomes = list(
                read_export(io.BytesIO(sent.body), currency="EUR", spread=spread, mapping=mapping)
            )
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
        first = FIRST - dt.timedelta(days=9)
        wanted = Counter(self._wanted())
        found = Counter(map(_kept, self.store.iter_events(first, LAST)))
        assert not found - wanted, f"invented or doubled: {_some(found - wanted)}"
        assert not wanted - found, f"lost: {_some(wanted - found)}"
        theirs = {event.event_id for event in self.other.iter_events(FIRST, LAST)}
        assert theirs == {raw["event_id"] for raw in OF_ANOTHER_TENANT}
        self._check_people()
        now = NOW + dt.timedelta(days=1)
        differences = list(audit(self.store, first, LAST, now=now))
        assert not differences, f"the totals are not what the events say: {differences[0]}"
        counts: Counter[str] = Counter()
        for event in self.model.values():
            if isinstance(event, Engagement):
                counts[event.channel] += event.count
        query = f"metric=engagements&group_by=channel&from={first}&to={LAST}"
        series = json.loads(self._get(f"/v1/timeseries?{query}").body)["series"]
        told = {one["group"]: sum(point["value"] for point in one["points"]) for one in series}
        assert {group: value for group, value in told.items() if value} == dict(counts)
        for path, message, before in self.fits:
            self._deliver(message, 0, Faults(), run=_run_fit)
            assert self._get(path).json_body == before, "a fit has changed"

    def _wanted(self) -> Iterator[Kept]:
        """What the store should hold of each event of the model."""
        for (_, _, person), event in self.model.items():
            if person is not None:
                known = person not in self.erased
                hashed = self.store.user_hash(person) if known else None
                event = event.model_copy(update={"user_id": hashed})
            yield _kept(event)

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


def _kept(event: Event) -> Kept:
    """What tells one stored event from another, and its content."""
    person = getattr(event, "user_id", None)
    return event.event_id, event.occurred_at, person, event.model_dump_json()


def _some(of: Counter[Kept]) -> str:
    return f"{of.total()} events, one of them {next(iter(of))}"


def _run_fit(event: dict[str, Any]) -> Any:
    return workers.run_fits(event, now=NOW)


def _read_all(events: Iterator[Event], *, as_of: dt.datetime, **_: Any) -> dict[str, Any]:
    """In place of the estimator: tells which events it was given."""
    read = [[name, at.isoformat(), user, text] for name, at, user, text in map(_kept, events)]
    window = {"from": FIRST.isoformat(), "to": LAST.isoformat()}
    return {"goals": {"purchase": {"diagnostics": {"events": read}}}, "window": window}


class _Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self._lines.append(record.getMessage())
