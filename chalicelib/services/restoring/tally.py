"""What became of the items of a copy, counted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

KINDS = (
    "list of tenants",
    "configuration",
    "receipts of erasures",
    "erased people",
    "API keys",
    "links",
    "mappings",
    "counts of experiments",
    "experiments",
    "documents of fits",
    "fits",
    "imports",
    "refused rows",
    "day totals",
    "coverage and annotations",
    "events",
)
"""In the order in which they are restored."""


@dataclass(slots=True)
class Tally:
    """Items of one kind.

    Attributes
    ----------
    copied : int
        In the copy.
    missing : int
        Of these, not here, in whatever place.
    written : int
        Of these, written by this run; fewer where somebody else was quicker.
    left_out : Counter of str
        Not here and not missed, by reason.
    """

    copied: int = 0
    missing: int = 0
    written: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Count what another has counted."""
        self.copied += other.copied
        self.missing += other.missing
        self.written += other.written
        self.left_out.update(other.left_out)


@dataclass(slots=True)
class Restored:
    """What became of a tenant.

    Attributes
    ----------
    tenant : str
    kinds : dict of str to Tally
        For each of `KINDS`.
    revoked_keys : list of str
        Ids of API keys that were active at the time of the copy and come back as revoked.
    first_day, last_day : date, optional
        Days of which an event was missing.
    derived : int
        Partitions (day and shard) whose totals were derived again.
    """

    tenant: str
    kinds: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})
    revoked_keys: list[str] = field(default_factory=list)
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    derived: int = 0

    def touch(self, day: dt.date) -> None:
        """An event of this day was missing."""
        self.first_day = min(self.first_day or day, day)
        self.last_day = max(self.last_day or day, day)
