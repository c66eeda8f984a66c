"""Giving an import up that was tried several times."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from chalicelib.model.days import stamp
from chalicelib.model.errors import ExportRefused, LikeworthError
from chalicelib.services.imports.import_chunks import CHUNK_EVENTS
from chalicelib.services.imports.replaying import ReplayRun
from chalicelib.services.imports.showing import show_import
from chalicelib.storage.import_records import Import
from chalicelib.storage.tenant_store import TenantStore


def give_up_import(
    store: TenantStore, import_id: str, why: LikeworthError, *, now: dt.datetime
) -> Import:
    """Fail an import that could not be run, or its replay; one that has ended stays as it is.

    A removal stays unfinished: ask for it again.

    Raises
    ------
    NotFound
        There is no such import.
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
        except ExportRefused:  # what it had taken stays taken, uncounted
            before = current.replay.before
            return store.imports.save(replace(current, state=before, replay=None, error=error))
    if current.is_removed or current.state in ("done", "failed"):
        return current
    return store.imports.save(replace(current, state="failed", error=error, finished_at=stamp(now)))
