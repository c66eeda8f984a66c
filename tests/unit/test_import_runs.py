"""Import runs: file versions, generations of rejected rows, quotas and time limits."""

from __future__ import annotations

import datetime as dt
import gc
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.model.errors import StoreUnavailable
from chalicelib.services import imports
from chalicelib.services.imports import import_runs
from chalicelib.services.imports.import_runs import message_of
from chalicelib.settings import Settings
from chalicelib.storage.import_records import Import, Replay
from chalicelib.storage.objects import ObjectGoneError, ObjectVersion
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import BUCKET
from tests.factories import NOW, make_coverage
from tests.faulty import scripted, throttled
from tests.reports import LineReport
from tests.unit.test_services_imports import ROWS, Upload, events, store_on
from tests.unit.test_services_imports import upload as upload

LATER = NOW + dt.timedelta(hours=1)


def run(upload: Upload, version: ObjectVersion, **over: Any) -> Import:
    """Run or continue the import of a dropped file."""
    options = {"now": NOW, "deadline": lambda: 900.0, "read_export": LineReport, "chunk_events": 3}
    import_id = over.pop("import_id", "") or upload.adopt(version)
    store = over.pop("store", upload.store)
    return imports.run_import(store, import_id, version, **options | over)


def announce(upload: Upload) -> str:
    """Announce an import and return its id."""
    started, _ = imports.start_import(upload.store, filename="report.ndjson", now=NOW)
    upload.key = started.object_key
    return started.import_id


def code_of(ended: Import) -> str | None:
    """The code of the error that an import ended with."""
    return ended.error and ended.error["code"]


def strict(upload: Upload) -> TenantStore:
    """The store of the tenant with a small largest file."""
    settings = Settings(max_import_bytes=10)
    return store_on(upload.cloud, upload.cloud.dynamodb, settings=settings)


def ask_for_replay(upload: Upload, done: Import) -> Import:
    return imports.ask_for_replay(upload.store, done.import_id, [].append, {}, now=NOW)


# --- start of a version ---------------------------------------------------------------------------

OPTIONS: dict[str, Any] = {
    "platform": "google_ads",
    "spread": True,
    "currency": "EUR",
    "account": "eu",
    "mapping": {"a": 1},
    "mapping_name": "ours",
}
ABOUT: dict[str, Any] = OPTIONS | {
    "import_id": "i",
    "filename": "report.csv",
    "created_at": "2026-03-01T00:00:00Z",
    "state": "running",
    "object_key": "imports/acme/i/report.csv",
    "earliest": "2026-02-01",
    "latest": "2026-04-01",
    "revision": 11,
}
"""What the import of a newer file has in common with that of the older one."""
KNOWN = Import(
    **ABOUT,
    etag="old",
    version_id="v1",
    position=7,
    rows=7,
    events=6,
    rejected=1,
    not_data=2,
    rejected_by_code={"x": 1},
    first_day="2026-03-01",
    last_day="2026-03-02",
    coverage=3,
    report={"platform": "google_ads"},
    summary={"rows": 7},
    error={"code": "x", "detail": "y"},
    finished_at="2026-03-02T00:00:00Z",
    generation=2,
    generations=5,
    overtaken=("older",),
)
NEW = ObjectVersion(KNOWN.object_key, "new", "v2")
BEGUN = Import(
    **ABOUT,
    etag="new",
    version_id="v2",
    generation=6,
    generations=6,
    overtaken=("older", "old"),
)


def test_a_newer_file_starts_with_no_counts_and_a_new_generation() -> None:
    assert import_runs._begun(KNOWN, NEW, None) == BEGUN


def test_only_a_version_that_was_being_read_is_overtaken() -> None:
    done = replace(KNOWN, state="done")
    same = ObjectVersion(KNOWN.object_key, "old", "v1")

    assert import_runs._begun(done, NEW, None).overtaken == ("older",)
    assert import_runs._begun(KNOWN, same, None).overtaken == ("older",)


def test_the_options_of_a_replay_replace_those_of_the_import() -> None:
    others: dict[str, Any] = {
        "platform": "mapped",
        "spread": False,
        "currency": "USD",
        "account": "us",
        "mapping": {"b": 2},
        "mapping_name": "theirs",
    }
    asked = Replay("2026-03-03T00:00:00Z", "failed", 9, **others)

    assert others.keys() == OPTIONS.keys()
    assert import_runs._begun(KNOWN, NEW, asked) == replace(BEGUN, **others)


def test_the_message_names_the_version_of_the_file(upload: Upload) -> None:
    assert message_of(upload.store, KNOWN) == {
        "import": {
            "tenant": "acme",
            "import_id": "i",
            "key": KNOWN.object_key,
            "etag": "old",
            "version_id": "v1",
        }
    }


# --- restated files -------------------------------------------------------------------------------


def test_a_restated_file_has_a_new_generation_of_rejected_rows(upload: Upload) -> None:
    announce(upload)
    first = run(upload, upload.put("rejected", "rejected", *events(1)))

    second = run(upload, upload.put(*ROWS))

    assert (first.generation, first.generations) == (1, 1)
    assert (second.generation, second.generations) == (2, 2)
    assert upload.rejects(second.import_id) == [(3, "invalid_date"), (5, "currency_mismatch")]
    assert list(upload.store.imports.rejected_rows(second.import_id, 1)) == []


def test_a_restated_file_removes_no_rows_if_none_were_rejected(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = []
    announce(upload)
    for rows in ([events(1)], ["rejected"], [events(2)]):
        monkeypatch.setattr(
            type(upload.store.imports),
            "remove_rejected_rows",
            lambda _self, _id, generation, **_: removed.append(generation),
        )
        run(upload, upload.put(*rows))

    assert removed == [2]


def test_a_failed_import_is_not_run_again_by_the_same_message(upload: Upload) -> None:
    version = upload.put({"export_rejected": "aggregate_period"})
    failed = run(upload, version)

    assert run(upload, version, now=LATER) == failed


def test_the_same_content_under_another_key_is_another_version(upload: Upload) -> None:
    import_id = announce(upload)
    first = upload.put(events(1))
    run(upload, first, import_id=import_id)
    upload.key = "imports/acme/copy.ndjson"
    copy = upload.put(events(1))

    again = run(upload, copy, import_id=import_id, now=LATER)

    assert first.etag == copy.etag
    assert (again.object_key, again.finished_at) == (copy.key, "2026-03-15T13:00:00Z")


def test_an_overtaken_worker_causes_another_read_of_the_newer_file(upload: Upload) -> None:
    announce(upload)
    old = upload.put(*ROWS)
    begun = run(upload, old, deadline=lambda: 29.0)
    newer = upload.put(*ROWS, events(1, start=20))
    ended = run(upload, newer)

    restated = run(upload, old, import_id=ended.import_id)

    assert (begun.state, ended.state, ended.overtaken) == ("running", "done", (old.etag,))
    assert (restated.state, restated.position, restated.etag) == ("running", 0, newer.etag)
    assert (restated.object_key, restated.overtaken) == (newer.key, ())
    assert run(upload, newer).events == ended.events
    assert run(upload, old, import_id=ended.import_id).state == "done"


def test_a_message_about_a_file_that_was_replaced_changes_nothing_in_a_done_import(
    upload: Upload,
) -> None:
    announce(upload)
    ended = run(upload, upload.put(*ROWS))

    assert run(upload, ObjectVersion(upload.key, "another"), import_id=ended.import_id) == ended


def test_a_message_about_another_version_does_not_change_a_requested_replay(upload: Upload) -> None:
    done = run(upload, upload.put(*ROWS))
    asked = ask_for_replay(upload, done)

    found = run(upload, ObjectVersion(upload.key, "another"), import_id=done.import_id)

    assert found == asked
    assert found.replay is not None


def test_a_file_removed_while_it_is_read_fails_the_import_at_its_checkpoint(
    upload: Upload,
) -> None:
    class Gone(LineReport):
        def __iter__(self) -> Any:
            for number, row in enumerate(super().__iter__()):
                if number == 5:
                    raise ObjectGoneError("removed")
                yield row

    ended = run(upload, upload.put(*ROWS), read_export=Gone)

    assert (ended.state, ended.position, code_of(ended)) == ("failed", 4, "object_gone")


# --- stored events --------------------------------------------------------------------------------


def test_a_checkpoint_counts_everything_up_to_it(upload: Upload) -> None:
    version = upload.put(*ROWS)

    run(upload, version, deadline=lambda: 29.0)
    second = run(upload, version, deadline=lambda: 29.0)

    assert (second.state, second.position, second.rows) == ("running", 6, 6)
    assert (second.events, second.rejected, second.not_data) == (6, 2, 1)
    assert (second.first_day, second.last_day) == ("2026-03-02", "2026-03-14")


def test_events_and_coverage_name_the_import_that_stored_them(upload: Upload) -> None:
    class Covering(LineReport):
        def coverage(self) -> list[Any]:
            return [make_coverage(event_id="cover")]

    ended = run(upload, upload.put(*ROWS), read_export=Covering)

    stored = [item for item in upload.cloud.items() if "im" in item]
    assert ended.coverage == 1
    assert len(stored) == 9
    assert {item["im"]["S"] for item in stored} == {ended.import_id}


def test_the_error_for_unstored_events_names_the_import(upload: Upload) -> None:
    version = upload.put(*ROWS)
    import_id = upload.adopt(version)
    broken = store_on(upload.cloud, scripted(upload.cloud.dynamodb, then=throttled))

    with pytest.raises(StoreUnavailable, match=f"3 events after row 0 of the import {import_id}"):
        run(upload, version, store=broken)


def test_a_requested_removal_runs_instead_of_the_import(upload: Upload) -> None:
    version = upload.put(*ROWS)
    done = run(upload, version)
    imports.ask_for_removal(upload.store, done.import_id, [].append, now=NOW)

    removing = run(upload, version, deadline=lambda: 29.0)
    ended = run(upload, version, now=LATER)

    assert (removing.state, ended.state) == ("removing", "removed")
    assert ended.removal is not None
    assert ended.removal.removed_at == "2026-03-15T13:00:00Z"
    assert upload.event_ids() == []


# --- limits ----------------------------------------------------------------------------


def test_a_replay_of_a_file_now_over_the_size_limit_changes_nothing_else(upload: Upload) -> None:
    version = upload.put(*ROWS)
    done = run(upload, version)
    ask_for_replay(upload, done)

    ended = run(upload, version, store=strict(upload))

    assert code_of(ended) == "file_too_large"
    assert (ended.state, ended.replay, ended.generation) == ("done", None, done.generation)
    assert (ended.rows, ended.events, ended.rejected) == (done.rows, done.events, done.rejected)
    assert upload.rejects(ended.import_id) == [(3, "invalid_date"), (5, "currency_mismatch")]
    assert "Contents" in upload.cloud.s3.list_objects_v2(Bucket=BUCKET)


def test_a_newer_file_that_is_too_large_ends_a_replay_and_is_removed(upload: Upload) -> None:
    announce(upload)
    done = run(upload, upload.put(*ROWS))
    ask_for_replay(upload, done)

    ended = run(upload, upload.put(*ROWS, None), store=strict(upload))

    assert (ended.state, ended.rows, ended.replay) == ("failed", 0, None)
    assert ended.generation == ended.generations == done.generations + 2
    assert "Contents" not in upload.cloud.s3.list_objects_v2(Bucket=BUCKET)


# --- time and memory ------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "state"), [(29.9, "running"), (30.0, "done")])
def test_an_import_stops_with_less_than_thirty_seconds_left(
    upload: Upload, seconds: float, state: str
) -> None:
    assert run(upload, upload.put(*ROWS), deadline=lambda: seconds).state == state


def test_cyclic_garbage_is_collected_rarely_while_an_import_is_read(upload: Upload) -> None:
    before = gc.get_threshold()
    while_reading = []

    def reading(stream: Any, **asked: Any) -> LineReport:
        while_reading.append(gc.get_threshold())
        return LineReport(stream, **asked)

    run(upload, upload.put(events(1)), read_export=reading)

    assert while_reading == [(50_000, *before[1:])]
    assert gc.get_threshold() == before
