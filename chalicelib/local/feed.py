"""Derive the day totals of changed partitions when no more changes arrive.

The database lists each changed partition with the sequence of its last change, written in the
transaction of the change. A partition is removed from the list after its totals are derived, unless
it changed meanwhile. Nothing here depends on the wall clock. Failures are retried without limit,
with growing pauses.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.local.database import Database
from chalicelib.local.database_rows import CHANGES, Transaction
from chalicelib.local.event_sources import Handler, Source, failures_in, invoke, logger
from chalicelib.local.sqlite_table import SqliteTable
from chalicelib.model.errors import LikeworthError

QUIET_SECONDS = 0.4
LONGEST_SECONDS = 5.0
REST_FACTOR = 10.0
"""Pause of a partition as a multiple of the time that deriving it took: a large partition must not
be read continuously while events arrive."""

FIRST_RETRY_SECONDS = 1.0
LAST_RETRY_SECONDS = 300.0


@dataclass(slots=True)
class _Known:
    """A changed partition: its sequence, and monotonic times of its first and last change."""

    sequence: int
    since: float
    changed: float


class Feed(Source):
    """Derives the totals of changed partitions.

    `handler`: takes an event in the format of the table's stream.
    """

    def __init__(
        self,
        database: Database,
        handler: Handler,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("aggregate")
        self._database = database
        self._table = SqliteTable(database)
        self._handler = handler
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}
        self._not_before: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._hurry = threading.Event()
        self._looked_at = -1
        self._rests_until = float("-inf")

    def waiting(self) -> int:
        """The number of partitions whose totals are out of date."""
        return sum(1 for _ in self._table.query(CHANGES))

    def hurry(self) -> None:
        """Derive totals now, without waiting for more changes."""
        self._hurry.set()

    def stop(self) -> None:
        """Derive all waiting totals, except those that fail, then stop."""
        self.hurry()
        super().stop()
        try:
            while self.work():
                pass
        except LikeworthError as error:  # the list of changes remains for the next start
            logger.error("%s: %s: %s", self.name, error.code, error.detail)

    def work(self) -> bool:
        """Derive the totals of one partition that is due; False if there is none."""
        if self._monotonic() < self._rests_until:
            return False
        hurried = self._hurry.is_set()
        if not self._known and self._looked_at == self._database.sequence:
            self._hurry.clear()
            return False
        self._look()
        now = self._monotonic()
        for partition, known in self._known.items():
            if now < self._not_before.get(partition, now) and not (
                hurried and partition not in self._failures
            ):
                continue
            is_quiet = now - known.changed >= QUIET_SECONDS
            if hurried or is_quiet or now - known.since >= LONGEST_SECONDS:
                self._derive(partition, known.sequence)
                return True
        return False

    def _look(self) -> None:
        self._looked_at = self._database.sequence
        now, known = self._monotonic(), {}
        for item in self._table.query(CHANGES):
            partition, sequence = item["sk"]["S"], int(item["sequence"]["N"])
            there = self._known.get(partition)
            if there is None:
                known[partition] = _Known(sequence, now, now)
            elif there.sequence == sequence:
                known[partition] = there
            else:
                known[partition] = _Known(sequence, there.since, now)
        self._known = known
        self._not_before = {pk: at for pk, at in self._not_before.items() if at > now}

    def _derive(self, partition: str, sequence: int) -> None:
        began = self._monotonic()
        done, returned = invoke(self.name, self._handler, {"Records": [_record(partition)]})
        now = self._monotonic()
        if not done or failures_in(returned):
            failures = self._failures[partition] = self._failures.get(partition, 0) + 1
            pause = min(FIRST_RETRY_SECONDS * 2.0 ** (failures - 1), LAST_RETRY_SECONDS)
            self._not_before[partition] = now + pause
            self._rests_until = now + FIRST_RETRY_SECONDS  # the whole store may be unavailable
            return
        self._failures.pop(partition, None)
        self._not_before[partition] = now + REST_FACTOR * (now - began)

        def settle(transaction: Transaction) -> None:
            there = transaction.get(CHANGES, partition)
            if there is not None and int(there["sequence"]["N"]) == sequence:
                transaction.delete(CHANGES, partition)

        self._database.write(settle)
        self._known.pop(partition, None)


def _record(partition: str) -> dict[str, Any]:
    return {"eventName": "MODIFY", "dynamodb": {"Keys": {"pk": {"S": partition}}}}
