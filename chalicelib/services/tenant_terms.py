"""The admission terms of a tenant."""

from __future__ import annotations

import datetime as dt

from chalicelib.model.admission import FUTURE_TOLERANCE, Terms
from chalicelib.services.privacy.retention import oldest_instant
from chalicelib.storage.tenant_store import TenantStore


def terms_of(store: TenantStore, now: dt.datetime) -> Terms:
    """Return the terms on which the tenant's events are admitted now."""
    return Terms(
        oldest=oldest_instant(store.config, now),
        latest=now + FUTURE_TOLERANCE,
        currency=store.config.currency,
        user_hash=store.user_hash,
        trace_of_erased=store.trace_of_erased,
    )
