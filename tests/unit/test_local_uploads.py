"""Upload URLs: each allows exactly one upload."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import wiring
from chalicelib.local.installation import Installation
from chalicelib.local.service import LocalService
from chalicelib.local.uploads import Allowed, read_target, target_of

NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
SECRET = b"a root secret for tests only"
ALLOWED = Allowed(
    "acme", "20261130T110000Z-0123abcd", "Report_1.csv", 1_000, int(NOW.timestamp()) + 60
)
TARGET = target_of(ALLOWED, SECRET)


def read(target: str, *secrets: bytes, now: dt.datetime = NOW) -> Allowed | None:
    return read_target(target, lambda: secrets or (SECRET,), now)


def test_a_signed_url_is_valid_until_it_expires() -> None:
    assert read(TARGET) == ALLOWED
    assert read(TARGET, b"a newer root secret", SECRET) == ALLOWED
    assert read(TARGET, b"a newer root secret") is None
    assert read(TARGET, now=NOW + dt.timedelta(seconds=60)) is None


@pytest.mark.parametrize("position", range(len(TARGET)))
def test_changing_any_character_invalidates_a_url(position: int) -> None:
    for other in string.printable:
        if other != TARGET[position]:
            assert read(TARGET[:position] + other + TARGET[position + 1 :]) is None
    assert read(TARGET[:position] + TARGET[position + 1 :]) is None


@pytest.mark.parametrize(
    "more",
    ["&", "&notification", "&x-amz-copy-source=/imports/o/x", "&tenant=o", "#", "?", "&signature="],
)
def test_adding_anything_invalidates_a_url(more: str) -> None:
    assert read(TARGET + more) is None
    path, _, query = TARGET.partition("?")
    assert read(f"{path}{more}?{query}") is None
    assert read(f"{path}?{more}&{query}") is None


@given(st.text(max_size=200))
def test_an_unsigned_target_is_invalid(text: str) -> None:
    assert read("/uploads/" + text.encode("utf-8", "replace").decode("latin-1")) is None


# --- over HTTP ------------------------------------------------------------------------------------


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LocalService]:
    import app

    made = LocalService(app, Installation(tmp_path), port=0, data=tmp_path)
    made.start()
    yield made
    made.stop()


def connect(service: LocalService) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=10)


def ask(
    service: LocalService, method: str, target: str, body: Any = b"", **headers: str
) -> tuple[int, dict[str, Any]]:
    connection = connect(service)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, target, body, given)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, json.loads(text) if text else {}


def announce(service: LocalService, tenant: str = "acme", **more: Any) -> tuple[str, str]:
    """The id of a new import, and the target of its URL."""
    key = service.create_key(tenant, "admin")
    told = json.dumps({"filename": "Totals.csv"} | more)
    status, made = ask(
        service, "POST", "/v1/imports", told, x_api_key=key, content_type="application/json"
    )
    assert status == 201
    parts = urlsplit(made["upload"]["url"])
    assert f"{parts.scheme}://{parts.netloc}" == service.url
    return made["id"], f"{parts.path}?{parts.query}"


def objects(service: LocalService) -> list[str]:
    return [key for key, _ in service.machine.files.all()]


def begin(service: LocalService, target: str, size: int) -> http.client.HTTPConnection:
    """Send the headers of an upload of this size."""
    connection = connect(service)
    connection.putrequest("PUT", target)
    connection.putheader("Content-Length", f"{size}")
    connection.endheaders()
    return connection


def assert_rejected(told: tuple[int, dict[str, Any]], status: int, code: str) -> None:
    assert (told[0], told[1]["code"]) == (status, code)


def assert_nothing_stored(service: LocalService) -> None:
    assert objects(service) == []
    assert list((service.machine.directory / "objects").glob("*/*")) == []


VIEWS = f"Date,Views\n{dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)},7\n".encode()


def test_a_file_is_stored_and_imported(service: LocalService) -> None:
    import_id, target = announce(service)
    status, told = ask(service, "PUT", target, VIEWS)
    assert (status, told) == (200, {"id": import_id, "bytes": len(VIEWS)})
    service.wait_until_idle(10)
    done = wiring.store("acme").imports.get(import_id)
    assert done is not None
    assert (done.state, done.events) == ("done", 1)


def test_a_chunked_file_is_stored_completely(service: LocalService) -> None:
    _, target = announce(service)
    status, told = ask(service, "PUT", target, iter([VIEWS[:5], VIEWS[5:]]))
    assert (status, told["bytes"]) == (200, len(VIEWS))
    assert wiring.store("acme").objects.get(objects(service)[0]) == VIEWS


def test_headers_of_s3_are_ignored(service: LocalService) -> None:
    _, theirs = announce(service, "other")
    ask(service, "PUT", theirs, b"secret numbers")
    _, mine = announce(service)
    source = objects(service)[0]
    status, _ = ask(service, "PUT", mine, b"mine", x_amz_copy_source=f"/{source}")
    assert status == 200
    assert [wiring.store("acme").objects.find(key) for key in objects(service)[:1]] == [b"mine"]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "HEAD", "PATCH"])
def test_only_put_reaches_an_upload(service: LocalService, method: str) -> None:
    _, target = announce(service)
    ask(service, "PUT", target, b"x")
    assert ask(service, method, target)[0] in (404, 405)
    assert len(objects(service)) == 1


def test_an_unsigned_upload_is_rejected_before_it_is_read(service: LocalService) -> None:
    _, target = announce(service)
    forged = target[:-1] + ("0" if target[-1] != "0" else "1")
    connection = begin(service, forged, 1_000_000)  # and no body
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["code"]) == (403, "forbidden")
    connection.close()
    assert objects(service) == []


@pytest.mark.parametrize(("largest", "announced"), [(100, {}), (10**6, {"bytes": 100})])
def test_a_file_above_the_signed_size_is_not_stored(
    service: LocalService, monkeypatch: pytest.MonkeyPatch, largest: int, announced: dict[str, int]
) -> None:
    """The signed size is the announced one, or the largest."""
    monkeypatch.setattr(service.machine, "max_upload_bytes", largest)
    _, target = announce(service, **announced)
    for body in (b"x" * 101, iter([b"x" * 60, b"x" * 60])):
        assert_rejected(ask(service, "PUT", target, body), 413, "body_too_large")
    assert_nothing_stored(service)
    assert ask(service, "PUT", target, b"x" * 100)[0] == 200


def test_a_file_above_the_daily_quota_is_not_stored(service: LocalService) -> None:
    store, today = wiring.store("acme"), dt.datetime.now(dt.UTC).date()
    _, target = announce(service)
    store.import_quotas.add_bytes(today, store.settings.daily_upload_bytes - 100)
    assert_rejected(ask(service, "PUT", target, b"x" * 101), 429, "upload_quota_used")
    pieces = iter([b"x" * 60, b"x" * 60])
    assert_rejected(ask(service, "PUT", target, pieces), 413, "body_too_large")
    assert_nothing_stored(service)
    assert ask(service, "PUT", target, b"x" * 100)[0] == 200
    service.wait_until_idle(10)
    assert ask(service, "PUT", target, iter([b"x"]))[0] == 429


def test_an_interrupted_upload_leaves_nothing(service: LocalService) -> None:
    _, target = announce(service)
    connection = begin(service, target, 1_000_000)
    connection.send(b"x" * 1000)
    assert connection.sock is not None
    connection.sock.shutdown(1)
    assert connection.getresponse().status == 400
    connection.close()
    assert_nothing_stored(service)


def test_an_upload_that_cannot_be_stored_is_not_acknowledged(
    service: LocalService, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, target = announce(service)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    for call in ("open", "write", "fsync"):
        with monkeypatch.context() as patched:
            patched.setattr(f"chalicelib.local.versioned_files.os.{call}", full)
            assert_rejected(ask(service, "PUT", target, VIEWS), 503, "store_unavailable")
        assert_nothing_stored(service)
    assert ask(service, "PUT", target, VIEWS)[0] == 200


def test_a_half_written_file_is_deleted(tmp_path: Path) -> None:
    """Run in a separate process with a file size limit of 1 kB."""
    code = """
import resource, sys
from pathlib import Path
from chalicelib.model.errors import StoreUnavailable
from chalicelib.local.database import Database
from chalicelib.local.versioned_files import Files
directory = Path(sys.argv[1])
files = Files(directory / "objects", Database(directory))
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
try:
    files.write([b"x" * 3_000])
except StoreUnavailable as error:
    print(error.detail)
print(list((directory / "objects" / "incoming").iterdir()))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert "the data directory is not available now" in done.stdout, done.stderr
    assert done.stdout.endswith("[]\n")
