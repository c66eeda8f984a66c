"""Quotas of imports: unfinished ones, and bytes of a day, on every engine."""

from __future__ import annotations

import datetime as dt

import pytest

from chalicelib.model.errors import StoreUnavailable, TooManyImports, UploadQuotaUsed
from chalicelib.services import imports
from chalicelib.services.imports.limits import UPLOAD_SECONDS
from chalicelib.storage.import_records import Import
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.tenant_store import TenantStore
from tests.contract.conftest import Engine
from tests.factories import NOW, make_event
from tests.reports import LineReport, lines

HOUR = dt.timedelta(seconds=UPLOAD_SECONDS)
FILE = lines([make_event(event_id="r1")], "rejected")


def announce(store: TenantStore, *, now: dt.datetime = NOW, size: int | None = None) -> Import:
    new, _ = imports.start_import(store, filename="x.ndjson", size=size, now=now)
    return new


def upload(store: TenantStore, new: Import, body: bytes = FILE) -> ObjectVersion:
    store.objects.put(new.object_key, body)
    return ObjectVersion(new.object_key, store.objects.etag(new.object_key) or "")


def run(
    store: TenantStore, new: Import, version: ObjectVersion, *, seconds: float = 900.0
) -> Import:
    return imports.run_import(
        store,
        new.import_id,
        version,
        now=NOW,
        deadline=lambda: seconds,
        read_export=LineReport,
        chunk_events=1,
    )


# --- unfinished imports -----------------------------------------------------------------------


def test_a_tenant_has_no_more_unfinished_imports_than_it_may_have(engine: Engine) -> None:
    store = engine.store(open_imports=2)
    announce(store)
    first = announce(store)
    with pytest.raises(TooManyImports) as rejected:
        announce(store)
    assert rejected.value.retry_after_seconds > 0
    assert len(store.imports.newest_first(limit=None)) == 2
    announce(engine.store("other", open_imports=2))
    assert run(store, first, upload(store, first)).state == "done"
    announce(store)


def test_without_a_quota_as_many_as_come_are_announced(engine: Engine) -> None:
    store = engine.store(open_imports=0, daily_upload_bytes=0)
    assert len({announce(store, size=10**9).import_id for _ in range(5)}) == 5


def test_an_import_that_nobody_uploads_to_counts_until_its_url_expires(engine: Engine) -> None:
    store = engine.store(open_imports=1)
    announce(store, now=NOW - HOUR + dt.timedelta(seconds=1))
    with pytest.raises(TooManyImports):
        announce(store)
    announce(store, now=NOW + dt.timedelta(seconds=1))


def test_an_import_that_runs_counts_until_it_ends(engine: Engine) -> None:
    store = engine.store(open_imports=1)
    new = announce(store, now=NOW - HOUR)
    version = upload(store, new)
    assert run(store, new, version, seconds=0.0).state == "running"
    with pytest.raises(TooManyImports):
        announce(store)
    while run(store, new, version, seconds=0.0).state == "running":
        pass
    announce(store)


def test_an_import_that_fails_counts_no_longer(engine: Engine) -> None:
    store = engine.store(open_imports=1)
    new = announce(store)
    undated = upload(store, new, b'{"export_rejected": "no_date"}\n')
    assert run(store, new, undated).state == "failed"
    new = announce(store)
    assert run(store, new, ObjectVersion(new.object_key, "gone")).state == "failed"
    new = announce(store)
    imports.give_up_import(store, new.import_id, StoreUnavailable("no"), now=NOW)
    announce(store)


def test_a_replay_counts_and_is_rejected_above_the_quota(engine: Engine) -> None:
    store = engine.store(open_imports=1)
    done = announce(store)
    version = upload(store, done)
    run(store, done, version)
    other = announce(store)
    with pytest.raises(TooManyImports):
        imports.ask_for_replay(store, done.import_id, lambda _: None, {}, now=NOW)
    run(store, other, upload(store, other))
    imports.ask_for_replay(store, done.import_id, lambda _: None, {}, now=NOW)
    with pytest.raises(TooManyImports):
        announce(store)
    assert run(store, done, version).state == "done"
    announce(store)


def test_a_replay_that_could_not_be_queued_does_not_count(engine: Engine) -> None:
    store = engine.store(open_imports=1)
    done = announce(store)
    run(store, done, upload(store, done))

    def fail(_: Import) -> None:
        raise StoreUnavailable("the queue does not answer")

    with pytest.raises(StoreUnavailable):
        imports.ask_for_replay(store, done.import_id, fail, {}, now=NOW)
    announce(store)


# --- bytes ------------------------------------------------------------------------------------


def test_bytes_count_when_a_file_has_arrived_and_once(engine: Engine) -> None:
    store = engine.store()
    new = announce(store, size=4_000_000_000)
    assert store.import_quotas.bytes_of(NOW.date()) == 0
    version = upload(store, new)
    for _ in range(3):
        run(store, new, version, seconds=0.0)
    imports.ask_for_replay(store, new.import_id, lambda _: None, {}, now=NOW)
    run(store, new, version)
    assert store.import_quotas.bytes_of(NOW.date()) == len(FILE)
    run(store, new, upload(store, new, FILE * 2))  # another file to the same URL
    assert store.import_quotas.bytes_of(NOW.date()) == 3 * len(FILE)


def test_a_file_above_the_quota_of_the_day_is_rejected_and_removed(engine: Engine) -> None:
    store = engine.store(daily_upload_bytes=2 * len(FILE))
    first, second, third = (announce(store) for _ in range(3))
    assert run(store, first, upload(store, first)).state == "done"
    ended = run(store, second, upload(store, second, FILE * 2))
    assert (ended.state, ended.finished_at) == ("failed", "2026-03-15T12:00:00Z")
    assert ended.error is not None
    assert ended.error["code"] == "over_upload_quota"
    assert store.objects.find(second.object_key) is None
    assert store.objects.find(first.object_key) == FILE
    assert store.import_quotas.bytes_of(NOW.date()) == len(FILE)
    assert run(store, third, upload(store, third)).state == "done"  # one that still fits


def test_a_file_above_the_largest_size_is_removed(engine: Engine) -> None:
    store = engine.store(max_import_bytes=len(FILE))
    new = announce(store)
    ended = run(store, new, upload(store, new, FILE * 2))
    assert ended.error is not None
    assert ended.error["code"] == "file_too_large"
    assert store.objects.find(new.object_key) is None
    assert store.import_quotas.bytes_of(NOW.date()) == 0


def test_what_does_not_fit_into_the_day_is_not_announced(engine: Engine) -> None:
    store = engine.store(daily_upload_bytes=1000)
    store.import_quotas.add_bytes(NOW.date(), 400)
    announce(store, size=600)
    with pytest.raises(UploadQuotaUsed) as rejected:
        announce(store, size=601)
    assert rejected.value.retry_after_seconds == 12 * 3600  # NOW is noon
    announce(store)  # of unknown size
    store.import_quotas.add_bytes(NOW.date(), 600)
    with pytest.raises(UploadQuotaUsed):
        announce(store)
    announce(store, now=NOW + dt.timedelta(hours=12))
    announce(engine.store("other", daily_upload_bytes=1000), size=1000)
