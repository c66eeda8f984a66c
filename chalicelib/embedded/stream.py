"""The table's stream: changes are gathered for a moment, those of one partition count as one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.embedded.aws import Call, EmbeddedAws
from chalicelib.embedded.resources import TABLE
from chalicelib.embedded.sources import Handler, Source, failures_in, invoke


@dataclass(frozen=True, slots=True)
class Batching:
    """How records of the stream are gathered.

    Attributes
    ----------
    quiet_seconds, longest_seconds : float
        A batch ends when nothing came for so long, or when it has been open for so long.
    partitions : int
        How many partitions are handed over at once.
    attempts : int
        How often a batch is tried.
    pause_seconds : float
        Between attempts.
    """

    quiet_seconds: float = 0.4
    longest_seconds: float = 5.0
    partitions: int = 50
    attempts: int = 3
    pause_seconds: float = 1.0


@dataclass(slots=True)
class _Gathered:
    """The last record of every partition that changed, and how far the stream has been read."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    since: float = 0.0
    changed: float = 0.0
    position: int = 0


class StreamSource(Source):
    """Delivers the table's changes, those of one partition as one.

    Parameters
    ----------
    aws : EmbeddedAws
    stream_arn : str
    handler : callable
    dead_letter : callable
        Takes the records of a batch that failed for good.
    position : callable
        How much has been written to the table, in any unit that grows with it.
    derived : callable
        Told a position once all changes before it have been delivered.
    """

    def __init__(
        self,
        aws: EmbeddedAws,
        stream_arn: str,
        handler: Handler,
        *,
        dead_letter: Callable[[list[dict[str, Any]]], None],
        position: Callable[[], int],
        derived: Callable[[int], None],
        batching: Batching | None = None,
    ) -> None:
        super().__init__("aggregate")
        self._aws = aws
        self._arn = stream_arn
        self._handler = handler
        self._dead_letter = dead_letter
        self._position = position
        self._derived = derived
        self._batching = batching or Batching()
        self._gathered = _Gathered()
        self._in_hand = 0
        self._hurry = threading.Event()
        self._iterator = self._ask(
            "GetShardIterator",
            StreamArn=stream_arn,
            ShardId=self._ask("DescribeStream", StreamArn=stream_arn)["StreamDescription"][
                "Shards"
            ][0]["ShardId"],
            ShardIteratorType="TRIM_HORIZON",
        )["ShardIterator"]

    def waiting(self) -> int:
        """How many partitions (at least) have changes that are not delivered yet."""
        with self._aws.exclusive():
            unread = self._ask("GetRecords", ShardIterator=self._iterator, Limit=1)["Records"]
            return len(self._gathered.records) + self._in_hand + len(unread)

    def hurry(self) -> None:
        """Do not wait for further changes: somebody waits for these."""
        self._hurry.set()

    def stop(self) -> None:
        """Deliver what has been written, then end."""
        self.hurry()
        super().stop()

    def run(self) -> None:
        """Work until stopped and nothing is left."""
        super().run()
        while self.work():
            pass

    def work(self) -> bool:
        """Read what is new; deliver when a batch is complete."""
        read = self._read()
        batch = self._gathered
        if not batch.records:
            self._derived(batch.position)
            self._hurry.clear()
            return False
        now = time.monotonic()
        complete = (
            now - batch.changed >= self._batching.quiet_seconds
            or now - batch.since >= self._batching.longest_seconds
            or (self._hurry.is_set() and not read)
        )
        if not complete:
            return read
        records = list(batch.records.values())
        with self._aws.exclusive():
            self._gathered = _Gathered(position=batch.position)
            self._in_hand = len(records)
        size = self._batching.partitions
        for start in range(0, len(records), size):
            self._deliver(records[start : start + size])
            self._in_hand = max(0, len(records) - start - size)
        return True

    def _read(self) -> bool:
        with self._aws.exclusive():
            position = self._position()
            page = self._ask("GetRecords", ShardIterator=self._iterator, Limit=1000)
            records = page["Records"]
            self._iterator = page["NextShardIterator"]
            if not records:
                self._gathered.position = position
                return False
            now = time.monotonic()
            if not self._gathered.records:
                self._gathered.since = now
            self._gathered.changed = now
            for record in records:
                self._gathered.records[record["dynamodb"]["Keys"]["pk"]["S"]] = record
            self._aws.drop_read_records(TABLE, records[-1]["dynamodb"]["SequenceNumber"])
        return True

    def _deliver(self, records: list[dict[str, Any]]) -> None:
        for attempt in range(self._batching.attempts):
            if attempt:
                time.sleep(self._batching.pause_seconds)
            done, returned = invoke(self.name, self._handler, {"Records": records})
            if done and not failures_in(returned):
                return
        self._dead_letter(records)

    def _ask(self, action: str, **parameters: Any) -> Any:
        call = Call(
            "dynamodb-streams",
            "POST",
            "/",
            {"x-amz-target": f"DynamoDBStreams_20120810.{action}"},
            json.dumps(parameters).encode(),
            {},
        )
        status, _, body = self._aws.answer(call)
        if status != 200:
            raise RuntimeError(f"{action}: {body.decode()}")
        return json.loads(body)
