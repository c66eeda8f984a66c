"""The table's stream: changes are gathered for a moment, those of one partition count as one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from chalicelib.embedded.changes import Changes, Record
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
    """The last record of every partition that changed."""

    records: dict[str, Record] = field(default_factory=dict)
    since: float = 0.0
    changed: float = 0.0


class StreamSource(Source):
    """Delivers the table's changes, those of one partition as one.

    Parameters
    ----------
    changes : Changes
    handler : callable
    dead_letter : callable
        Takes the records of a batch that failed for good.
    """

    def __init__(
        self,
        changes: Changes,
        handler: Handler,
        *,
        dead_letter: Callable[[list[Record]], None],
        batching: Batching | None = None,
    ) -> None:
        super().__init__("aggregate")
        self._changes = changes
        self._handler = handler
        self._dead_letter = dead_letter
        self._batching = batching or Batching()
        self._gathered = _Gathered()
        self._in_hand = 0
        self._hurry = threading.Event()

    def waiting(self) -> int:
        """How many partitions (at least) have changes that are not delivered yet."""
        with self._changes.exclusive():
            return len(self._gathered.records) + self._in_hand + self._changes.unread()

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
            self._changes.settled()
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
        with self._changes.exclusive():
            self._gathered = _Gathered()
            self._in_hand = len(records)
        size = self._batching.partitions
        for start in range(0, len(records), size):
            self._deliver(records[start : start + size])
            self._in_hand = max(0, len(records) - start - size)
        return True

    def _read(self) -> bool:
        with self._changes.exclusive():
            records = self._changes.read()
            if not records:
                return False
            now = time.monotonic()
            if not self._gathered.records:
                self._gathered.since = now
            self._gathered.changed = now
            for record in records:
                self._gathered.records[record["dynamodb"]["Keys"]["pk"]["S"]] = record
        return True

    def _deliver(self, records: list[Record]) -> None:
        for attempt in range(self._batching.attempts):
            if attempt:
                time.sleep(self._batching.pause_seconds)
            done, returned = invoke(self.name, self._handler, {"Records": records})
            if done and not failures_in(returned):
                return
        self._changes.failed(records)
        self._dead_letter(records)
