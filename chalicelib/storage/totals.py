"""Totals of a day and shard: derived from its events, written whole, never counted up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.storage import documents, keys
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
        Of the reading; 0 for totals from before readings had numbers.
    """

    read_at: dt.datetime
    events: int
    awaited: bool
    number: int = 0


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
            keys.totals_partition(self._tenant, day.year, day.month),
            keys.totals_sort(day, shard),
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
        sort = keys.totals_sort(totals.day, totals.shard)
        # Named after the reading: one that comes too late must not replace a later one's object.
        name = f"{sort.replace('#', '-')}-{reading}"
        number = {"N": str(reading)}
        document = documents.keep(
            totals.rows, self._objects, keys.document_object(self._tenant, "days", name)
        )
        return self._table.update(
            keys.totals_partition(self._tenant, totals.day.year, totals.day.month),
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
            keys.totals_partition(self._tenant, day.year, day.month), keys.totals_sort(day, shard)
        )
        if item is None or "events" not in item:
            return None
        return Reading(
            dt.datetime.fromisoformat(item["read_at"]["S"]),
            int(item["events"]["N"]),
            "awaited" in item,
            int(item["reading"]["N"]) if "reading" in item else 0,
        )

    def await_next(self, day: dt.date, shard: int, number: int) -> bool:
        """Note that somebody waits to derive these totals again.

        Returns
        -------
        bool
            False if somebody else does, or if they were derived since the reading of this number.
        """
        same = Equals("reading", {"N": str(number)}) if number else Missing("reading")
        return self._table.update(
            keys.totals_partition(self._tenant, day.year, day.month),
            keys.totals_sort(day, shard),
            only_if=AllOf((same, Exists("events"), Missing("awaited"))),
            assign={"awaited": {"BOOL": True}},
        )

    def between(self, start: dt.date, end: dt.date) -> Iterator[DayTotals]:
        """The totals from `start` to `end`, inclusive, by day."""
        for day, shard, item in self._items_between(start, end):
            yield DayTotals(day, shard, documents.recall(item, self._objects))

    def events_between(self, start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, int, int]]:
        """Day, shard and how many events there were, from `start` to `end`, inclusive, by day."""
        for day, shard, item in self._items_between(start, end):
            yield day, shard, int(item["events"]["N"])

    def _items_between(self, start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, int, Item]]:
        year, month = start.year, start.month
        while (year, month) <= (end.year, end.month):
            partition = keys.totals_partition(self._tenant, year, month)
            last = f"{end.isoformat()}#~"
            for item in self._table.query(partition, between=(start.isoformat(), last)):
                if "events" not in item:  # a first reading has begun
                    continue
                day, _, shard = item["sk"]["S"].partition("#")
                yield dt.date.fromisoformat(day), int(shard), item
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)

    def note_cost_period(self, days: int) -> None:
        """Remember over how many days a cost is spread, so that reading looks back far enough."""
        self._table.put(
            {
                "pk": {"S": keys.config_partition(self._tenant)},
                "sk": {"S": LONGEST_COST},
                "days": {"N": str(days)},
            },
            only_if=AnyOf((NO_ITEM, Below("days", {"N": str(days)}))),
        )

    def longest_cost_period(self) -> int:
        """The longest period over which a cost of this tenant is spread; at least 1 day."""
        item = self._table.get(keys.config_partition(self._tenant), LONGEST_COST)
        return 1 if item is None else int(item["days"]["N"])
