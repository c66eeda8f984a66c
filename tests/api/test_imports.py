"""Imports by HTTP: announce, upload, show, list and replay rejected rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest

from chalicelib import wiring, workers
from chalicelib.storage.import_records import Import
from tests.api.conftest import JSON, Caller, invalid_fields, problem, rejected
from tests.conftest import BUCKET, Cloud
from tests.unit.test_workers import arrived, sqs_event

DAY = (dt.datetime.now(dt.UTC) - dt.timedelta(days=3)).date()
HEAD = "Day,Campaign,Currency code,Impressions,Clicks,Cost,Conversions,Conv. value"
GOOD = f"{DAY},Spring,EUR,1200,40,22.50,2,80.00"
DOLLARS = f"{DAY},Summer,,900,30,18.00,1,40.00"
BAD = f"{DAY},Autumn,EUR,nine,30,18.00,1,40.00"
OWN = {"columns": {"Tag": "day", "Likes": "like"}, "constants": {"channel": "xing"}}


class Uploads:
    """Announces, uploads and processes the imports of a caller."""

    def __init__(self, cloud: Cloud, sender: Caller) -> None:
        self.cloud = cloud
        self.sender = sender

    def announce(self, **body: Any) -> str:
        response = self.sender.post("/v1/imports", {"filename": "x.csv"} | body)
        assert response.status_code == 201, response.body
        return str(response.json_body["id"])

    def upload(self, import_id: str, *lines: str) -> None:
        body = "\n".join([*lines, ""]).encode()
        self.work(arrived(self.cloud, f"imports/acme/{import_id}/x.csv", body))

    def work(self, *bodies: Any) -> None:
        now = dt.datetime.now(dt.UTC)
        answer = workers.run_imports(sqs_event(*bodies), now=now, seconds_left=lambda: 900.0)
        assert answer == {"batchItemFailures": []}

    def work_off(self) -> int:
        """Run the import function on its queue; return the number of messages."""
        messages = self.cloud.messages(self.cloud.import_queue)
        self.work(*messages)
        return len(messages)

    def shown(self, import_id: str) -> dict[str, Any]:
        body: dict[str, Any] = self.sender.get(f"/v1/imports/{import_id}").json_body
        return body

    def rejects(self, import_id: str) -> list[tuple[int, str]]:
        """Return the row numbers and codes of its rejected rows."""
        told = self.sender.get(f"/v1/imports/{import_id}/rejects").json_body["rejects"]
        return [(one["row"], one["code"]) for one in told]


@pytest.fixture
def uploads(cloud: Cloud, sender: Caller) -> Uploads:
    return Uploads(cloud, sender)


@pytest.fixture
def done(uploads: Uploads) -> str:
    """An import of three rows, one of them rejected."""
    import_id = uploads.announce()
    uploads.upload(import_id, HEAD, GOOD, BAD, GOOD.replace("Spring", "Winter"))
    return import_id


def test_an_import_counts_its_rejected_rows_by_code_and_its_warnings(uploads: Uploads) -> None:
    import_id = uploads.announce()
    old = GOOD.replace(str(DAY), "1999-01-01")
    rows = [f"{row},12" for row in (GOOD, BAD, old, BAD)]
    uploads.upload(import_id, f"{HEAD},Video plays", *rows)

    told = uploads.shown(import_id)

    assert told["rejected_by_code"] == [
        {"code": "invalid_number", "rows": 2},
        {"code": "before_retention", "rows": 1},
    ]
    (listed,) = uploads.sender.get("/v1/imports").json_body["imports"]
    assert listed["warning_count"] == told["warning_count"] == len(told["warnings"]) == 1
    assert told["unread_more"] == 0


def test_an_import_of_an_earlier_version_has_no_counts_by_code(
    cloud: Cloud, uploads: Uploads
) -> None:
    store = wiring.store("acme")
    before = {"summary": {"unread_columns": [{"heading": "Plays", "sum": "1", "why": None}]}}
    import_id = "20260314T000000Z-00000001"
    store.imports.add(Import(import_id, "x.csv", "2026-03-14T00:00:00Z", "done", **before))

    told = uploads.shown(import_id)

    assert told["rejected_by_code"] == []
    assert [column["metric"] for column in told["unread_columns"]] == [None]


# --- rejected rows -----------------------------------------------------------------------------


def test_rejected_rows_are_paged_as_json_and_csv(uploads: Uploads) -> None:
    import_id = uploads.announce()
    bad = [BAD.replace("Autumn", f"Autumn {n}") for n in range(7)]
    uploads.upload(import_id, HEAD, *bad, GOOD)
    path = f"/v1/imports/{import_id}/rejects?limit=3"
    rows, query = [], ""
    while query is not None:
        page = uploads.sender.get(path + query).json_body
        as_csv = uploads.sender.get(path + query, accept="text/csv")
        table = list(csv.DictReader(io.StringIO(as_csv.body.decode(), newline="")))
        assert [int(row["row"]) for row in table] == [row["row"] for row in page["rejects"]]
        assert [row["raw"] for row in table] == [row["raw"] for row in page["rejects"]]
        rows += page["rejects"]
        query = f"&cursor={page['next']}" if page["next"] else None
    assert [row["row"] for row in rows] == list(range(2, 9))
    assert {row["code"] for row in rows} == {"invalid_number"}
    assert [row["raw"] for row in rows] == bad
    assert {row["part"] for row in rows} == {None}


def test_csv_of_no_rejected_rows_has_a_header(uploads: Uploads) -> None:
    empty = uploads.announce()
    answer = uploads.sender.get(f"/v1/imports/{empty}/rejects?format=csv")
    assert answer.body == b"part,row,code,message,raw\r\n"


@pytest.mark.parametrize("cursor", ["x", "000000000002-0000", "0000-000000000002-0000-1"])
def test_an_invalid_cursor_is_rejected(uploads: Uploads, done: str, cursor: str) -> None:
    response = uploads.sender.get(f"/v1/imports/{done}/rejects?cursor={cursor}")
    assert rejected(response) == (400, "invalid_fields")


# --- mappings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body", "pointer"),
    [
        ("Xing", b'{"dates": "dmy"}', "/name"),
        ("1x", b'{"dates": "dmy"}', "/name"),
        ("x" * 65, b'{"dates": "dmy"}', "/name"),
        ("xing", b'{"dates": "ymd"}', "/dates"),
        ("xing", b'{"columns": {"a/b": "no"}}', "/columns/a~1b"),
        ("xing", b'{"dates": "dmy", "decimal_mark": {}}', "/decimal_mark"),
        ("xing", b'{"dates": 0, "decimal_mark": ","}', "/dates"),
        ("xing", b'{"dates": null, "decimal_mark": ","}', "/dates"),
        ("xing", b"{}", ""),
        ("xing", b"[]", ""),
    ],
)
def test_an_invalid_mapping_is_rejected(
    admin: Caller, name: str, body: bytes, pointer: str
) -> None:
    response = admin.call("PUT", f"/v1/mappings/{name}", body, content_type=JSON)
    assert invalid_fields(response)[0][0] == pointer
    assert admin.get("/v1/mappings").json_body["mappings"] == []


def test_an_import_accepts_a_mapping_by_name_or_inline(admin: Caller, uploads: Uploads) -> None:
    admin.call("PUT", "/v1/mappings/ours", b'{"dates": "dmy"}', content_type=JSON)
    by_name = uploads.announce(mapping="ours")
    admin.call("PUT", "/v1/mappings/ours", b'{"dates": "mdy"}', content_type=JSON)
    told = uploads.shown(by_name)
    assert (told["mapping_name"], told["mapping"]) == ("ours", {"dates": "dmy"})
    told = uploads.shown(uploads.announce(mapping=OWN))
    assert (told["mapping_name"], told["mapping"]) == (None, OWN)
    assert list(told["mapping"]["columns"]) == ["Tag", "Likes"]


def test_a_mapping_with_rows_refunds_and_dates_works_by_http(uploads: Uploads) -> None:
    mapping = {
        "columns": {"When": "day", "No": "event_id", "Sum": "value"},
        "constants": {"currency": "EUR", "year": 2026, "time_zone": "Europe/Berlin"},
        "exclude": {"State": ["failed", 0]},
        "refund": "negative",
    }
    import_id = uploads.announce(mapping=mapping)
    rows = ("3 March,1,10.00,paid", "3 March,2,7.00,failed", "4 March,3,-4.00,paid")
    uploads.upload(import_id, "When,No,Sum,State", *rows, "4 March,,1.00,paid")
    told = uploads.shown(import_id)
    assert (told["state"], told["events"], told["not_data"]) == ("done", 2, 1)
    assert uploads.rejects(import_id) == [(5, "missing_value")]
    assert told["mapping"] == mapping | {"exclude": {"State": ["failed", "0"]}}
    assert (told["from"], told["to"]) == ("2026-03-03", "2026-03-04")


@pytest.mark.parametrize(
    ("mapping", "pointer"),
    [
        ("nobodys", "/mapping"),
        ({"columns": {"d": "day"}, "where": {"d": "x"}}, "/mapping/where/d"),
        ({"columns": {"d": "day"}, "each_row": 0}, "/mapping/each_row"),
        ({"constants": {"channel": "FILL IN: the channel"}}, "/mapping/constants/channel"),
        ("../x", "/mapping"),
        (7, "/mapping"),
        ({"constants": {"paid": "yes"}}, "/mapping/constants/paid"),
        ({"columns": {"x" * 200 + str(n): "like" for n in range(200)} | {"d": "day"}}, "/mapping"),
    ],
)
def test_an_import_with_an_invalid_mapping_is_rejected(
    sender: Caller, mapping: Any, pointer: str
) -> None:
    found = problem(sender.post("/v1/imports", {"filename": "x.csv", "mapping": mapping}))
    assert found["code"] == "invalid_fields"
    assert found["errors"][0]["pointer"].startswith(pointer)


# --- replays ----------------------------------------------------------------------------------


def test_a_replay_is_accepted_and_run_from_the_queue(uploads: Uploads) -> None:
    import_id = uploads.announce(currency="USD")
    uploads.upload(import_id, HEAD, GOOD, DOLLARS)
    assert uploads.rejects(import_id) == [(3, "currency_mismatch")]
    response = uploads.sender.post(f"/v1/imports/{import_id}/replay", {"currency": "EUR"})
    assert response.status_code == 202
    assert response.headers["Location"] == f"/v1/imports/{import_id}"
    assert response.json_body["state"] == "waiting"
    assert response.json_body["replay"]["rows"] == 0
    before = uploads.shown(import_id)
    assert uploads.work_off() == 1
    after = uploads.shown(import_id)
    assert (after["state"], after["rejected"], after["replay"]) == ("done", 0, None)
    assert after["events"] > before["events"]
    assert uploads.rejects(import_id) == []
    items = len(uploads.cloud.items())
    again = uploads.sender.post(f"/v1/imports/{import_id}/replay", {})
    assert (again.status_code, again.json_body["state"]) == (202, "done")
    assert uploads.work_off() == 0
    assert len(uploads.cloud.items()) == items


def test_a_replay_needs_no_body(uploads: Uploads, done: str) -> None:
    response = uploads.sender.call("POST", f"/v1/imports/{done}/replay")
    assert response.status_code == 202
    assert uploads.work_off() == 1
    assert uploads.rejects(done) == [(3, "invalid_number")]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"platform": 1}, "/platform"),
        ({"platform": "myspace"}, "/platform"),
        ({"currency": "euro"}, "/currency"),
        ({"account": ""}, "/account"),
        ({"spread": "yes"}, "/spread"),
        ({"mapping": "nobodys"}, "/mapping"),
        ({"mapping": {"dates": "ymd"}}, "/mapping/dates"),
        ({"filename": "y.csv"}, "/filename"),
    ],
)
def test_a_replay_with_invalid_options_is_rejected(
    uploads: Uploads, done: str, body: dict[str, Any], pointer: str
) -> None:
    response = uploads.sender.post(f"/v1/imports/{done}/replay", body)
    assert [one for one, _ in invalid_fields(response)] == [pointer]
    assert uploads.shown(done)["state"] == "done"


# --- removing -----------------------------------------------------------------------------------


def events_in(cloud: Cloud) -> int:
    """Return the number of stored events and spans."""
    return sum("#events#" in item["pk"]["S"] for item in cloud.items())


def test_an_import_is_removed(uploads: Uploads, done: str, admin: Caller) -> None:
    path = f"/v1/imports/{done}"
    before = uploads.shown(done)
    assert before["removal"] is None
    stored = events_in(uploads.cloud)
    asked = admin.call("DELETE", path)
    assert (asked.status_code, asked.json_body["state"]) == (202, "removing")
    assert asked.json_body["removal"] == {
        "asked_at": asked.json_body["removal"]["asked_at"],
        "removed_at": None,
        "events": 0,
        "spans": 0,
        "not_found": None,
    }
    assert admin.call("DELETE", path).json_body == asked.json_body
    assert uploads.work_off() == 1
    told = admin.call("DELETE", path)
    removal = told.json_body["removal"]
    assert (told.status_code, told.json_body["state"]) == (200, "removed")
    assert (removal["events"], removal["not_found"]) == (before["events"], 0)
    assert removal["spans"] == stored - before["events"] > 0
    assert removal["removed_at"] >= removal["asked_at"]
    assert (events_in(uploads.cloud), uploads.rejects(done), uploads.work_off()) == (0, [], 0)
    assert uploads.cloud.s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
    assert uploads.shown(done)["events"] == before["events"]
    assert rejected(uploads.sender.post(f"{path}/replay", {})) == (409, "import_removed")


def test_a_file_that_was_dropped_into_the_bucket_is_removed(
    uploads: Uploads, admin: Caller
) -> None:
    body = f"{HEAD}\n{GOOD}\n".encode()
    uploads.work(arrived(uploads.cloud, "imports/acme/x.csv", body))
    (one,) = uploads.sender.get("/v1/imports").json_body["imports"]
    assert admin.call("DELETE", f"/v1/imports/{one['id']}").status_code == 202
    assert uploads.work_off() == 1
    assert (uploads.shown(one["id"])["state"], events_in(uploads.cloud)) == ("removed", 0)
    assert uploads.cloud.s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


def test_a_removal_that_runs_out_of_time_continues_with_a_new_message(
    uploads: Uploads, done: str, admin: Caller
) -> None:
    admin.call("DELETE", f"/v1/imports/{done}")
    runs = 0
    while messages := uploads.cloud.messages(uploads.cloud.import_queue):
        now = dt.datetime.now(dt.UTC)
        answer = workers.run_imports(sqs_event(*messages), now=now, seconds_left=lambda: 0.0)
        assert answer == {"batchItemFailures": []}
        runs += 1
    assert runs > 2
    assert (uploads.shown(done)["state"], events_in(uploads.cloud)) == ("removed", 0)
