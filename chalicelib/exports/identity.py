"""Event ids that are the same whenever the same thing is exported again.

An id is made of what the numbers are about (platform, account, report, object, day, metric) and of
nothing that changes between two downloads: no file name, no row number. A later export of the same
day then restates the day instead of adding to it.
"""

from __future__ import annotations

import datetime as dt
import re
from array import array
from collections.abc import Iterable
from hashlib import blake2b

_LITERAL = re.compile(r"[A-Za-z0-9_-]{1,40}")
_MAX_NAME_CHARACTERS = 128


def event_id(*parts: str) -> str:
    """An id of at most 128 characters from parts in a fixed order.

    A part that is short and plain stands in it as it is; any other stands as a dot and its
    BLAKE2b digest, so that a name cannot pass for another's digest.
    """
    joined = ":".join(part if _LITERAL.fullmatch(part) else f".{digest(part)}" for part in parts)
    return joined if len(joined) <= 128 else f"{parts[0]}:.{digest(joined)}"


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


class Ordinals:
    """Counts rows that are about the same object and day, so that none replaces another.

    Fifteen ads may share the only names that a report gives them. The first row of an object has
    the ordinal 0, which stands in no id; a file without such rows has ids that do not depend on
    the order of rows at all.

    Holds a hash table (open addressing over two arrays), 20 to 40 bytes per row: a dictionary
    would need several times that for the rows of a large file.
    """

    def __init__(self) -> None:
        self._resize(1 << 10)

    def next(self, key: str, day: dt.date) -> int:
        """How many rows of this object and day there were before."""
        seed = blake2b(
            key.encode("utf-8", "surrogatepass") + day.toordinal().to_bytes(4, "big"),
            digest_size=8,
        ).digest()
        code = int.from_bytes(seed, "big") or 1
        at = self._slot_of(code)
        ordinal = self._counts[at]
        self._counts[at] = ordinal + 1
        if not ordinal:
            self._codes[at] = code
            self._used += 1
            if self._used * 5 > self._mask * 3:
                self._grow()
        return ordinal

    def _slot_of(self, code: int) -> int:
        codes, mask = self._codes, self._mask
        at = code & mask
        while codes[at] and codes[at] != code:
            at = (at + 1) & mask
        return at

    def _grow(self) -> None:
        codes, counts = self._codes, self._counts
        self._resize(2 * len(codes))
        for code, count in zip(codes, counts, strict=True):
            if code:
                at = self._slot_of(code)
                self._codes[at], self._counts[at] = code, count
                self._used += 1

    def _resize(self, slots: int) -> None:
        self._mask = slots - 1
        self._codes = array("Q", bytes(8 * slots))
        self._counts = array("I", bytes(4 * slots))
        self._used = 0
