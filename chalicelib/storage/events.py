"""Events of one tenant in the table; `event_items` has their form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from chalicelib.errors import StoreUnavailable
from chalicelib.events import Annotation, Coverage, Event
from chalicelib.storage import keys
from chalicelib.storage.attributes import Item
from chalicelib.storage.event_items import to_event, to_item, to_span
from chalicelib.storage.table import Request, Table
from chalicelib.storage.writer import (
    Patience,
    delete_request,
    key_of,
    put_request,
    write_all,
)

ERASED_AT_ONCE = 500
"""Events of a person that are written between two saves of the receipt."""


class Withdrawn(NamedTuple):
    """An event whose person refuses consent.

    Attributes
    ----------
    event : Event
        Without the person.
    user : str
        Hash of the person under whom the same event may have been stored before; that item is
        removed.
    trace : str
        Of a person who was erased: the trace under which it may have been stored before.
    """

    event: Event
    user: str
    trace: str = ""


class Erased(NamedTuple):
    """An event of a person who was erased: it counts, without the person.

    Attributes
    ----------
    event : Event
        Without the person.
    user : str
        Hash of the person; the item that the event may have under it is removed.
    trace : str
        In place of the person (`pseudonyms.trace_of_event`).
    """

    event: Event
    user: str
    trace: str


_OF_TWO_ITEMS = (Withdrawn, Erased)
Storable = Event | Withdrawn | Erased
"""What may be stored; the `user_id` of an event is the keyed hash, or None."""


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
        self, writes: Sequence[Storable], patience: Patience | None = None
    ) -> tuple[int, ...]:
        """Store events; the same event again lands on the same item.

        Returns
        -------
        tuple of int
            Positions in `writes` of what is not stored, ascending.
        """
        needed = [self._requests(write) for write in writes]
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
        partition = keys.event_partition(self._tenant, day, shard)
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
        for item in self._table.query(keys.spans_partition(self._tenant)):
            yield to_span(item)

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
        partition = keys.event_partition(self._tenant, day, keys.shard_of(user, self._shards))
        found = self._table.query(partition, between=keys.person_range(user), consistent=True)
        while page := list(islice(found, ERASED_AT_ONCE)):
            anonymous, named = [], []
            for item in page:
                rest = item["sk"]["S"].partition("#")[2]
                sort = keys.erased_event_sort(trace_of(user, where_of(day, rest)), rest)
                anonymous.append(put_request(item | {"sk": {"S": sort}}))
                named.append(delete_request(partition, item["sk"]["S"]))
            for requests in (anonymous, named):
                if write_all(self._table, requests, self._patience):
                    raise StoreUnavailable(
                        "not all events of the person could be written; ask again"
                    )
            yield len(page)

    def _requests(self, write: Storable) -> list[Request]:
        if isinstance(write, _OF_TWO_ITEMS):
            event, user, trace = write
            partition = keys.event_partition(
                self._tenant, event.day, keys.shard_of(user, self._shards)
            )
            rest = keys.event_sort_rest(event.occurred_at, event.event_id)
            named = delete_request(partition, f"{user}#{rest}")
            if isinstance(write, Withdrawn):
                erased = [delete_request(partition, keys.erased_event_sort(trace, rest))]
                return [*self._requests(event), named, *(erased if trace else [])]
            item = to_item(self._tenant, event, self._shards, self._retention_days)
            item |= {"pk": {"S": partition}, "sk": {"S": keys.erased_event_sort(trace, rest)}}
            return [put_request(item), named]
        return [put_request(to_item(self._tenant, write, self._shards, self._retention_days))]


def where_of(day: dt.date, rest: str) -> str:
    """What a trace is made of beside the person: the day and the rest of the sort key."""
    return f"{day.isoformat()}#{rest}"


def refuses_consent(item: Item) -> bool:
    """Whether the event of an item was sent without the consent of its person."""
    return "q" in item
