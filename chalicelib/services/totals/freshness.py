"""Decide when to derive a day's totals again.

Deriving reads a whole partition. Doing this for every change would cost more than writing the
events. A small partition waits 15 minutes; most partitions are small. A large partition is read
again only after a third of the elapsed part of its day, so that each event is read about four
times, regardless of their number. Changes in the meantime wait for one delayed message.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.services.totals.day_totals import derive_day
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.total_items import Reading

SHORTEST_WAIT = dt.timedelta(minutes=15)
SMALL_PARTITION_EVENTS = 1_000
SHARE_OF_DAY = 3
"""A large partition waits for the elapsed part of its day, divided by this."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """When to check a changed partition again."""

    reading: int
    """Number of its last reading. If it has been read since, there is nothing to do."""
    due_at: dt.datetime


Wait = Callable[[Appointment], None]
"""Schedules a call of `keep_appointment` for when an appointment is due."""


def derive_or_wait(
    store: TenantStore, day: dt.date, shard: int, *, now: dt.datetime, wait: Wait
) -> None:
    """Derive the totals of a changed partition if that is due; otherwise schedule it."""
    last = store.totals.last_reading(day, shard)
    if last is None or _is_due(day, last, now):
        derive_day(store, day, shard, now=now)
    elif not last.awaited:
        # Schedule first: a process that is killed in between schedules twice, which is better than
        # never. Later changes need no schedule of their own: the reading at `due_at` covers them.
        wait(Appointment(last.number, due_at(day, last)))
        store.totals.await_next(day, shard, last.number)


def keep_appointment(
    store: TenantStore,
    day: dt.date,
    shard: int,
    *,
    reading: int,
    now: dt.datetime,
    wait: Wait,
) -> None:
    """Derive the totals of a partition if due and not read since; reschedule if too early."""
    last = store.totals.last_reading(day, shard)
    if last is not None and last.number != reading:
        return
    if last is not None and not _is_due(day, last, now):
        wait(Appointment(reading, due_at(day, last)))
    else:
        derive_day(store, day, shard, now=now)


def _is_due(day: dt.date, last: Reading, now: dt.datetime) -> bool:
    """Whether a reading is due; always if the last one is in the future (a wrong clock)."""
    return now >= due_at(day, last) or now < last.read_at


def due_at(day: dt.date, last: Reading) -> dt.datetime:
    """Return when a partition is due to be read again after its last reading."""
    if last.events < SMALL_PARTITION_EVENTS:
        return last.read_at + SHORTEST_WAIT
    begin = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    passed = min(last.read_at - begin, dt.timedelta(days=1))
    return last.read_at + max(SHORTEST_WAIT, passed / SHARE_OF_DAY)
