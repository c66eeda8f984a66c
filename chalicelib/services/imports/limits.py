"""Import quotas per tenant: unfinished imports, and uploaded bytes per day (UTC).

An import counts as unfinished from its announcement until its upload URL expires, and from its
first row until it ends. Bytes are counted when the upload is complete, by the real size of the
file. Both quotas are also checked before an import is announced. Simultaneous requests can exceed
the number of imports slightly, but never the number of bytes.
"""

from __future__ import annotations

import datetime as dt
import math

from chalicelib.model.errors import ExportRejected, TooManyImports, UploadQuotaUsed
from chalicelib.storage.tenant_store import TenantStore

UPLOAD_SECONDS = 3600
"""How long an upload URL is valid."""

TRY_AGAIN_SECONDS = 60
"""Retry delay after too many imports: an import may end at any time."""


def check_quotas(store: TenantStore, *, size: int | None, now: dt.datetime) -> None:
    """Check whether another import may be announced.

    Raises
    ------
    TooManyImports
    UploadQuotaUsed
    """
    check_open_imports(store, now=now)
    left = bytes_left(store, now=now)
    if left is not None and (left == 0 or (size or 0) > left):
        raise UploadQuotaUsed(
            f"the daily upload quota (UTC) is {store.settings.daily_upload_bytes:,} bytes; "
            f"{left:,} bytes are left today",
            retry_after_seconds=seconds_until_tomorrow(now),
        )


def check_open_imports(store: TenantStore, *, now: dt.datetime) -> None:
    """Raise `TooManyImports` if the tenant has reached its limit of unfinished imports."""
    most = store.settings.open_imports
    if most <= 0:
        return
    since = now - dt.timedelta(seconds=UPLOAD_SECONDS)
    if len(store.import_quotas.unfinished(most=most, announced_since=since, now=now)) >= most:
        raise TooManyImports(
            f"{most} imports are waiting or running; announce the next one after one of them ends",
            retry_after_seconds=TRY_AGAIN_SECONDS,
        )


def bytes_left(store: TenantStore, *, now: dt.datetime) -> int | None:
    """Return the bytes that the tenant may still upload today; None without a quota."""
    most = store.settings.daily_upload_bytes
    if most <= 0:
        return None
    return max(0, most - store.import_quotas.bytes_of(now.date()))


def take_bytes(store: TenantStore, size: int, *, now: dt.datetime) -> ExportRejected | None:
    """Count an uploaded file; return why it is rejected if it exceeds the daily quota."""
    most = store.settings.daily_upload_bytes
    if most <= 0:
        return None
    total = store.import_quotas.add_bytes(now.date(), size)
    if total <= most:
        return None
    store.import_quotas.add_bytes(now.date(), -size)
    return ExportRejected(
        "over_upload_quota",
        f"the file has {size:,} bytes, but only {max(0, most - total + size):,} bytes were left of "
        f"the daily upload quota (UTC) of {most:,}; upload it tomorrow, or ask for a higher quota",
    )


def seconds_until_tomorrow(now: dt.datetime) -> int:
    """Return the seconds until the next UTC day begins, at least 1."""
    today = dt.datetime.combine(now.astimezone(dt.UTC).date(), dt.time(), dt.UTC)
    return max(1, math.ceil((today + dt.timedelta(days=1) - now).total_seconds()))
