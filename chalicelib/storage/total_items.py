"""Totals of a day and shard: derived from its events, written whole, never counted up."""

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
from chalicelib.storage.objects import Objects
from chalicelib.storage.table import Table

LONGEST_COST = "longest-cost"


@dataclass(frozen=True, slots=True)
class DayTotals:
    """What happened on one day in one shard.

    Attributes
    ----------
    day : date
    shard : int
    rows : list of dict
        One per kind of event, as `services.totals` made them.
    """

    day: dt.date
    shard: int
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known about totals without their rows.

    Attributes
    ----------
    read_at : datetime
        When reading the events behind them began, by the clock of who read them.
    events : int
        How many there were.
    awaited : bool
        Whether somebody waits to derive them again.
    number : int
        Of the reading that derived them.
    """

    read_at: dt.datetime
    events: int
    awaited: bool
    number: int = 0


@dataclass(slots=True)
class Freshness:
    """How recent totals are; gathers while they are read.

    Attributes
    ----------
    latest : datetime or None
        When events were read last.
    behind : datetime or None
        The earliest reading of those whose events have changed since.
    never_derived : bool
        Whether there are events of which no totals were derived yet.
    """

    latest: dt.datetime | None = None
    behind: dt.datetime | None = None
    never_derived: bool = False

    @property
    def changes_awaited(self) -> bool:
        """Whether events have changed that are not in the totals yet, as far as is known."""
        return self.never_derived or self.behind is not None

    @property
    def as_of(self) -> dt.datetime | None:
        """Until when the totals have all changes; None where some were never derived."""
        return None if self.never_derived else self.behind or self.latest

    def add(self, reading: Reading | None, *, begun: int) -> None:
        """Take account of the totals of a day and shard.

        Parameters
        ----------
        reading : Reading or None
            None where the first reading has begun and not ended.
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
    """The day totals of one tenant.

    Readings of a day and shard have numbers, given out before the reading begins: a later one sees
    at least what an earlier one saw, whatever the clocks of the readers say. The item of the totals
    counts the numbers, so that both are restored or lost together.
    """

    def __init__(self, table: Table, objects: Objects, tenant: str) -> None:
        self._table = table
        self._objects = objects
        self._tenant = tenant

    def begin_reading(self, day: dt.date, shard: int) -> int:
        """The number of a reading that begins now."""
        return self._table.count(
            table_keys.totals_partition(self._tenant, day.year, day.month),
            table_keys.totals_sort(day, shard),
            1,
            name="readings",
        )

    def put(self, totals: DayTotals, *, read_at: dt.datetime, reading: int | None = None) -> bool:
        """Write the totals of a day and shard in place of the ones before.

        Parameters
        ----------
        read_at : datetime
            When reading the partition began.
        reading : int, optional
            From `begin_reading`, before the partition was read; without, one that begins now.

        Returns
        -------
        bool
            False if totals of a later reading are there already; those stay.
        """
        if reading is None:
            reading = self.begin_reading(totals.day, totals.shard)
        sort = table_keys.totals_sort(totals.day, totals.shard)
        # Named after the reading: one that comes too late must not replace a later one's object.
        name = f"{sort.replace('#', '-')}-{reading}"
        number = {"N": str(reading)}
        document = document_items.keep(
            totals.rows, self._objects, table_keys.document_object(self._tenant, "days", name)
        )
        return self._table.update(
            table_keys.totals_partition(self._tenant, totals.day.year, totals.day.month),
            sort,
            only_if=AnyOf((Missing("reading"), AtMost("reading", number))),
            assign={
                "reading": number,
                "read_at": {"S": read_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")},
                "events": {"N": str(sum(row["events"] for row in totals.rows))},
                **document,
            },
            remove=["awaited", *({"doc", "at"} - document.keys())],
        )

    def last_reading(self, day: dt.date, shard: int) -> Reading | None:
        """When the events behind these totals were read; None if there are no totals."""
        item = self._table.get(
            table_keys.totals_partition(self._tenant, day.year, day.month),
            table_keys.totals_sort(day, shard),
        )
        return None if item is None else _reading_of(item)

    def await_next(self, day: dt.date, shard: int, number: int) -> bool:
        """Note that somebody waits to derive these totals again.

        Returns
        -------
        bool
            False if somebody else does, or if they were derived since the reading of this number.
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
        """The totals from `start` to `end`, inclusive, by day.

        Parameters
        ----------
        freshness : Freshness, optional
            Told of all totals that are read.
        """
        for day, shard, item in self._items_between(start, end, freshness):
            yield DayTotals(day, shard, document_items.recall(item, self._objects))

    def events_between(self, start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, int, int]]:
        """Day, shard and how many events there were, from `start` to `end`, inclusive, by day."""
        for day, shard, item in self._items_between(start, end):
            yield day, shard, int(item["events"]["N"])

    def _items_between(
        self, start: dt.date, end: dt.date, freshness: Freshness | None = None
    ) -> Iterator[tuple[dt.date, int, Item]]:
        year, month = start.year, start.month
        while (year, month) <= (end.year, end.month):
            partition = table_keys.totals_partition(self._tenant, year, month)
            last = f"{end.isoformat()}#~"
            for item in self._table.query(partition, between=(start.isoformat(), last)):
                reading = _reading_of(item)
                if freshness is not None:
                    freshness.add(reading, begun=_number(item, "readings"))
                if reading is None:
                    continue
                day, _, shard = item["sk"]["S"].partition("#")
                yield dt.date.fromisoformat(day), int(shard), item
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)

    def note_cost_period(self, days: int) -> None:
        """Remember over how many days a cost is spread, so that reading looks back far enough."""
        self._table.put(
            {
                "pk": {"S": table_keys.config_partition(self._tenant)},
                "sk": {"S": LONGEST_COST},
                "days": {"N": str(days)},
            },
            only_if=AnyOf((NO_ITEM, Below("days", {"N": str(days)}))),
        )

    def longest_cost_period(self) -> int:
        """The longest period over which a cost of this tenant is spread; at least 1 day."""
        item = self._table.get(table_keys.config_partition(self._tenant), LONGEST_COST)
        return 1 if item is None else int(item["days"]["N"])


def _reading_of(item: Item) -> Reading | None:
    """What an item says of the last reading; None where the first one has begun and not ended."""
    if "events" not in item:
        return None
    return Reading(
        dt.datetime.fromisoformat(item["read_at"]["S"]),
        int(item["events"]["N"]),
        "awaited" in item,
        _number(item, "reading"),
    )


def _number(item: Item, name: str) -> int:
    return int(item[name]["N"]) if name in item else 0
