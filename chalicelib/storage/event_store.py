"""Events of one tenant in the table; `event_items` defines their attributes."""

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
from chalicelib.storage.event_items import (
    ORIGIN,
    origin_of,
    to_event,
    to_item,
    to_span,
    without_reach,
)
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
"""Number of a person's events that are anonymised between two saves of the receipt."""

SEARCHED_AT_ONCE = 500
"""Number of items per page when searching for the events of an import."""


_WRITES_OF_TWO_ITEMS = (Withdrawn, Erased)


class EventStore:
    """The events of one tenant.

    Parameters
    ----------
    shards : int
        Number of partitions per day; fixed for the life of the tenant.
    patience : Patience
        Time limit and pauses of writes.
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
        """Store events. Storing an event again overwrites the same item.

        Return the positions in `writes` of the events that were not stored, ascending.

        `origin`: id of the import that contains the events. An item belongs to the import that
        wrote it last.
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
        """Return the events of a day and shard, ordered by person and time."""
        partition = table_keys.event_partition(self._tenant, day, shard)
        for item in self._table.query(partition, consistent=consistent):
            yield to_event(item, day)

    def between(self, start: dt.date, end: dt.date) -> Iterator[Event]:
        """Return the events from `start` to `end` (inclusive), ordered by shard and day."""
        for shard in range(self._shards):
            for offset in range((end - start).days + 1):
                yield from self.in_partition(start + dt.timedelta(days=offset), shard)

    def spans(self) -> Iterator[Coverage | Annotation]:
        """Return all coverage and annotations of the tenant, ordered by event id.

        They have a separate partition, because a span can begin long before the days it is read
        for.
        """
        for item in self._table.query(table_keys.spans_partition(self._tenant)):
            yield to_span(item)

    def partitions(self, days: tuple[dt.date, dt.date] | None) -> Sequence[str]:
        """Return the partition keys of the spans and of the events of some days, in this order.

        `days`: first and last day, inclusive; None for only the spans.
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
        """Return a page of the events that an import stored and that were not replaced since.

        `after`: sort key after which the page starts.

        Returns
        -------
        list of str
            Their sort keys, ascending.
        str, optional
            The `after` of the next page; None on the last page.
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
        """Remove the events of an import that were not replaced since; safe to repeat.

        Returns
        -------
        int
            How many were replaced and therefore not removed.

        Raises
        ------
        StoreUnavailable
            If some events may not have been removed.
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
        """Anonymise a person's events of a day, page by page.

        Each event is first written without the person, to the same partition and with the same
        content except its reach. Then the event with the person is deleted. After an interruption
        some events exist twice until this is repeated; no event is lost.

        `trace_of`: returns the trace of an event, given the person's hash and the result of
        `where_of`.

        Yields
        ------
        int
            The number of events that were anonymised in this page.

        Raises
        ------
        StoreUnavailable
            If some events could not be written.
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
                anonymous.append(put_request(without_reach(item) | {"sk": {"S": sort}}))
                named.append(delete_request(partition, item["sk"]["S"]))
            for requests in (anonymous, named):
                if write_all(self._table, requests, self._patience):
                    raise StoreUnavailable(
                        "not all events of the person could be written; try again later"
                    )
            yield len(page)

    def _requests(self, write: Storable, origin: str | None) -> list[Request]:
        if isinstance(write, _WRITES_OF_TWO_ITEMS):
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
    """Return the day and the rest of the sort key, from which an event's trace is derived."""
    return f"{day.isoformat()}#{rest}"
