"""What outlives a service: its table, the queues, the objects, the schedule.

Without a directory everything is forgotten at the end.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from ministack.core import persistence

from chalicelib.embedded.aws import Call, EmbeddedAws
from chalicelib.embedded.changes import Changes
from chalicelib.embedded.files import replace_file
from chalicelib.embedded.tables import ServedTable

_QUEUE_WRITES = frozenset(
    {"SendMessage", "SendMessageBatch", "DeleteMessage", "DeleteMessageBatch"}
)


class DirectoryInUseError(RuntimeError):
    """Another process serves from this directory."""


class State:
    """The state of a service.

    Parameters
    ----------
    aws : EmbeddedAws
        Empty.
    table : ServedTable
        Where the table is kept.
    directory : Path or None
        Exists.
    """

    def __init__(self, aws: EmbeddedAws, table: ServedTable, directory: Path | None) -> None:
        self._aws = aws
        self._table = table
        self._directory = directory
        self._queues_changed = threading.Event()

    def close(self) -> None:
        """Keep the rest."""
        self.housekeep()
        self._table.close()

    # --- loading ------------------------------------------------------------------------------

    def load_table(self, on_load: Callable[[float], None] | None) -> Changes:
        """Make the table and put back what was in it; what its totals do not know yet.

        Raises
        ------
        RuntimeError
            If what was kept cannot be put back.
        """
        return self._table.load(self._aws, on_load)

    def load_queues(self) -> None:
        """Put back the messages that were waiting."""
        if self._directory is None:
            return
        persistence.PERSIST_STATE = True
        persistence.STATE_DIR = str(self._directory / "queues")
        queues = persistence.load_state("sqs")
        if queues:
            self._aws.restore_queues(queues)

    def load_objects(self) -> None:
        """Put back the objects of the buckets that there are, and keep further ones."""
        if self._directory is not None:
            self._aws.keep_objects(self._directory / "objects")

    # --- keeping ------------------------------------------------------------------------------

    def observe(self, call: Call) -> None:
        """Keep what a call has changed; what is not kept here, `housekeep` does."""
        self._table.observe(call)
        if call.service == "s3" and call.method in ("PUT", "POST"):
            self._queues_changed.set()
        if call.service == "sqs" and call.action in _QUEUE_WRITES:
            self._queues_changed.set()

    def housekeep(self) -> None:
        """Keep what is not kept at once; to be called every second or so."""
        self._table.housekeep()
        if self._directory is not None and self._queues_changed.is_set():
            self._queues_changed.clear()
            persistence.save_state("sqs", self._aws.queues())

    def last_schedule(self, now: dt.datetime) -> dt.datetime:
        """When the schedule ran last; `now` where it never did."""
        file = self._directory / "schedule" if self._directory is not None else None
        if file is not None and file.exists():
            return dt.datetime.fromisoformat(file.read_text().strip())
        self.note_schedule(now)
        return now

    def note_schedule(self, now: dt.datetime) -> None:
        """Remember that the schedule runs now."""
        if self._directory is not None:
            replace_file(self._directory / "schedule", now.isoformat().encode())


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """A directory, made if need be, that no other process serves from; DirectoryInUseError else."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(directory / "lock", "a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DirectoryInUseError(f"another process serves from {directory}") from None
        yield
