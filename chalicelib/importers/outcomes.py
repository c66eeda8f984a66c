"""The outcome of a row: imported, rejected with a reason, or no data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from chalicelib.model.codes import meanings_of

if TYPE_CHECKING:
    from chalicelib.importers.tables.further_tables import Rest

RawEvent = dict[str, Any]
"""An event in the format of the contract, as `events.parse_event` takes it.

Times may be `datetime` in UTC and amounts `money.Money`, so that an importer can build each day and
amount once and share it between events. `event_lines.event_line` converts it to JSON.
"""

MAX_RAW_CHARACTERS = 2000
"""How much of a rejected row is kept."""

WITHHELD = "(withheld: the row may contain personal data)"
"""Kept instead of a rejected row of a report that contains people."""

ROW_REJECTIONS = meanings_of("row")
"""Code -> meaning of every reason for rejecting a single row."""


class RowRejected(ValueError):
    """A row that cannot be imported; importers raise it, the row loop converts it to an outcome.

    Attributes
    ----------
    code : str
        One of `ROW_REJECTIONS`.
    message : str
        One sentence for the user.
    """

    def __init__(self, code: str, message: str) -> None:
        if code not in ROW_REJECTIONS:
            raise KeyError(f"undocumented row rejection {code!r}")
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(slots=True)
class Claim:
    """Conversions that a platform claims; one for all rows with the same values.

    Attributes
    ----------
    rows : int
        How many rows make the claim.
    """

    count: Decimal
    value: Decimal
    currency: str
    rows: int = 0


class Imported(NamedTuple):
    """A row that was understood. It may have no events if another row has its sum (sums of a day).

    Attributes
    ----------
    row : int
        The line of the file on which the row begins, from 1 as in an editor; in JSON the position
        of the record, from 1.
    events : tuple of dict
        As accepted by `POST /v1/events`, with event ids that are the same in every import.
    part : int
        Which sheet of a workbook or member of an archive contains it: an index of the reading's
        `parts`; 0 for other files.
    claim : Claim, optional
        Conversions that the platform claims in the row; they count only if the row does.
    """

    row: int
    events: tuple[RawEvent, ...]
    part: int = 0
    claim: Claim | None = None


class Rejected(NamedTuple):
    """A row with data that cannot be imported.

    Attributes
    ----------
    row : int
        As in `Imported`.
    raw : str
        The row as in the file, at most 2,000 characters; without personal data.
    code, message : str
        One of `ROW_REJECTIONS`, and a sentence.
    part : int
        As in `Imported`.
    """

    row: int
    raw: str
    code: str
    message: str
    part: int = 0


def rejection(line: int, raw: str, error: RowRejected, part: int = 0) -> Rejected:
    """Return the outcome of a rejected row, with its text cut to the length that is kept."""
    text = raw[:MAX_RAW_CHARACTERS].rstrip("\r\n").encode("utf-8", "replace").decode()
    return Rejected(line, text, error.code, error.message, part)


class Skipped(NamedTuple):
    """A row without data to import: totals, footers, blank lines, rows of zeros."""

    row: int
    reason: str
    part: int = 0


RowOutcome = Imported | Rejected | Skipped


@dataclass(frozen=True, slots=True)
class ReportDescription:
    """What is known about a report before its rows are read.

    Attributes
    ----------
    platform, report : str
        Slugs, e.g. ``google_ads`` and ``campaign``.
    encoding, delimiter, decimal_mark : str
        How the file is written; empty where it does not apply.
    period_from, period_to : date, optional
        First and last day, if the file states them.
    lifetime : bool
        Whether the counts are running totals since publication.
    notes : tuple of str
        Notes on the reading for the user.
    parts : tuple of str
        Names of the sheets or archive members that are read, in that order.
    """

    platform: str
    report: str
    encoding: str
    delimiter: str = ""
    decimal_mark: str = ""
    period_from: dt.date | None = None
    period_to: dt.date | None = None
    lifetime: bool = False
    notes: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


class UnreadPart(NamedTuple):
    """A sheet, table or archive member that is not read.

    Attributes
    ----------
    what : str
        ``sheet``, ``table`` or ``file``.
    name : str
    reason : str
        A sentence, or a code of `errors.EXPORT_REJECTIONS` with its detail.
    """

    what: str
    name: str
    reason: str


class UnreadValues(Protocol):
    """The columns of a table, or the keys of records, that no importer reads."""

    @property
    def what(self) -> str:
        """``column`` or ``key``."""

    def columns(self) -> list[tuple[str, Decimal | None, str, bool]]:
        """Return (name, sum, reason, whether it looks like a metric) of each column or key."""


class RecordOutcomes(Iterator[RowOutcome]):
    """The outcomes of records, with the keys that are not read.

    Attributes
    ----------
    unread : UnreadValues
        Complete after the last outcome.
    """

    def __init__(self, outcomes: Iterator[RowOutcome], unread: UnreadValues) -> None:
        self._outcomes = outcomes
        self.unread = unread

    def __next__(self) -> RowOutcome:
        return next(self._outcomes)


@dataclass(slots=True)
class ClaimedConversions:
    """Sums of the conversions that an ad platform claims; they are never events."""

    _sums: dict[str, list[Decimal]] = field(default_factory=dict)
    _open: Iterable[Claim | None] = ()

    def add(self, count: Decimal, value: Decimal, currency: str | None, rows: int = 1) -> None:
        """Add a claim; `currency` may be unknown if there is no value."""
        if count or value:
            sums = self._sums.setdefault(currency or "", [Decimal(0), Decimal(0)])
            sums[0] += count * rows
            sums[1] += value * rows

    def withdraw(self, claim: Claim) -> None:
        """Remove the claim of one row."""
        self.add(claim.count, claim.value, claim.currency, -1)

    def follow(self, claims: Iterable[Claim | None]) -> None:
        """Register claims that are still growing; `settle` adds them."""
        self._open = claims

    def settle(self) -> None:
        """Add the registered claims and reset them."""
        for claim in self._open:
            if claim is not None and claim.rows:
                self.add(claim.count, claim.value, claim.currency, claim.rows)
                claim.rows = 0

    def add_all(self, other: ClaimedConversions) -> None:
        """Add the claims of another part of the report."""
        other.settle()
        for currency, (count, value) in other._sums.items():
            self.add(count, value, currency)

    def as_rows(self) -> list[dict[str, str | None]]:
        """Return count, value and currency per currency, as decimal strings."""
        self.settle()
        return [
            {"count": f"{count:f}", "value": f"{value:f}", "currency": currency or None}
            for currency, (count, value) in sorted(self._sums.items())
            if count or value
        ]


@dataclass(slots=True)
class Reading:
    """An opened report, as an importer returns it to `ExportReader`.

    Attributes
    ----------
    report : ReportDescription
    outcomes : iterator of RowOutcome
        One per row of the file, lazily.
    claimed : ClaimedConversions
        Grows during iteration of the outcomes.
    notes : list of str
        Notes from reading; complete after the last outcome.
    coverage : list of dict
        Raw events of the kind `coverage`; complete after the last outcome.
    rest : Rest, optional
        After the last outcome: the rest of the file below the header of a further table.
    unread : list of UnreadValues
        The unread columns of each table and unread keys of records; complete after the last
        outcome.
    skipped : list of UnreadPart
        Sheets, tables and archive members that are not read.
    unpaid : ClaimedConversions
        Orders that are not paid yet; they produce no event.
    """

    report: ReportDescription
    outcomes: Iterator[RowOutcome]
    claimed: ClaimedConversions = field(default_factory=ClaimedConversions)
    notes: list[str] = field(default_factory=list)
    coverage: list[RawEvent] = field(default_factory=list)
    rest: Rest | None = None
    unread: list[UnreadValues] = field(default_factory=list)
    skipped: list[UnreadPart] = field(default_factory=list)
    unpaid: ClaimedConversions = field(default_factory=ClaimedConversions)

    def __post_init__(self) -> None:
        if isinstance(self.outcomes, RecordOutcomes):
            self.unread.append(self.outcomes.unread)

    def take(self, part: Reading) -> None:
        """Add the results of a part of the file that was read to its end."""
        self.claimed.add_all(part.claimed)
        self.unpaid.add_all(part.unpaid)
        self.notes.extend(note for note in part.notes if note not in self.notes)
        self.coverage += part.coverage
        self.unread += part.unread
        named = {(one.what, one.name) for one in self.skipped}
        self.skipped += [one for one in part.skipped if (one.what, one.name) not in named]
