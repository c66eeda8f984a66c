"""A record, outside of the database, of how many commits it has seen.

SQLite takes a log (``likeworth.db-wal``) up to its first frame that is not as it was written, and
forgets the rest: after a crash that is right, but a log that was cut or damaged would lose commits
without a word. So each commit is noted here after it is on the disk. The note itself is not
flushed: after a power cut it may be behind the database, never ahead.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from chalicelib.model.errors import DamagedStore

FILE = "likeworth.commits"
_WIDTH = 20


class Commits:
    """The record of the commits of a database."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def note(self, sequence: int) -> None:
        """Record that a commit is on the disk."""
        os.pwrite(self._file, _line(sequence), 0)

    def last(self) -> int:
        """The last commit that was recorded; 0 where none is, or the record is unreadable."""
        text = os.pread(self._file, 64, 0)
        number = text[:_WIDTH]
        if not number.isdigit() or text != _line(int(number)):
            return 0
        return int(number)

    def compare(self, database: Path, sequence: int) -> None:
        """Raise `DamagedStore` if the database has fewer commits than are recorded."""
        last = self.last()
        if sequence < last:
            raise DamagedStore(
                f"{database} has {sequence} commits, and {self.path} says that there were {last}: "
                f"the log {database.name}-wal is damaged or missing. Restore a backup, or remove "
                f"{self.path.name} to serve what is left"
            )
        if sequence > last:
            self.note(sequence)


def _line(sequence: int) -> bytes:
    number = f"{sequence:0{_WIDTH}d}".encode()
    return number + b" " + hashlib.blake2b(number, digest_size=8).hexdigest().encode() + b"\n"
