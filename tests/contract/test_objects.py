"""Behaviour of a tenant's objects, in a bucket and in files."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.storage.objects import (
    ObjectGoneError,
    Objects,
    ObjectTooLargeError,
    ObjectVersion,
)
from tests.contract.conftest import Engine

KEY = "imports/acme/20260314T000000Z-00000001/x.csv"
BODY = bytes(range(256)) * 10


@pytest.fixture
def objects(engine: Engine) -> Objects:
    """The objects of acme, without the object that tests write."""
    own = engine.objects("acme")
    own.remove(KEY)
    return own


def version(objects: Objects) -> ObjectVersion:
    etag = objects.etag(KEY)
    assert etag is not None
    return ObjectVersion(KEY, etag)


def test_an_object_is_read_as_written(objects: Objects) -> None:
    assert objects.find(KEY) is None
    assert objects.etag(KEY) is None
    objects.put(KEY, BODY)
    assert objects.find(KEY) == objects.get(KEY) == BODY
    objects.put(KEY, b"", passing=True)
    assert objects.get(KEY) == b""


def test_different_content_has_a_different_etag(objects: Objects) -> None:
    objects.put(KEY, b"one")
    first = version(objects)
    objects.put(KEY, b"two")
    assert version(objects) != first
    objects.put(KEY, b"one")
    assert version(objects) == first


def test_a_removed_object_does_not_exist(objects: Objects) -> None:
    objects.put(KEY, BODY)
    objects.remove(KEY)
    objects.remove(KEY)
    assert objects.find(KEY) is None
    with pytest.raises(ObjectGoneError):
        objects.get(KEY)
    with pytest.raises(ObjectGoneError):
        objects.open(ObjectVersion(KEY), max_bytes=10**6)


@pytest.mark.parametrize("block", [1, 255, 1000, 2559, 2560, 2561, 10**6])
def test_a_reader_returns_the_same_bytes_for_any_block_size(objects: Objects, block: int) -> None:
    body = BODY if block > 1 else BODY[:40]  # each block is a request
    objects.put(KEY, body)
    with objects.open(version(objects), max_bytes=10**6, block_bytes=block) as stream:
        assert stream.read() == body
        for offset, whence in ((0, io.SEEK_SET), (len(body) // 3, io.SEEK_SET), (-5, io.SEEK_END)):
            stream.seek(offset, whence)
            at = stream.tell()
            assert stream.read(300) == body[at : at + 300]
        stream.seek(10**6)
        assert stream.read() == b""
        with pytest.raises(OSError, match="before"):
            stream.seek(-1)
        stream.check()


def test_a_reader_does_not_mix_versions(objects: Objects) -> None:
    objects.put(KEY, BODY * 100)
    with objects.open(version(objects), max_bytes=10**6, block_bytes=70_000) as stream:
        assert stream.read(10) == BODY[:10]
        objects.put(KEY, BODY[::-1] * 100)
        with pytest.raises(ObjectGoneError):
            stream.read()
        with pytest.raises(ObjectGoneError):
            stream.check()


def test_an_old_version_or_a_too_large_object_is_not_opened(objects: Objects) -> None:
    objects.put(KEY, BODY)
    with pytest.raises(ObjectGoneError):
        objects.open(ObjectVersion(KEY, "0" * 32), max_bytes=10**6)
    with pytest.raises(ObjectTooLargeError, match=str(len(BODY))):
        objects.open(version(objects), max_bytes=len(BODY) - 1)
    objects.open(version(objects), max_bytes=len(BODY)).close()


@pytest.mark.parametrize(
    "key",
    ["imports/other/x", "documents/acme2/x", "imports/acme", "x.csv", "/imports/acme/x", ""],
)
def test_another_tenants_object_key_is_rejected(objects: Objects, key: str) -> None:
    calls: list[Callable[[], Any]] = [
        lambda: objects.upload_url(key, expires_seconds=1),
        lambda: objects.open(ObjectVersion(key), max_bytes=1),
        lambda: objects.put(key, b""),
        lambda: objects.etag(key),
        lambda: objects.remove(key),
        lambda: objects.find(key),
        lambda: objects.get(key),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="not an object of acme"):
            call()


@pytest.mark.parametrize(
    "name", ["..", "../../secret", "a/b", "x" * 900, "ä✓", "con", "a\nb", "%2e%2e", ".", "a//b"]
)
def test_an_object_name_can_contain_any_character(
    objects: Objects, engine: Engine, name: str
) -> None:
    key = f"imports/acme/{name}"
    objects.put(key, b"mine")
    assert objects.get(key) == b"mine"
    assert engine.objects("other").find(key.replace("acme", "other", 1)) is None
    objects.remove(key)
