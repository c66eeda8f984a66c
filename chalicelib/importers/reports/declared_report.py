"""What a platform declares of a kind of report that is a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.parts import paid_parts
from chalicelib.importers.reports.report_columns import Column, vocabulary_of
from chalicelib.importers.rows.row_dating import DateColumns, Dating, decide_dating
from chalicelib.importers.rows.row_plan import Cells, Change
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import Mark, Marks
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Table
from chalicelib.importers.values.dates import DayOrder, Period, parse_period
from chalicelib.importers.values.numerals import DecimalMark, NumberFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredReport:
    """A kind of report: a table in which each row is about a subject on a day.

    The attributes are what a platform declares. What it cannot declare, a subclass does: the
    methods below are hooks, each with a default that suits most reports.

    Attributes
    ----------
    platform, channel : str
        The slug that the user names; the channel of the events.
    report : str
        The kind of report, a part of every event id.
    columns : tuple of Column
    holds_people : bool
        Whether a file may hold people, or what they wrote: as `Declaration.holds_people`.
    title, where, looks_for : str
        As in `Declaration`.
    needs, needs_one_of, lacks : tuple of str
        Fields of a header of this kind: all of the first, at least one of the second, none of the
        third.
    marks : tuple
        As in `marks.Marks`: what only this platform's tables have.
    levels : tuple of str
        Fields, the finest first: the kind of report is the first that the header names, or whose
        id it has.
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
    english : {"dmy", "mdy", ""}
        The order of day and month that the platform always writes in English, if it does.
    is_one_each : bool
        Whether two rows of one subject are the same row twice, as posts with ids, and not two
        parts.
    paid_parts : mapping of str to str
        Field of a total -> field of its paid part, which is then not counted twice.
    shown : tuple of str
        Fields, all that a rejection shows of a row, where rows hold people or what they wrote; if
        empty, the whole row is shown.
    decimal_mark : str
        Where the platform writes one whatever the language; else the file decides.
    any_sheet : bool
        Whether another sheet is read where none holds the report by its name.
    becomes : tuple of Becomes
        Lines of the documentation beside those of the columns.
    refused, remarks : tuple
        As `refused` and `notes` of `Declaration`.
    """

    platform: str
    channel: str
    report: str
    columns: tuple[Column, ...]
    holds_people: bool
    title: str
    where: str
    looks_for: str
    needs: tuple[str, ...] = ()
    needs_one_of: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    marks: tuple[str | Mark, ...] = ()
    levels: tuple[str, ...] = ()
    paid: bool = False
    hits: int = 0
    way_out: str = ""
    nameless_are_totals: bool = False
    dates_are_starts: bool = False
    english: DayOrder = ""
    is_one_each: bool = False
    paid_parts: Mapping[str, str] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    decimal_mark: DecimalMark | Literal[""] = ""
    any_sheet: bool = False
    becomes: tuple[Becomes, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()

    def accepts(self, head: TableHead) -> bool:
        """Whether a header is one of this kind. Cheap."""
        columns = head.columns
        return (
            all(name in columns for name in self.needs)
            and (not self.needs_one_of or any(name in columns for name in self.needs_one_of))
            and not any(name in columns for name in self.lacks)
        )

    def accepts_named(self, head: TableHead) -> bool:
        """As `accepts`, where the user named the platform: weak evidence is then enough."""
        return self.accepts(head)

    def has_form(self, head: TableHead) -> bool:
        """Whether a table has a form that only this kind has, where headings do not tell."""
        return not self.marks

    def may_hold(self, sheet: str) -> bool:
        """Whether a sheet of a workbook may hold the report, by its name."""
        return True

    def name_in(self, columns: Columns) -> str:
        """The kind of report that a header is of."""
        found = (level for level in self.levels if level in columns or f"{level}_id" in columns)
        level = next(found, "")
        return level.replace("_", "-") if level else self.report

    def group_of(self, columns: Columns) -> tuple[str, int]:
        """`group` and `preference` of `Recognition`, from the header."""
        return "", 0

    def notes_on(self, columns: Columns) -> tuple[str, ...]:
        """What a person should know, from the header."""
        return ()

    def period_above(self, head: TableHead) -> Period | None:
        """The period that the lines above the header state: the first line that is one."""
        lines = (line.strip(f"{head.delimiter} ") for line in head.preamble_lines)
        return next(filter(None, map(parse_period, lines)), None)

    def decide_dating(
        self, columns: DateColumns, period: Period | None, options: Options, way_out: str
    ) -> Dating:
        """How the rows are dated, as `row_dating.decide_dating`; may raise `ExportRefused`."""
        return decide_dating(
            columns,
            period,
            options,
            way_out,
            dates_are_starts=self.dates_are_starts,
            english=self.english,
        )

    def check(self, table: Table) -> None:
        """Looks at a table before its rows are read; may raise `ExportRefused`."""

    def subject_key(self, name: str, names: Sequence[str]) -> str:
        """What an event id calls a subject; empty for a digest of its names.

        Parameters
        ----------
        name : str
            The kind of report.
        names : sequence of str
            Of the subject.

        Returns
        -------
        str
            At most 40 letters, digits, ``_`` and ``-``, or what `event_id` gives.
        """
        return ""

    def condition(self, field: str, columns: Columns) -> Callable[[Cells], bool] | None:
        """Whether a row's number in a column counts, as a function of its cells; None if always."""
        return None

    def preparation(self, columns: Columns, numbers: NumberFormat) -> Change | None:
        """What changes the cells of a row before they are read; None if nothing is to change."""
        return paid_parts(self.paid_parts, columns, numbers) if self.paid_parts else None

    def skips(self, columns: Columns) -> Callable[[Cells], str] | None:
        """Why a row is no data, for what only this report has, as a function of its cells."""
        return None

    @property
    def all_marks(self) -> Marks:
        """The marks, with the vocabulary by whose fields they are named."""
        return Marks(self.marks, self.has_form, vocabulary_of(self.columns))
