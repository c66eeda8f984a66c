"""What keeps the table of `serve --data` over a restart: every write, in order, in one file.

A write is in the file before its caller hears that it happened, so killing the process loses
nothing that was acknowledged. The file is flushed to the disk every second or so: a power cut may
lose the last seconds.

Beside it lies how far the day totals have been derived; what comes after that is replayed with the
stream switched on, so that the totals catch up.

MiniStack's own snapshots (`get_state`) are not used for the table: copying 100,000 items takes
seconds in which nothing else can happen, and everything since the last one would be lost.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from chalicelib.embedded.aws import Call
from chalicelib.embedded.engine import JOURNAL
from chalicelib.embedded.files import replace_file
from chalicelib.embedded.resources import TABLE

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
"""The DynamoDB operations that change a table's items."""

Replay = Callable[[Call], None]
_TARGET = "DynamoDB_20120810."


def dynamodb_call(action: str, body: bytes) -> Call:
    """A DynamoDB request as botocore would have sent it."""
    return Call("dynamodb", "POST", "/", {"x-amz-target": _TARGET + action}, body, {})


class Journal:
    """The writes to one table.

    Parameters
    ----------
    directory : Path
        Exists; the journal's two files lie in it.
    compact_from : int
        How many writes a file holds at least before it is compacted.
    """

    def __init__(self, directory: Path, *, compact_from: int = 20_000) -> None:
        self._compact_from = compact_from
        self._path = directory / JOURNAL
        self._mark_path = directory / "table.derived"
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.size = self._cut_torn_tail()
        self._flushed = self.size
        self._derived = min(self._read_mark(), self.size)

    def close(self) -> None:
        """Flush and close."""
        self.flush()
        os.close(self._file)

    # --- writing ------------------------------------------------------------------------------

    def observe(self, call: Call) -> None:
        """Keep a call if it changed the table.

        Raises
        ------
        OSError
            If the file cannot take it; the write is then not acknowledged.
        """
        if call.service != "dynamodb" or call.action not in WRITES:
            return
        line = call.action.encode() + b" " + call.body + b"\n"
        view = memoryview(line)
        try:
            while view:
                view = view[os.write(self._file, view) :]
        except OSError:
            os.ftruncate(self._file, self.size)  # half a line would spoil the next one
            raise
        self.size += len(line)

    def flush(self) -> None:
        """Have the disk take what was written."""
        if self._flushed != self.size:
            size = self.size
            os.fsync(self._file)
            self._flushed = size

    def mark_derived(self, size: int) -> None:
        """Remember that everything up to here is in the day totals."""
        if size != self._derived:
            replace_file(self._mark_path, str(size).encode())
            self._derived = size

    # --- reading ------------------------------------------------------------------------------

    def replay(
        self,
        apply: Replay,
        *,
        then: Callable[[], None],
        progress: Callable[[float], None] | None = None,
    ) -> int:
        """Apply every write again, in order.

        Parameters
        ----------
        apply : callable
            Takes each call.
        then : callable
            Called once, between what is in the day totals already and what is not.
        progress : callable, optional
            Told the share that is done.

        Returns
        -------
        int
            How many items were written, those written twice counted twice.
        """
        position = 0
        items = 0
        switched = False
        with open(self._path, "rb") as lines:
            for number, line in enumerate(lines):
                if position >= self._derived and not switched:
                    then()
                    switched = True
                action, _, body = line.rstrip(b"\n").partition(b" ")
                apply(dynamodb_call(action.decode(), body))
                items += body.count(b'Request": {') or 1
                position += len(line)
                if progress is not None and number % 200 == 0:
                    progress(position / self.size)
        if not switched:
            then()
        return items

    def compact(
        self, written: int, live: Callable[[], int], items: Callable[[], Iterable[dict[str, Any]]]
    ) -> None:
        """Write the file anew from the items that there are, where most of it is history.

        Parameters
        ----------
        written : int
            What `replay` returned.
        live : callable
            Counts the items that there are now.
        items : callable
            Gives them, as typed attributes; called only if it is worth it and safe (nothing is
            waiting to be derived).
        """
        if written < self._compact_from or self._derived != self.size or written < 2 * live():
            return
        temporary = self._path.with_suffix(".new")
        with open(temporary, "wb") as out:
            os.fchmod(out.fileno(), 0o600)
            for item in items():
                put = {"TableName": TABLE, "Item": item}
                out.write(b"PutItem " + json.dumps(put).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        os.close(self._file)
        os.replace(temporary, self._path)
        self._file = os.open(self._path, os.O_RDWR | os.O_APPEND)
        self.size = self._flushed = os.lseek(self._file, 0, os.SEEK_END)
        self.mark_derived(self.size)

    def _cut_torn_tail(self) -> int:
        """Drop a last line that was not written to its end; its caller was told nothing."""
        end = os.lseek(self._file, 0, os.SEEK_END)
        while end > 0:
            start = max(0, end - 1_048_576)
            newline = os.pread(self._file, end - start, start).rfind(b"\n")
            if newline >= 0:
                end = start + newline + 1
                break
            end = start
        os.ftruncate(self._file, end)
        return end

    def _read_mark(self) -> int:
        if not self._mark_path.exists():
            return 0
        text = self._mark_path.read_text().strip()
        return int(text) if text.isdigit() else 0
