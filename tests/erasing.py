"""Who is erased in tests, and what is looked at before and after."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.model.events import Conversion, Engagement
from chalicelib.services.privacy import erasures
from chalicelib.services.totals.day_totals import total
from chalicelib.storage.erasure_items import Receipt
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import Cloud
from tests.factories import NOW

DAYS = 8
"""The retention in these tests: every day of it is looked at."""

ANNA, BEN = "Anna@Example.org", "ben"
LATER = NOW + dt.timedelta(days=1)
REMAINING = {"acme#erased", "acme#erasures"}
"""Partitions in which an erased person is still named."""


def with_time() -> bool:
    return True


def times(count: int) -> Callable[[], bool]:
    """There is time so often."""
    left = iter([True] * count)
    return lambda: next(left, False)


def erase(
    store: TenantStore,
    user_id: str = ANNA,
    *,
    now: dt.datetime = NOW,
    has_time: Callable[[], bool] = with_time,
) -> Receipt:
    return erasures.erase_person(store, user_id, now=now, has_time=has_time)


def at(day: int, clock: str = "09:30:00") -> str:
    """A time so many days before `NOW`."""
    return f"{(NOW - dt.timedelta(days=day)).date()}T{clock}Z"


def days() -> Iterator[dt.date]:
    for back in range(DAYS + 1):
        yield (NOW - dt.timedelta(days=back)).date()


def totals(store: TenantStore) -> dict[tuple[dt.date, int], Any]:
    """What is derived of every day and shard."""
    return {
        (day, shard): total(store.events.in_partition(day, shard, consistent=True))
        for day in days()
        for shard in range(store.config.shards)
    }


def people(store: TenantStore) -> set[str]:
    """The hashes that are in events."""
    return {
        event.user_id
        for event in store.iter_events(min(days()), max(days()))
        if isinstance(event, Engagement | Conversion) and event.user_id is not None
    }


def whereabouts(cloud: Cloud, person: str) -> set[str]:
    """Partitions in which the hash is still found."""
    return {item["pk"]["S"] for item in cloud.items() if person in json.dumps(item, default=str)}
