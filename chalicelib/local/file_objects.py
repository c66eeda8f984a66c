"""Objects of a tenant in files, on one machine."""

from __future__ import annotations

import os
from collections.abc import Callable

from chalicelib.local.database import named_outages
from chalicelib.local.versioned_files import Files, StoredFile
from chalicelib.storage.objects import (
    BLOCK_BYTES,
    Blocks,
    ObjectGoneError,
    ObjectReader,
    Objects,
    ObjectTooLargeError,
    ObjectVersion,
)

SignUrl = Callable[[str, int, int | None], str]
"""Takes key, seconds and maximum bytes; returns a URL to which the object can be PUT."""


class FileObjects(Objects):
    """The objects of a tenant in a data directory."""

    def __init__(self, files: Files, tenant: str, sign_url: SignUrl) -> None:
        super().__init__(tenant)
        self._files = files
        self._sign_url = sign_url

    def upload_url(self, key: str, *, expires_seconds: int, size: int | None = None) -> str:
        """A signed URL of this service, to which the object can be PUT without an API key."""
        return self._sign_url(self._own(key), expires_seconds, size)

    def open(
        self, version: ObjectVersion, *, max_bytes: int, block_bytes: int = BLOCK_BYTES
    ) -> ObjectReader:
        """A reader of exactly this version; its content was checked for damage."""
        found = self._files.find(self._own(version.key))
        if found is None or version.etag not in ("", found.etag):
            raise ObjectGoneError(version.key)
        if found.size > max_bytes:
            raise ObjectTooLargeError(f"{found.size} bytes; at most {max_bytes} are read")
        descriptor = self._files.open(version.key, found)
        return ObjectReader(_FileBlocks(self._files, version.key, found, descriptor, block_bytes))

    def put(self, key: str, body: bytes, *, passing: bool = False) -> None:
        self._own(key)
        self._files.keep(key, self._files.write([body]), passing=passing)

    def etag(self, key: str) -> str | None:
        found = self._files.find(self._own(key))
        return None if found is None else found.etag

    def remove(self, key: str) -> None:
        self._files.remove(self._own(key))

    def find(self, key: str) -> bytes | None:
        found = self._files.find(self._own(key))
        if found is None:
            return None
        with named_outages(self._files.directory), open(self._files.open(key, found), "rb") as file:
            return file.read()


class _FileBlocks(Blocks):
    """The bytes of a file. Each block first checks that the file is still the object."""

    def __init__(
        self, files: Files, key: str, file: StoredFile, descriptor: int, block_bytes: int
    ) -> None:
        super().__init__(file.size)
        self._files = files
        self._key = key
        self._file = file
        self._descriptor = descriptor
        self._block_bytes = block_bytes
        self._block = -1

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer)  # type: ignore[arg-type]
        block = self._position // self._block_bytes
        if block != self._block and self._position < self._file.size:
            if self._files.find(self._key) != self._file:
                self.trouble = ObjectGoneError(self._key)
                raise self.trouble
            self._block = block
        left = (block + 1) * self._block_bytes - self._position
        data = os.pread(self._descriptor, min(len(target), left), self._position)
        target[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()
