"""Totals of a day and shard: derived from its events, written whole, never counted up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.storage import documents, keys
from chalicelib.storage.attributes import Attribute, Item
from chalicelib.storage.conditions import (
    NO_ITEM,
    AllOf,
    AnyOf,
    AtMost,
    Below,
    Equals,
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
        When reading the events behind them began.
    events : int
        How many there were.
    awaited : bool
        Whether somebody waits to derive them again.
    """

    read_at: dt.datetime
    events: int
    awaited: bool


class TotalsStore:
    """The day totals of one tenant."""

    def __init__(self, table: Table, objects: Objects, tenant: str) -> None:
        self._table = table
        self._objects = objects
        self._tenant = tenant

    def put(self, totals: DayTotals, *, read_at: dt.datetime) -> bool:
        """Write the totals of a day and shard in place of the ones before.

        Parameters
        ----------
        read_at : datetime
            When reading the partition began.

        Returns
        -------
        bool
            False if totals of a later reading are there already; those stay.
        """
        sort = keys.totals_sort(totals.day, totals.shard)
        stamp = _stamp(read_at)
        item = {
            "pk": {"S": keys.totals_partition(self._tenant, totals.day.year, totals.day.month)},
            "sk": {"S": sort},
            "read_at": stamp,
            "events": {"N": str(sum(row["events"] for row in totals.rows))},
        }
        # Named after the reading: one that comes too late must not replace a later one's object.
        name = f"{sort.replace('#', '-')}-{read_at.astimezone(dt.UTC):%Y%m%dT%H%M%S%fZ}"
        item |= documents.keep(
            totals.rows, self._objects, keys.document_object(self._tenant, "days", name)
        )
        return self._table.put(item, only_if=AnyOf((NO_ITEM, AtMost("read_at", stamp))))

    def last_reading(self, day: dt.date, shard: int) -> Reading | None:
        """When the events behind these totals were read; None if there are no totals."""
        item = self._table.get(
            keys.totals_partition(self._tenant, day.year, day.month), keys.totals_sort(day, shard)
        )
        if item is None:
            return None
        return Reading(
            dt.datetime.fromisoformat(item["read_at"]["S"]),
            int(item["events"]["N"]),
            "awaited" in item,
        )

    def await_next(self, day: dt.date, shard: int, read_at: dt.datetime) -> bool:
        """Note that somebody waits to derive these totals again.

        Returns
        -------
        bool
            False if somebody else does, or if they were derived after `read_at`.
        """
        return self._table.update(
            keys.totals_partition(self._tenant, day.year, day.month),
            keys.totals_sort(day, shard),
            only_if=AllOf((Equals("read_at", _stamp(read_at)), Missing("awaited"))),
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


def _stamp(moment: dt.datetime) -> Attribute:
    return {"S": moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
