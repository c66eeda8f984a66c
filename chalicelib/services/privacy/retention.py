"""How far back a tenant's events go: what has expired is removed late, so readers ask here."""

from __future__ import annotations

import datetime as dt

from chalicelib.storage.event_items import TTL_MARGIN_DAYS
from chalicelib.storage.tenants import TenantConfig

_DAY = dt.timedelta(days=1)


def oldest_instant(config: TenantConfig, now: dt.datetime) -> dt.datetime:
    """What happened before is older than the tenant keeps events."""
    return now - dt.timedelta(days=config.retention_days)


def first_whole_day(config: TenantConfig, now: dt.datetime) -> dt.date:
    """The first day that lies within the retention from its beginning to its end.

    Half a day would look like a day on which half as much happened.
    """
    oldest = oldest_instant(config, now)
    is_midnight = oldest.time() == dt.time()
    return oldest.date() if is_midnight else oldest.date() + _DAY


def may_have_expired(config: TenantConfig, day: dt.date, now: dt.datetime) -> bool:
    """Whether some of a day's events may be removed already, so that the others are not the day."""
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    return midnight + dt.timedelta(days=config.retention_days + TTL_MARGIN_DAYS) <= now
