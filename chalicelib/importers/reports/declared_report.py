"""What a platform declares of a kind of report that is a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.reports.layout import Cells
from chalicelib.importers.reports.report_columns import Column, vocabulary_of
from chalicelib.importers.reports.report_dating import Dating, decide_dating
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import Mark, Marks
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Table
from chalicelib.importers.values.dates import Period, parse_period
from chalicelib.importers.values.numerals import DecimalMark, NumberFormat

Applies = Callable[[Columns], Callable[[Cells], bool] | None]
Prepare = Callable[[Columns, NumberFormat], Callable[[Cells], Cells] | None]


def period_above(head: TableHead) -> Period | None:
    """The first line above a header that is a period."""
    lines = (line.strip(f"{head.delimiter} ") for line in head.preamble_lines)
    return next(filter(None, map(parse_period, lines)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredReport:
    """A kind of report: a table in which each row tells of a thing on a day.

    Attributes
    ----------
    platform, channel : str
        The slug that the user names; the channel of the events.
    report : str or callable
        The kind of report, a part of every event id; from the header where there are several.
    columns : tuple of Column
    accept : callable
        Whether a header is one of this kind. Cheap.
    marks, form : tuple and callable
        As in `marks.Marks`: what only this platform's tables have.
    accept_named : callable, optional
        The same where the user named the platform: weak evidence is then enough.
    title, where, looks_for : str
        As in `Declaration`.
    paid : bool
        Whether the report as a whole is of ads.
    hits : int
        Added to the number of known columns: for a header that only this kind of report has.
    way_out : str
        Where to click for rows by day; by default `where`.
    nameless_are_totals : bool
        Whether a row without names is one of totals even if it has a date.
    dates_are_starts : bool
        Whether the platform, where a report is not by day, dates each row with the report's start.
    is_one_each : bool
        Whether two rows of one thing are the same row twice, as posts with ids, and not two parts.
    key : callable, optional
        What an event id calls a thing, from the kind of report and the thing's names; by default a
        digest of them. At most 40 letters, digits, ``_`` and ``-``, or what `event_id` gives.
    shown : tuple of str
        Fields, all that a refusal shows of a row, where rows hold people or what they wrote; if
        empty, the whole row is shown.
    decimal_mark : str
        Where the platform writes one whatever the language; else the file decides.
    applies : mapping of str to callable
        Field of a count -> from the header, a function that says whether a row's number counts.
    prepare : callable
        From the header and the number format, a function that changes the cells of a row before
        they are read, where a column does not stand for itself; None where nothing is to change.
    period : callable
        The period that the lines above the header state.
    decide_dating : callable
        In place of `dating.decide_dating`.
    check : callable, optional
        Looks at a table before its rows are read; may raise `ExportRefused`.
    is_description : callable, optional
        Why a row is no data, for what only this report has; empty if it is.
    sheet : callable
        In a workbook, which sheets may hold the report, by their names.
    any_sheet : bool
        Whether another sheet is read where none of these holds it.
    group : callable
        From the header, `group` and `preference` of `Recognition`.
    notes : callable
        What a person should know, from the header.
    becomes : tuple of Becomes
        Lines of the documentation beside those of the columns.
    refused, remarks : tuple
        As `refused` and `notes` of `Declaration`.
    """

    platform: str
    channel: str
    report: str | Callable[[Columns], str]
    columns: tuple[Column, ...]
    accept: Callable[[TableHead], bool]
    title: str
    where: str
    looks_for: str
    marks: tuple[str | Mark, ...] = ()
    form: Callable[[TableHead], bool] | None = None
    accept_named: Callable[[TableHead], bool] | None = None
    paid: bool = False
    hits: int = 0
    way_out: str = ""
    nameless_are_totals: bool = False
    dates_are_starts: bool = False
    is_one_each: bool = False
    key: Callable[[str, Sequence[str]], str] | None = None
    shown: tuple[str, ...] = ()
    decimal_mark: DecimalMark | Literal[""] = ""
    applies: Mapping[str, Applies] = field(default_factory=dict)
    prepare: Prepare = lambda columns, numbers: None
    period: Callable[[TableHead], Period | None] = period_above
    decide_dating: Callable[..., Dating] = decide_dating
    check: Callable[[Table], None] | None = None
    is_description: Callable[[Cells], str] | None = None
    sheet: Callable[[str], bool] = lambda name: True
    any_sheet: bool = False
    group: Callable[[Columns], tuple[str, int]] = lambda columns: ("", 0)
    notes: Callable[[Columns], tuple[str, ...]] = lambda columns: ()
    becomes: tuple[Becomes, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def all_marks(self) -> Marks:
        """The marks, with the vocabulary by whose fields they are named."""
        return Marks(self.marks, self.form, vocabulary_of(self.columns))

    def name_in(self, columns: Columns) -> str:
        """The kind of report that a header is of."""
        return self.report if isinstance(self.report, str) else self.report(columns)
