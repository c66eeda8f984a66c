"""Personal data in any input appear nowhere except in the uploaded file itself.

Every input contains canaries: valid and invalid events, headers, queries, paths, file names,
mappings, and rows that are imported, rejected or unreadable. Afterwards the tests search for them
in all items, all objects, all messages and all log lines of this service.
"""

from __future__ import annotations

import base64
import io
import itertools
import json
import logging
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib import telemetry, wiring
from chalicelib.services.imports import start_import
from tests.api.conftest import JSON, Caller
from tests.api.test_imports import DAY, Uploads
from tests.conftest import BUCKET, Cloud
from tests.factories import NOW, make_conversion, make_event, money, recently
from tests.unit.test_telemetry import FIELDS
from tests.unit.test_workers import arrived, dropped, import_all

EMAIL = "canary.7f3a@example.org"
USER = "canary-user-93b1"
NAME = "Vogelsang-Canaria"
ADDRESS = "Kanarienweg 77"
TEXT = "the canary sings of its owner"
CANARIES = (EMAIL, USER, NAME, ADDRESS, TEXT)

NOT_OURS = ("botocore", "boto3", "urllib3", "s3transfer", "moto", "asyncio", "werkzeug")
"""Libraries that log requests at DEBUG, which production does not enable."""


def variants(canary: str) -> Iterator[str]:
    """Variants in which a canary could be stored."""
    for text in (canary, canary.lower(), canary.upper(), canary.replace("@", "_")):
        yield text
        yield quote(text, safe="")
        yield text.encode().hex()
        yield base64.b64encode(text.encode()).decode().rstrip("=")[:-2]


def found_in(text: str) -> list[str]:
    """Return the canaries of which a text contains a variant."""
    return [canary for canary in CANARIES if any(one in text for one in variants(canary))]


def plain(item: dict[str, Any]) -> str:
    """Return an item as text, with compressed parts unpacked."""
    shown = dict(item)
    for name, value in item.items():
        if "B" in value:
            packed = bytes(value["B"])
            shown[name] = zlib.decompress(packed).decode() if name == "doc" else packed.hex()
    return json.dumps(shown, ensure_ascii=False, default=str)


class Watched:
    """The whole service, and all its output."""

    def __init__(
        self, cloud: Cloud, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.cloud = cloud
        self.caplog = caplog
        self.capsys = capsys
        self.uploaded: set[str] = set()
        self.dropped: set[str] = set()

    def everything(self) -> Iterator[tuple[str, str]]:
        for item in self.cloud.items():
            if item.get("object_key", {}).get("S") in self.dropped:
                del item["object_key"]  # the name of a file in the bucket, as long as it is there
            yield f"item {item['pk']['S']}", plain(item)
        for key in self.objects():
            if key not in self.uploaded | self.dropped:
                body = self.cloud.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
                yield f"object {key}", key + zlib.decompress(body).decode()
        for queue in (self.cloud.import_queue, self.cloud.fit_queue):
            for message in self.cloud.messages(queue):
                yield f"message in {queue}", message
        phases = [self.caplog.get_records(phase) for phase in ("setup", "call")]
        for record in itertools.chain(*phases):  # the fixture looks when the test is over
            if not record.name.startswith(NOT_OURS):
                yield f"log of {record.name}", self.caplog.handler.format(record)
        for line in self.capsys.readouterr().out.splitlines():
            yield "line printed in Lambda", line

    def objects(self) -> list[str]:
        pages = self.cloud.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return [one["Key"] for page in pages for one in page.get("Contents", [])]


@pytest.fixture(params=["here", "in Lambda"])
def watched(
    request: pytest.FixtureRequest,
    cloud: Cloud,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    loggers_kept: None,
) -> Iterator[Watched]:
    """Search all output after the test; in Lambda, also standard output."""
    caplog.set_level(logging.DEBUG)
    recording = request.param == "in Lambda"
    if recording:
        import app

        assert app.app
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "likeworth-x")
        telemetry.reset()
    assert telemetry.is_recording() == recording
    if recording:
        logging.getLogger("chalicelib").setLevel(logging.DEBUG)
    watching = Watched(cloud, caplog, capsys)
    try:
        yield watching
    finally:
        everything = list(watching.everything())
        monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)
        telemetry.reset()
    assert not {(where, canary) for where, what in everything for canary in found_in(what)}
    printed = [json.loads(what) for where, what in everything if where == "line printed in Lambda"]
    assert bool(printed) <= recording
    known = {*FIELDS, *telemetry.METRICS, "_aws"}
    assert not {name for line in printed for name in line} - known


def good(**over: Any) -> dict[str, Any]:
    return make_event(**({"occurred_at": recently(days=1)} | over))


# --- by HTTP ----------------------------------------------------------------------------------


def test_no_personal_data_leaks_from_valid_and_invalid_events(
    watched: Watched, sender: Caller
) -> None:
    answer = sender.events(
        good(user_id=USER),
        good(user_id=f" {EMAIL.upper()} "),
        good(user_id=EMAIL, consent=False),
        good(user_id=EMAIL, count=2),
        good(user_id=EMAIL, occurred_at=recently(days=-9)),
        good(user_id=NAME, cost=money("1", "USD")),
        good(user_id=USER * 20),
        good(name=NAME),
        good(channel=ADDRESS),
        good(type=TEXT, rating=EMAIL),
        good(event_id=EMAIL),
        good(**{EMAIL: NAME}),
        make_conversion(occurred_at=recently(days=1), user_id=NAME),
        TEXT,
        [EMAIL],
    )
    told = answer.json_body
    assert (told["accepted"], len(told["rejected"])) == (4, 11)
    messages = json.dumps([one["message"] for one in told["rejected"]])
    assert set(found_in(messages)) <= {EMAIL}  # the name of a field that was sent in this call
    assert USER not in messages


def test_no_personal_data_leaks_from_invalid_bodies(
    watched: Watched, sender: Caller, admin: Caller
) -> None:
    for body in (f'{{"events": "{EMAIL}"', f'"{NAME}"', f'{{"{EMAIL}": 1}}', TEXT, f"\xff{USER}"):
        assert sender.post("/v1/events", body.encode("latin-1")).status_code in (400, 422)
    lines = f'{{"kind": "{NAME}"}}\n{TEXT}\n'.encode()
    assert sender.post("/v1/events", lines, content_type="application/x-ndjson").status_code == 422
    for path, body in (
        ("/v1/imports", {"filename": "x.csv", "platform": NAME, "currency": EMAIL}),
        ("/v1/imports", {"filename": "x.csv", "mapping": EMAIL}),
        ("/v1/imports", {"filename": "x.csv", NAME: EMAIL}),
        ("/v1/fits", {"from": NAME}),
        ("/v1/experiments", {"id": EMAIL, "name": NAME}),
    ):
        assert admin.post(path, body).status_code == 400


def test_no_personal_data_leaks_from_headers_queries_and_paths(
    watched: Watched, sender: Caller, reader: Caller
) -> None:
    spoken = {
        "user_agent": f"{NAME}/1.0",
        "cookie": f"mail={EMAIL}",
        "referer": f"https://example.org/?u={USER}",
        "x_forwarded_for": ADDRESS,
        "origin": f"https://{USER}.example",
        "if_none_match": f'"{USER}"',
    }
    assert reader.get("/v1/imports", **spoken).status_code == 200
    assert sender.get("/v1/health", **spoken).status_code == 200
    assert Caller(f"lw_acme.{USER}", reader.client).get("/v1/imports").status_code == 401
    for call in (
        f"/v1/imports?email={quote(EMAIL)}",
        f"/v1/imports?cursor={quote(EMAIL)}",
        f"/v1/timeseries?metric={USER}",
        f"/v1/roi?channel={quote(NAME)}",
        f"/v1/imports/{quote(EMAIL)}",
        f"/v1/{quote(NAME)}",
        f"/v1/fits/{USER}",
    ):
        assert reader.get(call).status_code in (400, 403, 404)
    assert reader.get("/v1/imports", accept=NAME).status_code == 406
    assert sender.post("/v1/events", b"{}", content_type=NAME).status_code == 415


def test_no_personal_data_leaks_from_mappings(watched: Watched, admin: Caller) -> None:
    for name, body in (
        (quote(EMAIL), b'{"dates": "dmy"}'),
        (NAME, b'{"dates": "dmy"}'),
        ("shop", json.dumps({"columns": {"x": EMAIL}}).encode()),
        ("shop", json.dumps({EMAIL: NAME}).encode()),
        ("shop", json.dumps({"constants": {"channel": NAME}}).encode()),
    ):
        answer = admin.call("PUT", f"/v1/mappings/{name}", body, content_type=JSON)
        assert answer.status_code in (400, 404)


# --- by file ----------------------------------------------------------------------------------

SHOP = (
    "Name,Email,Financial Status,Paid at,Currency,Total,Refunded Amount,Created at,"
    "Lineitem quantity,Lineitem name,Billing Name,Billing Street,Notes,Phone,Id"
)
ORDER = (
    f"#1001,{EMAIL},paid,{DAY} 10:00:00 +0000,EUR,59.00,0.00,{DAY} 10:00:00 +0000,"
    f"1,Mug,{NAME},{ADDRESS},{TEXT},{USER},4001"
)
OWN = "day,who,likes,remark"
PEOPLE = {
    "columns": {"day": "day", "who": "user_id", "likes": "like"},
    "constants": {"channel": "xing"},
}
FILES: dict[str, tuple[dict[str, Any], list[str], int, int]] = {
    "orders": (
        {},
        [
            SHOP,
            ORDER,
            ORDER.replace("59.00", NAME),
            ORDER.replace("#1001", EMAIL).replace(f"{DAY} 10:00:00 +0000", TEXT),
            ORDER.replace("EUR", NAME),
            f'"{NAME},{EMAIL}',
        ],
        1,
        4,
    ),
    "own_table": (
        {"mapping": PEOPLE},
        [
            OWN,
            f"{DAY},{EMAIL},1,{TEXT}",
            f"{DAY},{USER},1,{NAME}",
            f"{DAY},{EMAIL},many,{TEXT}",
            f"{NAME},{EMAIL},1,{TEXT}",
            f"{DAY},{EMAIL},2,{TEXT}",
            f"{DAY},{EMAIL}",
            "2099-01-01," + f"{EMAIL},1,{TEXT}",
        ],
        2,
        5,
    ),
    "own_records": (
        {"mapping": PEOPLE},
        [
            json.dumps({"day": str(DAY), "who": EMAIL, "likes": 1, "remark": TEXT}),
            json.dumps({"day": str(DAY), "who": EMAIL, "likes": NAME, "remark": TEXT}),
            json.dumps({"day": ADDRESS, "who": EMAIL, "likes": 1, "remark": TEXT}),
            json.dumps([NAME, EMAIL]),
            f'{{"day": "{NAME}',
        ],
        1,
        4,
    ),
}


@pytest.fixture
def uploads(watched: Watched, sender: Caller) -> Uploads:
    return Uploads(watched.cloud, sender)


@pytest.mark.parametrize("kind", FILES)
def test_no_personal_data_leaks_from_imported_and_rejected_rows(
    watched: Watched, uploads: Uploads, kind: str
) -> None:
    options, rows, _, rejections = FILES[kind]
    import_id = uploads.announce(**options)
    watched.uploaded.add(f"imports/acme/{import_id}/x.csv")
    uploads.upload(import_id, *rows)
    shown = uploads.shown(import_id)
    assert (shown["state"], shown["error"]) == ("done", None)
    assert shown["events"] >= 1
    assert shown["rejected"] >= rejections - 1
    told = uploads.sender.get(f"/v1/imports/{import_id}/rejects").body.decode()
    assert found_in(told) == []
    uploads.sender.post(f"/v1/imports/{import_id}/replay", {"account": "two"})
    uploads.work_off()
    told = uploads.sender.get(f"/v1/imports/{import_id}/rejects").body.decode()
    assert found_in(told + json.dumps(uploads.shown(import_id))) == []


@pytest.mark.parametrize(
    "body",
    [
        f"{EMAIL},{NAME}\n{ADDRESS},{TEXT}\n".encode(),
        f"{NAME};{ADDRESS}\n1;{EMAIL}\n".encode("utf-16"),
        json.dumps({NAME: EMAIL, "items": [TEXT]}).encode(),
        f'{{"email": "{EMAIL}", '.encode(),
        f"<{USER}><name>{NAME}</name></{USER}>".encode(),
        f"<!DOCTYPE html><title>{NAME}</title>{EMAIL}".encode(),
        b"\x00\x01\x02" + EMAIL.encode() * 9,
        f"{TEXT} {EMAIL}\xff".encode("latin-1"),
    ],
)
def test_no_personal_data_leaks_from_unreadable_files(
    watched: Watched, uploads: Uploads, body: bytes
) -> None:
    shown = imported(watched, uploads, body)
    assert shown["state"] == "failed"
    assert found_in(json.dumps(shown)) == []


def test_no_personal_data_leaks_from_names_of_archive_members(
    watched: Watched, uploads: Uploads
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{EMAIL}.csv", "\n".join([SHOP, ORDER, ORDER.replace("59.00", NAME)]))
        archive.writestr(f"{EMAIL}/other.csv", f"{NAME},{TEXT}\n")
    assert imported(watched, uploads, packed.getvalue())["state"] in ("done", "failed")


def test_no_personal_data_leaks_from_file_names(
    watched: Watched, sender: Caller, uploads: Uploads
) -> None:
    answer = sender.post("/v1/imports", {"filename": f"orders of {EMAIL}.csv"})
    import_id = answer.json_body["id"]
    assert uploads.shown(import_id)["filename"] == "orders of (e-mail)"
    started, _ = start_import(wiring.store("acme"), filename=f"{EMAIL}.csv", now=NOW)
    watched.uploaded.add(started.object_key)
    assert found_in(started.object_key) == []
    put_and_import(watched, started.object_key, ORDER.encode())
    key = f"imports/acme/{EMAIL}.csv"
    watched.dropped.add(key)
    put_and_import(watched, key, "\n".join([SHOP, ORDER]).encode())
    names = {one["filename"] for one in sender.get("/v1/imports").json_body["imports"]}
    assert names == {"orders of (e-mail)", "(e-mail)"}


def test_no_personal_data_leaks_from_failing_messages(watched: Watched, sender: Caller) -> None:
    assert import_all(
        f"{EMAIL} is no JSON",
        {NAME: EMAIL},
        dropped(f"imports/{USER}/{EMAIL}"),
        dropped(f"elsewhere/{EMAIL}"),
        dropped("imports/acme/x.csv", bucket=USER),
        dropped("imports/acme/x.csv", eventTime=NAME),
    ) == ["m0", "m1", "m2", "m3", "m4", "m5"]


def imported(watched: Watched, uploads: Uploads, body: bytes) -> dict[str, Any]:
    """Announce, upload and import a file; return its import."""
    import_id = uploads.announce()
    key = f"imports/acme/{import_id}/x.csv"
    watched.uploaded.add(key)
    put_and_import(watched, key, body)
    return uploads.shown(import_id)


def put_and_import(watched: Watched, key: str, body: bytes) -> None:
    assert import_all(arrived(watched.cloud, key, body)) == []


def test_a_canary_would_be_found(watched: Watched) -> None:
    watched.cloud.put("documents/x", zlib.compress(b"x"))
    assert found_in(f"x {EMAIL.upper()} x") == [EMAIL]
    assert found_in(quote(TEXT, safe="")) == [TEXT]
    packed = {"doc": {"B": zlib.compress(NAME.encode())}}
    assert found_in(plain(packed)) == [NAME]
    logging.getLogger("chalicelib.test").debug("of %s", "nobody")
    looked_at = {where for where, _ in watched.everything()}
    logged = "line printed in Lambda" if telemetry.is_recording() else "log of chalicelib.test"
    assert {"object documents/x", logged} <= looked_at
