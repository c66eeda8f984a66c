"""Queues in the database: a message is sent in the transaction that causes it.

Messages of different tenants are handled in parallel, messages of one tenant one after the other,
so a tenant with a long fit does not delay other tenants.

The lease of a message is in memory, because only one process serves from the directory. Its
attempts are counted in the database before it is handled, so an attempt that kills the process
counts too. Delays are measured by a monotonic clock.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.local.database import Database
from chalicelib.local.database_rows import Transaction, to_row
from chalicelib.local.sqlite_table import SqliteTable
from chalicelib.storage.attributes import Item

QUEUES = ("import", "fit")
MAX_ATTEMPTS = 3
RETRY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Message:
    """A message that is being handled."""

    queue: str
    message_id: str
    body: str
    """JSON."""
    attempts: int
    """How often it has been delivered, including this time."""


class Queues:
    """The queues of a service.

    `retry_seconds`: pause before a failed message is delivered again.
    """

    def __init__(
        self,
        database: Database,
        *,
        retry_seconds: float = RETRY_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._table = SqliteTable(database)
        self._retry_seconds = retry_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._leased: dict[str, tuple[str, str]] = {}
        """Message id -> queue and tenant."""
        self._not_before: dict[str, float] = {}

    def send(self, queue: str, message: Mapping[str, Any]) -> None:
        """Send a message to a queue."""
        self._database.write(lambda transaction: enqueue(transaction, queue, message))

    def receive(self, queue: str) -> Message | None:
        """Return the oldest message that is due, and count the attempt; None if there is none.

        A message is not due while another message of its tenant is being handled.
        """
        with self._lock:
            item = next(self._due(queue), None)
            if item is None:
                return None
            sort = item["sk"]["S"]
            self._leased[sort] = queue, _tenant_of(item)
        attempts = int(item["attempts"]["N"]) + 1
        counted = item | {"attempts": {"N": str(attempts)}}
        try:
            self._database.write(lambda transaction: transaction.put(to_row(counted)))
        except BaseException:  # including Ctrl-C: the message would stay leased
            self._release(sort)
            raise
        return Message(queue, sort, item["body"]["S"], attempts)

    def done(self, message: Message) -> None:
        """Delete a handled message."""
        partition = partition_of(message.queue)
        self._end(message, lambda written: written.delete(partition, message.message_id))

    def failed(self, message: Message) -> None:
        """Deliver a failed message again, after the pause."""
        with self._lock:
            self._not_before[message.message_id] = self._monotonic() + self._retry_seconds
            self._leased.pop(message.message_id, None)

    def bury(self, message: Message, reason: str) -> None:
        """Move a message to the dead-letter queue, with the reason."""
        dead = {
            "pk": {"S": dead_partition_of(message.queue)},
            "sk": {"S": message.message_id},
            "body": {"S": message.body},
            "reason": {"S": reason},
        }

        def move(transaction: Transaction) -> None:
            transaction.delete(partition_of(message.queue), message.message_id)
            transaction.put(to_row(dead))

        self._end(message, move)

    def bodies(self, queue: str) -> list[dict[str, Any]]:
        """The bodies of all messages of a queue, including those that are being handled."""
        found = self._table.query(partition_of(queue))
        return [json.loads(item["body"]["S"]) for item in found]

    def dead(self, queue: str) -> list[tuple[dict[str, Any], str]]:
        """The messages in the dead-letter queue, each with its reason."""
        found = self._table.query(dead_partition_of(queue))
        return [(json.loads(item["body"]["S"]), item["reason"]["S"]) for item in found]

    def waiting(self, queue: str) -> int:
        """The number of unfinished messages."""
        return sum(1 for _ in self._table.query(partition_of(queue)))

    def _end(self, message: Message, write: Callable[[Transaction], None]) -> None:
        """Write the end of a message; if that fails, it is delivered again."""
        try:
            self._database.write(write)
        except BaseException:  # including Ctrl-C: the message would stay leased
            self.failed(message)
            raise
        self._release(message.message_id)

    def _due(self, queue: str) -> Iterator[Item]:
        now = self._monotonic()
        busy = {
            tenant for of_queue, tenant in self._leased.values() if of_queue == queue and tenant
        }
        for item in self._table.query(partition_of(queue)):
            sort = item["sk"]["S"]
            if sort in self._leased or self._not_before.get(sort, now) > now:
                continue
            if _tenant_of(item) not in busy:
                yield item

    def _release(self, message_id: str) -> None:
        with self._lock:
            self._leased.pop(message_id, None)
            self._not_before.pop(message_id, None)


def enqueue(transaction: Transaction, queue: str, message: Mapping[str, Any]) -> None:
    """Send a message to a queue as part of a transaction.

    Raises
    ------
    ValueError
        If there is no such queue.
    """
    if queue not in QUEUES:
        raise ValueError(f"there is no queue {queue!r}")
    item = {
        "pk": {"S": partition_of(queue)},
        "sk": {"S": transaction.new_id()},
        "body": {"S": json.dumps(message, separators=(",", ":"))},
        "attempts": {"N": "0"},
    }
    transaction.put(to_row(item))


def _tenant_of(item: Item) -> str:
    """The tenant of a message; empty if it has none."""
    for about in json.loads(item["body"]["S"]).values():
        if isinstance(about, dict):
            return str(about.get("tenant", ""))
    return ""


def partition_of(queue: str) -> str:
    """Partition key of a queue's messages."""
    return f"-#queue#{queue}"


def dead_partition_of(queue: str) -> str:
    """Partition key of a dead-letter queue."""
    return f"-#dead#{queue}"
