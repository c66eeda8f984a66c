"""What a record means: a stream knows its records and makes events of them.

A stream knows nothing of envelopes. Adding one is a module with a `Stream`, and its name in the
list of `importing`.
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
"""The names of a record's fields; most records of a file have the same."""


class Subject(NamedTuple):
    """What a record is about.

    Attributes
    ----------
    key : str
        The same in every version of the record, and in no other record.
    level : str
        Of reports that count the same traffic in different detail: which of them this is.
    first, last : date, optional
        The days that its numbers are of.
    family : str
        Which traffic it is, where records of one stream count several.
    """

    key: str
    level: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    family: str = ""


@dataclass(slots=True)
class Ledger:
    """What the records of a file leave beside their events.

    Attributes
    ----------
    options : Options
    claimed, unpaid : ClaimedConversions
    remarks : Counter
        A sentence -> of how many records it is true.
    claim : Claim, optional
        Of the record that is being converted.
    """

    options: Options
    claimed: ClaimedConversions
    unpaid: ClaimedConversions
    remarks: Counter[str] = field(default_factory=Counter)
    claim: Claim | None = None
    _remarks: list[str] = field(default_factory=list)

    def begin_record(self) -> None:
        """Forgets what a record that was rejected would have left."""
        self.claim = None
        self._remarks.clear()

    def note(self, remark: str) -> None:
        """Notes a sentence that is true of the record that is being converted."""
        self._remarks.append(remark)

    def note_claim(self, claim: Claim) -> None:
        """Notes what the platform claims by the record that is being converted."""
        self.claim = claim

    def settle_record(self) -> None:
        """Adds what the record leaves that was converted."""
        self.remarks.update(self._remarks)
        if self.claim is not None:
            self.claimed.add(self.claim.count, self.claim.value, self.claim.currency)


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """One kind of record.

    Attributes
    ----------
    platform, report : str
        Slugs.
    title, looks_for : str
        For the documentation and for files that are not recognised.
    hint : re.Pattern
        What is in the text of every file that holds records of it.
    recognise : callable
        How many of the names that only this stream has are among those of a record's fields; 0 if
        it is another's.
    reason : callable
        Why a record is no data whatever its numbers are; empty if it is data.
    subject : callable
        What a record is about; raises `RowRefused`.
    convert : callable
        The events of a record about a subject, or why it is no data; raises `RowRefused`.
    becomes, refused, notes
        As of a `Declaration`.
    levels : tuple of str
        The levels of its reports; of one file the first that it has is read.
    is_report : bool
        Whether its numbers are sums about what the subject names, so that two records of one time
        must not differ; else its records have ids, and the later is true.
    covers : bool
        Whether a file has all that there is of the days from its first to its last.
    lists_all_days : bool
        Whether it has records of each day.
    needs_envelope : bool
        Whether bare records of it are read by another importer.
    holds_people : bool
        As `Declaration.holds_people`.
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
    refused: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    is_report: bool = True
    covers: bool = True
    lists_all_days: bool = False
    needs_envelope: bool = False
    holds_people: bool = field(kw_only=True)


@lru_cache(maxsize=NAMES_KEPT)
def stream_of(names: Names, streams: tuple[Stream, ...]) -> tuple[int, Stream] | None:
    """The stream of a record with fields of some names, and how many of them tell; None if none."""
    best: tuple[int, Stream] | None = None
    for stream in streams:
        hits = stream.recognise(names)
        if hits and (best is None or hits > best[0]):
            best = hits, stream
    return best
