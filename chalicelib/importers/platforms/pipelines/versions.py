"""Which record of a file is the latest of those that say the same thing.

Pipelines append: a record that has changed is landed again. A file is read twice, first to note
here what there is of each record, then to import the latest.
"""

from __future__ import annotations

import sqlite3
from typing import Literal

from chalicelib.importers.platforms.pipelines.landed import Version
from chalicelib.importers.values.event_identity import code_of

Verdict = Literal["latest", "earlier", "conflicting"]

_NONE, _OF_TIMES, _OF_ROWS = range(3)
"""A later record settles a conflict between two of one time, but not one between two rows."""


class Versions:
    """The records of a file, in a temporary database: memory does not grow with the file.

    Records are known by 60 bits of a digest.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # a file without a name
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -8000"):
            self._database.execute(f"PRAGMA {setting}")
        self._database.execute(
            "CREATE TABLE latest (code INTEGER PRIMARY KEY, extracted INTEGER, sequence INTEGER, "
            "row_id INTEGER, says INTEGER, position INTEGER, conflict INTEGER)"
        )
        self._database.execute("BEGIN")

    def note(self, key: str, version: Version, position: int, says: int = 0) -> None:
        """Notes a record.

        Parameters
        ----------
        key : str
            What the record is about.
        position : int
            Of the record in the file.
        says : int
            A digest of what it says, if two records of one time may not differ; else 0. They differ
            where something tells them apart that is not known here, and each is a part of the
            whole: taking one for the other would lose the rest.
        """
        code, row_id = code_of(key), code_of(version.row_id) if version.row_id else 0
        time = version.extracted, version.sequence
        found = self._database.execute(
            "SELECT extracted, sequence, row_id, says, position, conflict FROM latest "
            "WHERE code = ?",
            (code,),
        ).fetchone()
        conflict = _NONE
        if found is not None:
            before = found[0], found[1]
            if says and row_id and found[2] and row_id != found[2]:
                conflict = _OF_ROWS
            elif says and time == before and says != found[3]:
                conflict = _OF_TIMES
            if time <= before or found[5] == _OF_ROWS:
                conflict = max(conflict, found[5])
            if time < before:
                time, (row_id, says, position) = before, found[2:5]
        self._database.execute(
            "INSERT OR REPLACE INTO latest VALUES (?, ?, ?, ?, ?, ?, ?)",
            (code, *time, row_id, says, position, conflict),
        )

    def verdict(self, key: str, position: int) -> Verdict:
        """What the record at a position is among those about the same thing."""
        found = self._database.execute(
            "SELECT position, conflict FROM latest WHERE code = ?", (code_of(key),)
        ).fetchone()
        if found is None or (found[0] == position and not found[1]):
            return "latest"
        return "conflicting" if found[1] else "earlier"
