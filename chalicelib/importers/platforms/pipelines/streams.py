"""Streams: recognise the records of a source and convert them to events.

Streams do not depend on envelopes. A new stream needs a module with a `Stream` and an entry in
`importing.STREAMS`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from chalicelib.importers.outcomes import Claim, ClaimedConversions
from chalicelib.importers.platforms.pipelines.landed import NAMES_KEPT, Landed
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.records.records import Converted

Names = frozenset[str]
"""The names of a record's fields. Most records of a file have the same names."""


class Subject(NamedTuple):
    """The subject of a record.

    Attributes
    ----------
    key : str
        Identifies the record: the same in all its versions and in no other record.
    level : str
        The level of detail, if several reports count the same traffic.
    first, last : date, optional
        The first and the last day of its numbers.
    family : str
        Distinguishes different traffic in the same stream.
    """

    key: str
    level: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    family: str = ""


@dataclass(slots=True)
class Ledger:
    """Collects claims, unpaid orders and remarks while the records of a file are converted.

    Attributes
    ----------
    options : Options
    claimed, unpaid : ClaimedConversions
    remarks : Counter
        Remark -> number of records that it applies to.
    claim : Claim, optional
        The claim of the current record.
    """

    options: Options
    claimed: ClaimedConversions
    unpaid: ClaimedConversions
    remarks: Counter[str] = field(default_factory=Counter)
    claim: Claim | None = None
    _remarks: list[str] = field(default_factory=list)

    def begin_record(self) -> None:
        """Start a record: discard the claim and remarks of a rejected one."""
        self.claim = None
        self._remarks.clear()

    def note(self, remark: str) -> None:
        """Add a remark on the current record."""
        self._remarks.append(remark)

    def note_claim(self, claim: Claim) -> None:
        """Set the platform's claim in the current record."""
        self.claim = claim

    def settle_record(self) -> None:
        """Add the claim and remarks of a converted record to the totals."""
        self.remarks.update(self._remarks)
        if self.claim is not None:
            self.claimed.add(self.claim.count, self.claim.value, self.claim.currency)


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """A type of record.

    Attributes
    ----------
    platform, report : str
        Slugs.
    title, looks_for : str
        Texts for the documentation and for unrecognised files.
    hint : re.Pattern
        Matches the text of every file that contains records of this stream.
    recognise : callable
        Returns how many of the stream's specific names are among a record's fields; 0 if the record
        belongs to another stream.
    reason : callable
        Returns why a record is not data, regardless of its numbers; empty if it is data.
    subject : callable
        Returns the subject of a record; raises `RowRejected`.
    convert : callable
        Returns the events of a record, or why it is not data; raises `RowRejected`.
    becomes, rejected, notes
        As in `Declaration`.
    levels : tuple of str
        The levels of its reports, in order of preference. Only one level per file is imported.
    is_report : bool
        Whether its numbers are sums for the subject. Two records of the same time must then not
        differ. Otherwise, records have ids, and the later one is valid.
    covers : bool
        Whether a file is complete for all days from its first to its last.
    lists_all_days : bool
        Whether a file has records for each day.
    needs_envelope : bool
        Whether another importer reads its records without an envelope.
    holds_people : bool
        As in `Declaration.holds_people`.
    """

    platform: str
    report: str
    title: str
    looks_for: str
    hint: re.Pattern[str]
    recognise: Callable[[Names], int]
    reason: Callable[[Landed], str]
    subject: Callable[[Landed], Subject]
    convert: Callable[[Landed, Subject, Ledger], Converted]
    becomes: tuple[Becomes, ...]
    rejected: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    is_report: bool = True
    covers: bool = True
    lists_all_days: bool = False
    needs_envelope: bool = False
    holds_people: bool = field(kw_only=True)


@lru_cache(maxsize=NAMES_KEPT)
def stream_of(names: Names, streams: tuple[Stream, ...]) -> tuple[int, Stream] | None:
    """Return the number of specific names and the stream of a record; None if it is unknown."""
    best: tuple[int, Stream] | None = None
    for stream in streams:
        hits = stream.recognise(names)
        if hits and (best is None or hits > best[0]):
            best = hits, stream
    return best
