"""Event ids that are the same whenever the same thing is exported again.

An id is made of what the numbers are about (platform, account, report, object, day, metric) and of
nothing that changes between two downloads: no file name, no row number. A later export of the same
day then restates the day instead of adding to it.
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
    """An id of at most 128 characters from parts in a fixed order.

    A part that is short and plain stands in it as it is; any other stands as a dot and its
    BLAKE2b digest, so that a name cannot pass for another's digest.
    """
    joined = ":".join(part if _LITERAL.fullmatch(part) else f".{digest(part)}" for part in parts)
    return joined if len(joined) <= 128 else f"{parts[0]}:.{digest(joined)}"


class EventIds:
    """Event ids that begin alike: `event_id` for records of one account, for less.

    Parameters
    ----------
    *parts : str
        The parts that all of them begin with.
    """

    def __init__(self, *parts: str) -> None:
        self._first = parts[0]
        self._beginning = event_id(*parts)

    def of(self, part: str, metric: str) -> str:
        """The id with two parts more; the second is short and plain."""
        if not _LITERAL.fullmatch(part):
            part = f".{digest(part)}"
        joined = f"{self._beginning}:{part}:{metric}"
        return joined if len(joined) <= 128 else f"{self._first}:.{digest(joined)}"


def digest(text: str) -> str:
    """128 bits of BLAKE2b of a text, as 32 hexadecimal digits."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def object_key(parts: Iterable[str]) -> str:
    """One text for the several names that together say what a row is about."""
    return "\x1f".join(parts)


def short_name(name: str) -> str:
    """A name that fits `campaign_id` and `content_id`: a long one ends in a part of its digest."""
    if len(name) <= _MAX_NAME_CHARACTERS:
        return name
    return f"{name[: _MAX_NAME_CHARACTERS - 17]}~{digest(name)[:16]}"


def code_of(text: str) -> int:
    """60 bits of BLAKE2b of a text."""
    return (
        int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()) >> 4
    )


class ToldTwice(ValueError):
    """A row of a table, of whose object and day an earlier table of the file has a row too."""


class Ordinals:
    """Counts rows that are about the same object and day, so that none replaces another.

    Fifteen ads may share the only names that a report gives them. The first row of an object has
    the ordinal 0, which stands in no id; a file without such rows has ids that do not depend on
    the order of rows at all.

    A file may hold several tables. A row that an earlier one has too is no further part of its
    object and day, but perhaps the same once more.

    Rows are known by 60 bits of a digest. So many as `rows_in_memory` are kept there, further ones
    in a temporary database, so that a file of any length takes the same memory.
    """

    def __init__(self, rows_in_memory: int = 100_000) -> None:
        self._recent: dict[int, int] = {}
        self._most = rows_in_memory
        self._before = 0
        self._database: sqlite3.Connection | None = None

    def begin_table(self) -> None:
        """Rows from now on are of another table."""
        self._before += _TABLE_STEP

    def next(self, thing: int, day: int) -> int:
        """How many rows of this object (as `code_of`) and day (as an ordinal) there were before.

        Raises
        ------
        ToldTwice
            If one of them is in an earlier table.
        """
        code = (thing + day * _DAY_STEP) & _SIXTY_BITS
        ordinal = self._next(code)
        self._recent[code] = ordinal + 1
        return ordinal - self._before

    def next_over(self, thing: int, days: range) -> int:
        """As `next`, for a row of several days: one ordinal, which no row of any of them has.

        Periods of one thing may overlap; on the days that they share, spread over the days, the
        later row would replace the earlier one.
        """
        codes = [(thing + day * _DAY_STEP) & _SIXTY_BITS for day in days]
        ordinal = max(map(self._next, codes))
        self._recent.update(dict.fromkeys(codes, ordinal + 1))
        return ordinal - self._before

    def _next(self, code: int) -> int:
        """The next ordinal of a code, counted from that of the first table."""
        ordinal = self._recent.get(code)
        if ordinal is None:
            ordinal = self._stored(code) if self._database else 0
            if len(self._recent) >= self._most:
                self._store()
        if ordinal < self._before:
            if ordinal:
                raise ToldTwice
            ordinal = self._before
        return ordinal

    def next_of(self, key: str, day: dt.date) -> int:
        """As `next`, for a name and a date."""
        return self.next(code_of(key), day.toordinal())

    def _stored(self, code: int) -> int:
        assert self._database is not None
        found = self._database.execute("SELECT n FROM rows WHERE code = ?", (code,)).fetchone()
        return found[0] if found else 0

    def _store(self) -> None:
        if self._database is None:
            self._database = sqlite3.connect("", isolation_level=None)  # a file without a name
            for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -8000"):
                self._database.execute(f"PRAGMA {setting}")
            self._database.execute("CREATE TABLE rows (code INTEGER PRIMARY KEY, n INTEGER)")
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT OR REPLACE INTO rows VALUES (?, ?)", sorted(self._recent.items())
        )
        self._database.execute("COMMIT")
        self._recent.clear()
