"""Imports: a run that is killed anywhere can be repeated without loss or duplicates."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.importers import read_export
from chalicelib.model.errors import StoreUnavailable
from chalicelib.model.events import Coverage
from chalicelib.services import imports
from chalicelib.settings import Settings
from chalicelib.storage.import_records import Import
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import BUCKET, Cloud
from tests.factories import NOW, make_coverage, make_event, money
from tests.faulty import FakeTime, scripted, throttled, works
from tests.importers.files import GOOGLE_HEADER, google_report, google_row
from tests.importers.pipeline_files import google_stats, landed
from tests.reports import LineReport, lines
from tests.stores import store_behind


def events(count: int, *, start: int = 0, **over: Any) -> list[dict[str, Any]]:
    return [make_event(event_id=f"r{start + n:03d}", **over) for n in range(count)]


ROWS: list[Any] = [
    None,
    events(2),
    "rejected",
    events(1, start=2),
    [*events(1, start=3), make_event(event_id="usd", cost=money("1", "USD"))],
    events(3, start=4, occurred_at="2026-03-02T00:00:00Z"),
    None,
    events(2, start=7),
]
"""8 rows: 8 events, 2 rejected rows (one for its second event), 2 without data."""


@dataclasses.dataclass
class Upload:
    """An upload of a tenant and how to import it."""

    cloud: Cloud
    store: TenantStore
    key: str = ""

    def __post_init__(self) -> None:
        self.key = self.key or f"imports/{self.store.tenant}/report.ndjson"

    def put(self, *rows: Any) -> ObjectVersion:
        return self.cloud.put(self.key, lines(*rows))

    def adopt(self, version: ObjectVersion) -> str:
        return imports.import_for_object(self.store, version, dropped_at=NOW)

    def run(
        self,
        version: ObjectVersion,
        *,
        store: TenantStore | None = None,
        deadline: Callable[[], float] = lambda: 900.0,
        read_export: imports.ReadExport = LineReport,
    ) -> Import:
        """Run the import in chunks of 3 events."""
        return imports.run_import(
            store or self.store,
            self.adopt(version),
            version,
            now=NOW,
            deadline=deadline,
            read_export=read_export,
            chunk_events=3,
        )

    def runs(
        self,
        version: ObjectVersion,
        *,
        seconds: float,
        read_export: imports.ReadExport = read_export,
    ) -> list[Import]:
        """Run the import until it ends, each time with so many seconds left."""
        found: list[Import] = []
        while not found or found[-1].state == "running":
            found.append(self.run(version, deadline=lambda: seconds, read_export=read_export))
        return found

    def event_ids(self) -> list[str]:
        prefix = f"{self.store.tenant}#events#2"
        return sorted(
            item["sk"]["S"].split("#")[-1]
            for item in self.cloud.items()
            if item["pk"]["S"].startswith(prefix)
        )

    def rejects(self, import_id: str) -> list[tuple[int, str]]:
        """Return the row numbers and codes of the rejected rows."""
        rows, _ = imports.list_rejected_rows(self.store, import_id, limit=100)
        return [(row.row, row.code) for row in rows]


@pytest.fixture
def upload(cloud: Cloud, store: TenantStore) -> Upload:
    """A tenant without uploads."""
    return Upload(cloud, store)


ALL_IDS = [f"r{n:03d}" for n in range(9) if n != 3]
ALL_REJECTS = [(3, "invalid_date"), (5, "currency_mismatch")]


def assert_complete(upload: Upload, ended: Import) -> None:
    """Check that each event of `ROWS` is stored and counted once."""
    assert ended.state == "done"
    assert upload.event_ids() == ALL_IDS
    assert upload.rejects(ended.import_id) == ALL_REJECTS
    counts = (ended.position, ended.rows, ended.events, ended.rejected, ended.not_data)
    assert counts == (8, 8, 8, 2, 2)
    assert ended.rejected_by_code == {"invalid_date": 1, "currency_mismatch": 1}
    assert (ended.first_day, ended.last_day) == ("2026-03-02", "2026-03-14")


def test_a_file_becomes_events_and_every_row_is_accounted_for(upload: Upload) -> None:
    ended = upload.run(upload.put(*ROWS))
    assert_complete(upload, ended)
    assert ended.report is not None
    assert ended.report["platform"] == "lines"
    assert ended.summary == {"platform": "lines", "rows": 8, "events": 8, "from": "2026-03-01"}
    assert upload.store.imports.get(ended.import_id) == ended


def test_an_import_in_several_runs_has_a_summary_of_the_whole_file(upload: Upload) -> None:
    header = (*GOOGLE_HEADER, "Video plays")
    rows = [[*google_row(day=f"2026-02-{day:02}"), day] for day in range(1, 9)]
    report = google_report(*rows, ["Total: Campaigns"], header=header)

    runs = upload.runs(upload.cloud.put(upload.key, report.encode()), seconds=29.0)

    assert len(runs) > 2
    summary = runs[-1].summary
    assert summary is not None
    assert summary["unread_columns"] == [
        {"heading": "Video plays", "sum": "36", "why": None, "metric": True}
    ]
    assert summary["no_data"] == [{"reason": "totals row", "rows": 1}]
    assert summary["events"] == runs[-1].events == 16


def test_the_same_notification_again_changes_nothing(upload: Upload) -> None:
    version = upload.put(*ROWS)
    assert upload.run(version) == upload.run(version)


def test_an_import_stops_at_a_checkpoint_without_time_and_continues_there(upload: Upload) -> None:
    runs = upload.runs(upload.put(*ROWS), seconds=29.0, read_export=LineReport)
    states = [(one.state, one.position) for one in runs]
    assert states == [("running", 4), ("running", 6), ("running", 8), ("done", 8)]
    assert_complete(upload, runs[-1])


class Killed(BaseException):
    pass


class MortalClient:
    """A client that is killed at its n-th call, before or after the call takes effect."""

    def __init__(self, client: Any, dies_at: int, *, after: bool) -> None:
        self._client = client
        self._left = dies_at
        self._after = after

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._after:
                raise Killed
            answer = getattr(self._client, name)(**request)
            if self._left == 0:
                raise Killed
            return answer

        return call


def store_on(
    cloud: Cloud, client: Any, tenant: str = "acme", settings: Settings | None = None
) -> TenantStore:
    return store_behind(client, cloud.s3, tenant, settings, patience=FakeTime().patience())


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_import_killed_at_any_call_and_repeated_has_the_same_result(
    cloud: Cloud, after: bool
) -> None:
    calls = 0
    while True:
        calls += 1
        tenant = f"killed-at-{calls}"
        upload = Upload(cloud, store_on(cloud, cloud.dynamodb, tenant))
        version = upload.put(*ROWS)
        upload.adopt(version)
        mortal = store_on(cloud, MortalClient(cloud.dynamodb, calls, after=after), tenant)
        mortal.__dict__["config"] = upload.store.config
        try:
            upload.run(version, store=mortal)
        except Killed:
            assert_complete(upload, upload.run(version))
        else:
            break
    assert calls >= 12  # it died at each of them


@pytest.mark.parametrize("writes", range(5))
def test_events_that_are_not_stored_are_not_covered_by_the_checkpoint(
    upload: Upload, writes: int
) -> None:
    version = upload.put(*ROWS)
    import_id = upload.adopt(version)
    client = scripted(upload.cloud.dynamodb, *[works] * writes, then=throttled)
    broken = store_on(upload.cloud, client)
    with pytest.raises(StoreUnavailable):
        upload.run(version, store=broken)
    stopped = imports.show_import(upload.store, import_id)
    assert stopped.state == "running"
    assert stopped.position == [0, 0, 4, 4, 6][writes]
    assert_complete(upload, upload.run(version))


@pytest.fixture
def announced(upload: Upload) -> Import:
    """An import that waits for its file."""
    started, _ = imports.start_import(upload.store, filename="report.ndjson", now=NOW)
    upload.key = started.object_key
    return started


def test_a_replaced_file_starts_again_without_the_earlier_rejected_rows(
    upload: Upload, announced: Import
) -> None:
    upload.run(upload.put("rejected", *ROWS))
    ended = upload.run(upload.put(events(1)))
    assert ended.import_id == announced.import_id
    assert (ended.state, ended.rows, ended.events, ended.rejected) == ("done", 1, 1, 0)
    assert upload.rejects(ended.import_id) == []


@pytest.mark.usefixtures("announced")
def test_a_late_notification_of_a_replaced_file_changes_nothing(upload: Upload) -> None:
    old = upload.put("rejected")
    ended = upload.run(upload.put(*ROWS))
    assert upload.run(old) == ended


def test_a_missing_file_fails_with_the_reason(upload: Upload) -> None:
    version = upload.put(*ROWS)
    upload.cloud.s3.delete_object(Bucket=BUCKET, Key=upload.key)
    ended = upload.run(version)
    assert ended.state == "failed"
    assert ended.error is not None
    assert ended.error["code"] == "object_gone"


def test_a_file_above_the_limit_fails_with_the_reason(upload: Upload) -> None:
    strict = store_on(upload.cloud, upload.cloud.dynamodb, settings=Settings(max_import_bytes=10))
    ended = upload.run(upload.put(*ROWS), store=strict)
    assert ended.error is not None
    assert ended.error["code"] == "file_too_large"


def test_a_file_rejected_while_it_is_read_fails_with_the_reason(upload: Upload) -> None:
    ended = upload.run(upload.put({"export_rejected": "aggregate_period"}))
    assert ended.state == "failed"
    assert ended.error == {"code": "aggregate_period", "detail": "not like this"}
    assert ended.finished_at == "2026-03-15T12:00:00Z"


def test_the_reader_gets_the_options_of_the_import(upload: Upload) -> None:
    readers = []

    def reading(stream: Any, **asked: Any) -> LineReport:
        readers.append(LineReport(stream, **asked))
        return readers[-1]

    upload.store.items.configure(replace(upload.store.config, brand_terms=("acme",)))
    del upload.store.config
    chosen = {"platform": "google_ads", "spread": True, "account": "eu"}
    started, _ = imports.start_import(upload.store, filename="x.csv", now=NOW, **chosen)
    for upload.key in (started.object_key, "imports/acme/dropped.csv"):
        upload.run(upload.put(None), read_export=reading)
    common = {"currency": "EUR", "mapping": None, "brand_terms": ("acme",)}
    assert [reader.asked for reader in readers] == [
        chosen | common,
        {"platform": "auto", "spread": False, "account": None} | common,
    ]


def test_a_rejected_event_is_shown_without_the_person(upload: Upload) -> None:
    canary = "canary-7f3a@example.org"
    late = make_event(user_id=canary, occurred_at="2036-01-01T00:00:00Z")
    ended = upload.run(upload.put([late]))
    (row,), _ = imports.list_rejected_rows(upload.store, ended.import_id, limit=10)
    assert row.code == "in_the_future"
    assert json.loads(row.raw)["event_id"] == late["event_id"]
    assert canary not in json.dumps(upload.cloud.items(), default=str)


def test_repeated_notifications_of_a_dropped_file_are_one_import(upload: Upload) -> None:
    version = upload.put(*ROWS)
    assert upload.adopt(version) == upload.adopt(version)
    (found,) = upload.store.imports.newest_first(limit=10)
    assert found.filename == "report.ndjson"
    assert found.state == "waiting"


def test_an_upload_under_an_unknown_import_id_is_a_dropped_file(upload: Upload) -> None:
    upload.key = "imports/acme/20260101T000000Z-ffffffff/x.csv"
    assert upload.adopt(upload.put(None)) != "20260101T000000Z-ffffffff"


def test_a_presigned_upload_has_the_object_key_of_its_import(upload: Upload) -> None:
    started, url = imports.start_import(upload.store, filename="März 2026/ü.csv", now=NOW)
    assert started.filename == "März 2026/ü.csv"
    assert started.object_key == f"imports/acme/{started.import_id}/M_rz_2026__.csv"
    assert started.object_key in url.url
    assert url.expires_at == NOW + dt.timedelta(hours=1)
    assert upload.adopt(ObjectVersion(started.object_key, "x")) == started.import_id


def test_an_import_stores_the_coverage_of_the_file(upload: Upload) -> None:
    days = ["2026-03-02", "2026-03-09"]
    body = google_report(*(google_row(day=day) for day in days), period="March 2026")
    ended = upload.run(upload.cloud.put(upload.key, body.encode()), read_export=read_export)
    assert (ended.state, ended.events) == ("done", 4)
    spans = [span for span in upload.store.events.spans() if isinstance(span, Coverage)]
    assert {(one.channel, one.type, one.paid) for one in spans} == {
        ("google_ads", "click", True),
        ("google_ads", "impression", True),
    }
    assert {(str(one.first), str(one.last)) for one in spans} == {tuple(days)}


def test_coverage_that_cannot_be_stored_is_not_lost(upload: Upload) -> None:
    """The import does not end before its coverage is stored."""
    version = upload.put(*ROWS)

    class Covering(LineReport):
        """A report that covers a day."""

        def coverage(self) -> list[dict[str, Any]]:
            return [make_coverage()]

    write = upload.store.events.write
    upload.store.events.write = lambda writes, **more: (  # type: ignore[method-assign, assignment]
        (0,) if any(isinstance(one, Coverage) for one in writes) else write(writes, **more)
    )
    with pytest.raises(StoreUnavailable):
        upload.run(version, read_export=Covering)
    upload.store.events.write = write  # type: ignore[method-assign]
    assert upload.run(version, read_export=Covering).state == "done"
    assert len(list(upload.store.events.spans())) == 1


def test_events_with_the_same_id_are_one_event(upload: Upload) -> None:
    """Both events are written; the second overwrites the first."""
    ended = upload.run(upload.put(events(2), events(1), events(1, start=5)))

    assert upload.event_ids() == ["r000", "r001", "r005"]
    assert ended.events == 3


@pytest.mark.parametrize("seconds", [0.0, 900.0])
def test_a_row_that_admission_rejects_is_not_in_the_summary(upload: Upload, seconds: float) -> None:
    """This also holds if time runs out after the row and the import continues there."""
    rows = [
        google_row(day="2026-03-01", conversions="1.00"),
        google_row(day="2026-02-01", currency="USD", conversions="20.00"),
        google_row(day="2026-03-02", conversions="0.50"),
        *(google_row(campaign=f"c{n}", day="2026-03-03", conversions="0.00") for n in range(4)),
        google_row(day="2026-03-09", currency="USD", conversions="300.00"),
    ]
    body = google_report(*rows, period="February 1, 2026 - March 9, 2026")

    runs = upload.runs(upload.cloud.put(upload.key, body.encode()), seconds=seconds)

    ended = runs[-1]
    assert len(runs) == 1 if seconds else len(runs) > 2
    assert [code for _, code in upload.rejects(ended.import_id)] == ["currency_mismatch"] * 2
    assert ended.summary is not None
    assert [claimed["count"] for claimed in ended.summary["claimed_conversions"]] == ["1.50"]
    assert ended.summary["events"] == ended.events == len(upload.event_ids())
    assert (ended.summary["from"], ended.summary["to"]) == ("2026-03-01", "2026-03-03")
    assert (ended.summary["rejected"], ended.rejected) == (2, 2)


def test_files_in_the_folder_of_a_pipeline_are_imported_and_restated(
    cloud: Cloud, store: TenantStore
) -> None:
    """The file is named as by Airbyte's S3 destination. Time runs out after each chunk."""
    folder = f"imports/{store.tenant}/airbyte/ads/campaign"

    def land(name: str, *records: dict[str, Any]) -> Import:
        upload = Upload(cloud, store, f"{folder}/{name}")
        body = gzip.compress(landed(*records).encode())
        return upload.runs(cloud.put(upload.key, body), seconds=0.0)[-1]

    days = [{"segments.date": f"2026-02-{day:02}"} for day in range(1, 9)]
    first = land("2026_03_01_1772323200000_0.jsonl.gz", *(google_stats(**day) for day in days))
    again = land(
        "2026_03_02_1772409600000_0.jsonl.gz",
        google_stats(**days[0], **{"metrics.clicks": 33}),
        google_stats(**days[0], **{"metrics.clicks": 32}),
    )

    assert (first.state, first.report["platform"], first.events) == ("done", "google_ads", 16)
    assert (again.state, again.rows, again.not_data) == ("done", 2, 1)
    stored = store.events.between(dt.date(2026, 2, 1), dt.date(2026, 2, 1))
    assert {(event.type, event.count) for event in stored} == {("click", 32), ("impression", 990)}
