"""How many different event ids a file makes, in little memory however many there are.

Of each id a hash of 64 bits is kept, the same in every process: an estimate that is made again is
the same number. Where there are too many, only every second, fourth, eighth, ... of all possible
hashes is: the repetitions among them say how many there are among all.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from hashlib import blake2b

KEPT = 1 << 20
"""So many hashes are kept, of eight bytes each; up to so many ids the number is exact."""

_PARTS = 64


class DistinctIds:
    """Counts different ids.

    Parameters
    ----------
    kept : int
        As `KEPT`.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._hashes = array("q")
        self._added = 0
        self._mask = 0

    def add(self, ids: Sequence[str]) -> None:
        """Adds some ids, of which any may have been there before."""
        self._added += len(ids)
        hashes = _hashes(ids)
        if not self._mask:
            self._hashes.extend(hashes)
        else:
            mask = self._mask
            self._hashes.extend(h for h in hashes if not h & mask)
        while len(self._hashes) > self._kept:
            self._mask = self._mask << 1 | 1
            self._hashes = array("q", (h for h in self._hashes if not h & self._mask))

    def count(self) -> int:
        """How many different ids there are; exact for as many as are kept."""
        repeated = len(self._hashes) - self._different()
        return self._added - repeated * (self._mask + 1)

    def _different(self) -> int:
        """How many of the hashes are different: a part of them after the other, to save memory."""
        parts: list[array[int]] = [array("q") for _ in range(_PARTS)]
        for value in self._hashes:
            parts[value >> 32 & _PARTS - 1].append(value)
        return sum(len(set(part)) for part in parts)


def _hashes(ids: Sequence[str]) -> array[int]:
    """A hash of each id; Python's own differs from process to process, and costs a third of it."""
    hashes = array("q")
    hashes.frombytes(
        b"".join([blake2b(i.encode("utf-8", "surrogatepass"), digest_size=8).digest() for i in ids])
    )
    return hashes
