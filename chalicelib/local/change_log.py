"""What has changed in a table that is kept elsewhere: noted before each write, in one small file.

The partition of an event is in the file, and on the disk, before the write is sent, and leaves it
when the day's totals have been derived after the write's end. So whatever is killed when: each day
whose totals may be stale is in the file at the next start, and deriving one too many changes
nothing.

DynamoDB Local has streams of its own, which cannot be relied on over restarts: it forgets records
after 24 hours without saying so, and then numbers new ones from the beginning again.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from chalicelib.embedded.aws import Call
from chalicelib.embedded.changes import Record
from chalicelib.embedded.files import replace_file
from chalicelib.embedded.journal import WRITES
from chalicelib.storage.keys import parse_event_partition


class ChangeLog:
    """Partitions of events whose totals may be stale.

    Parameters
    ----------
    path : Path
        The file; what is in it has changed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._file = self._open()
        content = os.pread(self._file, os.fstat(self._file).st_size, 0)
        # behind the last line end lies nothing, or what a kill cut off before its write was sent
        complete = content.rfind(b"\n") + 1
        os.ftruncate(self._file, complete)
        self._noted = set(content[:complete].decode().splitlines())
        self._changed = dict.fromkeys(sorted(self._noted))
        self._in_flight: Counter[str] = Counter()
        self._for_next_start: set[str] = set()

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    # --- writes -------------------------------------------------------------------------------

    @contextlib.contextmanager
    def during(self, call: Call) -> Iterator[None]:
        """Note what a call changes, if it changes events, before and after it is made.

        Raises
        ------
        OSError
            If the file cannot take it; the call is not made then.
        """
        partitions = changed_partitions(call)
        if not partitions:
            yield
            return
        self._begin(partitions)
        answered = False
        try:
            yield
            answered = True
        finally:
            self._end(partitions, answered=answered)

    def _begin(self, partitions: set[str]) -> None:
        with self._lock:
            new = sorted(partitions - self._noted)
            if new:
                size = os.fstat(self._file).st_size
                try:
                    content = "".join(f"{one}\n" for one in new).encode()
                    if os.write(self._file, content) != len(content):
                        raise OSError("the list of changes could not be written to its end")
                    os.fsync(self._file)
                except OSError:
                    os.ftruncate(self._file, size)
                    raise
                self._noted.update(new)
            self._in_flight.update(partitions)

    def _end(self, partitions: set[str], *, answered: bool) -> None:
        with self._lock:
            self._in_flight.subtract(partitions)
            self._in_flight += Counter()  # without those that are none
            self._changed.update(dict.fromkeys(sorted(partitions)))
            if not answered:  # it may still be done, after the totals have been derived
                self._for_next_start |= partitions

    # --- changes ------------------------------------------------------------------------------

    def exclusive(self) -> AbstractContextManager[Any]:
        """The lock of this list."""
        return self._lock

    def unread(self) -> int:
        """How many partitions have changed."""
        return len(self._changed)

    def read(self) -> list[Record]:
        """A record for each partition that has changed, as a stream would have it."""
        with self._lock:
            changed, self._changed = self._changed, {}
        return [
            {
                "eventSource": "aws:dynamodb",
                "eventName": "MODIFY",
                "dynamodb": {"Keys": {"pk": {"S": partition}}, "StreamViewType": "KEYS_ONLY"},
            }
            for partition in changed
        ]

    def settled(self) -> None:
        """Forget what has been derived."""
        with self._lock:
            left = {*self._in_flight, *self._changed, *self._for_next_start}
            if left != self._noted:
                self._noted = left
                self._rewrite()

    def failed(self, records: list[Record]) -> None:
        """Keep them for the next start."""
        with self._lock:
            self._for_next_start |= {record["dynamodb"]["Keys"]["pk"]["S"] for record in records}

    # --- the file -----------------------------------------------------------------------------

    def _open(self) -> int:
        return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)

    def _rewrite(self) -> None:
        if not self._noted:
            os.ftruncate(self._file, 0)
            return
        replace_file(self._path, "".join(f"{one}\n" for one in sorted(self._noted)).encode())
        os.close(self._file)
        self._file = self._open()


def changed_partitions(call: Call) -> set[str]:
    """The partitions of events that a call to DynamoDB changes."""
    if call.action not in WRITES:
        return set()
    asked = json.loads(call.body)
    match call.action:
        case "BatchWriteItem":
            requests = [one for ones in asked["RequestItems"].values() for one in ones]
            parts = [part for request in requests for part in request.values()]
        case "TransactWriteItems":
            parts = [part for one in asked["TransactItems"] for part in one.values()]
        case _:
            parts = [asked]
    partitions = {(part.get("Item") or part["Key"])["pk"]["S"] for part in parts}
    return {one for one in partitions if parse_event_partition(one) is not None}
