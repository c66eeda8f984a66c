"""Whether the day totals are what the events say, and putting right those that are not.

Totals are derived, so nothing should ever be found here; the audit is how that is known and not
hoped. Days older than the retention are left alone: their events may have gone, their totals stay.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.services.privacy.retention import first_whole_day
from chalicelib.services.totals.day_totals import derive_day, total
from chalicelib.storage.tenant_store import TenantStore

What = Literal["missing", "different", "left_over"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Totals of a day and shard that are not what its events say.

    Attributes
    ----------
    day : date
    shard : int
    what : {'missing', 'different', 'left_over'}
        There are events but no totals; both say something else; there are totals but no events.
    awaited : bool
        Whether somebody waits to derive them again: then they are late and not wrong.
    stored, derived : list of dict
        The rows of the totals as they are, and as they should be.
    """

    day: dt.date
    shard: int
    what: What
    awaited: bool
    stored: list[dict[str, Any]]
    derived: list[dict[str, Any]]


def audit(
    store: TenantStore,
    start: dt.date,
    end: dt.date,
    *,
    now: dt.datetime,
    repair: bool = False,
) -> Iterator[Difference]:
    """Derive the totals of days again and tell where they differ from the stored ones.

    Reads every event of these days once, consistently: half a dollar for a hundred million events.

    Parameters
    ----------
    start, end : date
        Inclusive; of days before the retention nothing is said.
    repair : bool
        Write what was derived where it differs.
    """
    start = max(start, first_whole_day(store.config, now))
    stored = {(one.day, one.shard): one.rows for one in store.totals.between(start, end)}
    for offset in range((end - start).days + 1):
        day = start + dt.timedelta(days=offset)
        for shard in range(store.config.shards):
            derived = total(store.events.in_partition(day, shard, consistent=True))
            rows = stored.get((day, shard), [])
            if _canonical(rows) == _canonical(derived):
                continue
            reading = store.totals.last_reading(day, shard)
            what: What = "different" if rows and derived else "left_over" if rows else "missing"
            yield Difference(
                day, shard, what, reading is not None and reading.awaited, rows, derived
            )
            if repair:
                derive_day(store, day, shard, now=now)


def _canonical(rows: list[dict[str, Any]]) -> list[tuple[tuple[str, str], ...]]:
    """Rows without the order of their fields and the trailing zeros of nothing."""
    return sorted(tuple(sorted((name, str(value)) for name, value in row.items())) for row in rows)
