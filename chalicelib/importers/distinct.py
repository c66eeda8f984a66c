"""Count the distinct event ids of a file in bounded memory.

Each id is kept as a 64-bit hash that is the same in every process, so the count is reproducible. If
there are too many ids, only a half, a quarter, an eighth, ... of all possible hashes is kept, and
the repetitions among them estimate the repetitions among all ids.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b

KEPT = 1 << 20
"""Number of hashes kept, of eight bytes each. Up to this many ids the count is exact."""

_PARTS = 64


class DistinctIds:
    """Counts distinct ids.

    Parameters
    ----------
    kept : int
        As `KEPT`.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._hashes = array("q")
        self._withdrawn = array("q")
        self._added = 0
        self._mask = 0

    def add(self, ids: Sequence[str]) -> None:
        """Add ids, which may have been added before."""
        self._added += len(ids)
        self._hashes.extend(self._kept_of(_hashes(ids)))
        self._thin_out()

    def withdraw(self, ids: Sequence[str]) -> None:
        """Remove one occurrence of each id."""
        self._added -= len(ids)
        self._withdrawn.extend(self._kept_of(_hashes(ids)))
        self._thin_out()

    def count(self) -> int:
        """Return the number of distinct ids; exact up to `kept` ids."""
        repeated = len(self._hashes) - len(self._withdrawn) - self._different()
        return self._added - repeated * (self._mask + 1)

    def _kept_of(self, hashes: array[int]) -> Iterable[int]:
        mask = self._mask
        return (h for h in hashes if not h & mask) if mask else hashes

    def _thin_out(self) -> None:
        while max(len(self._hashes), len(self._withdrawn)) > self._kept:
            self._mask = self._mask << 1 | 1
            self._hashes = array("q", self._kept_of(self._hashes))
            self._withdrawn = array("q", self._kept_of(self._withdrawn))

    def _different(self) -> int:
        """Count the distinct hashes, one part of them after another to save memory."""
        if not self._withdrawn:
            return sum(len(set(part)) for part in _parts_of(self._hashes))
        pairs = zip(_parts_of(self._hashes), _parts_of(self._withdrawn), strict=True)
        return sum(len(Counter(added) - Counter(withdrawn)) for added, withdrawn in pairs)


def _parts_of(hashes: array[int]) -> list[array[int]]:
    parts: list[array[int]] = [array("q") for _ in range(_PARTS)]
    for value in hashes:
        parts[value >> 32 & _PARTS - 1].append(value)
    return parts


def _hashes(ids: Sequence[str]) -> array[int]:
    """Hash each id. Python's own `hash` takes a third of the time but differs between processes."""
    hashes = array("q")
    hashes.frombytes(
        b"".join([blake2b(i.encode("utf-8", "surrogatepass"), digest_size=8).digest() for i in ids])
    )
    return hashes
