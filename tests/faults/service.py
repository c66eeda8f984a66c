"""The service under test: on moto, with faults, on a clock that only sleep advances.

It delivers requests and messages like HTTP, S3, SQS and the stream, once or until they are done. It
does not check the results.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import logging
import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.endpoint
import pytest
from chalice.test import Client
from moto import mock_aws

from chalicelib import wiring, workers
from chalicelib.model.events import SPANS, Event
from chalicelib.services.credentials.api_keys import create_key
from chalicelib.services.ingest import record_events
from chalicelib.workers import import_worker
from tests.conftest import BUCKET, REGION, SECRET, TABLE, create_table
from tests.faults.layer import Crash, FaultLayer, Faults
from tests.faults.model import kept
from tests.faults.sent import FIRST, LAST, OF_ANOTHER_TENANT, Sent
from tests.faulty import FakeTime

NOW = dt.datetime(2026, 3, 15, 12, tzinfo=dt.UTC)
RETENTION_DAYS = 40
"""Few days, because an erasure reads each of them."""

CHUNK_EVENTS = 5
"""Few, so that a small file has several checkpoints."""

PLENTY, LITTLE = 900.0, 1.0
"""Remaining seconds that an import sees; with `LITTLE` it stops at each checkpoint."""


class Service:
    """The service, until it is closed.

    Attributes
    ----------
    clock : FakeTime
    layer : FaultLayer
        The layer with the faults.
    store, other : TenantStore
        The store of the tenant under test, and that of another tenant with `OF_ANOTHER_TENANT`.
    logged : list of str
    seconds_left : float
        Remaining seconds that an import sees.
    """

    def __init__(self) -> None:
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
        # Do not patch `time.sleep` itself: other threads sleep too, and would advance this clock.
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=self.clock.sleep))
        # The same seed must give exactly the same calls: no real clock, no random secret.
        patch.setattr(
            "chalicelib.wiring.processes.time", SimpleNamespace(monotonic=lambda: self.clock.now)
        )
        patch.setattr("chalicelib.api.endpoint._now", lambda: NOW)
        patch.setattr(secrets, "token_bytes", random.Random(0).randbytes)
        patch.setattr("chalicelib.services.fitting.fits.estimate_events", _read_all)
        in_small_chunks = functools.partial(import_worker.run_import, chunk_events=CHUNK_EVENTS)
        patch.setattr(import_worker, "run_import", in_small_chunks)
        self.seconds_left = PLENTY
        self._open(self._stack, patch)
        self.store = wiring.store("acme")
        self._key = create_key(self.store, "admin", now=NOW)
        self.logged: list[str] = []
        handler = _Lines(self.logged)
        logging.getLogger("chalicelib").addHandler(handler)
        self._stack.callback(logging.getLogger("chalicelib").removeHandler, handler)
        self.layer = self._layer()
        self.other = wiring.store("other")
        record_events(self.other, OF_ANOTHER_TENANT, now=NOW)
        self.layer.changed.clear()

    def _open(self, stack: ExitStack, patch: pytest.MonkeyPatch) -> None:
        """Let `wiring` use moto."""
        stack.enter_context(mock_aws())
        wiring.use_session(boto3.Session("testing", "testing", region_name=REGION))
        stack.callback(wiring.reset)
        for queue in ("import", "fit"):
            url = wiring.client("sqs").create_queue(QueueName=f"likeworth-{queue}s")["QueueUrl"]
            patch.setenv(f"LIKEWORTH_{queue.upper()}_QUEUE_URL", url)
        wiring.use_session(boto3.Session("testing", "testing", region_name=REGION))
        create_table(wiring.client("dynamodb"), stream=False)
        wiring.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )

    def _layer(self) -> Any:
        """The layer before the table."""
        layer = FaultLayer(sleep=self.clock.sleep, now=lambda: self.clock.now, page=20)
        layer.attach(wiring.client("dynamodb"))
        return layer

    def close(self) -> None:
        """Restore the process."""
        self._stack.close()

    # --- HTTP ---------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request; return the answer."""
        import app

        headers = {"x-api-key": self._key, "content-type": "application/json"}
        text = b"" if body is None else json.dumps(body).encode()
        return Client(app.app).http.request(method, path, headers=headers, body=text)

    def post(self, raws: list[dict[str, Any]]) -> Any:
        """Send events; return the answer."""
        return self.call("POST", "/v1/events", {"events": raws})

    def get(self, path: str) -> Any:
        """Get a path, which must exist; return the body."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.body
        json.loads(answer.body, parse_constant=pytest.fail)  # NaN is not valid JSON
        return answer

    # --- files and messages -------------------------------------------------------------------

    def upload(self, sent: Sent) -> dict[str, Any]:
        """Put a file into the bucket; return the message that S3 sends."""
        etag = self._put_object(sent.key, sent.body)
        return {
            "Records": [
                {
                    "eventName": "ObjectCreated:Put",
                    "eventTime": "2026-03-15T11:00:00Z",
                    "s3": {"bucket": {"name": BUCKET}, "object": {"key": sent.key, "eTag": etag}},
                }
            ]
        }

    def _put_object(self, key: str, body: bytes) -> str:
        answer = wiring.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
        return str(answer["ETag"])

    def deliver(
        self,
        message: dict[str, Any],
        calls: int,
        storm: Faults,
        *,
        run: Callable[[dict[str, Any]], Any] | None = None,
    ) -> None:
        """Deliver a message until it is done, like SQS, to the import function or to `run`."""
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
                waiting = [*waiting[1:], *self.queued("import")]
        else:
            raise AssertionError("the message is never done with")
        self.layer.faults, self.layer.crashes_in = Faults(), 0

    def queued(self, queue: str) -> list[dict[str, Any]]:
        """Receive and delete the messages of a queue."""
        sqs = wiring.client("sqs")
        url = getattr(wiring.settings(), f"{queue}_queue_url")
        told = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                told.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return told

    def stream(self, draw: random.Random, times: int, *, everything: bool) -> None:
        """Deliver half or all changes of the stream, in pieces, in any order, repeatedly."""
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

    def _run_import(self, event: dict[str, Any]) -> Any:
        return workers.run_imports(event, now=NOW, seconds_left=lambda: self.seconds_left)

    # --- state --------------------------------------------------------------------------------

    def objects(self) -> set[str]:
        """The keys in the bucket."""
        pages = wiring.client("s3").list_objects_v2(Bucket=BUCKET)
        return {one["Key"] for one in pages.get("Contents", ())}

    def items(self) -> str:
        """The whole table as one text."""
        pages = wiring.client("dynamodb").get_paginator("scan").paginate(TableName=TABLE)
        return json.dumps([page["Items"] for page in pages], default=str)


def run_fit(event: dict[str, Any]) -> Any:
    """Run a fit with a replacement for the estimator that returns its events."""
    return workers.run_fits(event, now=NOW)


def _read_all(events: Iterator[Event], *, as_of: dt.datetime, **_: Any) -> dict[str, Any]:
    """A replacement for the estimator that returns the events that it received.

    It omits coverage from imports, which is not in the model; tests of imports check it.
    """
    of_days = (event for event in events if not isinstance(event, SPANS))
    read = [[name, at.isoformat(), user, text] for name, at, user, text in map(kept, of_days)]
    window = {"from": FIRST.isoformat(), "to": LAST.isoformat()}
    return {"goals": {"purchase": {"diagnostics": {"events": read}}}, "window": window}


class _Lines(logging.Handler):
    """Collects log lines."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Add a line."""
        self._lines.append(record.getMessage())
