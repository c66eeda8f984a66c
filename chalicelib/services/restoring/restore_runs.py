"""A tenant from a copy of the table, from its configuration to its events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from chalicelib.services.restoring.bookkeeping import (
    restore_documents,
    restore_erasures,
    restore_imports,
    restore_keys,
)
from chalicelib.services.restoring.restored_events import restore_events, restore_totals
from chalicelib.services.restoring.standing import stand
from chalicelib.services.restoring.tally import Restored
from chalicelib.storage import table_keys
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.writer import Patience

WORKERS = 8
"""Connections that a client of AWS keeps open: ten."""

PATIENCE_SECONDS = 120.0


def utc_now() -> dt.datetime:
    """The time."""
    return dt.datetime.now(dt.UTC)


def restore(
    store: TenantStore,
    table: str,
    *,
    dry_run: bool = False,
    clock: Callable[[], dt.datetime] = utc_now,
    workers: int = WORKERS,
    progress: Callable[[float], None] = lambda share: None,
    patience: Patience | None = None,
) -> Restored:
    """Write what a copy of the table has of a tenant and this one has not; nothing is replaced.

    Broken off and done again, it goes on with what is still missing. Marks of erasures come before
    whatever may name the person, and events last.

    Parameters
    ----------
    table : str
        Name of the copy.
    dry_run : bool
        Write nothing, and tell what is missing.
    progress : callable
        Is told how much of the events is done, in (0, 1].

    Raises
    ------
    CannotRestore
        If the copy does not have the tenant, or does not fit what is here; nothing was written.
    StoreUnavailable
        The store does not answer for longer than the patience lasts; do it again.
    """
    patience = patience or Patience(budget_seconds=PATIENCE_SECONDS, cap_seconds=10.0)
    told = Restored(store.tenant)
    standing = stand(store, table, told, clock=clock, dry_run=dry_run, patience=patience)
    restore_erasures(standing, told.kinds)
    restore_keys(standing, told)
    restore_documents(standing, told.kinds)
    restore_imports(standing, told.kinds)
    lost = restore_totals(standing, told.kinds["day totals"])
    standing.restore(
        table_keys.spans_partition(store.tenant), told.kinds["coverage and annotations"]
    )
    restore_events(standing, told, lost, workers=workers, progress=progress)
    return told
