"""How many different event ids a file makes, in little memory however many there are.

Of each id a hash of 64 bits is kept, the same in every process: an estimate that is made again is
the same number. Where there are too many, only every second, fourth, eighth, ... of all possible
hashes is: the repetitions among them say how many there are among all.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
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
        self._withdrawn = array("q")
        self._added = 0
        self._mask = 0

    def add(self, ids: Sequence[str]) -> None:
        """Adds some ids, of which any may have been there before."""
        self._added += len(ids)
        self._hashes.extend(self._kept_of(_hashes(ids)))
        self._thin_out()

    def withdraw(self, ids: Sequence[str]) -> None:
        """Takes some ids back, each once; of those that were added more often, others are left."""
        self._added -= len(ids)
        self._withdrawn.extend(self._kept_of(_hashes(ids)))
        self._thin_out()

    def count(self) -> int:
        """How many different ids there are; exact for as many as are kept."""
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
        """How many of the hashes are different: a part of them after the other, to save memory."""
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
    """A hash of each id; Python's own differs from process to process, and costs a third of it."""
    hashes = array("q")
    hashes.frombytes(
        b"".join([blake2b(i.encode("utf-8", "surrogatepass"), digest_size=8).digest() for i in ids])
    )
    return hashes
