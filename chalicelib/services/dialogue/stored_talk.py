"""The messages of a tenant, from what was derived with the day totals, and from fresh events.

Day totals of large days may be hours old, and those of an earlier version have no messages. A list
of open criticism must be neither old nor incomplete, so such days are read from the events as long
as they have few of them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from chalicelib.model.errors import StoreUnavailable
from chalicelib.model.events import Coverage
from chalicelib.services.dialogue.talk import MESSAGE_TYPES, Talk
from chalicelib.services.privacy.retention import may_have_expired
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.total_items import DerivedDay

EVENTS_AT_ONCE = 30_000
"""Events that a call may read beside the derived messages: a second or two."""
FRESH_DAYS = 2
"""Days until now that are read from the events: the stream may not have reported them yet."""

Place = tuple[dt.date, int]


@dataclass(slots=True)
class ReadTalk:
    """Messages, and what is known about their completeness."""

    talk: Talk
    days: set[dt.date]
    """UTC days that have events of any kind."""
    covered: list[Coverage] = field(default_factory=list)
    """Declared coverage of sources that have messages."""
    fresh_until: dt.datetime | None = None
    """Until when changes are certainly included; None without a limit."""


def read_talk(store: TenantStore, start: dt.date, end: dt.date, *, now: dt.datetime) -> ReadTalk:
    """Read the messages from `start` to `end` (UTC days, inclusive).

    Raises
    ------
    StoreUnavailable
        If more events than `EVENTS_AT_ONCE` belong to days whose messages an earlier version did
        not derive; the daily jobs derive them.
    """
    known = {(one.day, one.shard): one for one in store.totals.derived_between(start, end)}
    found = ReadTalk(Talk(), {one.day for one in known.values() if _has_events(one)})
    last = min(end, now.date())
    recent = {
        (last - dt.timedelta(days=n), shard)
        for n in range(FRESH_DAYS)
        for shard in range(store.config.shards)
        if start <= last - dt.timedelta(days=n) and last == now.date()
    }
    left = EVENTS_AT_ONCE
    direct: set[Place] = set()
    for place in sorted(recent | known.keys(), reverse=True):
        one = known.get(place)
        if may_have_expired(store.config, place[0], now):
            continue
        is_missing = one is not None and one.messages is None
        if place not in recent and not is_missing and not (one is not None and one.is_behind):
            continue
        events = one.reading.events if one is not None and one.reading is not None else 0
        if events <= left:
            left -= events
            direct.add(place)
        elif is_missing:
            raise StoreUnavailable(
                "the messages of these days are being derived; ask for fewer days, or tomorrow"
            )
        elif one is not None and one.reading is not None and one.is_behind:
            found.fresh_until = min(found.fresh_until or one.reading.read_at, one.reading.read_at)
    for stored in store.messages.between(start, end):
        place = stored.day, stored.shard
        if place in direct or not (place in known and known[place].messages):
            continue
        if stored.rows is None:  # being replaced just now
            direct.add(place)
        else:
            found.talk.add_rows(stored.rows)
    for day, shard in sorted(direct):
        for event in store.events.in_partition(day, shard):
            found.talk.add(event)
            found.days.add(day)
    for span in store.events.spans():
        if isinstance(span, Coverage) and is_of_messages(span):
            found.covered.append(span)
    return found


def underived(
    store: TenantStore, start: dt.date, end: dt.date, *, now: dt.datetime
) -> list[DerivedDay]:
    """The days and shards whose messages an earlier version did not derive, the latest first."""
    found = [
        one
        for one in store.totals.derived_between(start, end)
        if one.reading is not None
        and one.messages is None
        and not may_have_expired(store.config, one.day, now)
    ]
    return sorted(found, key=lambda one: (one.day, one.shard), reverse=True)


def _has_events(one: DerivedDay) -> bool:
    return one.reading is not None and one.reading.events > 0


def is_of_messages(span: Coverage) -> bool:
    """Whether a coverage is about a source that can have messages."""
    return span.channel is not None and (span.type is None or span.type in MESSAGE_TYPES)
