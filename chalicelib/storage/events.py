"""Events as items: about 150 bytes and one write each.

========  =========================================  ========  =====================================
``pk``    tenant, day, shard                         ``sk``    user's hash, ``-`` or ``.`` and the
                                                               trace of one erased, time, event id
``k``     kind: e(ngagement) c(onversion) o(cost)    ``n``     count, absent if 1
          a(udience)
``c``     channel                                    ``y``     type of engagement
``p``     paid, absent if not said                   ``v w``   amount and currency of the event's
                                                               cost, value or amount
``g o``   campaign and content id                    ``r``     parent event id
``s m``   rating, sentiment                          ``q``     false where consent was refused
``l f``   goal, refund                               ``d``     period in days, absent if 1
``z``     audience size                              ``ttl``   epoch seconds after which it may go
========  =========================================  ========  =====================================
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from chalicelib.days import SECONDS_PER_DAY
from chalicelib.errors import StoreUnavailable
from chalicelib.events import OF_PEOPLE, Audience, Conversion, Cost, Engagement, Event
from chalicelib.money import Money
from chalicelib.storage import keys
from chalicelib.storage.attributes import Item
from chalicelib.storage.table import Table
from chalicelib.storage.writer import (
    Patience,
    Request,
    delete_request,
    key_of,
    put_request,
    write_all,
)

TTL_MARGIN_DAYS = 2
"""An event outlives its retention by this, so that no day is still written to while it expires."""

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


def to_item(tenant: str, event: Event, shards: int, retention_days: int) -> Item:
    """The item of an event whose user id, if any, is a hash already."""
    user = event.user_id if isinstance(event, OF_PEOPLE) else None
    shard = keys.shard_of(user or event.event_id, shards)
    occurred_at = event.occurred_at
    item: Item = {
        "pk": {"S": keys.event_partition(tenant, occurred_at.date(), shard)},
        "sk": {"S": keys.event_sort(user, occurred_at, event.event_id)},
        "ttl": {"N": _ttl(occurred_at, retention_days)},
    }
    match event:
        case Engagement():
            _add_engagement(item, event)
        case Conversion():
            item |= {"k": {"S": "c"}, "l": {"S": event.goal}}
            _add_money(item, event.value)
            _add_count(item, event.count)
            if event.refund:
                item["f"] = {"BOOL": True}
        case Cost():
            item |= {"k": {"S": "o"}, "c": {"S": event.channel}}
            _add_money(item, event.amount)
            if event.paid is not None:
                item["p"] = {"BOOL": event.paid}
            if event.campaign_id is not None:
                item["g"] = {"S": event.campaign_id}
            if event.period_days != 1:
                item["d"] = {"N": str(event.period_days)}
        case Audience():
            item |= {"k": {"S": "a"}, "c": {"S": event.channel}, "z": {"N": str(event.size)}}
    return item


@lru_cache(maxsize=4096)
def _ttl(occurred_at: dt.datetime, retention_days: int) -> str:
    """When an item may go; remembered, because a report's events happen at few instants."""
    return str(int(occurred_at.timestamp()) + (retention_days + TTL_MARGIN_DAYS) * SECONDS_PER_DAY)


def _add_engagement(item: Item, event: Engagement) -> None:
    item |= {"k": {"S": "e"}, "c": {"S": event.channel}, "y": {"S": event.type}}
    _add_money(item, event.cost)
    _add_count(item, event.count)
    if event.paid:
        item["p"] = {"BOOL": True}
    if event.campaign_id is not None:
        item["g"] = {"S": event.campaign_id}
    if event.content_id is not None:
        item["o"] = {"S": event.content_id}
    if event.parent_event_id is not None:
        item["r"] = {"S": event.parent_event_id}
    # As text: DynamoDB's numbers end at 1e-130, where a float does not.
    if event.rating is not None:
        item["s"] = {"S": repr(event.rating)}
    if event.sentiment is not None:
        item["m"] = {"S": repr(event.sentiment)}
    if not event.consent:
        item["q"] = {"BOOL": False}


def _add_money(item: Item, money: Money | None) -> None:
    if money is not None:
        item["v"] = {"N": format(money.amount, "f")}
        item["w"] = {"S": money.currency}


def _add_count(item: Item, count: int) -> None:
    if count != 1:
        item["n"] = {"N": str(count)}


def to_event(item: Item, day: dt.date) -> Event:
    """The event of an item of a partition of `day`."""
    user, occurred_at, event_id = keys.parse_event_sort(item["sk"]["S"], day)
    head: dict[str, Any] = {"event_id": event_id, "occurred_at": occurred_at}
    money = None
    if "v" in item:
        money = Money(amount=Decimal(item["v"]["N"]), currency=item["w"]["S"])
    count = int(item["n"]["N"]) if "n" in item else 1
    match item["k"]["S"]:
        case "e":
            return Engagement(
                kind="engagement",
                channel=item["c"]["S"],
                type=item["y"]["S"],
                paid="p" in item,
                count=count,
                user_id=user,
                cost=money,
                campaign_id=_text(item, "g"),
                content_id=_text(item, "o"),
                parent_event_id=_text(item, "r"),
                rating=_float(item, "s"),
                sentiment=_float(item, "m"),
                consent="q" not in item,
                **head,
            )
        case "c":
            return Conversion(
                kind="conversion",
                goal=item["l"]["S"],
                value=money,
                count=count,
                user_id=user,
                refund="f" in item,
                **head,
            )
        case "o":
            if money is None:
                raise ValueError(f"the cost {event_id} has no amount")
            return Cost(
                kind="cost",
                channel=item["c"]["S"],
                amount=money,
                paid=item["p"]["BOOL"] if "p" in item else None,
                campaign_id=_text(item, "g"),
                period_days=int(item["d"]["N"]) if "d" in item else 1,
                **head,
            )
        case "a":
            return Audience(
                kind="audience", channel=item["c"]["S"], size=int(item["z"]["N"]), **head
            )
        case unknown:
            raise ValueError(f"no kind of event is stored as {unknown!r}")


def _text(item: Item, name: str) -> str | None:
    return item[name]["S"] if name in item else None


def _float(item: Item, name: str) -> float | None:
    return float(item[name]["S"]) if name in item else None
