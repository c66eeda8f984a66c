"""Totals of a day and shard: recomputed from the events and replaced whole, never incremented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.storage import document_items, table_keys
from chalicelib.storage.attributes import Item
from chalicelib.storage.conditions import (
    NO_ITEM,
    AllOf,
    AnyOf,
    AtMost,
    Below,
    Equals,
    Exists,
    Missing,
)
from chalicelib.storage.message_items import VERSION
from chalicelib.storage.objects import Objects
from chalicelib.storage.table import Table

LONGEST_COST = "longest-cost"


@dataclass(frozen=True, slots=True)
class DayTotals:
    """The totals of one day in one shard."""

    day: dt.date
    shard: int
    rows: list[dict[str, Any]]
    """One per kind of event, from `services.totals`."""
    messages: int | None = None
    """Number of rows of its messages; None if they were not derived in their present version."""


@dataclass(frozen=True, slots=True)
class DerivedDay:
    """What is known of the derivation of a day and shard, without its content."""

    day: dt.date
    shard: int
    reading: Reading | None
    """None if the first reading has begun but not ended."""
    begun: int
    """Number of the last reading that has begun."""
    messages: int | None
    """As of `DayTotals`."""

    @property
    def is_behind(self) -> bool:
        """Whether events are known to have changed since the last reading."""
        return self.reading is None or self.reading.awaited or self.begun > self.reading.number


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of events from which totals were computed."""

    read_at: dt.datetime
    """When the reading began, by the reader's clock."""
    events: int
    """Number of events."""
    awaited: bool
    """Whether another computation of the totals is pending."""
    number: int = 0
    """Number of the reading."""


@dataclass(slots=True)
class Freshness:
    """How current totals are; updated while the totals are read."""

    latest: dt.datetime | None = None
    """Time of the latest reading."""
    behind: dt.datetime | None = None
    """Time of the earliest reading whose events have changed since."""
    never_derived: bool = False
    """Whether some events have no totals yet."""

    @property
    def changes_awaited(self) -> bool:
        """Whether known changes of events are missing from the totals."""
        return self.never_derived or self.behind is not None

    @property
    def as_of(self) -> dt.datetime | None:
        """Time until which the totals include all changes; None if some were never computed."""
        return None if self.never_derived else self.behind or self.latest

    def add(self, reading: Reading | None, *, begun: int) -> None:
        """Include the totals of a day and shard.

        Parameters
        ----------
        reading : Reading or None
            None if the first reading has begun but not ended.
        begun : int
            Number of the last reading that has begun.
        """
        if reading is None:
            self.never_derived = True
            return
        self.latest = max(self.latest or reading.read_at, reading.read_at)
        if reading.awaited or begun > reading.number:
            self.behind = min(self.behind or reading.read_at, reading.read_at)


class TotalsStore:
    """The daily totals of one tenant.

    Each reading of a day and shard gets a number before it begins. A reading with a higher number
    sees at least the events of one with a lower number, even if the readers' clocks differ. The
    counter is part of the item with the totals, so that a restore covers both.
    """

    def __init__(self, table: Table, objects: Objects, tenant: str) -> None:
        self._table = table
        self._objects = objects
        self._tenant = tenant

    def begin_reading(self, day: dt.date, shard: int) -> int:
        """Begin a reading and return its number."""
        return self._table.count(
            table_keys.totals_partition(self._tenant, day.year, day.month),
            table_keys.totals_sort(day, shard),
            1,
            name="readings",
        )

    def put(self, totals: DayTotals, *, read_at: dt.datetime, reading: int | None = None) -> bool:
        """Replace the totals of a day and shard.

        Return False if totals of a later reading are stored; they are not replaced.

        Parameters
        ----------
        read_at : datetime
            When the reading of the partition began.
        reading : int, optional
            Number from `begin_reading`, called before the partition was read. If absent, a new
            reading begins now.
        """
        if reading is None:
            reading = self.begin_reading(totals.day, totals.shard)
        sort = table_keys.totals_sort(totals.day, totals.shard)
        # The name contains the reading, so that a late reading cannot replace a later one's object.
        name = f"{sort.replace('#', '-')}-{reading}"
        number = {"N": str(reading)}
        document = document_items.keep(
            totals.rows, self._objects, table_keys.document_object(self._tenant, "days", name)
        )
        messages: Item = {}
        if totals.messages is not None:
            messages = {"messages": {"N": str(totals.messages)}, "told": {"N": str(VERSION)}}
        assigned = document.keys() | messages.keys()
        return self._table.update(
            table_keys.totals_partition(self._tenant, totals.day.year, totals.day.month),
            sort,
            only_if=AnyOf((Missing("reading"), AtMost("reading", number))),
            assign={
                "reading": number,
                "read_at": {"S": read_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")},
                "events": {"N": str(sum(row["events"] for row in totals.rows))},
                **document,
                **messages,
            },
            remove=["awaited", *({"doc", "at", "messages", "told"} - assigned)],
        )

    def last_reading(self, day: dt.date, shard: int) -> Reading | None:
        """Return the reading from which the totals were computed; None if there are no totals."""
        item = self._table.get(
            table_keys.totals_partition(self._tenant, day.year, day.month),
            table_keys.totals_sort(day, shard),
        )
        return None if item is None else _reading_of(item)

    def await_next(self, day: dt.date, shard: int, number: int) -> bool:
        """Record that another computation of these totals is pending.

        Return False if one is already pending, or if the totals are not from the reading `number`.
        """
        same = Equals("reading", {"N": str(number)}) if number else Missing("reading")
        return self._table.update(
            table_keys.totals_partition(self._tenant, day.year, day.month),
            table_keys.totals_sort(day, shard),
            only_if=AllOf((same, Exists("events"), Missing("awaited"))),
            assign={"awaited": {"BOOL": True}},
        )

    def between(
        self, start: dt.date, end: dt.date, freshness: Freshness | None = None
    ) -> Iterator[DayTotals]:
        """Return the totals from `start` to `end`, inclusive, ordered by day.

        `freshness`: updated with all totals that are read.
        """
        for day, shard, item in self._items_between(start, end, freshness):
            rows = document_items.recall(item, self._objects)
            yield DayTotals(day, shard, rows, _messages_of(item))

    def derived_between(self, start: dt.date, end: dt.date) -> Iterator[DerivedDay]:
        """Return what was derived from `start` to `end`, inclusive, ordered by day."""
        for item in self._stored_between(start, end):
            day, _, shard = item["sk"]["S"].partition("#")
            yield DerivedDay(
                dt.date.fromisoformat(day),
                int(shard),
                _reading_of(item),
                _number(item, "readings"),
                _messages_of(item),
            )

    def events_between(self, start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, int, int]]:
        """Return day, shard and number of events from `start` to `end`, inclusive, by day."""
        for day, shard, item in self._items_between(start, end):
            yield day, shard, int(item["events"]["N"])

    def _items_between(
        self, start: dt.date, end: dt.date, freshness: Freshness | None = None
    ) -> Iterator[tuple[dt.date, int, Item]]:
        for item in self._stored_between(start, end):
            reading = _reading_of(item)
            if freshness is not None:
                freshness.add(reading, begun=_number(item, "readings"))
            if reading is None:
                continue
            day, _, shard = item["sk"]["S"].partition("#")
            yield dt.date.fromisoformat(day), int(shard), item

    def _stored_between(self, start: dt.date, end: dt.date) -> Iterator[Item]:
        year, month = start.year, start.month
        while (year, month) <= (end.year, end.month):
            partition = table_keys.totals_partition(self._tenant, year, month)
            last = f"{end.isoformat()}#~"
            yield from self._table.query(partition, between=(start.isoformat(), last))
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)

    def note_cost_period(self, days: int) -> None:
        """Record a cost's period in days if it is the longest; reads look back this far."""
        self._table.put(
            {
                "pk": {"S": table_keys.config_partition(self._tenant)},
                "sk": {"S": LONGEST_COST},
                "days": {"N": str(days)},
            },
            only_if=AnyOf((NO_ITEM, Below("days", {"N": str(days)}))),
        )

    def longest_cost_period(self) -> int:
        """Return the longest period of a cost of this tenant in days; at least 1."""
        item = self._table.get(table_keys.config_partition(self._tenant), LONGEST_COST)
        return 1 if item is None else int(item["days"]["N"])


def _reading_of(item: Item) -> Reading | None:
    """Return the last reading in an item; None if the first one has begun but not ended."""
    if "events" not in item:
        return None
    return Reading(
        dt.datetime.fromisoformat(item["read_at"]["S"]),
        int(item["events"]["N"]),
        "awaited" in item,
        _number(item, "reading"),
    )


def _messages_of(item: Item) -> int | None:
    """Number of rows of messages; None unless they were derived in the present version."""
    return _number(item, "messages") if _number(item, "told") == VERSION else None


def _number(item: Item, name: str) -> int:
    return int(item[name]["N"]) if name in item else 0
