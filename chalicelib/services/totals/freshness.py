"""When a day's totals are worth deriving again.

Deriving reads a whole partition, so doing it for every change would cost more than writing the
events. A partition that has grown large is read again only after the day has gone on by a third,
which reads every event about four times however many there are; what changes meanwhile waits for
one delayed message. Small partitions, which most are, wait a quarter of an hour.
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
"""A large partition waits for the part of its day that has passed, divided by this."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """When a partition that has changed is to be looked at again.

    Attributes
    ----------
    reading : int
        Number of its last reading; if that is no longer so, there is nothing to do.
    due_at : datetime
    """

    reading: int
    due_at: dt.datetime


Wait = Callable[[Appointment], None]
"""Sees to it that `keep_appointment` is called when an appointment is due."""


def derive_or_wait(
    store: TenantStore, day: dt.date, shard: int, *, now: dt.datetime, wait: Wait
) -> None:
    """A partition has changed: derive its totals if that is due, else wait until it is."""
    last = store.totals.last_reading(day, shard)
    if last is None or _is_due(day, last, now):
        derive_day(store, day, shard, now=now)
    elif not last.awaited:
        # Waiting first: whoever dies in between waits twice, which is better than never. Those who
        # find it awaited may leave: what they saw will be read at `due_at`.
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
    """Derive the totals of a partition unless somebody has since; wait on if it is too early.

    Parameters
    ----------
    reading : int
        Of the appointment.
    """
    last = store.totals.last_reading(day, shard)
    if last is not None and last.number != reading:
        return
    if last is not None and not _is_due(day, last, now):
        wait(Appointment(reading, due_at(day, last)))
    else:
        derive_day(store, day, shard, now=now)


def _is_due(day: dt.date, last: Reading, now: dt.datetime) -> bool:
    """Whether it is time; if the last reading is in the future, a clock was wrong, and it is."""
    return now >= due_at(day, last) or now < last.read_at


def due_at(day: dt.date, last: Reading) -> dt.datetime:
    """From when on a partition that was read then is worth reading again."""
    if last.events < SMALL_PARTITION_EVENTS:
        return last.read_at + SHORTEST_WAIT
    begin = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    passed = min(last.read_at - begin, dt.timedelta(days=1))
    return last.read_at + max(SHORTEST_WAIT, passed / SHARE_OF_DAY)
