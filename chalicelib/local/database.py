"""The database of one machine: one SQLite file, one writing connection, one reader per thread.

All state of the service is items in this database: the items that are in the table in AWS, and
under partition keys that start with ``-#`` the queues, the changed partitions and the list of
objects. A write is a transaction; concurrent writes are committed together, with one flush.

SQLite does not checksum its pages. So every row has a checksum, and every partition has the number
of its rows and the sum of their checksums: reading a damaged row, or a partition with a missing
row, raises `DamagedStore`. `serve --check` reads everything.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from chalicelib.local.commits import Commits
from chalicelib.local.database_rows import SCHEMA, Transaction, checked_sequence, sequence_text
from chalicelib.local.flushing import flush_directory
from chalicelib.model.errors import DamagedStore, StoreUnavailable

FILE = "likeworth.db"
APPLICATION_ID = 0x4C574B56
SCHEMA_VERSION = 1
BUSY_SECONDS = 5.0
_READER_CACHE_KIB = 2_000
_WRITER_CACHE_KIB = 16_000
_CHECKPOINT_PAGES = 8_000
"""Pages in the log before SQLite moves them into the file (32 MB)."""
_T = TypeVar("_T")
_NO_TEXT = "Could not decode"
_DAMAGED = (
    "malformed",
    "not a database",
    "no such table",
    "no such column",
    "unsupported file",
    _NO_TEXT,
)


class Database:
    """One SQLite database.

    Parameters
    ----------
    directory : Path
        Existing directory for the database and the record of its commits.
    durable : bool
        Whether a commit waits for the disk. False for a temporary directory.

    Raises
    ------
    DamagedStore
        If the database is damaged, or has lost commits.
    StoreUnavailable
        If it cannot be opened now.
    """

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self.path = directory / FILE
        self._durable = durable
        self._commits = Commits(directory) if durable else None
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._listing = threading.Lock()
        self._committing = threading.Lock()
        self._queueing = threading.Lock()
        self._waiting: list[_Job] = []
        with named_outages(self.path):
            if not self.path.exists() or self.path.stat().st_size == 0:
                self._expect_nothing()
            self._writer = self._connect(_WRITER_CACHE_KIB)
            if self._is_blank():
                self._expect_nothing()
                self._create()
            self._check_header()
            self.sequence = self._read_sequence()
        if self._commits is not None:
            self._commits.compare(self.path, self.sequence)

    def close(self) -> None:
        """Close every connection; SQLite moves the log into the file."""
        with self._listing, self._committing:
            for reader in self._readers:
                reader.close()
            self._readers.clear()
            self._writer.close()
            if self._commits is not None:
                self._commits.close()

    # --- reading ------------------------------------------------------------------------------

    def reader(self) -> sqlite3.Connection:
        """The reading connection of this thread."""
        found: sqlite3.Connection | None = getattr(self._local, "reader", None)
        if found is None:
            with named_outages(self.path):
                found = self._local.reader = self._connect(_READER_CACHE_KIB)
                found.execute("PRAGMA query_only=ON")
            with self._listing:
                self._readers.append(found)
        return found

    def rows(self, text: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with named_outages(self.path):
            return self.reader().execute(text, values).fetchall()

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees the same state until the block ends."""
        with named_outages(self.path):
            reader = self.reader()
            reader.execute("BEGIN")
            try:
                yield reader
            finally:
                reader.execute("ROLLBACK")

    # --- writing ------------------------------------------------------------------------------

    def write(self, operation: Callable[[Transaction], _T]) -> _T:
        """Run an operation; return its result after its writes are on disk.

        Concurrent operations of several threads are committed together. An operation that raises
        writes nothing and does not affect the others.

        Raises
        ------
        StoreUnavailable, DamagedStore
            The operation may or may not have been committed.
        """
        job = _Job(operation)
        with self._queueing:
            self._waiting.append(job)
        with self._committing:
            if not job.done:
                with self._queueing:
                    jobs, self._waiting = self._waiting, []
                self._commit(jobs)
        if job.error is not None:
            raise job.error
        result: _T = job.result
        return result

    def _commit(self, jobs: list[_Job]) -> None:
        try:
            with named_outages(self.path):
                self._run(jobs)
        except BaseException as error:
            # The commit failed: every waiting caller gets the error.
            shared = error if isinstance(error, Exception) else StoreUnavailable("interrupted")
            for job in jobs:
                job.error = job.error or shared
            if not isinstance(error, Exception):
                raise
        finally:
            for job in jobs:
                job.done = True

    def _run(self, jobs: list[_Job]) -> None:
        writer = self._writer
        writer.execute("BEGIN IMMEDIATE")
        try:
            following = self._read_sequence() + 1  # another process may have written
            changed = Transaction(writer, following)
            for job in jobs:
                self._run_one(job, changed)
            if changed.is_empty:
                writer.execute("ROLLBACK")
                return
            changed.settle()
            writer.execute(
                "UPDATE notes SET value = ? WHERE name = 'sequence'", (sequence_text(following),)
            )
            writer.execute("COMMIT")
        except BaseException:  # including Ctrl-C: an open transaction would block all later writes
            if writer.in_transaction:
                writer.execute("ROLLBACK")
            raise
        self.sequence = following
        if self._commits is not None:
            self._commits.note(following)

    def _run_one(self, job: _Job, whole: Transaction) -> None:
        own = whole.part()
        self._writer.execute("SAVEPOINT job")
        try:
            job.result = job.operation(own)
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001 - raised in the waiting thread
            self._writer.execute("ROLLBACK TO job")
            job.error = error
        else:
            whole.take(own)
        self._writer.execute("RELEASE job")

    # --- opening ------------------------------------------------------------------------------

    def _connect(self, cache_kib: int) -> sqlite3.Connection:
        made = sqlite3.connect(
            self.path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=64,
        )
        made.execute(f"PRAGMA cache_size=-{cache_kib}")
        made.execute("PRAGMA journal_mode=WAL")
        made.execute(f"PRAGMA synchronous={'FULL' if self._durable else 'OFF'}")
        made.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        made.execute("PRAGMA cell_size_check=ON")
        made.execute("PRAGMA trusted_schema=OFF")
        return made

    def _expect_nothing(self) -> None:
        """Raise `DamagedStore` if an empty database had commits."""
        if self._commits is not None and self._commits.last() > 0:
            raise DamagedStore(
                f"{self.path} is missing or empty, but {self._commits.path} has recorded "
                f"{self._commits.last()} commits: restore a backup"
            )

    def _is_blank(self) -> bool:
        """Whether the file has no schema; a start may have been killed before it was created."""
        questions = ("PRAGMA application_id", "PRAGMA user_version", "SELECT 1 FROM sqlite_master")
        found = [self._writer.execute(one).fetchone() for one in questions]
        return found == [(0,), (0,), None]

    def _create(self) -> None:
        os.chmod(self.path, 0o600)
        self._writer.execute("BEGIN IMMEDIATE")
        for text in SCHEMA.values():
            self._writer.execute(text)
        self._writer.execute("INSERT INTO notes VALUES ('sequence', ?)", (sequence_text(0),))
        self._writer.execute(f"PRAGMA application_id={APPLICATION_ID}")
        self._writer.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        self._writer.execute("COMMIT")
        if self._durable:
            flush_directory(self.path.parent)

    def _check_header(self) -> None:
        """Raise `DamagedStore` unless this is a Likeworth database with the current schema."""
        (made_by,) = self._writer.execute("PRAGMA application_id").fetchone()
        (version,) = self._writer.execute("PRAGMA user_version").fetchone()
        schema = dict(self._writer.execute("SELECT name, sql FROM sqlite_master").fetchall())
        if made_by != APPLICATION_ID or (version == SCHEMA_VERSION and schema != SCHEMA):
            raise DamagedStore(
                f"{self.path} is not a database of Likeworth, or it is damaged: restore a backup"
            )
        if version != SCHEMA_VERSION:
            raise DamagedStore(
                f"{self.path} has schema version {version}, but this version of Likeworth needs "
                f"{SCHEMA_VERSION}: use the version that wrote it, or restore a backup"
            )

    def _read_sequence(self) -> int:
        found = self._writer.execute("SELECT value FROM notes WHERE name = 'sequence'").fetchall()
        sequence = checked_sequence(found[0][0]) if len(found) == 1 else None
        if sequence is None:
            raise DamagedStore(f"{self.path} is damaged: its last commit is unreadable")
        return sequence


def is_empty(directory: Path) -> bool:
    """Whether a data directory has no database yet."""
    return not (directory / FILE).exists()


class _Job:
    """An operation that waits for its commit."""

    __slots__ = ("done", "error", "operation", "result")

    def __init__(self, operation: Callable[[Transaction], Any]) -> None:
        self.operation = operation
        self.result: Any = None
        self.error: Exception | None = None
        self.done = False


@contextlib.contextmanager
def named_outages(path: Path) -> Iterator[None]:
    """Convert errors of SQLite and the file system to `StoreUnavailable` and `DamagedStore`."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if any(word in str(error) for word in _DAMAGED):
            raise _damaged(path, error) from error
        raise StoreUnavailable(
            f"the database is not available now ({error}); the request may or may not have taken "
            "effect"
        ) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error
    except (OverflowError, UnicodeDecodeError) as error:
        raise _damaged(path, error) from error
    except OSError as error:
        raise StoreUnavailable(
            f"the data directory is not available now ({error.strerror}); the request may or may "
            "not have taken effect"
        ) from error


def _damaged(path: Path, error: Exception) -> DamagedStore:
    is_text = isinstance(error, UnicodeDecodeError) or _NO_TEXT in str(error)
    why = "a text is not UTF-8" if is_text else str(error)  # SQLite would quote the text
    return DamagedStore(
        f"{path} is damaged ({why}): stop the service, run `serve --check`, restore a backup"
    )
