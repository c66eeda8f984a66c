"""A tenant's objects: uploads that people bring, and documents too large for an item.

`S3Objects` keeps them in a bucket, `local.file_objects.FileObjects` in files of one machine.
"""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from dataclasses import dataclass

from chalicelib.storage.table_keys import is_object_of

BLOCK_BYTES = 4 * 1024 * 1024
"""How much of an upload is read at once."""

BUFFER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of one object: what a checkpoint belongs to.

    Attributes
    ----------
    key : str
        Decoded, as in the bucket.
    etag : str
        Without quotes; empty to take whatever is there.
    version_id : str
        Empty in a bucket that keeps no versions.
    """

    key: str
    etag: str = ""
    version_id: str = ""


class ObjectGoneError(LookupError):
    """The object, or this version of it, is not there any more."""


class ObjectTooLargeError(ValueError):
    """The object is above the size that is read."""


class Blocks(io.RawIOBase):
    """The bytes of one version of an object, read block by block.

    Attributes
    ----------
    size : int
        How many there are.
    trouble : Exception, optional
        What a read has raised.
    """

    size: int
    trouble: Exception | None = None


class ObjectReader(io.BufferedReader):
    """A seekable file that reads one version of an object range by range, never the whole.

    Every read may raise `ObjectGoneError`, once the object was deleted or overwritten, and
    `StoreUnavailable`.

    Attributes
    ----------
    size : int
        Bytes of the object.
    """

    def __init__(self, blocks: Blocks) -> None:
        super().__init__(blocks, BUFFER_BYTES)
        self._blocks = blocks
        self.size = blocks.size

    def check(self) -> None:
        """Raise again what a read has raised, for callers whose library made something else of it.

        Raises
        ------
        ObjectGoneError, StoreUnavailable
        """
        if self._blocks.trouble is not None:
            raise self._blocks.trouble


class Objects(ABC):
    """A tenant's objects; raises `StoreUnavailable` for outages.

    Every method raises `ValueError` for a key that is not the tenant's.

    Parameters
    ----------
    tenant : str
    """

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant

    def _own(self, key: str) -> str:
        if not is_object_of(self._tenant, key):
            raise ValueError(f"{key!r} is no object of {self._tenant}")
        return key

    @abstractmethod
    def upload_url(self, key: str, *, expires_seconds: int, size: int | None = None) -> str:
        """A URL to which the object can be PUT without an API key.

        Parameters
        ----------
        size : int, optional
            How many bytes the object may have.
        """

    @abstractmethod
    def open(
        self, version: ObjectVersion, *, max_bytes: int, block_bytes: int = BLOCK_BYTES
    ) -> ObjectReader:
        """A reader of exactly this version, which must be the newest.

        Parameters
        ----------
        max_bytes : int
        block_bytes : int
            How much is read at once.

        Raises
        ------
        ObjectGoneError
            It was deleted or overwritten since.
        ObjectTooLargeError
            It has more than `max_bytes` bytes.
        """

    @abstractmethod
    def put(self, key: str, body: bytes, *, passing: bool = False) -> None:
        """Write an object whole.

        Parameters
        ----------
        passing : bool, optional
            Whether it is removed a day or two later.
        """

    @abstractmethod
    def etag(self, key: str) -> str | None:
        """The ETag of the object under a key, without quotes; None if there is none."""

    @abstractmethod
    def remove(self, key: str) -> None:
        """Remove an object; fine if there is none."""

    @abstractmethod
    def find(self, key: str) -> bytes | None:
        """Read an object whole; None if there is none."""

    def get(self, key: str) -> bytes:
        """Read an object whole.

        Raises
        ------
        ObjectGoneError
            If there is none.
        """
        body = self.find(key)
        if body is None:
            raise ObjectGoneError(key)
        return body
