"""Objects as plain files: each write creates a new file, and the database names the current one.

A file gets a unique name. It is flushed and renamed before the database names it, and never changes
afterwards. So an object is replaced in one step, together with other writes of the same
transaction; keys are never used as paths; and a backup can link the files.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chalicelib.local.database import Database, named_outages
from chalicelib.local.database_rows import Transaction, to_row
from chalicelib.local.flushing import flush_directory
from chalicelib.local.sqlite_table import SqliteTable
from chalicelib.model.errors import DamagedStore
from chalicelib.storage.attributes import Item

OBJECTS = "-#objects"
"""Partition of the list of objects; the sort key is the object key."""

PASSING_SECONDS = 2 * 86_400
UPLOADS_KEPT_SECONDS = 90 * 86_400
_PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A complete file on disk."""

    name: str
    """Relative to the directory."""
    etag: str
    """Hash of its content."""
    size: int


class Files:
    """The files of a data directory.

    Parameters
    ----------
    directory : Path
        Created if it does not exist.
    durable : bool
        Whether files are flushed to disk.
    clock : callable
        Seconds since 1970. Expired objects are not read.
    """

    def __init__(
        self,
        directory: Path,
        database: Database,
        *,
        durable: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.directory = directory
        self._database = database
        self._clock = clock
        self._table = SqliteTable(database, clock=clock)
        self._all = SqliteTable(database, clock=lambda: 0.0)
        self._durable = durable
        with named_outages(directory):
            self._incoming = directory / "incoming"
            directory.mkdir(exist_ok=True, mode=0o700)
            self._incoming.mkdir(exist_ok=True, mode=0o700)

    def write(self, pieces: Iterable[bytes]) -> StoredFile:
        """Write a file, which is not an object yet.

        Raises
        ------
        StoreUnavailable
            If the disk does not accept it. The incomplete file is then deleted.
        """
        token = secrets.token_hex(16)
        temporary, name = self._incoming / token, f"{token[:2]}/{token}"
        digest, size = hashlib.blake2b(digest_size=16), 0
        try:
            with named_outages(self.directory):
                out = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                for piece in pieces:  # exceptions of the iterator are passed to the caller
                    with named_outages(self.directory):
                        _write_all(out, piece)
                    digest.update(piece)
                    size += len(piece)
                with named_outages(self.directory):
                    if self._durable:
                        os.fsync(out)
            finally:
                os.close(out)
            with named_outages(self.directory):
                self._move(temporary, self.directory / name)
        except BaseException:  # including Ctrl-C: do not leave half a file
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        return StoredFile(name, digest.hexdigest(), size)

    def keep(
        self,
        key: str,
        file: StoredFile,
        *,
        passing: bool = False,
        also: Callable[[Transaction], None] = lambda _: None,
    ) -> None:
        """Make a file the object under a key, in one transaction with `also`."""
        now = int(self._clock())
        item: Item = {
            "pk": {"S": OBJECTS},
            "sk": {"S": key},
            "file": {"S": file.name},
            "etag": {"S": file.etag},
            "size": {"N": str(file.size)},
        }
        if passing or key.startswith("imports/"):
            kept = PASSING_SECONDS if passing else UPLOADS_KEPT_SECONDS
            item["ttl"] = {"N": str(now + kept)}

        def write(transaction: Transaction) -> str | None:
            there = transaction.get(OBJECTS, key)
            transaction.put(to_row(item))
            also(transaction)
            return None if there is None else there["file"]["S"]

        try:
            before = self._database.write(write)
        except BaseException:  # including Ctrl-C: do not leave an unused file
            self._remove_file(file.name)
            raise
        if before is not None:
            self._remove_file(before)

    def find(self, key: str) -> StoredFile | None:
        """The file of an object, or None."""
        item = self._table.get(OBJECTS, key)
        return None if item is None else _stored(item)

    def path(self, file: StoredFile) -> Path:
        """The path of a file."""
        return self.directory / file.name

    def open(self, key: str, file: StoredFile) -> int:
        """Open a file and check its content; return the descriptor.

        Raises
        ------
        DamagedStore
            If the file is missing or damaged.
        """
        with named_outages(self.directory):
            try:
                descriptor = os.open(self.path(file), os.O_RDONLY)
            except FileNotFoundError:
                raise self._damaged(key, file, "missing") from None
            if _hash_of(descriptor) != file.etag:
                os.close(descriptor)
                raise self._damaged(key, file, "damaged")
        return descriptor

    def remove(self, key: str) -> None:
        """Remove an object, if it exists."""

        def write(transaction: Transaction) -> str | None:
            there = transaction.get(OBJECTS, key)
            transaction.delete(OBJECTS, key)
            return None if there is None else there["file"]["S"]

        name = self._database.write(write)
        if name is not None:
            self._remove_file(name)

    def all(self) -> Iterator[tuple[str, StoredFile]]:
        """Every object by key, including expired ones."""
        for item in self._all.query(OBJECTS):
            yield item["sk"]["S"], _stored(item)

    def remove_expired(self, now: float) -> None:
        """Remove expired objects."""
        found = self._all.query(OBJECTS)
        expired = [one["sk"]["S"] for one in found if "ttl" in one and int(one["ttl"]["N"]) <= now]
        for key in expired:
            self.remove(key)

    def clean(self) -> None:
        """Delete files that no object names, left by a crash between two steps."""
        for left in self._incoming.iterdir():
            left.unlink()
        named = {file.name for _, file in self.all()}
        for found in self.directory.glob("??/*"):
            if f"{found.parent.name}/{found.name}" not in named:
                found.unlink(missing_ok=True)

    def _move(self, temporary: Path, final: Path) -> None:
        final.parent.mkdir(exist_ok=True, mode=0o700)
        temporary.rename(final)
        if self._durable:
            flush_directory(final.parent)
            flush_directory(self.directory)

    def _remove_file(self, name: str) -> None:
        with contextlib.suppress(OSError):  # a file that remains is deleted at the next start
            (self.directory / name).unlink()

    def _damaged(self, key: str, file: StoredFile, how: str) -> DamagedStore:
        return DamagedStore(
            f"{self.path(file)}, the object {key}, is {how}: restore it from a backup"
        )


def _stored(item: Item) -> StoredFile:
    return StoredFile(item["file"]["S"], item["etag"]["S"], int(item["size"]["N"]))


def _hash_of(descriptor: int) -> str:
    digest, position = hashlib.blake2b(digest_size=16), 0
    while piece := os.pread(descriptor, _PIECE_BYTES, position):
        digest.update(piece)
        position += len(piece)
    return digest.hexdigest()


def _write_all(descriptor: int, piece: bytes) -> None:
    """Write without a buffer, which would retry rejected bytes of a full disk when it is closed."""
    left = memoryview(piece)
    while left:
        left = left[os.write(descriptor, left) :]
