"""What outlives a service: the table's journal, the queues, the objects, the schedule.

Without a directory everything is forgotten at the end.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ministack.core import persistence

from chalicelib.embedded.aws import Call, EmbeddedAws
from chalicelib.embedded.journal import Journal, dynamodb_call, replace_file
from chalicelib.embedded.resources import TABLE, create_table, start_stream

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
    directory : Path or None
        Exists.
    """

    def __init__(self, aws: EmbeddedAws, directory: Path | None) -> None:
        self._aws = aws
        self._directory = directory
        self._journal = Journal(directory) if directory is not None else None
        self._queues_changed = threading.Event()

    def close(self) -> None:
        """Keep the rest."""
        self.housekeep()
        if self._journal is not None:
            self._journal.close()

    # --- loading ------------------------------------------------------------------------------

    def load_table(self, on_load: Callable[[float], None] | None) -> str:
        """Make the table and put back what was in it; the ARN of its stream.

        Raises
        ------
        RuntimeError
            If what was kept cannot be put back.
        """
        create_table(self._aws.session)
        if self._journal is None:
            return start_stream(self._aws.session)
        arns: list[str] = []
        written = self._journal.replay(
            self._apply,
            then=lambda: arns.append(start_stream(self._aws.session)),
            progress=on_load,
        )
        self._journal.compact(written, self._count_items, self._items)
        return arns[0]

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

    def _apply(self, call: Call) -> None:
        status, _, body = self._aws.answer(call)
        if status >= 300:
            raise RuntimeError(f"the journal cannot be replayed: {body.decode(errors='replace')}")

    def _items(self) -> Iterator[dict[str, Any]]:
        for page in self._scan():
            yield from page["Items"]

    def _count_items(self) -> int:
        return sum(page["Count"] for page in self._scan(Select="COUNT"))

    def _scan(self, **options: str) -> Iterator[dict[str, Any]]:
        start: dict[str, Any] = {}
        while True:
            body = json.dumps({"TableName": TABLE, **options, **start}).encode()
            page = json.loads(self._aws.answer(dynamodb_call("Scan", body))[2])
            yield page
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    # --- keeping ------------------------------------------------------------------------------

    def observe(self, call: Call) -> None:
        """Keep what a call has changed; what is not kept here, `housekeep` does."""
        if self._journal is not None:
            self._journal.observe(call)
        if call.service == "s3" and call.method in ("PUT", "POST"):
            self._queues_changed.set()
        if call.service == "sqs" and call.action in _QUEUE_WRITES:
            self._queues_changed.set()

    def housekeep(self) -> None:
        """Keep what is not kept at once; to be called every second or so."""
        if self._journal is not None:
            self._journal.flush()
        if self._directory is not None and self._queues_changed.is_set():
            self._queues_changed.clear()
            persistence.save_state("sqs", self._aws.queues())

    @property
    def position(self) -> int:
        """How much has been written to the table; grows with every write that is kept."""
        return self._journal.size if self._journal is not None else 0

    def mark_derived(self, position: int) -> None:
        """Remember that everything before a position is in the day totals."""
        if self._journal is not None:
            self._journal.mark_derived(position)

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
