"""Fail an import after several attempts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from chalicelib.model.days import stamp
from chalicelib.model.errors import ExportRejected, LikeworthError
from chalicelib.services.imports.import_chunks import CHUNK_EVENTS
from chalicelib.services.imports.replaying import ReplayRun
from chalicelib.services.imports.showing import show_import
from chalicelib.storage.import_records import Import
from chalicelib.storage.tenant_store import TenantStore


def give_up_import(
    store: TenantStore, import_id: str, why: LikeworthError, *, now: dt.datetime
) -> Import:
    """Fail an import that could not run, or end its replay. Leave a finished import unchanged.

    A removal stays unfinished; it can be requested again.

    Raises
    ------
    NotFound
        If the import does not exist.
    """
    given_up = _given_up(store, show_import(store, import_id), why, now)
    store.import_quotas.end(import_id)
    return given_up


def _given_up(store: TenantStore, current: Import, why: LikeworthError, now: dt.datetime) -> Import:
    error = {"code": why.code, "detail": why.detail}
    if current.replay is not None:
        run = ReplayRun(store, now=now, has_time=lambda: True, chunk_events=CHUNK_EVENTS)
        try:
            return run.abandon(current, why)
        except ExportRejected:  # events stored so far stay, but are not counted
            before = current.replay.before
            return store.imports.save(replace(current, state=before, replay=None, error=error))
    if current.is_removed or current.state in ("done", "failed"):
        return current
    return store.imports.save(replace(current, state="failed", error=error, finished_at=stamp(now)))
