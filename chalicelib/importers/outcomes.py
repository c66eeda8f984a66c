"""What becomes of a row: imported, refused with a reason, or no data. Nothing else can happen."""

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
"""An event in the shape of the contract, as `events.parse_event` takes it.

Instants may be `datetime` in UTC and amounts `money.Money` already: an importer makes each day and
each currency once, not once per row. `written.event_line` gives the JSON of it.
"""

MAX_RAW_CHARACTERS = 2000
"""How much of a refused row is kept."""

WITHHELD = "(withheld: the row may hold personal data)"
"""What is kept of a refused row in its place, where a report holds people."""

ROW_REFUSALS = meanings_of("row")
"""Code -> meaning of every refusal of a single row."""


class RowRefused(ValueError):
    """A row that cannot be imported; importers raise it, the reading loop makes it an outcome.

    Attributes
    ----------
    code : str
        One of `ROW_REFUSALS`.
    message : str
        One sentence for a person.
    """

    def __init__(self, code: str, message: str) -> None:
        if code not in ROW_REFUSALS:
            raise KeyError(f"undocumented row refusal {code!r}")
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(slots=True)
class Claim:
    """A claim that rows of a report make in the same words, and how many rows do."""

    count: Decimal
    value: Decimal
    currency: str
    rows: int = 0


class Imported(NamedTuple):
    """A row that was understood; its events may stand with another row (sums of a day).

    Attributes
    ----------
    row : int
        The line of the file on which the row begins, counted from 1 as an editor does; in JSON
        the position of the record, from 1.
    events : tuple of dict
        What `POST /v1/events` would take, with event ids that are the same every time.
    part : int
        Which sheet of a workbook or member of an archive it stands in: an index of the reading's
        `parts`; 0 in a file that has none.
    claim : Claim, optional
        The conversions that the platform claims by the row: they count only if the row does.
    """

    row: int
    events: tuple[RawEvent, ...]
    part: int = 0
    claim: Claim | None = None


class Refused(NamedTuple):
    """A row that holds data which cannot be imported.

    Attributes
    ----------
    row : int
        As in `Imported`.
    raw : str
        The row as it stands in the file, at most 2,000 characters; without personal data.
    code, message : str
        One of `ROW_REFUSALS` and a sentence.
    part : int
        As in `Imported`.
    """

    row: int
    raw: str
    code: str
    message: str
    part: int = 0


def refusal(line: int, raw: str, error: RowRefused, part: int = 0) -> Refused:
    """The outcome of a row that is refused; of its text as much as is kept."""
    text = raw[:MAX_RAW_CHARACTERS].rstrip("\r\n").encode("utf-8", "replace").decode()
    return Refused(line, text, error.code, error.message, part)


class Skipped(NamedTuple):
    """A row that holds nothing to import: totals, footers, blank lines, rows of zeros."""

    row: int
    reason: str
    part: int = 0


RowOutcome = Imported | Refused | Skipped


@dataclass(frozen=True, slots=True)
class ReportDescription:
    """What is known of a report before its rows are read.

    Attributes
    ----------
    platform, report : str
        Slugs, e.g. ``google_ads`` and ``campaign``.
    encoding, delimiter, decimal_mark : str
        How the file is written; empty where it does not apply.
    period_from, period_to : date, optional
        First and last day, where the file states them.
    lifetime : bool
        Whether the counts are running totals since publication.
    notes : tuple of str
        What a person should know about the reading.
    parts : tuple of str
        Names of the sheets or archive members that are read, in the order of reading.
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
    """A sheet, a table or a member of an archive that is not read.

    Attributes
    ----------
    what : str
        ``sheet``, ``table`` or ``file``.
    name : str
    reason : str
        A sentence, or a code of `errors.EXPORT_REFUSALS` with its detail.
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
        """(name, sum, why, whether it looks like a metric) of each column or key."""


class RecordOutcomes(Iterator[RowOutcome]):
    """Outcomes of records, with what is not read of them.

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
    """Sums of the conversions that an ad platform claims for itself; they are never events."""

    _sums: dict[str, list[Decimal]] = field(default_factory=dict)
    _open: Iterable[Claim | None] = ()

    def add(self, count: Decimal, value: Decimal, currency: str | None, rows: int = 1) -> None:
        """Adds a claim; `currency` may be unknown where there is no value."""
        if count or value:
            sums = self._sums.setdefault(currency or "", [Decimal(0), Decimal(0)])
            sums[0] += count * rows
            sums[1] += value * rows

    def withdraw(self, claim: Claim) -> None:
        """Takes a claim back that one row has made."""
        self.add(claim.count, claim.value, claim.currency, -1)

    def follow(self, claims: Iterable[Claim | None]) -> None:
        """Takes claims that are still growing; they are added when the sums are asked for."""
        self._open = claims

    def settle(self) -> None:
        """Adds the claims that are followed, and begins them anew."""
        for claim in self._open:
            if claim is not None and claim.rows:
                self.add(claim.count, claim.value, claim.currency, claim.rows)
                claim.rows = 0

    def add_all(self, other: ClaimedConversions) -> None:
        """Adds what another part of the report claims."""
        other.settle()
        for currency, (count, value) in other._sums.items():
            self.add(count, value, currency)

    def as_rows(self) -> list[dict[str, str | None]]:
        """One row of count, value and currency per currency, as decimal strings."""
        self.settle()
        return [
            {"count": f"{count:f}", "value": f"{value:f}", "currency": currency or None}
            for currency, (count, value) in sorted(self._sums.items())
            if count or value
        ]


@dataclass(slots=True)
class Reading:
    """An opened report: what an importer hands to `ExportReader`.

    Attributes
    ----------
    report : ReportDescription
    outcomes : iterator of RowOutcome
        One per row of the file, lazily.
    claimed : ClaimedConversions
        Grows while the outcomes are drawn.
    notes : list of str
        What is learnt on the way; complete after the last outcome.
    coverage : list of dict
        Raw events of the kind `coverage`; complete after the last outcome.
    rest : Rest, optional
        After the last outcome: what is left of the file below the header of a further table.
    unread : list of UnreadValues
        The columns of each table and the keys of records that are not read; complete after the last
        outcome.
    skipped : list of UnreadPart
        Sheets, tables and members of archives that are not read.
    unpaid : ClaimedConversions
        Orders that are not paid yet, and become no event.
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
        """Adds what is known of a part of the file that was read to its end."""
        self.claimed.add_all(part.claimed)
        self.unpaid.add_all(part.unpaid)
        self.notes.extend(note for note in part.notes if note not in self.notes)
        self.coverage += part.coverage
        self.unread += part.unread
        named = {(one.what, one.name) for one in self.skipped}
        self.skipped += [one for one in part.skipped if (one.what, one.name) not in named]
