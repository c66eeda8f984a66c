"""A record of the number of commits, outside of the database.

SQLite reads a log (``likeworth.db-wal``) up to its first damaged frame and ignores the rest. That
is right after a crash, but commits in a log that was cut or damaged would be lost silently. So each
commit is recorded here after it is on disk. The record itself is not flushed: after a power cut it
can be behind the database, but never ahead.
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
        """The last recorded commit; 0 if there is none, or if the record is unreadable."""
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
                f"{database} has {sequence} commits, but {self.path} has recorded {last}: "
                f"the log {database.name}-wal is damaged or missing. Restore a backup, or delete "
                f"{self.path.name} to serve what remains"
            )
        if sequence > last:
            self.note(sequence)


def _line(sequence: int) -> bytes:
    number = f"{sequence:0{_WIDTH}d}".encode()
    return number + b" " + hashlib.blake2b(number, digest_size=8).hexdigest().encode() + b"\n"
