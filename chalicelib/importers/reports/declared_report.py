"""The declaration of a table report of a platform."""

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
from chalicelib.importers.tables.headings import Columns, Vocabulary
from chalicelib.importers.tables.marks import Mark, Marks
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Table
from chalicelib.importers.values.dates import DayOrder, Period, parse_period
from chalicelib.importers.values.numerals import DecimalMark, NumberFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredReport:
    """A report type: a table in which each row is about a subject on a day.

    A platform declares the attributes. For anything beyond them, a subclass overrides the methods
    below; their defaults suit most reports.

    Attributes
    ----------
    platform, channel : str
        The slug for ``platform=``; the channel of the events.
    report : str
        The report type, a part of every event id.
    columns : tuple of Column
    holds_people : bool
        Whether a file may contain people or what they wrote, as `Declaration.holds_people`.
    title, where, looks_for : str
        As in `Declaration`.
    needs, needs_one_of, lacks : tuple of str
        Fields that identify a header of this type: all of `needs`, at least one of `needs_one_of`,
        none of `lacks`.
    marks : tuple
        As in `marks.Marks`: features that only this platform's tables have.
    levels : tuple
        Fields, the finest first. The report type is the first one that the header has, or whose id
        it has; of a pair (field, name), it is the name if the header has the field itself.
    paid : bool
        Whether the whole report is about ads.
    hits : int
        Added to the number of known columns, for headers that only this report type has.
    way_out : str
        Click path for daily rows; `where` by default.
    nameless_are_totals : bool
        Whether a row without names is a totals row even if it has a date.
    dates_are_starts : bool
        Whether a report that is not daily has the start of the whole report in each row.
    english : {"dmy", "mdy", ""}
        The order of day and month in English, if the platform always uses the same one.
    is_one_each : bool
        Whether two rows of one subject are duplicates (posts with ids) rather than two parts.
    paid_parts : mapping of str to str
        Field of a total -> field of its paid part, which is subtracted to avoid double counts.
    shown : tuple of str
        The only fields that a rejection shows of a row, for rows with people or their texts; if
        empty, the whole row is shown.
    decimal_mark : str
        Set if the platform uses the same one in every language; otherwise the file decides.
    any_sheet : bool
        Whether to try all sheets if no sheet has the name of the report.
    becomes : tuple of Becomes
        Lines of the documentation in addition to those of the columns.
    rejected, remarks : tuple
        As `rejected` and `notes` of `Declaration`.
    vocabulary : Vocabulary
        The headings of the columns.
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
    levels: tuple[str | tuple[str, str], ...] = ()
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
    rejected: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    vocabulary: Vocabulary = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Build the vocabulary once, because every opened file needs it."""
        object.__setattr__(self, "vocabulary", vocabulary_of(self.columns))

    def accepts(self, head: TableHead) -> bool:
        """Whether a header is of this type. Must be fast."""
        columns = head.columns
        return (
            all(name in columns for name in self.needs)
            and (not self.needs_one_of or any(name in columns for name in self.needs_one_of))
            and not any(name in columns for name in self.lacks)
        )

    def accepts_named(self, head: TableHead) -> bool:
        """Like `accepts`, if the user named the platform; weaker evidence is then enough."""
        return self.accepts(head)

    def has_form(self, head: TableHead) -> bool:
        """Whether a table has a structure unique to this type, if headings do not identify it."""
        return not self.marks

    def may_hold(self, sheet: str) -> bool:
        """Whether a sheet of a workbook may contain the report, by its name."""
        return True

    def name_in(self, columns: Columns) -> str:
        """Return the report type of a header."""
        for level in self.levels:
            if isinstance(level, tuple):
                field, name = level
                if field in columns:
                    return name
            elif level in columns or f"{level}_id" in columns:
                return level.replace("_", "-")
        return self.report

    def group_of(self, columns: Columns) -> tuple[str, int]:
        """Return `group` and `preference` of `Recognition` for a header."""
        return "", 0

    def notes_on(self, columns: Columns) -> tuple[str, ...]:
        """Return notes for the user about a header."""
        return ()

    def period_above(self, head: TableHead) -> Period | None:
        """Return the period from the first line above the header that is one."""
        lines = (line.strip(f"{head.delimiter} ") for line in head.preamble_lines)
        return next(filter(None, map(parse_period, lines)), None)

    def decide_dating(
        self, columns: DateColumns, period: Period | None, options: Options, way_out: str
    ) -> Dating:
        """Decide how rows are dated, as `row_dating.decide_dating`; may raise `ExportRejected`."""
        return decide_dating(
            columns,
            period,
            options,
            way_out,
            dates_are_starts=self.dates_are_starts,
            english=self.english,
        )

    def check(self, table: Table) -> None:
        """Check a table before its rows are read; may raise `ExportRejected`."""

    def subject_key(self, name: str, names: Sequence[str]) -> str:
        """Return the part of the event id for a subject; empty for a digest of its names.

        Parameters
        ----------
        name : str
            The report type.
        names : sequence of str
            Of the subject.

        Returns
        -------
        str
            At most 40 letters, digits, ``_`` and ``-``, or a result of `event_id`.
        """
        return ""

    def condition(self, field: str, columns: Columns) -> Callable[[Cells], bool] | None:
        """Return a function that decides whether a row's number counts; None if it always does."""
        return None

    def preparation(self, columns: Columns, numbers: NumberFormat) -> Change | None:
        """Return a function that changes the cells of a row before they are read, or None."""
        return paid_parts(self.paid_parts, columns, numbers) if self.paid_parts else None

    def skips(self, columns: Columns) -> Callable[[Cells], str] | None:
        """Return a function for report-specific reasons why a row is not data, or None."""
        return None

    @property
    def all_marks(self) -> Marks:
        """The marks, with the vocabulary that defines their fields."""
        return Marks(self.marks, self.has_form, self.vocabulary)
