"""The state of a service on one machine: the database, the files, the queues."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from chalicelib.local.checking import check_bookkeeping
from chalicelib.local.database import Database
from chalicelib.local.database_rows import to_row
from chalicelib.local.file_objects import FileObjects
from chalicelib.local.queues import RETRY_SECONDS, Queues
from chalicelib.local.sqlite_table import SqliteTable
from chalicelib.local.uploads import allowed_for, target_of
from chalicelib.local.versioned_files import Files
from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage.objects import Objects
from chalicelib.storage.table import Table

NOTES = "-#notes"
LOCK = "lock"


class DirectoryInUseError(RuntimeError):
    """Another process serves from this directory."""


class UnusableDirectoryError(RuntimeError):
    """The data directory cannot be used; the message has the reason and what would help."""


class LocalMachine:
    """The state of a service on one machine; implements `wiring.Machine`.

    Parameters
    ----------
    directory : Path, optional
        Directory for all state. None: a temporary directory that is removed at the end.
    root_secret : callable
        Returns the root secret of the installation.
    clock : callable
        The time, in UTC.
    retry_seconds : float
        Pause before a failed message is delivered again.
    serves : bool
        Whether this process serves from the directory. Other processes can also write to it.

    Raises
    ------
    DirectoryInUseError
        If another process serves from the directory.
    UnusableDirectoryError, DamagedStore, StoreUnavailable
        If the directory cannot be used.
    """

    def __init__(
        self,
        directory: Path | None,
        *,
        root_secret: Callable[[], str],
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        retry_seconds: float = RETRY_SECONDS,
        serves: bool = True,
    ) -> None:
        self._root_secret = root_secret
        self._clock = clock
        self.url = ""
        self.max_upload_bytes = 0
        durable = directory is not None
        self._is_temporary = not durable
        with contextlib.ExitStack() as undo:
            if directory is None:
                passing = tempfile.TemporaryDirectory(prefix="likeworth-")
                directory = Path(undo.enter_context(passing))
            self.directory = directory
            undo.callback(os.close, open_lock(directory, alone=serves))
            self.root_secret()  # create or reject it before creating the database
            self.database = Database(directory, durable=durable)
            undo.callback(self.database.close)
            if serves:
                check_bookkeeping(self.database)
            self.table: Table = SqliteTable(self.database, clock=self._seconds)
            self.files = Files(
                directory / "objects", self.database, durable=durable, clock=self._seconds
            )
            if serves:
                self.files.clean()
            self.queues = Queues(self.database, retry_seconds=retry_seconds)
            self._undo = undo.pop_all()

    def close(self) -> None:
        """Close the database, and remove a temporary directory."""
        self._undo.close()

    def abandon(self) -> None:
        """Remove a temporary directory, even if it is in use; the process ends after it."""
        if self._is_temporary:
            shutil.rmtree(self.directory, ignore_errors=True)

    def objects(self, tenant: str) -> Objects:
        """A tenant's objects."""
        return FileObjects(self.files, tenant, self._sign)

    def root_secret(self) -> str:
        """The root secret of this installation."""
        return self._root_secret()

    def send(self, queue: str, message: Mapping[str, Any]) -> None:
        """Send a message to a queue."""
        self.queues.send(queue, message)

    def note(self, name: str) -> str | None:
        """The note with this name, or None."""
        item = self.table.get(NOTES, name)
        return None if item is None else str(item["value"]["S"])

    def put_note(self, name: str, value: str) -> None:
        """Write a note with this name."""
        item = {"pk": {"S": NOTES}, "sk": {"S": name}, "value": {"S": value}}
        self.database.write(lambda transaction: transaction.put(to_row(item)))

    def _seconds(self) -> float:
        return self._clock().timestamp()

    def _sign(self, key: str, seconds: int, size: int | None) -> str:
        until = self._clock() + dt.timedelta(seconds=seconds)
        most = self.max_upload_bytes if size is None else min(size, self.max_upload_bytes)
        allowed = allowed_for(key, max_bytes=most, until=until)
        return self.url + target_of(allowed, self.root_secret().encode())


def open_lock(directory: Path, *, alone: bool = True) -> int:
    """Open the lock file of a directory, which is created if it does not exist.

    `alone`: whether to lock it against other processes that serve from the directory.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except FileExistsError:
        raise UnusableDirectoryError(
            f"{directory} is not a directory: choose another one with --data DIR"
        ) from None
    except NotADirectoryError:
        raise UnusableDirectoryError(
            f"a part of the path {directory} is not a directory: choose another one with --data DIR"
        ) from None
    except PermissionError as error:
        raise UnusableDirectoryError(
            f"this user may not write to {error.filename}: change its owner or mode, or choose "
            "another directory with --data DIR"
        ) from None
    except OSError as error:
        raise StoreUnavailable(f"{directory} cannot be used: {error.strerror}") from error
    if not alone:
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise DirectoryInUseError(f"another process serves from {directory}") from None
    return file
