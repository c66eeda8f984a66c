"""Events of one tenant in the table; `event_items` has their form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice

from chalicelib.model.admission import Erased, Storable, Withdrawn
from chalicelib.model.errors import StoreUnavailable
from chalicelib.model.events import Annotation, Coverage, Event
from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item
from chalicelib.storage.conditions import NO_ITEM, AnyOf, Equals
from chalicelib.storage.event_items import ORIGIN, origin_of, to_event, to_item, to_span
from chalicelib.storage.table import Request, Table
from chalicelib.storage.writer import (
    Patience,
    delete_request,
    key_of,
    persist,
    put_request,
    write_all,
)

ERASED_AT_ONCE = 500
"""Events of a person that are written between two saves of the receipt."""

SEARCHED_AT_ONCE = 500
"""Items that are read at once to find the events of an import."""


_OF_TWO_ITEMS = (Withdrawn, Erased)


class EventStore:
    """The events of one tenant.

    Parameters
    ----------
    table : Table
    tenant : str
    shards : int
        Over how many partitions a day is spread; fixed for the life of the tenant.
    retention_days : int
    patience : Patience
        For writes.
    """

    def __init__(
        self, table: Table, tenant: str, *, shards: int, retention_days: int, patience: Patience
    ) -> None:
        self._table = table
        self._tenant = tenant
        self._shards = shards
        self._retention_days = retention_days
        self._patience = patience

    def write(
        self,
        writes: Sequence[Storable],
        patience: Patience | None = None,
        *,
        origin: str | None = None,
    ) -> tuple[int, ...]:
        """Store events; the same event again lands on the same item.

        Parameters
        ----------
        origin : str, optional
            Id of the import that the events come from. An item belongs to the last that wrote it.

        Returns
        -------
        tuple of int
            Positions in `writes` of what is not stored, ascending.
        """
        needed = [self._requests(write, origin) for write in writes]
        requests = [request for own in needed for request in own]
        unwritten = write_all(self._table, requests, patience or self._patience)
        if not unwritten:
            return ()
        return tuple(
            position
            for position, own in enumerate(needed)
            if not unwritten.isdisjoint(map(key_of, own))
        )

    def in_partition(
        self, day: dt.date, shard: int, *, consistent: bool = False
    ) -> Iterator[Event]:
        """The events of a day and shard, by person and time."""
        partition = table_keys.event_partition(self._tenant, day, shard)
        for item in self._table.query(partition, consistent=consistent):
            yield to_event(item, day)

    def between(self, start: dt.date, end: dt.date) -> Iterator[Event]:
        """The events from `start` to `end` (inclusive), shard by shard, day by day."""
        for shard in range(self._shards):
            for offset in range((end - start).days + 1):
                yield from self.in_partition(start + dt.timedelta(days=offset), shard)

    def spans(self) -> Iterator[Coverage | Annotation]:
        """Every coverage and annotation of the tenant, by event id.

        They lie in a partition of their own: one that began long before a window of days reaches
        into it all the same.
        """
        for item in self._table.query(table_keys.spans_partition(self._tenant)):
            yield to_span(item)

    def partitions(self, days: tuple[dt.date, dt.date] | None) -> Sequence[str]:
        """Where spans and the events of some days are: spans first, then by day.

        Parameters
        ----------
        days : (date, date), optional
            First and last, inclusive; None for spans alone.
        """
        first, last = days or (dt.date.max, dt.date.min)
        every = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
        return [
            table_keys.spans_partition(self._tenant),
            *(
                table_keys.event_partition(self._tenant, day, shard)
                for day in every
                for shard in range(self._shards)
            ),
        ]

    def stored_by(
        self, origin: str, partition: str, after: str | None
    ) -> tuple[list[str], str | None]:
        """A page of the events that an import stored and nothing has replaced.

        Parameters
        ----------
        origin : str
            Id of the import.
        after : str, optional
            Sort key behind which to go on.

        Returns
        -------
        list of str
            Their sort keys, ascending.
        str, optional
            The `after` of the next page; None at the end.
        """
        page = persist(
            lambda: self._table.page(
                table_keys.own_partition(self._tenant, partition),
                after=after,
                consistent=True,
                limit=SEARCHED_AT_ONCE,
            ),
            self._patience,
        )
        return [item["sk"]["S"] for item in page[0] if origin_of(item) == origin], page[1]

    def remove(self, origin: str, partition: str, sorts: Sequence[str]) -> int:
        """Remove events of an import, each only if nothing has replaced it; safe to repeat.

        Returns
        -------
        int
            How many have been replaced since they were found.

        Raises
        ------
        StoreUnavailable
            Some may not be removed.
        """
        table_keys.own_partition(self._tenant, partition)
        own = AnyOf((NO_ITEM, Equals(ORIGIN, {"S": origin})))
        replaced = 0
        for start in range(0, len(sorts), self._table.deletes_at_once):
            some = sorts[start : start + self._table.deletes_at_once]
            delete = partial(self._table.delete, partition, some, only_if=own)
            replaced += len(persist(delete, self._patience))
        return replaced

    def erase_person(
        self, user: str, day: dt.date, trace_of: Callable[[str, str], str]
    ) -> Iterator[int]:
        """Take a person out of their events of a day; what is yielded was done.

        Every event is put without the person, into the same partition with the same content, before
        the one with the person is deleted: if this is broken off, events are there twice, never not
        at all, until it is done again.

        Parameters
        ----------
        user : str
            The person's hash.
        trace_of : callable
            Gives the trace of an event from the person's hash and `where_of` it.

        Yields
        ------
        int
            How many events lost the person now.

        Raises
        ------
        StoreUnavailable
            If not all of it could be written.
        """
        partition = table_keys.event_partition(
            self._tenant, day, table_keys.shard_of(user, self._shards)
        )
        found = self._table.query(partition, between=table_keys.person_range(user), consistent=True)
        while page := list(islice(found, ERASED_AT_ONCE)):
            anonymous, named = [], []
            for item in page:
                rest = item["sk"]["S"].partition("#")[2]
                sort = table_keys.erased_event_sort(trace_of(user, where_of(day, rest)), rest)
                anonymous.append(put_request(item | {"sk": {"S": sort}}))
                named.append(delete_request(partition, item["sk"]["S"]))
            for requests in (anonymous, named):
                if write_all(self._table, requests, self._patience):
                    raise StoreUnavailable(
                        "not all events of the person could be written; ask again"
                    )
            yield len(page)

    def _requests(self, write: Storable, origin: str | None) -> list[Request]:
        if isinstance(write, _OF_TWO_ITEMS):
            event, user, trace = write
            partition = table_keys.event_partition(
                self._tenant, event.day, table_keys.shard_of(user, self._shards)
            )
            rest = table_keys.event_sort_rest(event.occurred_at, event.event_id)
            named = delete_request(partition, f"{user}#{rest}")
            if isinstance(write, Withdrawn):
                erased = [delete_request(partition, table_keys.erased_event_sort(trace, rest))]
                return [*self._requests(event, origin), named, *(erased if trace else [])]
            item = self._item(event, origin)
            item |= {"pk": {"S": partition}, "sk": {"S": table_keys.erased_event_sort(trace, rest)}}
            return [put_request(item), named]
        return [put_request(self._item(write, origin))]

    def _item(self, event: Event, origin: str | None) -> Item:
        return to_item(self._tenant, event, self._shards, self._retention_days, origin)


def where_of(day: dt.date, rest: str) -> str:
    """What a trace is made of beside the person: the day and the rest of the sort key."""
    return f"{day.isoformat()}#{rest}"
