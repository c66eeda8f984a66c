"""Request bodies: limits of gzip, and strict JSON."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib

import pytest

from tests.api.conftest import NDJSON, Caller, rejected
from tests.factories import make_event, recently

LIMIT = 1_000_000


def body_of(size: int = 0) -> bytes:
    """A body with one event, padded with spaces."""
    body = json.dumps({"events": [make_event(occurred_at=recently(hours=1))]}).encode()
    return body + b" " * (size - len(body))


# --- gzip -------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", " gzip ", "x-gzip"])
def test_gzip_is_unpacked(sender: Caller, encoding: str) -> None:
    response = sender.post("/v1/events", gzip.compress(body_of()), content_encoding=encoding)
    assert response.json_body == {"accepted": 1, "rejected": []}


def test_ndjson_can_be_packed(sender: Caller) -> None:
    line = json.dumps(make_event(occurred_at=recently(hours=1))).encode()
    packed = gzip.compress(line + b"\n" + line)
    response = sender.post("/v1/events", packed, content_type=NDJSON, content_encoding="gzip")
    assert response.json_body["accepted"] == 2


def test_the_size_limit_applies_to_the_unpacked_body(sender: Caller) -> None:
    fits, too_large = (gzip.compress(body_of(size)) for size in (LIMIT, LIMIT + 1))
    assert len(too_large) < 10_000
    assert sender.post("/v1/events", fits, content_encoding="gzip").status_code == 200
    response = sender.post("/v1/events", too_large, content_encoding="gzip")
    assert rejected(response) == (413, "body_too_large")


def test_a_gzip_bomb_is_rejected_without_unpacking_it(sender: Caller) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    megabyte = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = head + 900 * megabyte + packer.flush()  # only the checksum at the end is wrong
    assert len(bomb) < LIMIT
    assert rejected(sender.post("/v1/events", b"{}"))[0] == 400  # load everything first
    tracemalloc.start()
    response = sender.post("/v1/events", bomb, content_encoding="gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rejected(response) == (413, "body_too_large")
    assert peak < 10 * LIMIT


PACKED = gzip.compress(b'{"events": []}')
BROKEN = {
    "cut off": PACKED[:-1],
    "only the magic": PACKED[:2],
    "another checksum": PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:],
    "another length": PACKED[:-1] + b"\1",
    "damaged": PACKED[:12] + b"\xff\xff" + PACKED[14:],
    "something behind it": PACKED + b"x",
    "two files": PACKED + PACKED,
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_broken_gzip_is_rejected(sender: Caller, body: bytes) -> None:
    response = sender.post("/v1/events", body, content_encoding="gzip")
    assert rejected(response) == (400, "invalid_request")


def test_a_body_that_the_gateway_has_unpacked_is_accepted(sender: Caller) -> None:
    response = sender.post("/v1/events", body_of(), content_encoding="gzip")
    assert response.json_body["accepted"] == 1
    neither = sender.post("/v1/events", b"\xff\xfe", content_encoding="gzip")
    assert rejected(neither) == (400, "malformed_json")


def test_gzip_without_content_encoding_is_not_unpacked(sender: Caller) -> None:
    assert rejected(sender.post("/v1/events", PACKED)) == (400, "malformed_json")
