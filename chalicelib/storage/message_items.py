"""Messages of a day and shard: derived from the events with the totals, and replaced whole.

They are rows of plain data without text and without a person, in chunks that fit into an item.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item
from chalicelib.storage.conditions import NO_ITEM, AnyOf, AtMost
from chalicelib.storage.document_items import MAX_INLINE_BYTES, pack, unpack
from chalicelib.storage.table import Table

VERSION = 1
"""Version of the rows. Days with another one are derived again (`TotalsStore`)."""

Rows = list[list[Any]]
"""From `services.dialogue.talk`."""


@dataclass(frozen=True, slots=True)
class DayMessages:
    """The messages of one day in one shard."""

    day: dt.date
    shard: int
    reading: int
    """Number of the reading of the events from which they were derived."""
    rows: Rows | None
    """None if a writer is replacing them just now."""


class MessageStore:
    """The messages of one tenant."""

    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._tenant = tenant

    def put(
        self, day: dt.date, shard: int, rows: Rows, *, reading: int, expires_at: dt.datetime
    ) -> None:
        """Replace the messages of a day and shard, unless those of a later reading are stored.

        Parameters
        ----------
        reading : int
            From `TotalsStore.begin_reading`, called before the events were read.
        expires_at : datetime
            When the events of the day expire.
        """
        partition = table_keys.messages_partition(self._tenant, day.year, day.month)
        stored = [
            item["sk"]["S"]
            for item in self._table.query(
                partition, between=table_keys.messages_range(day, shard), consistent=True
            )
        ]
        number = {"N": str(reading)}
        not_later = AnyOf((NO_ITEM, AtMost("reading", number)))
        chunks = list(_chunks(rows)) if rows else []
        sorts = [table_keys.messages_sort(day, shard, n) for n in range(len(chunks))]
        for sort, packed in zip(sorts, chunks, strict=True):
            item: Item = {
                "pk": {"S": partition},
                "sk": {"S": sort},
                "reading": number,
                "chunks": {"N": str(len(chunks))},
                "doc": {"B": packed},
                "ttl": {"N": str(int(expires_at.timestamp()))},
            }
            self._table.put(item, only_if=not_later)
        left_over = sorted(set(stored) - set(sorts))
        if left_over:
            self._table.delete(partition, left_over, only_if=not_later)

    def between(self, start: dt.date, end: dt.date) -> Iterator[DayMessages]:
        """Return the messages from `start` to `end`, inclusive, ordered by day."""
        year, month = start.year, start.month
        while (year, month) <= (end.year, end.month):
            partition = table_keys.messages_partition(self._tenant, year, month)
            items = self._table.query(partition, between=(start.isoformat(), f"{end}#~"))
            for (day, shard), chunks in groupby(items, key=_whose):
                yield _messages_of(day, shard, list(chunks))
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _whose(item: Item) -> tuple[dt.date, int]:
    day, shard, _ = table_keys.parse_messages_sort(item["sk"]["S"])
    return day, shard


def _messages_of(day: dt.date, shard: int, chunks: Sequence[Item]) -> DayMessages:
    """Join chunks; chunks after the last one belong to an earlier reading."""
    reading, count = (int(chunks[0][name]["N"]) for name in ("reading", "chunks"))
    valid = chunks[:count]
    numbers = [table_keys.parse_messages_sort(one["sk"]["S"])[2] for one in valid]
    is_whole = numbers == list(range(count)) and all(
        int(one["reading"]["N"]) == reading for one in valid
    )
    rows = [row for one in valid for row in unpack(bytes(one["doc"]["B"]))] if is_whole else None
    return DayMessages(day, shard, reading, rows)


def _chunks(rows: Rows) -> Iterator[bytes]:
    """Compress rows in parts that fit into an item."""
    packed = pack(rows)
    if len(packed) <= MAX_INLINE_BYTES or len(rows) == 1:
        yield packed
        return
    middle = len(rows) // 2
    yield from _chunks(rows[:middle])
    yield from _chunks(rows[middle:])
