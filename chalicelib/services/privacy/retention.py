"""Retention of events. DynamoDB removes expired events late, so readers check the dates here."""

from __future__ import annotations

import datetime as dt

from chalicelib.storage.event_items import TTL_MARGIN_DAYS
from chalicelib.storage.tenants import TenantConfig

_DAY = dt.timedelta(days=1)


def oldest_instant(config: TenantConfig, now: dt.datetime) -> dt.datetime:
    """Return the start of the retention: older events have expired."""
    return now - dt.timedelta(days=config.retention_days)


def first_whole_day(config: TenantConfig, now: dt.datetime) -> dt.date:
    """Return the first day that is entirely within the retention.

    A partial day would look like a day with fewer events.
    """
    oldest = oldest_instant(config, now)
    is_midnight = oldest.time() == dt.time()
    return oldest.date() if is_midnight else oldest.date() + _DAY


def expiry_of_day(config: TenantConfig, day: dt.date) -> dt.datetime:
    """Return when the last events of a day are removed."""
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    return midnight + dt.timedelta(days=1 + config.retention_days + TTL_MARGIN_DAYS)


def may_have_expired(config: TenantConfig, day: dt.date, now: dt.datetime) -> bool:
    """Whether some events of a day may already be removed, so that the day is incomplete."""
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    return midnight + dt.timedelta(days=config.retention_days + TTL_MARGIN_DAYS) <= now
