"""The bucket in S3."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError

from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage.objects import (
    BLOCK_BYTES,
    Blocks,
    ObjectGoneError,
    ObjectReader,
    Objects,
    ObjectTooLargeError,
    ObjectVersion,
)
from chalicelib.storage.outages import code_of, is_transient, outages_named

BLOCKS_KEPT = 2
"""Blocks in memory. Two, because an archive is read at its end (its directory) and its start."""

FETCH_ATTEMPTS = 4
"""Attempts to read a block if the connection breaks: botocore does not retry reading a body."""

PASSING_TAG = "kept=1-day"
"""Tag of objects that the bucket's lifecycle rules remove (`infra/stack/data.py`)."""

_PIECE_BYTES = 256 * 1024
_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "NotFound", "PreconditionFailed", "404", "412"})


class S3Objects(Objects):
    """A tenant's part of a bucket, accessed with an S3 client."""

    def __init__(self, client: Any, bucket: str, tenant: str) -> None:
        super().__init__(tenant)
        self._client = client
        self._bucket = bucket

    def upload_url(self, key: str, *, expires_seconds: int, size: int | None = None) -> str:
        """Return a presigned URL to which the object can be uploaded with PUT.

        `size`: size in bytes. The header Content-Length is signed, so S3 rejects a body of another
        length.
        """
        length = {} if size is None else {"ContentLength": size}
        url: str = self._client.generate_presigned_url(
            "put_object",
            Params={"Bucket": self._bucket, "Key": self._own(key), **length},
            ExpiresIn=expires_seconds,
            HttpMethod="PUT",
        )
        return url

    def open(
        self, version: ObjectVersion, *, max_bytes: int, block_bytes: int = BLOCK_BYTES
    ) -> ObjectReader:
        """Open exactly this version, which must be the newest; nothing is stored on disk.

        Every request contains the ETag, so that versions are not mixed. No request contains the
        version id, because S3 would continue to return an overwritten version.
        """
        key = self._own(version.key)
        try:
            with outages_named():
                found = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            _raise_if_gone(error, version.key)
            raise
        etag = found["ETag"].strip('"')
        if version.etag and version.etag != etag:
            raise ObjectGoneError(version.key)
        size = int(found["ContentLength"])
        if size > max_bytes:
            raise ObjectTooLargeError(f"{size} bytes; at most {max_bytes} are read")
        request = {"Bucket": self._bucket, "Key": key, "IfMatch": f'"{etag}"'}
        return ObjectReader(_Ranges(self._client, request, size, block_bytes))

    def put(self, key: str, body: bytes, *, passing: bool = False) -> None:
        tags = {"Tagging": PASSING_TAG} if passing else {}
        with outages_named():
            self._client.put_object(Bucket=self._bucket, Key=self._own(key), Body=body, **tags)

    def etag(self, key: str) -> str | None:
        try:
            with outages_named():
                found = self._client.head_object(Bucket=self._bucket, Key=self._own(key))
        except ClientError as error:
            if code_of(error) in _GONE:
                return None
            raise
        etag: str = found["ETag"]
        return etag.strip('"')

    def remove(self, key: str) -> None:
        with outages_named():
            self._client.delete_object(Bucket=self._bucket, Key=self._own(key))

    def find(self, key: str) -> bytes | None:
        try:
            with outages_named():
                answer = self._client.get_object(Bucket=self._bucket, Key=self._own(key))
                body: bytes = answer["Body"].read()
        except ClientError as error:
            if code_of(error) in _GONE:
                return None
            raise
        return body


class _Ranges(Blocks):
    """The bytes of an object, fetched in blocks that start at multiples of the block size."""

    def __init__(self, client: Any, request: dict[str, str], size: int, block_bytes: int) -> None:
        super().__init__(size)
        self._client = client
        self._request = request
        self._block_bytes = block_bytes
        self._blocks: OrderedDict[int, memoryview] = OrderedDict()

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer)  # type: ignore[arg-type]
        if self._position >= self.size:
            return 0
        number, offset = divmod(self._position, self._block_bytes)
        part = self._block(number)[offset : offset + len(target)]
        target[: len(part)] = part
        self._position += len(part)
        return len(part)

    def _block(self, number: int) -> memoryview:
        if number in self._blocks:
            self._blocks.move_to_end(number)
        else:
            while len(self._blocks) >= BLOCKS_KEPT:  # free memory before fetching another block
                self._blocks.popitem(last=False)
            try:
                self._blocks[number] = self._fetch(number)
            except (ObjectGoneError, StoreUnavailable) as trouble:
                self.trouble = trouble
                raise
        return self._blocks[number]

    def _fetch(self, number: int) -> memoryview:
        first = number * self._block_bytes
        end = min(first + self._block_bytes, self.size)
        for _ in range(FETCH_ATTEMPTS):
            try:
                answer = self._client.get_object(**self._request, Range=f"bytes={first}-{end - 1}")
                return _read_body(answer["Body"], end - first)
            except ClientError as error:
                _raise_if_gone(error, self._request["Key"])
                if not is_transient(error):
                    raise
                broken: Exception = error
                break
            except BotoCoreError as error:
                if not is_transient(error):
                    raise
                broken = error
        raise StoreUnavailable("the bucket is unavailable; try again later") from broken


def _read_body(body: Any, size: int) -> memoryview:
    """Read a body of `size` bytes into one buffer.

    Raises
    ------
    BotoCoreError
        If the connection breaks or the body ends too early.
    """
    data = memoryview(bytearray(size))
    filled = 0
    try:
        while filled < size and (piece := body.read(min(_PIECE_BYTES, size - filled))):
            data[filled : filled + len(piece)] = piece
            filled += len(piece)
    finally:
        body.close()
    if filled < size:
        raise IncompleteReadError(actual_bytes=filled, expected_bytes=size)
    return data.toreadonly()


def _raise_if_gone(error: ClientError, key: str) -> None:
    if code_of(error) in _GONE:
        raise ObjectGoneError(key) from error
