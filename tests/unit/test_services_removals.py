"""Removing an import: events that it stored last are removed; everything else stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.model.errors import (
    ImportRemoved,
    ImportUnfinished,
    MisconfiguredService,
    NotFound,
    StoreUnavailable,
)
from chalicelib.model.events import parse_event
from chalicelib.services import imports
from chalicelib.services.imports import give_up_import
from chalicelib.services.ingest import record_events
from chalicelib.storage import event_store
from chalicelib.storage.import_records import Import
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import BUCKET, Cloud
from tests.factories import NOW, make_annotation, make_coverage, make_event
from tests.reports import LineReport, lines

LATER = NOW + dt.timedelta(hours=1)


class Covering(LineReport):
    """A report that covers two weeks."""

    def coverage(self) -> list[dict[str, Any]]:
        return [make_coverage(event_id="covered")]


def likes(many: int, *, start: int = 0, **over: Any) -> list[dict[str, Any]]:
    """Likes on three days."""
    return [
        make_event(event_id=f"r{n:03d}", occurred_at=f"2026-03-{11 + n % 3}T10:00:00Z", **over)
        for n in range(start, start + many)
    ]


class Files:
    """Files of a tenant that are imported and removed."""

    def __init__(self, cloud: Cloud, store: TenantStore) -> None:
        self.cloud = cloud
        self.store = store
        self.sent: list[Import] = []

    def put(self, key: str, *rows: Any) -> ObjectVersion:
        return self.cloud.put(key, lines(*rows))

    def announce(self) -> Import:
        return imports.start_import(self.store, filename="x.ndjson", now=NOW)[0]

    def imported(self, *rows: Any) -> Import:
        started = self.announce()
        return self.run(started, self.put(started.object_key, *rows))

    def run(
        self, one: Import, version: ObjectVersion | None = None, *, seconds: float = 900.0
    ) -> Import:
        """Process a message about an import."""
        return imports.run_import(
            self.store,
            one.import_id,
            version or ObjectVersion(one.object_key, one.etag),
            now=LATER,
            deadline=lambda: seconds,
            read_export=Covering,
            chunk_events=4,
        )

    def ask(self, one: Import, now: dt.datetime = LATER) -> Import:
        return imports.ask_for_removal(self.store, one.import_id, self.sent.append, now=now)

    def replay(self, one: Import, **options: Any) -> None:
        imports.ask_for_replay(self.store, one.import_id, self.sent.append, options, now=LATER)

    def removed(self, one: Import, *, seconds: float = 900.0) -> Import:
        """Request the removal and run it to its end."""
        going = self.ask(one)
        for _ in range(500):
            if going.state == "removed":
                return going
            going = self.run(going, seconds=seconds)
        raise AssertionError("the removal does not end")

    def ids(self) -> list[str]:
        found = self.store.iter_events(dt.date(2026, 3, 1), dt.date(2026, 3, 15))
        spans = self.store.events.spans()
        return sorted([event.event_id for event in found] + [span.event_id for span in spans])

    def rejects(self, one: Import) -> int:
        return len(imports.list_rejected_rows(self.store, one.import_id, limit=1000)[0])

    def objects(self) -> list[str]:
        pages = self.cloud.s3.list_objects_v2(Bucket=BUCKET)
        return [one["Key"] for one in pages.get("Contents", ())]


@pytest.fixture
def files(cloud: Cloud, store: TenantStore) -> Files:
    """A tenant without uploads."""
    return Files(cloud, store)


def counts(one: Import) -> tuple[int, int, int]:
    """Return the numbers of removed events, removed spans, and events not found."""
    assert one.removal is not None
    return one.removal.events, one.removal.spans, one.not_found


def test_everything_that_an_import_stored_is_removed(files: Files) -> None:
    one = files.imported(likes(5), "rejected", [make_annotation()], likes(4, start=5))
    assert (len(files.ids()), files.rejects(one), len(files.objects())) == (11, 1, 1)
    ended = files.removed(one)
    assert (ended.state, counts(ended)) == ("removed", (9, 2, 0))
    assert ended.removal is not None
    assert ended.removal.removed_at == "2026-03-15T13:00:00Z"
    assert (files.ids(), files.rejects(one), files.objects()) == ([], 0, [])
    assert (ended.events, ended.rejected) == (one.events, one.rejected)


def test_restated_events_stay(files: Files) -> None:
    record_events(files.store, likes(1, start=90), now=NOW)
    first = files.imported(likes(6))
    second = files.imported(likes(2, count=7))
    record_events(files.store, likes(1, start=2), now=NOW)
    ended = files.removed(first)
    assert counts(ended) == (3, 0, 4)
    assert files.ids() == ["covered", "r000", "r001", "r002", "r090"]
    assert counts(files.removed(second)) == (2, 1, 0)
    assert files.ids() == ["r002", "r090"]


def test_events_without_an_origin_stay(files: Files) -> None:
    one = files.imported(likes(3))
    files.store.events.write([parse_event(raw) for raw in likes(3)])  # as versions before did
    assert counts(files.removed(one)) == (0, 1, 3)
    assert files.ids() == ["r000", "r001", "r002"]


def test_an_event_restated_between_reading_and_deleting_stays(files: Files) -> None:
    one = files.imported(likes(6))
    remove = files.store.events.remove

    def restated(origin: str, partition: str, sorts: Any) -> int:
        if "2026-03-11" in partition and sorts:
            again = [parse_event(raw) for raw in likes(2, count=9)]
            files.store.events.write(again, origin="another")
        return remove(origin, partition, sorts)

    files.store.events.remove = restated  # type: ignore[method-assign]
    assert counts(files.removed(one))[0] == 4
    assert files.ids() == ["r000", "r001"]


@pytest.mark.parametrize("page", [1, 2, 500])
def test_a_removal_stopped_after_every_page_has_the_same_result(
    files: Files, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_store, "SEARCHED_AT_ONCE", page)
    one = files.imported(likes(7), "rejected", "rejected")
    record_events(files.store, likes(3, start=2), now=NOW)
    ended = files.removed(one, seconds=0.0)
    assert (counts(ended), files.rejects(one)) == ((4, 1, 3), 0)
    assert files.ids() == ["r002", "r003", "r004"]


class Killed(BaseException):
    pass


def test_new_events_between_two_runs_do_not_change_the_counted_page(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run may read the counted events as more than one page."""
    monkeypatch.setattr(event_store, "SEARCHED_AT_ONCE", 4)
    day = {"occurred_at": "2026-03-12T10:00:00Z"}
    one = files.imported([make_event(event_id=f"r{n}", **day) for n in range(1, 9)])
    one = files.ask(one)
    remove = files.store.events.remove

    def dying(origin: str, partition: str, sorts: list[str]) -> int:
        if "spans" not in partition:
            raise Killed
        return remove(origin, partition, sorts)

    files.store.events.remove = dying  # type: ignore[method-assign]
    with pytest.raises(Killed):
        files.run(one)
    files.store.events.remove = remove  # type: ignore[method-assign]
    others = [make_event(event_id=f"r{n}.{m}", **day) for n in range(1, 9) for m in range(3)]
    record_events(files.store, others, now=NOW)
    assert counts(files.run(one))[0] == 8
    assert files.ids() == sorted(other["event_id"] for other in others)


def test_events_stored_before_a_missing_checkpoint_are_removed(files: Files) -> None:
    started = files.announce()
    version = files.put(started.object_key, likes(3), likes(3, start=3))
    files.store.imports.add_rejected_rows = dying  # type: ignore[method-assign, assignment]
    with pytest.raises(Killed):
        files.run(started, version)
    assert len(files.ids()) > 0
    del files.store.imports.add_rejected_rows  # type: ignore[method-assign]
    failed = give_up_import(files.store, started.import_id, StoreUnavailable("x"), now=LATER)
    assert (failed.first_day, failed.earliest) == (None, "2026-03-11")
    assert files.removed(failed).state == "removed"
    assert files.ids() == []


def dying(*_: Any, **__: Any) -> None:
    raise Killed


@pytest.mark.parametrize("day", ["2026-03-05", "2026-03-14"])
def test_events_of_an_earlier_version_of_the_file_are_removed(files: Files, day: str) -> None:
    started = files.announce()
    files.run(started, files.put(started.object_key, likes(6)))
    newer = [make_event(event_id="new", occurred_at=f"{day}T10:00:00Z")]
    one = files.run(started, files.put(started.object_key, newer))
    assert (one.first_day, one.last_day, len(files.ids())) == (day, day, 8)
    assert counts(files.removed(one)) == (7, 1, 0)
    assert files.ids() == []


@pytest.fixture
def replaying(files: Files) -> Import:
    """An import whose replay stores the event `late`."""
    events = [make_event(event_id="late", occurred_at="2026-03-02T10:00:00Z")]
    one = files.imported(likes(2), {"needs": {"spread": True}, "events": events})
    files.replay(one, spread=True)
    return one


def test_events_of_a_replay_are_removed(files: Files, replaying: Import) -> None:
    one = files.run(replaying)
    assert "late" in files.ids()
    assert counts(files.removed(one)) == (3, 1, 0)
    assert files.ids() == []


def test_events_of_an_abandoned_replay_are_removed(files: Files, replaying: Import) -> None:
    files.store.imports.add_rejected_rows = dying  # type: ignore[method-assign, assignment]
    with pytest.raises(Killed):
        files.run(replaying)
    del files.store.imports.add_rejected_rows  # type: ignore[method-assign]
    given_up = give_up_import(files.store, replaying.import_id, StoreUnavailable("x"), now=LATER)
    assert (given_up.state, given_up.first_day) == ("done", "2026-03-11")
    assert "late" in files.ids()
    files.removed(given_up)
    assert files.ids() == []


def test_a_message_after_the_removal_starts_another_search(files: Files) -> None:
    """Another worker may store events until its own message is delivered again."""
    one = files.removed(files.imported(likes(3)))
    assert files.run(one) == one  # nothing is written
    files.store.events.write([parse_event(raw) for raw in likes(5)], origin=one.import_id)
    again = files.run(one)
    assert (again.state, counts(again)) == ("removed", (8, 1, 0))
    assert files.ids() == []


def test_a_file_uploaded_after_the_removal_is_not_imported(files: Files) -> None:
    one = files.removed(files.imported(likes(3)))
    assert files.run(one, files.put(one.object_key, likes(3))) == one
    assert (files.ids(), files.objects()) == ([], [])


def test_the_file_of_a_later_import_stays(files: Files) -> None:
    version = files.put("imports/acme/x.ndjson", likes(3))
    first, second = (
        imports.import_for_object(files.store, version, dropped_at=NOW + dt.timedelta(minutes=n))
        for n in range(2)
    )
    for import_id in (first, second):
        files.run(imports.show_import(files.store, import_id), version)
    files.removed(imports.show_import(files.store, first))
    assert files.objects() == [version.key]
    files.removed(imports.show_import(files.store, second))
    assert files.objects() == []


def test_a_replaced_file_stays(files: Files) -> None:
    version = files.put("imports/acme/x.ndjson", likes(3))
    import_id = imports.import_for_object(files.store, version, dropped_at=NOW)
    one = files.run(imports.show_import(files.store, import_id), version)
    files.put("imports/acme/x.ndjson", likes(4))
    files.removed(one)
    assert files.objects() == ["imports/acme/x.ndjson"]


def test_an_import_that_stored_nothing_is_removed(files: Files) -> None:
    one = files.imported({"export_rejected": "object_gone"})
    assert (one.state, files.removed(one).state) == ("failed", "removed")


# --- requests -----------------------------------------------------------------------------------


def test_a_repeated_request_sends_no_message_and_changes_nothing(files: Files) -> None:
    one = files.imported(likes(3))
    asked = files.ask(one)
    assert files.ask(one, LATER + dt.timedelta(minutes=10)) == asked
    assert files.sent == [asked]
    ended = files.run(asked)
    assert files.ask(one, LATER + dt.timedelta(days=10)) == ended
    assert len(files.sent) == 1


def test_a_stalled_removal_can_be_requested_again(files: Files) -> None:
    one = files.imported(likes(3))
    asked = files.ask(one)
    again = files.ask(one, LATER + dt.timedelta(minutes=16))
    assert files.sent == [asked, again]
    assert again.removal is not None
    assert again.removal.asked_at == "2026-03-15T13:00:00Z"
    assert files.run(again).state == "removed"


def test_a_waiting_or_running_import_cannot_be_removed(files: Files) -> None:
    waiting = files.announce()
    running = files.announce()
    version = files.put(running.object_key, likes(9), likes(9, start=9))
    assert files.run(running, version, seconds=0.0).state == "running"
    replayed = files.imported("rejected")
    files.replay(replayed)
    for one in (waiting, running, replayed):
        with pytest.raises(ImportUnfinished):
            files.ask(one)
    forgotten = files.ask(replayed, LATER + dt.timedelta(minutes=16))
    assert (forgotten.state, forgotten.replay) == ("removing", None)
    with pytest.raises(NotFound):
        imports.ask_for_removal(files.store, "x", files.sent.append, now=LATER)


def test_a_removed_import_cannot_be_replayed(files: Files) -> None:
    one = files.imported("rejected")
    for removed in (files.ask(one), files.removed(one)):
        with pytest.raises(ImportRemoved):
            files.replay(removed)


def test_a_removal_request_is_undone_if_its_message_cannot_be_sent(files: Files) -> None:
    one = files.imported(likes(1))

    def unsent(_: Import) -> None:
        raise MisconfiguredService("no queue")

    with pytest.raises(MisconfiguredService):
        imports.ask_for_removal(files.store, one.import_id, unsent, now=LATER)
    shown = imports.show_import(files.store, one.import_id)
    assert (shown.state, shown.removal) == ("done", None)


def test_a_failed_removal_can_be_requested_again(files: Files) -> None:
    asked = files.ask(files.imported(likes(1)))
    given_up = give_up_import(files.store, asked.import_id, StoreUnavailable("x"), now=LATER)
    assert given_up == asked
