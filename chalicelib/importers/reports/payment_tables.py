"""Declared tables of payments and orders: a row is a sale, a refund, or neither.

This module handles what such tables share: columns, formats of numbers and days, and the protection
of personal data, which is neither read nor shown. Each platform defines what a row means.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.covered import Covered, noting
from chalicelib.importers.outcomes import (
    ClaimedConversions,
    Imported,
    RawEvent,
    Reading,
    ReportDescription,
    RowOutcome,
    RowRejected,
    Skipped,
)
from chalicelib.importers.recognition.declarations import Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.rows.totals_rows import LABEL
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.headings import Columns, Vocabulary, comparable
from chalicelib.importers.tables.marks import Mark, Marks
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Row, Table
from chalicelib.importers.values.cells import checked_id, is_blank
from chalicelib.importers.values.dates import DateFormat, DayOrder, decide_day_order
from chalicelib.importers.values.numerals import NumberFormat, decide_number_format
from chalicelib.model.currencies import is_currency

MAX_WAITING = 10_000
"""How many rows without data are held back after an order that may continue."""

AMOUNT = r"[A-Z]{0,3}[$€£¥]?-?[$€£¥]?\d[\d.,' \u00a0]{0,18}"
DAY = r"[\d./:T -]{6,25}(?: ?[AP]M)?"


class PaymentRow:
    """The fields of one row. Messages never repeat a cell: it could be about a person.

    Attributes
    ----------
    line : int
        The line of the file.
    """

    def __init__(
        self, columns: Columns, numbers: NumberFormat, dates: DateFormat, currency: str
    ) -> None:
        self.line = 0
        self._at = columns.positions
        self._names = columns
        self._numbers = numbers
        self._dates = dates
        self._given = currency
        self._cells: Sequence[str] = ()

    def show(self, line: int, cells: Sequence[str]) -> None:
        """Set the current row."""
        self.line, self._cells = line, cells

    def has(self, field: str) -> bool:
        """Whether the table has a column for the field."""
        return field in self._at

    def text(self, field: str) -> str:
        """Return a stripped cell; empty if it is blank or the column is missing."""
        position = self._at.get(field)
        if position is None:
            return ""
        cell = self._cells[position]
        return "" if is_blank(cell) else cell.strip()

    def word(self, field: str) -> str:
        """Return a cell in the form for comparing words."""
        return " ".join(self.text(field).casefold().split())

    def number_of(self, field: str, form: str) -> str:
        """Return an id in a form that excludes names of people and cells of other columns.

        Raises
        ------
        RowRejected
            `missing_value`, `damaged_id`.
        """
        number = checked_id(self.text(field)).lstrip("#")
        if not number:
            raise RowRejected("missing_value", f"{self._names.name(field)} is empty")
        if not re.fullmatch(form, number):
            raise RowRejected("missing_value", f"{self._names.name(field)} is not an id")
        return number

    def amount(self, field: str) -> Decimal:
        """Return an amount, possibly negative; 0 if it is missing. Raises `RowRejected`."""
        position = self._at.get(field)
        if position is None:
            return Decimal(0)
        try:
            amount, _ = self._numbers.money(self._cells[position])
        except ValueError:
            raise RowRejected(
                "invalid_number",
                f"{self._names.name(field)} is not an amount in the format of the file",
            ) from None
        return amount or Decimal(0)

    def currency(self, field: str = "currency") -> str:
        """Return the currency of the row; raise `RowRejected` (`no_currency`)."""
        cell = self.text(field)
        code = cell.upper() or self._given
        if not is_currency(code) or not (cell.isupper() or cell == cell.lower()):
            raise RowRejected("no_currency", "the payment has no currency")
        return code

    def note_unpaid(self, unpaid: ClaimedConversions, field: str) -> None:
        """Add an unpaid order to the sums; an order without a readable amount is counted too."""
        try:
            amount, currency = self.amount(field), self.currency()
        except RowRejected:
            amount, currency = Decimal(0), ""
        unpaid.add(Decimal(1), max(amount, Decimal(0)), currency)

    def day(self, field: str) -> dt.date:
        """Return a day; raise `RowRejected` (`invalid_date`)."""
        try:
            return self.day_in(self.text(field))
        except ValueError:
            raise RowRejected("invalid_date", f"{self._names.name(field)} is not a day") from None

    def day_in(self, text: str) -> dt.date:
        """Parse a day from a part of a cell; raise ``ValueError``."""
        return self._dates.day(text)


Convert = Callable[[PaymentRow], "tuple[RawEvent, ...] | str"]
"""Returns the events of a row, or why it is not data; may raise `RowRejected`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTable:
    """A type of table of payments or orders.

    Attributes
    ----------
    platform, report : str
    fields : mapping
        Field -> language -> headings.
    accept : callable
        Whether a header has the required columns.
    marks : tuple
        As in `marks.Marks`: features that only this platform's tables have.
    amounts : tuple of str
        Fields of money.
    days : tuple of str
        Fields whose days may be day/month or month/day.
    shown : mapping of str to str
        Field -> pattern; a rejection shows a cell only if it matches.
    rows : callable
        Returns the converter of rows for one file, from the caller's options.
    declaration : Declaration
    english : {"dmy", "mdy", ""}
        The order of day and month in English, if the platform always uses the same one.
    notes : tuple of str
    adds_up : bool
        Whether consecutive rows of one order, such as its items, add up to one event; only the
        last of them has it.
    """

    platform: str
    report: str
    fields: Mapping[str, Mapping[str, Sequence[str]]]
    accept: Callable[[Columns], bool]
    marks: tuple[str | Mark, ...]
    amounts: tuple[str, ...]
    shown: Mapping[str, str]
    rows: Callable[[Options, Reading], Convert]
    declaration: Declaration
    days: tuple[str, ...] = ()
    english: DayOrder = ""
    notes: tuple[str, ...] = ()
    adds_up: bool = False

    def importer(self) -> Importer:
        """Return the importer of this type of table."""
        vocabulary = Vocabulary(self.fields)
        marks = Marks(self.marks, vocabulary=vocabulary)

        def accepts(head: TableHead) -> bool:
            return self.accept(head.columns)

        def recognise(glimpse: Glimpse) -> Recognition | None:
            head = find_head(glimpse, vocabulary, accepts)
            if head is None:
                return None
            return claim_to(head, marks, lambda source, options: self._open(source, head, options))

        return Importer(self.platform, self.declaration, recognise, marks, accepts)

    def _open(self, source: Source, head: TableHead, options: Options) -> Reading:
        columns = head.columns
        table = Table(source, head, public_text=self._public_text(columns))
        numbers = decide_number_format("", table.sample(*self.amounts), given=options.decimal_mark)
        table.decimal_mark = numbers.decimal_mark
        order: DayOrder = options.day_order
        if not order and self.days:
            order = decide_day_order(
                columns.language, table.sample(*self.days), None, english=self.english
            )
        description = ReportDescription(
            self.platform,
            self.report,
            source.encoding,
            head.delimiter,
            numbers.decimal_mark,
            notes=self.notes,
        )
        reading = Reading(description, iter(()))
        row = PaymentRow(columns, numbers, DateFormat(order), options.currency)
        convert = self.rows(options, reading)

        def outcome(line: int, cells: Sequence[str]) -> RowOutcome:
            if all(map(is_blank, cells)):
                return Skipped(line, "blank line")
            if LABEL.fullmatch(comparable(next(filter(str.strip, cells)))):
                return Skipped(line, "totals row")
            row.show(line, cells)
            events = convert(row)
            return Skipped(line, events) if isinstance(events, str) else Imported(line, events)

        outcomes: Iterator[RowOutcome] = table.cell_outcomes(lambda cells: "", outcome, reading)
        if self.adds_up:
            outcomes = _last_of_each(outcomes)
        covered = Covered((self.platform, self.report, options.account or "-"), False)
        reading.outcomes = noting(outcomes, reading, covered)
        return reading

    def _public_text(self, columns: Columns) -> Callable[[Row], str]:
        """Return a function for what a rejection may show of a row: nothing about people."""
        at = columns.positions
        forms = [(at[f], columns.name(f), re.compile(p)) for f, p in self.shown.items() if f in at]

        def show(row: Row) -> str:
            cells = ((name, row.cells[place].strip(), form) for place, name, form in forms)
            return ", ".join(
                f"{name}={cell if form.fullmatch(cell) else '(withheld)'}"
                for name, cell, form in cells
                if cell
            )

        return show


def _last_of_each(outcomes: Iterator[RowOutcome]) -> Iterator[RowOutcome]:
    """Yield the outcomes; of consecutive rows with the same event only the last keeps it."""
    held: Imported | None = None
    waiting: list[RowOutcome] = []
    for outcome in outcomes:
        if isinstance(outcome, Imported):
            if held is not None:
                is_same = held.events[-1]["event_id"] == outcome.events[-1]["event_id"]
                yield held._replace(events=()) if is_same else held
                yield from waiting
                waiting.clear()
            held = outcome
        elif held is None:
            yield outcome
        else:  # a row without an event; outcomes keep the order of the rows
            waiting.append(outcome)
            if len(waiting) > MAX_WAITING:
                yield held
                yield from waiting
                waiting.clear()
                held = None
    if held is not None:
        yield held
    yield from waiting
