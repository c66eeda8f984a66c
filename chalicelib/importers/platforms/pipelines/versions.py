"""Finds the latest version of each record in a file.

Pipelines append: they write a changed record again. A file is read twice, first to collect the
versions of each record here, then to import the latest.
"""

from __future__ import annotations

import sqlite3
from typing import Literal

from chalicelib.importers.platforms.pipelines.landed import Version
from chalicelib.importers.values.event_identity import code_of

Verdict = Literal["latest", "earlier", "conflicting"]

_NONE, _OF_TIMES, _OF_ROWS = range(3)
"""A later record resolves a conflict between records of the same time, but not between rows."""


class Versions:
    """The records of a file, in a temporary database, so that memory does not grow with the file.

    Records are identified by 60 bits of a digest.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # a file without a name
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -8000"):
            self._database.execute(f"PRAGMA {setting}")
        self._database.execute(
            "CREATE TABLE latest (code INTEGER PRIMARY KEY, extracted INTEGER, sequence INTEGER, "
            "row_id INTEGER, content INTEGER, position INTEGER, conflict INTEGER)"
        )
        self._database.execute("BEGIN")

    def add(self, key: str, version: Version, position: int, content: int = 0) -> None:
        """Add a record.

        Parameters
        ----------
        key : str
            Identifies the subject of the record.
        position : int
            The position of the record in the file.
        content : int
            A digest of its content, if two records of the same time must not differ; else 0. If
            they differ, an unknown field distinguishes them and each is a part of the total, so
            importing only one of them would lose the rest.
        """
        code, row_id = code_of(key), code_of(version.row_id) if version.row_id else 0
        time = version.extracted, version.sequence
        found = self._database.execute(
            "SELECT extracted, sequence, row_id, content, position, conflict FROM latest "
            "WHERE code = ?",
            (code,),
        ).fetchone()
        conflict = _NONE
        if found is not None:
            before = found[0], found[1]
            if content and row_id and found[2] and row_id != found[2]:
                conflict = _OF_ROWS
            elif content and time == before and content != found[3]:
                conflict = _OF_TIMES
            if time <= before or found[5] == _OF_ROWS:
                conflict = max(conflict, found[5])
            if time < before:
                time, (row_id, content, position) = before, found[2:5]
        self._database.execute(
            "INSERT OR REPLACE INTO latest VALUES (?, ?, ?, ?, ?, ?, ?)",
            (code, *time, row_id, content, position, conflict),
        )

    def verdict(self, key: str, position: int) -> Verdict:
        """Return whether the record at a position is the latest with its subject."""
        found = self._database.execute(
            "SELECT position, conflict FROM latest WHERE code = ?", (code_of(key),)
        ).fetchone()
        if found is None or (found[0] == position and not found[1]):
            return "latest"
        return "conflicting" if found[1] else "earlier"
