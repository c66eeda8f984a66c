"""Event ids that are the same in every export of the same object.

An id is made of platform, account, report, object, day and metric, and of nothing that differs
between downloads, such as file names or row numbers. A later export of the same day therefore
replaces the day instead of adding to it.
"""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Iterable
from hashlib import blake2b

_LITERAL = re.compile(r"[A-Za-z0-9_-]{1,40}")
_MAX_NAME_CHARACTERS = 128
_TABLE_STEP = 1 << 32
_SIXTY_BITS = (1 << 60) - 1
_DAY_STEP = 0x9E3779B97F4A7C1 | 1  # an odd number near 2**60 / golden ratio


def event_id(*parts: str) -> str:
    """Return an id of at most 128 characters from parts in a fixed order.

    A short, plain part is used unchanged. Any other part becomes a dot and its BLAKE2b digest, so
    that no name equals the digest of another one.
    """
    joined = ":".join(part if _LITERAL.fullmatch(part) else f".{digest(part)}" for part in parts)
    return joined if len(joined) <= 128 else f"{parts[0]}:.{digest(joined)}"


class EventIds:
    """Event ids with the same first parts: `event_id` for records of one account, but faster.

    Parameters
    ----------
    *parts : str
        The first parts of every id.
    """

    def __init__(self, *parts: str) -> None:
        self._first = parts[0]
        self._beginning = event_id(*parts)

    def of(self, part: str, metric: str) -> str:
        """Return the id with two more parts; the second must be short and plain."""
        if not _LITERAL.fullmatch(part):
            part = f".{digest(part)}"
        joined = f"{self._beginning}:{part}:{metric}"
        return joined if len(joined) <= 128 else f"{self._first}:.{digest(joined)}"


def digest(text: str) -> str:
    """Return 128 bits of BLAKE2b of a text, as 32 hexadecimal digits."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def object_key(parts: Iterable[str]) -> str:
    """Join the names that identify the object of a row to one text."""
    return "\x1f".join(parts)


def short_name(name: str) -> str:
    """Shorten a name for `campaign_id` and `content_id`; a long one gets part of its digest."""
    if len(name) <= _MAX_NAME_CHARACTERS:
        return name
    return f"{name[: _MAX_NAME_CHARACTERS - 17]}~{digest(name)[:16]}"


def code_of(text: str) -> int:
    """Return 60 bits of BLAKE2b of a text."""
    return (
        int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()) >> 4
    )


class RepeatedRow(ValueError):
    """A row for an object and day for which an earlier table of the file already has a row."""


class Ordinals:
    """Number rows of the same object and day, so that none replaces another.

    Fifteen ads may share the only names that a report gives them. The first row of an object has
    the ordinal 0, which is not part of its id. In a file without such rows, ids do not depend on
    the order of rows.

    A file may contain several tables. A row that an earlier table has too may be a copy of it
    rather than a further part of the object and day.

    Rows are identified by 60 bits of a digest. Up to `rows_in_memory` digests are kept in memory
    and further ones in a temporary database, so that memory does not grow with the file.
    """

    def __init__(self, rows_in_memory: int = 100_000) -> None:
        self._recent: dict[int, int] = {}
        self._most = rows_in_memory
        self._before = 0
        self._database: sqlite3.Connection | None = None

    def begin_table(self) -> None:
        """Start another table."""
        self._before += _TABLE_STEP

    def next(self, thing: int, day: int) -> int:
        """Count the earlier rows of an object (as `code_of`) and day (as an ordinal).

        Raises
        ------
        RepeatedRow
            If one of them is in an earlier table.
        """
        code = (thing + day * _DAY_STEP) & _SIXTY_BITS
        ordinal = self._next(code)
        self._recent[code] = ordinal + 1
        return ordinal - self._before

    def next_over(self, thing: int, days: range) -> int:
        """Like `next`, for a row of several days: an ordinal that no row of any of the days has.

        Periods of one object may overlap. When both are spread, the later row would replace the
        earlier one on the days that they share.
        """
        codes = [(thing + day * _DAY_STEP) & _SIXTY_BITS for day in days]
        ordinal = max(map(self._next, codes))
        self._recent.update(dict.fromkeys(codes, ordinal + 1))
        return ordinal - self._before

    def _next(self, code: int) -> int:
        """Return the next ordinal of a code, counted from that of the first table."""
        ordinal = self._recent.get(code)
        if ordinal is None:
            ordinal = self._stored(code) if self._database else 0
            if len(self._recent) >= self._most:
                self._store()
        if ordinal < self._before:
            if ordinal:
                raise RepeatedRow
            ordinal = self._before
        return ordinal

    def next_of(self, key: str, day: dt.date) -> int:
        """Like `next`, for a name and a date."""
        return self.next(code_of(key), day.toordinal())

    def _stored(self, code: int) -> int:
        assert self._database is not None
        found = self._database.execute("SELECT n FROM rows WHERE code = ?", (code,)).fetchone()
        return found[0] if found else 0

    def _store(self) -> None:
        if self._database is None:
            self._database = sqlite3.connect("", isolation_level=None)  # a temporary file
            for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -8000"):
                self._database.execute(f"PRAGMA {setting}")
            self._database.execute("CREATE TABLE rows (code INTEGER PRIMARY KEY, n INTEGER)")
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT OR REPLACE INTO rows VALUES (?, ?)", sorted(self._recent.items())
        )
        self._database.execute("COMMIT")
        self._recent.clear()
