"""A tenant's objects: uploaded files, and documents too large for an item.

`S3Objects` stores them in a bucket, `local.file_objects.FileObjects` in local files.
"""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from dataclasses import dataclass

from chalicelib.storage.table_keys import is_object_of

BLOCK_BYTES = 4 * 1024 * 1024
"""Number of bytes of an upload that are read at once."""

BUFFER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of one object, to which a checkpoint refers."""

    key: str
    """Decoded, as in the bucket."""
    etag: str = ""
    """Without quotes; empty for the current version."""
    version_id: str = ""
    """Empty in a bucket without versioning."""


class ObjectGoneError(LookupError):
    """The object or this version of it does not exist any more."""


class ObjectTooLargeError(ValueError):
    """The object is larger than the maximum size."""


class Blocks(io.RawIOBase):
    """The bytes of one version of an object, read block by block.

    Attributes
    ----------
    size : int
        Number of bytes of the object.
    trouble : Exception, optional
        The last exception that a read raised.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.trouble: Exception | None = None
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if origin + offset < 0:
            raise OSError("the position is before the start of the object")
        self._position = origin + offset
        return self._position


class ObjectReader(io.BufferedReader):
    """A seekable file that reads one version of an object in ranges, not as a whole.

    A read raises `ObjectGoneError` if the object was deleted or overwritten, and
    `StoreUnavailable` for an outage.

    Attributes
    ----------
    size : int
        Number of bytes of the object.
    """

    def __init__(self, blocks: Blocks) -> None:
        super().__init__(blocks, BUFFER_BYTES)
        self._blocks = blocks
        self.size = blocks.size

    def check(self) -> None:
        """Raise the exception of a failed read again, in case a library has converted it.

        Raises
        ------
        ObjectGoneError, StoreUnavailable
        """
        if self._blocks.trouble is not None:
            raise self._blocks.trouble


class Objects(ABC):
    """A tenant's objects.

    Every method raises `StoreUnavailable` for outages, and `ValueError` for a key of another
    tenant.
    """

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant

    def _own(self, key: str) -> str:
        if not is_object_of(self._tenant, key):
            raise ValueError(f"{key!r} is not an object of {self._tenant}")
        return key

    @abstractmethod
    def upload_url(self, key: str, *, expires_seconds: int, size: int | None = None) -> str:
        """Return a URL to which the object can be uploaded with PUT, without an API key.

        `size`: the exact size of the object in bytes; any size if absent.
        """

    @abstractmethod
    def open(
        self, version: ObjectVersion, *, max_bytes: int, block_bytes: int = BLOCK_BYTES
    ) -> ObjectReader:
        """Open exactly this version, which must be the newest.

        `block_bytes`: number of bytes that are read at once.

        Raises
        ------
        ObjectGoneError
            If the object was deleted or overwritten.
        ObjectTooLargeError
            If the object has more than `max_bytes` bytes.
        """

    @abstractmethod
    def put(self, key: str, body: bytes, *, passing: bool = False) -> None:
        """Write a whole object.

        `passing`: whether the object is temporary and removed after one or two days.
        """

    @abstractmethod
    def etag(self, key: str) -> str | None:
        """Return the ETag of an object, without quotes, or None if the object does not exist."""

    @abstractmethod
    def remove(self, key: str) -> None:
        """Remove an object; do nothing if it does not exist."""

    @abstractmethod
    def find(self, key: str) -> bytes | None:
        """Read a whole object; return None if it does not exist."""

    def get(self, key: str) -> bytes:
        """Read a whole object.

        Raises
        ------
        ObjectGoneError
            If the object does not exist.
        """
        body = self.find(key)
        if body is None:
            raise ObjectGoneError(key)
        return body
