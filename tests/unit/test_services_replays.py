"""Replays: rejected rows are imported after fixing the cause; nothing else changes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.importers.outcomes import Imported, Rejected, RowOutcome, Skipped
from chalicelib.model.errors import (
    ExportRejected,
    ImportUnfinished,
    StoreUnavailable,
)
from chalicelib.services import imports
from chalicelib.services.kept_mappings import save_mapping
from chalicelib.settings import Settings
from chalicelib.storage.import_records import Import
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import BUCKET, Cloud
from tests.factories import NOW, make_event, money
from tests.reports import LineReport, lines

LATER = NOW + dt.timedelta(days=1)
MAPPING = {"dates": "mdy"}


def needing(event_id: str, count: int = 1, **needs: Any) -> dict[str, Any]:
    """Return a row that is rejected unless it is read with these options."""
    events = [make_event(event_id=f"{event_id}.{n}") for n in range(count)]
    return {"needs": needs, "events": events}


ROWS: list[Any] = [
    [make_event(event_id="a")],
    needing("b", spread=True),
    None,
    "rejected",
    [make_event(event_id="d", cost=money("1", "USD"))],
    needing("e", 3, spread=True),
    [make_event(event_id="f"), make_event(event_id="g")],
    needing("h", spread=True, account="eu"),
]
"""8 rows: 3 events, 5 rejected rows. With `spread`: 4 more events, 2 fewer rejected rows."""


@dataclasses.dataclass
class Uploaded:
    """An upload that was imported once."""

    cloud: Cloud
    store: TenantStore
    import_id: str = ""
    key: str = ""
    sent: list[Import] = dataclasses.field(default_factory=list)
    read_export: imports.ReadExport = LineReport

    def put(self, *rows: Any) -> ObjectVersion:
        if not self.import_id:
            started, _ = imports.start_import(self.store, filename="x.ndjson", now=NOW)
            self.import_id, self.key = started.import_id, started.object_key
        return self.cloud.put(self.key, lines(*rows))

    def run(
        self,
        version: ObjectVersion | None = None,
        *,
        deadline: Callable[[], float] = lambda: 900.0,
        now: dt.datetime = LATER,
        chunk_events: int = 2,
    ) -> Import:
        found = self.shown()
        return imports.run_import(
            self.store,
            self.import_id,
            version or ObjectVersion(found.object_key, found.etag),
            now=now,
            deadline=deadline,
            read_export=self.read_export,
            chunk_events=chunk_events,
        )

    def runs(self, version: ObjectVersion | None = None, *, chunk_events: int = 2) -> list[Import]:
        """Run the import until it ends; each time it stops as soon as it can."""
        found: list[Import] = []
        while not found or found[-1].state == "running":
            found.append(self.run(version, deadline=lambda: 0.0, chunk_events=chunk_events))
        return found

    def ask(self, *, now: dt.datetime = LATER, **given: Any) -> Import:
        return imports.ask_for_replay(self.store, self.import_id, self.sent.append, given, now=now)

    def replay(self, **given: Any) -> Import:
        self.ask(**given)
        return self.run()

    def shown(self) -> Import:
        return imports.show_import(self.store, self.import_id)

    def rejects(self) -> list[tuple[int, str]]:
        """Return the row numbers and codes of the rejected rows."""
        rows, _ = imports.list_rejected_rows(self.store, self.import_id, limit=1000)
        return [(row.row, row.code) for row in rows]

    def stored(self) -> dict[str, int]:
        """Return the count of each stored event, by id."""
        items = [item for item in self.cloud.items() if "#events#2" in item["pk"]["S"]]
        found = {
            item["sk"]["S"].split("#")[-1]: int(item.get("n", {"N": "1"})["N"]) for item in items
        }
        assert len(found) == len(items)
        return found


@pytest.fixture
def upload(cloud: Cloud, store: TenantStore) -> Uploaded:
    """A tenant without uploads."""
    return Uploaded(cloud, store)


@pytest.fixture
def done(upload: Uploaded) -> Uploaded:
    ended = upload.run(upload.put(*ROWS))
    assert (ended.state, ended.rows, ended.events, ended.rejected) == ("done", 8, 3, 5)
    assert upload.rejects() == BEFORE
    assert ended.rejected_by_code == Counter(code for _, code in BEFORE)
    return upload


BEFORE = [
    (2, "no_currency"),
    (4, "invalid_date"),
    (5, "currency_mismatch"),
    (6, "no_currency"),
    (8, "no_currency"),
]
AFTER = [(4, "invalid_date"), (5, "currency_mismatch"), (8, "no_currency")]
STORED_AFTER = ["a", "b.0", "e.0", "e.1", "e.2", "f", "g"]


def counts(of: Import) -> tuple[int, int, int, int]:
    """Return the numbers of rows, events, rejected rows and rows without data."""
    return of.rows, of.events, of.rejected, of.not_data


def assert_replayed(upload: Uploaded, ended: Import) -> None:
    """Check that the result equals an import of `ROWS` with `spread`."""
    assert (ended.state, ended.error) == ("done", None)
    assert counts(ended) == (8, 7, 3, 1)
    assert sorted(upload.stored()) == STORED_AFTER
    assert upload.rejects() == AFTER
    assert ended.rejected_by_code == Counter(code for _, code in AFTER)
    assert ended.replay is None


def test_readable_rows_are_imported_and_the_others_stay_rejected(done: Uploaded) -> None:
    ended = done.replay(spread=True)
    assert_replayed(done, ended)
    assert ended.spread
    assert ended.finished_at == "2026-03-16T12:00:00Z"
    assert done.shown() == ended


def test_the_import_is_unchanged_until_the_replay_is_done(done: Uploaded) -> None:
    before = done.shown()
    asked = done.ask(spread=True)
    assert asked.state == "waiting"
    assert done.sent == [asked]
    assert counts(asked) == counts(before)
    assert done.rejects() == BEFORE
    going = done.run(deadline=lambda: 0.0)
    assert going.state == "running"
    assert counts(going) == counts(before)
    assert done.rejects() == BEFORE
    assert sorted(done.stored()) != STORED_AFTER


def test_a_replay_continues_after_it_ran_out_of_time(done: Uploaded) -> None:
    done.ask(spread=True)
    runs = done.runs()
    assert len(runs) > 2
    assert_replayed(done, runs[-1])


def test_a_second_replay_adds_nothing(done: Uploaded) -> None:
    first = done.replay(spread=True)
    items = done.stored()
    again = done.replay()
    assert counts(again) == counts(first)
    assert done.stored() == items
    assert_replayed(done, again)


def test_five_deliveries_of_a_message_are_one_replay(done: Uploaded) -> None:
    done.ask(spread=True)
    ended = [done.run() for _ in range(5)]
    assert ended == [ended[0]] * 5
    assert_replayed(done, ended[0])


def test_options_that_are_not_given_keep_their_values(done: Uploaded) -> None:
    first = done.replay(spread=True)
    second = done.replay(account="eu")
    assert (first.account, second.account, second.spread) == (None, "eu", True)
    assert done.rejects() == AFTER[:2]
    third = done.replay(account=None, mapping=MAPPING)
    assert (third.account, third.mapping) == (None, MAPPING)


def test_an_import_without_rejected_rows_is_not_replayed(upload: Uploaded) -> None:
    ended = upload.run(upload.put([make_event()]))
    assert upload.ask(spread=True) == ended
    assert upload.sent == []


def test_rejected_rows_without_data_are_counted_as_not_data(upload: Uploaded) -> None:
    class Blank(LineReport):
        def __iter__(self) -> Iterator[RowOutcome]:
            for one in super().__iter__():
                is_blank = isinstance(one, Rejected) and self.asked["spread"]
                yield Skipped(one.row, "blank") if is_blank else one

    upload.read_export = Blank
    upload.run(upload.put("rejected", [make_event()]))
    ended = upload.replay(spread=True)
    assert counts(ended) == (2, 1, 0, 1)
    assert upload.rejects() == []


# --- whole files ------------------------------------------------------------------------------


def test_a_rejected_file_is_imported_again_from_the_start(upload: Uploaded) -> None:
    rows = [
        [make_event(event_id="a")],
        {"export_rejected": "no_currency", "needs": {"spread": True}},
    ]
    failed = upload.run(upload.put(*rows, [make_event(event_id="b")], "rejected"))
    assert (failed.state, failed.error and failed.error["code"]) == ("failed", "no_currency")
    ended = upload.replay(spread=True)
    assert (ended.state, ended.error) == ("done", None)
    assert counts(ended) == (4, 2, 1, 1)
    assert sorted(upload.stored()) == ["a", "b"]
    assert upload.rejects() == [(4, "invalid_date")]


def test_an_import_that_fails_again_has_the_new_reason(upload: Uploaded) -> None:
    failed = upload.run(upload.put({"export_rejected": "no_currency"}))
    again = upload.replay(spread=True)
    assert (again.state, again.error, again.spread) == ("failed", failed.error, True)


def test_a_file_rejected_with_the_new_options_changes_nothing(done: Uploaded) -> None:
    before = done.shown()

    def rejecting(stream: Any, **asked: Any) -> LineReport:
        raise ExportRejected("unusable_mapping", "no such column")

    done.ask(mapping=MAPPING)
    done.read_export = rejecting
    ended = done.run()
    assert (ended.state, ended.error) == (
        "done",
        {"code": "unusable_mapping", "detail": "no such column"},
    )
    assert counts(ended) == counts(before)
    assert (ended.mapping, ended.finished_at) == (None, before.finished_at)
    assert done.rejects() == BEFORE
    done.read_export = LineReport
    assert_replayed(done, done.replay(spread=True))


def test_a_file_rejected_midway_keeps_imported_rows_and_rejects_the_rest(upload: Uploaded) -> None:
    rows = [
        *ROWS[:4],
        {"export_rejected": "unreadable_file", "needs": {"spread": False}},
        *ROWS[4:],
    ]
    upload.run(upload.put(*rows))
    ended = upload.replay(spread=True)
    assert (ended.state, ended.error and ended.error["code"]) == ("done", "unreadable_file")
    assert counts(ended) == (9, 4, 4, 2)
    assert sorted(upload.stored()) == ["a", "b.0", "f", "g"]
    assert [row for row, _ in upload.rejects()] == [4, 6, 7, 9]
    assert not ended.spread


# --- missing files ----------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_missing_file_sets_the_error_and_changes_nothing_else(
    upload: Uploaded, state: str
) -> None:
    upload.run(upload.put(*ROWS, *([{"export_rejected": "no_date"}] if state == "failed" else [])))
    before, rejects, stored = upload.shown(), upload.rejects(), upload.stored()
    asked = upload.ask(spread=True)
    upload.cloud.s3.delete_object(Bucket=BUCKET, Key=upload.key)
    ended = upload.run()
    assert ended.error is not None
    assert ended.error["code"] == "object_gone"
    assert ended == dataclasses.replace(
        before, error=ended.error, revision=ended.revision, generations=asked.generations
    )
    assert (upload.rejects(), upload.stored()) == (rejects, stored)


def test_a_file_removed_midway_leaves_every_row_imported_or_rejected(done: Uploaded) -> None:
    done.ask(spread=True)
    done.run(deadline=lambda: 0.0)
    done.run(deadline=lambda: 0.0)
    done.cloud.s3.delete_object(Bucket=BUCKET, Key=done.key)
    ended = done.runs()[-1]
    assert ended.error is not None
    assert ended.error["code"] == "object_gone"
    stored = done.stored()
    assert ended.events == len(stored) > 3
    assert ended.rejected == len(done.rejects()) < 5
    assert ended.rows == 8


def test_a_newer_file_replaces_a_replay(done: Uploaded) -> None:
    done.ask(spread=True)
    ended = done.run(done.put([make_event(event_id="new")], "rejected"))
    assert (ended.state, counts(ended)) == ("done", (2, 1, 1, 0))
    assert done.rejects() == [(2, "invalid_date")]
    assert ended.replay is None


def test_a_file_above_the_limit_is_not_replayed(done: Uploaded) -> None:
    before = done.shown()
    done.ask(spread=True)
    done.store.settings = Settings(max_import_bytes=10)
    ended = done.run()
    assert (ended.state, ended.error and ended.error["code"]) == ("done", "file_too_large")
    assert counts(ended) == counts(before)


# --- requests ---------------------------------------------------------------------------------


def test_an_unfinished_import_cannot_be_replayed(upload: Uploaded) -> None:
    version = upload.put(*ROWS)
    with pytest.raises(ImportUnfinished):
        upload.ask()
    upload.run(version, deadline=lambda: 0.0)
    with pytest.raises(ImportUnfinished):
        upload.ask()
    upload.run(version)
    upload.ask(spread=True)
    with pytest.raises(ImportUnfinished):
        upload.ask(spread=True)
    assert len(upload.sent) == 1


def test_a_replay_with_a_lost_message_can_be_requested_again(done: Uploaded) -> None:
    done.ask(account="us")
    done.ask(spread=True, now=LATER + dt.timedelta(minutes=16))
    assert_replayed(done, done.run())


def test_a_replay_request_is_undone_if_its_message_cannot_be_sent(done: Uploaded) -> None:
    before = done.shown()

    def lost(_asked: Import) -> None:
        raise StoreUnavailable("the queue does not answer")

    with pytest.raises(StoreUnavailable):
        imports.ask_for_replay(done.store, done.import_id, lost, {}, now=LATER)
    after = done.shown()
    assert (after.state, after.replay) == (before.state, None)
    assert_replayed(done, done.replay(spread=True))


def test_a_replay_keeps_a_copy_of_the_chosen_mapping(done: Uploaded) -> None:
    save_mapping(done.store, "ours", MAPPING, now=NOW)
    done.ask(mapping="ours")
    save_mapping(done.store, "ours", {"dates": "dmy"}, now=NOW)
    ended = done.run()
    assert (ended.mapping, ended.mapping_name) == (MAPPING, "ours")


# --- dependent rows ---------------------------------------------------------------------------


class Grouped(LineReport):
    """Lines ``{"thing", "count", "day"}``; lines about the same thing are numbered.

    A count with a comma is rejected unless `mapping` says what the decimal mark is; if that is a
    comma, a point is nothing.
    """

    def outcomes(self) -> Iterator[RowOutcome]:
        seen: dict[str, int] = {}
        for row, line in enumerate(self._stream, start=1):
            told = json.loads(line)
            count = self._count(told["count"])
            if count is None:
                yield Rejected(row, "", "invalid_number", "no number")
                continue
            number = seen[told["thing"]] = seen.get(told["thing"], -1) + 1
            event_id = f"{told['thing']}{f'-{number}' if number else ''}"
            day = told.get(self.asked["platform"], "14")
            at = f"2026-03-{day}T00:00:00Z"
            yield Imported(row, (make_event(event_id=event_id, count=count, occurred_at=at),))

    def _count(self, text: str) -> int | None:
        mark = self.asked["mapping"].decimal_mark if self.asked["mapping"] else ""
        if mark == ",":
            return int(text.replace(".", "").replace(",", ""))
        return None if "," in text and not mark else int(float(text.replace(",", "")))


@pytest.mark.parametrize(
    ("told", "mark", "before", "after"),
    [
        pytest.param(
            [("x", "1,000"), ("x", "20"), ("y", "3"), ("x", "4,000"), ("x", "5"), ("y", "60")],
            ".",
            {"x": 20, "x-1": 5, "y": 3, "y-1": 60},
            {"x": 1000, "x-1": 20, "x-2": 4000, "x-3": 5, "y": 3, "y-1": 60},
            id="other rows have shifted numbers",
        ),
        pytest.param(
            [("x", "1,0"), ("x", "2.000"), ("y", "3.000"), ("y", "4,0")],
            ",",
            {"x": 2, "y": 3},
            {"x": 10, "x-1": 2000, "y": 3000, "y-1": 40},
            id="other rows have other values and shifted numbers",
        ),
    ],
)
def test_a_row_that_shifts_the_numbers_of_others_overwrites_no_row(
    upload: Uploaded,
    told: list[tuple[str, str]],
    mark: str,
    before: dict[str, int],
    after: dict[str, int],
) -> None:
    upload.read_export = Grouped
    upload.run(upload.put(*({"thing": thing, "count": count} for thing, count in told)))
    assert upload.stored() == before
    ended = upload.replay(mapping={"decimal_mark": mark})
    assert upload.stored() == after
    assert counts(ended) == (len(told), len(told), 0, 0)


def test_rows_about_something_different_stay_unchanged(upload: Uploaded) -> None:
    upload.read_export = Grouped
    rows = [{"thing": "x", "count": "1", "google_ads": "13"}, {"thing": "y", "count": "2,0"}]
    upload.run(upload.put(*rows))
    ended = upload.replay(mapping={"decimal_mark": "."}, platform="google_ads")
    assert upload.stored() == {"x": 1, "y": 20}
    assert (ended.first_day, ended.events) == ("2026-03-14", 2)


class Summed(LineReport):
    """Lines with a count or null; the last line has the event with the sum."""

    def outcomes(self) -> Iterator[RowOutcome]:
        counts = [json.loads(line) for line in self._stream]
        taken = [n for n, c in enumerate(counts) if c >= 0 or self.asked["spread"]]
        for number in range(len(counts)):
            if number not in taken:
                yield Rejected(number + 1, "", "negative", "below zero")
            elif number != taken[-1]:
                yield Imported(number + 1, ())
            else:
                total = sum(abs(counts[n]) for n in taken)
                yield Imported(number + 1, (make_event(event_id="sum", count=total),))


@pytest.mark.parametrize("rows", [[1, -20, 300], [1, 20, -300], [-1, 20, 300]])
def test_a_row_without_its_own_event_is_included_in_the_sum(
    upload: Uploaded, rows: list[int]
) -> None:
    upload.read_export = Summed
    upload.run(upload.put(*rows))
    ended = upload.replay(spread=True)
    assert upload.stored() == {"sum": 321}
    assert counts(ended) == (3, 1, 0, 0)


class SideBySide(LineReport):
    """Two tables in the same lines, and another table in a second part."""

    def outcomes(self) -> Iterator[RowOutcome]:
        for part in (0, 1):
            for row in (1, 2, 3):
                for side in "lr":
                    event_id = f"{part}{row}{side}"
                    if event_id in ("01r", "03l", "12r") and not self.asked["spread"]:
                        yield Rejected(row, event_id, "negative", "below zero", part)
                    elif event_id in ("03r", "11l", "12l"):
                        yield Rejected(row, event_id, "not_whole", "half", part)
                    else:
                        yield Imported(row, (make_event(event_id=event_id),), part)


@pytest.mark.parametrize("chunk_events", [1, 3, 100])
def test_records_of_the_same_row_are_distinguished(upload: Uploaded, chunk_events: int) -> None:
    def reading(stream: Any, **asked: Any) -> LineReport:
        report = SideBySide(stream, **asked)
        report.report = dataclasses.replace(report.report, parts=("Posts", "Ads"))
        return report

    upload.read_export = reading
    upload.runs(upload.put(None), chunk_events=chunk_events)

    def told() -> list[tuple[str, int, str]]:
        rows, _ = imports.list_rejected_rows(upload.store, upload.import_id, limit=100)
        return [(row.part_name, row.row, row.raw) for row in rows]

    assert told() == [
        ("Posts", 1, "01r"),
        ("Posts", 3, "03l"),
        ("Posts", 3, "03r"),
        ("Ads", 1, "11l"),
        ("Ads", 2, "12l"),
        ("Ads", 2, "12r"),
    ]
    upload.ask(spread=True)
    upload.runs(chunk_events=chunk_events)
    assert told() == [("Posts", 3, "03r"), ("Ads", 1, "11l"), ("Ads", 2, "12l")]
    assert len(upload.stored()) == 9
    assert upload.shown().events == 9
