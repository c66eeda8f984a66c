"""Uploads are read in ranges: from exactly one version, never as a whole."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage import s3_objects
from chalicelib.storage.objects import ObjectGoneError, ObjectReader, ObjectVersion
from chalicelib.storage.s3_objects import S3Objects
from tests.conftest import BUCKET, Cloud
from tests.faulty import client_error

KEY = "imports/acme/x.csv"
BODY = bytes(range(256)) * 10


def put(cloud: Cloud, body: bytes = BODY) -> ObjectVersion:
    return cloud.put(KEY, body)


@dataclass
class Watched:
    """An S3 client that records the requested ranges and can fail first."""

    client: Any
    ranges: list[str] = field(default_factory=list)
    fail: Callable[[int], Any] = lambda call: None

    def get_object(self, **request: Any) -> Any:
        self.ranges.append(request["Range"])
        failing = self.fail(len(self.ranges))
        if isinstance(failing, Exception) and not isinstance(failing, _InBody):
            raise failing
        answer = self.client.get_object(**request)
        if isinstance(failing, _InBody):
            answer["Body"] = failing
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


class _InBody(Exception):
    """A body whose connection breaks while it is read."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def read(self, _size: int) -> bytes:
        raise self.error

    def close(self) -> None:
        pass


def reader(client: Any, version: ObjectVersion, block: int = 1000) -> ObjectReader:
    return S3Objects(client, BUCKET, "acme").open(version, max_bytes=10**6, block_bytes=block)


def test_each_range_is_requested_once_and_in_order(cloud: Cloud) -> None:
    watched = Watched(cloud.s3)
    version = put(cloud)
    with reader(watched, version) as stream:
        assert watched.ranges == []
        assert b"".join(iter(lambda: stream.read(7), b"")) == BODY
    assert watched.ranges == ["bytes=0-999", "bytes=1000-1999", "bytes=2000-2559"]


def test_an_empty_object_is_an_empty_file(cloud: Cloud) -> None:
    with reader(cloud.s3, put(cloud, b"")) as stream:
        assert stream.read() == b""


def test_a_reader_can_seek_to_any_position(cloud: Cloud) -> None:
    with reader(cloud.s3, put(cloud)) as stream:
        assert (stream.seekable(), stream.seek(-10, io.SEEK_END)) == (True, 2550)
        assert stream.read() == BODY[-10:]
        assert stream.seek(990) == 990
        assert stream.read(20) == BODY[990:1010]
        assert (stream.seek(5, io.SEEK_CUR), stream.tell()) == (1015, 1015)
        assert stream.seek(9999) == 9999
        assert stream.read() == b""
        with pytest.raises(OSError, match="before the start"):
            stream.seek(-9999, io.SEEK_END)


def test_reading_an_archive_requests_no_range_twice(cloud: Cloud) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.csv", BODY)
        archive.writestr("b.csv", BODY)
    watched = Watched(cloud.s3)
    with reader(watched, put(cloud, made.getvalue())) as stream, zipfile.ZipFile(stream) as archive:
        assert [archive.read(name) for name in ("a.csv", "b.csv")] == [BODY, BODY]
    assert len(watched.ranges) <= len(made.getvalue()) // 1000 + 2


def test_at_most_two_ranges_are_in_memory(cloud: Cloud) -> None:
    with reader(cloud.s3, put(cloud), 100) as stream:
        stream.read()
        assert len(stream.raw._blocks) == s3_objects.BLOCKS_KEPT == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize("what", ["replaced", "deleted"])
@pytest.mark.parametrize("versioned", [False, True])
def test_a_file_that_was_replaced_or_deleted_is_gone(
    cloud: Cloud, what: str, versioned: bool
) -> None:
    if versioned:
        cloud.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    old = put(cloud)
    stream = reader(cloud.s3, old, 1000)
    assert stream.read(10) == BODY[:10]
    if what == "replaced":
        put(cloud, BODY[::-1])
    else:
        cloud.s3.delete_object(Bucket=BUCKET, Key=KEY)
    with pytest.raises(ObjectGoneError):
        reader(cloud.s3, old)
    with pytest.raises(ObjectGoneError):
        stream.read()
    with pytest.raises(ObjectGoneError):
        stream.check()


def test_without_a_version_the_current_version_is_read_to_the_end(cloud: Cloud) -> None:
    put(cloud)
    stream = reader(cloud.s3, ObjectVersion(KEY))
    assert stream.read(10) == BODY[:10]
    put(cloud, BODY[::-1])
    with pytest.raises(ObjectGoneError):
        stream.read()


CUT = [
    ReadTimeoutError(endpoint_url="https://s3"),
    ResponseStreamingError(error="reset"),
    IncompleteReadError(actual_bytes=3, expected_bytes=1000),
]


@pytest.mark.parametrize("error", CUT, ids=lambda error: type(error).__name__)
def test_reading_continues_after_a_broken_connection(cloud: Cloud, error: Exception) -> None:
    watched = Watched(cloud.s3, fail=lambda call: _InBody(error) if call in (1, 2, 4) else None)
    with reader(watched, put(cloud)) as stream:
        assert stream.read() == BODY


def test_a_truncated_body_is_requested_again(cloud: Cloud) -> None:
    class Short(Watched):
        def get_object(self, **request: Any) -> Any:
            answer = super().get_object(**request)
            if len(self.ranges) in (1, 3):
                answer["Body"] = io.BytesIO(answer["Body"].read()[:-1])
            return answer

    with reader(Short(cloud.s3), put(cloud)) as stream:
        assert stream.read() == BODY


@pytest.mark.parametrize(
    "error",
    [*map(_InBody, CUT), client_error("SlowDown", 503), client_error("InternalError", 500)],
    ids=str,
)
def test_an_unavailable_bucket_raises_store_unavailable(cloud: Cloud, error: Exception) -> None:
    stream = reader(Watched(cloud.s3, fail=lambda _: error), put(cloud))
    with pytest.raises(StoreUnavailable):
        stream.read()
    with pytest.raises(StoreUnavailable):
        stream.check()


def test_permanent_errors_of_the_bucket_are_raised(cloud: Cloud) -> None:
    stream = reader(Watched(cloud.s3, fail=lambda _: client_error("AccessDenied", 403)), put(cloud))
    with pytest.raises(ClientError, match="AccessDenied"):
        stream.read()


class Untouched:
    """A client that must not be called."""

    def __getattr__(self, name: str) -> Any:
        def never(**_request: Any) -> None:
            raise AssertionError(name)

        return never


@pytest.mark.parametrize(
    "key", ["imports/other/x.csv", "documents/acme2/x", "imports/acme", "x.csv", "/imports/acme/x"]
)
def test_another_tenants_key_is_rejected_without_a_call(key: str) -> None:
    own = S3Objects(Untouched(), BUCKET, "acme")
    calls: list[Callable[[], Any]] = [
        lambda: own.upload_url(key, expires_seconds=1),
        lambda: own.open(ObjectVersion(key), max_bytes=1),
        lambda: own.put(key, b""),
        lambda: own.etag(key),
        lambda: own.remove(key),
        lambda: own.get(key),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="not an object of acme"):
            call()
