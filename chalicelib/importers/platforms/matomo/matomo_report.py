"""Matomo: reports as CSV, with one table or several stacked tables, whose rows have dates.

Most reports have their day only in the request and the file name, not in the file. These reports
are rejected. A report over several days, broken down by day, has a date column.
"""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.bytes.delimited import records_of
from chalicelib.importers.outcomes import Reading, Rejected, RowOutcome, Skipped, UnreadPart
from chalicelib.importers.platforms.matomo.matomo_columns import (
    CHANNEL,
    COLUMNS,
    CONVERTED,
    COUNTS,
    PLATFORM,
    TYPICAL,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Column, When, becomes_of, vocabulary_of
from chalicelib.importers.reports.stacked import StackedTable, tables_in
from chalicelib.importers.rows.row_dating import DateColumns, Dating
from chalicelib.importers.rows.row_plan import Cells
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import Marks, together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Table
from chalicelib.importers.values.cells import without_addresses
from chalicelib.importers.values.dates import Period, parse_day, parse_period
from chalicelib.model.errors import ExportRejected

VOCABULARY = vocabulary_of(COLUMNS)
WHERE = (
    "Visitors → Overview or Behaviour → Pages (Besucher → Übersicht, Verhalten → Seiten) → date "
    "range (Datumsbereich) of the month → export (Exportieren) with period = day and CSV; or the "
    "API: `method=VisitsSummary.get&period=day&date=2026-06-01,2026-06-30&format=CSV`"
)
_WAY_OUT = (
    "The day of a Matomo report is only in its file name. Export several days, broken down by "
    "day: set period=day and date=2026-06-01,2026-06-30 in the export URL. The rows then have a "
    "date column"
)
_MONTH = re.compile(r"\d{4}-\d\d")
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TWO_DATES = (Column("first_day", When("from")), Column("last_day", When("to")))
_YEAR = re.compile(r"\d{4}")
_HITS = 5


def _is_report(head: TableHead) -> bool:
    columns = head.columns
    if not any(field in columns for field in COUNTS):
        return False
    if "impressions" in columns and "interactions" in columns:
        return True
    if _has_raw_names(head):
        return True
    return sum(field in columns for field in TYPICAL) >= 2


def _has_raw_names(head: TableHead) -> bool:
    return any(name.startswith(("nb_", "entry_nb_", "exit_nb_")) for name in head.columns.names)


MARKS = Marks(
    (
        together(any_of=("aggregate", "visits_converted", "per_visit", "most_actions")),
        together(any_of=("interactions", "time")),
        together(fields=("actions",), any_of=("visits", "people")),
        together(fields=("visits", "bounces")),
    ),
    _has_raw_names,
    VOCABULARY,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, VOCABULARY, _is_report)
    if head is None and glimpse.named:
        head = find_head(glimpse, VOCABULARY, lambda h: any(f in h.columns for f in COUNTS))
    if head is None:
        return None
    return claim_to(head, MARKS, lambda source, options: _open(source, head, options), hits=_HITS)


def _open(source: Source, head: TableHead, options: Options) -> Reading:
    if not head.sheet and len(tables_in(source.text, head.delimiter)) > 1:
        return _open_stacked(source, head.delimiter, options)
    return _open_table(source, head, options)


def _open_table(source: Source, head: TableHead, options: Options) -> Reading:
    columns = list(COLUMNS)
    if _has_unquoted_weeks(source, head):
        head = _with_two_dates(head)
        columns = [*_TWO_DATES, *(c for c in COLUMNS if c.field != "date")]
    table = Table(source, head)
    left_out: set[str] = set()
    dates = list(table.sample("date"))
    if "first_day" in head.columns:
        dates = []
    elif "date" not in head.columns:
        dates = list(table.sample("label"))
        if _unit(dates) in ("day", "month"):
            columns = [
                dataclasses.replace(c, role=When("period")) if c.field == "label" else c
                for c in COLUMNS
            ]
    if "orders" not in head.columns:
        left_out.add("order_revenue")
        if "conversions" not in head.columns:
            left_out.add("revenue")
    notes = ["Days are in the website's time zone."]
    if options.spread and _unit(dates) != "day":
        left_out |= set(CONVERTED)
        notes.append(
            "Conversions of longer periods are not spread over days, so they were not imported."
        )
    report = dataclasses.replace(
        REPORT,
        columns=tuple(c for c in columns if c.field not in left_out),
        no_data=_NoData(table),
        notes=tuple(notes),
    )
    reading = report.open(source, head, options)
    reading.outcomes = map(_harmless, reading.outcomes)
    return reading


def _has_unquoted_weeks(source: Source, head: TableHead) -> bool:
    """Whether all rows begin with two days, ``2026-06-01,2026-06-07``, under one heading.

    Matomo separates the first and last day of a week by a comma and does not quote them.
    """
    if head.delimiter != "," or head.columns.positions.get("date") != 0:
        return False
    rows = [r for r in islice(records_of(source.text, ","), head.index + 1, None) if any(r)]
    width = len(head.columns.names) + 1
    return bool(rows) and all(
        len(row) == width and all(_ISO_DAY.fullmatch(cell) for cell in row[:2]) for row in rows
    )


def _with_two_dates(head: TableHead) -> TableHead:
    """Return the header of such a report with one heading for each of the two days."""
    columns = head.columns
    positions = {field: at + 1 for field, at in columns.positions.items() if field != "date"}
    names = (columns.names[0], columns.names[0], *columns.names[1:])
    both = {"first_day": 0, "last_day": 1, **positions}
    return dataclasses.replace(
        head, columns=dataclasses.replace(columns, positions=both, names=names)
    )


def _harmless(outcome: RowOutcome) -> RowOutcome:
    """Remove e-mail and IP addresses from rejected rows: a label can identify a visitor."""
    if isinstance(outcome, Rejected):
        return outcome._replace(raw=without_addresses(outcome.raw))
    return outcome


class _NoData:
    """Recognises days without visits, and subtotal rows in an export of all levels.

    If every row is marked as a subtotal, the file contains only the first level, and all rows are
    data.
    """

    def __init__(self, table: Table) -> None:
        positions = table.head.columns.positions
        self._numbers = [positions[f] for f in (*COUNTS, *CONVERTED) if f in positions]
        self._aggregate = positions.get("aggregate", -1)
        self._has_levels = any(not _is_one(cell) for cell in table.sample("aggregate"))

    def reason(self, cells: Sequence[str]) -> str:
        """Return why a row is not data; empty if it is."""
        if not any(cells[position].strip() for position in self._numbers):
            return "all counts are empty"
        if self._aggregate >= 0 and self._has_levels and _is_one(cells[self._aggregate]):
            return "totals row: it sums the rows below it"
        return ""


def _is_one(cell: str) -> bool:
    return cell.strip() == "1"


def _unit(cells: Iterable[str]) -> str:
    """Return the unit of the date cells: ``day``, ``month``, ``year``, or ``period`` for others."""
    kinds = {_kind_of(cell.strip()) for cell in dict.fromkeys(cells)} - {""}
    return kinds.pop() if len(kinds) == 1 else "period"


def _kind_of(text: str) -> str:
    for kind, names in (
        ("month", _MONTH.fullmatch),
        ("year", _YEAR.fullmatch),
        ("day", _is_day),
        ("period", parse_period),
    ):
        if names(text):
            return kind
    return ""


def _is_day(text: str) -> bool:
    try:
        parse_day(text, "dmy")
    except ValueError:
        try:
            parse_day(text, "mdy")
        except ValueError:
            return False
    return True


def _open_stacked(source: Source, delimiter: str, options: Options) -> Reading:
    """Open the table with dates in a scheduled report; the other tables have no dates."""
    text = source.document()
    tables = tables_in(text, delimiter)
    found = [(table, VOCABULARY.read(table.header)) for table in tables]
    dated = [
        (table, columns)
        for table, columns in found
        if "date" in columns and any(field in columns for field in COUNTS)
    ]
    if not dated:
        raise ExportRejected(
            "no_date",
            f"none of the {len(tables)} tables has a date column. {_WAY_OUT}",
        )
    table, columns = max(dated, key=lambda pair: len(pair[1].positions))
    lines = list(io.StringIO(text, newline=""))
    part = "".join(lines[table.line - 1 : table.last_line])
    reading = _open_table(
        Source(io.BytesIO(part.encode("utf-8", "replace"))),
        TableHead(delimiter, 0, columns, ()),
        options,
    )
    reading.report = dataclasses.replace(
        reading.report,
        encoding=source.encoding,
        notes=(
            *reading.report.notes,
            f"The file contains {len(tables)} tables. Only the one in line {table.line} is read.",
        ),
    )
    reading.skipped += [
        UnreadPart("table", f"line {other.line}", f"only the table in line {table.line} is read")
        for other in tables
        if other is not table
    ]
    reading.outcomes = _among_others(reading.outcomes, tables[0], table, len(lines))
    return reading


def _among_others(
    outcomes: Iterator[RowOutcome], first: StackedTable, table: StackedTable, lines: int
) -> Iterator[RowOutcome]:
    """Yield the outcomes of one table with the file's line numbers, and of the lines around it."""
    for line in range(first.line + 1, table.line + 1):
        yield Skipped(line, "not part of the table that is read")
    last = table.line
    for outcome in outcomes:
        last = outcome.row + table.line - 1
        yield outcome._replace(row=last)
    for line in range(max(last, table.last_line) + 1, lines + 1):
        yield Skipped(line, "not part of the table that is read")


@dataclasses.dataclass(frozen=True, kw_only=True)
class MatomoReport(TableReport):
    """A Matomo report, adapted to the rows of one file and the user's options.

    Attributes
    ----------
    no_data : _NoData, optional
        Recognises the rows that are not data.
    notes : tuple of str
        Notes for the user.
    """

    no_data: _NoData | None = None
    notes: tuple[str, ...] = ()

    def accepts(self, head: TableHead) -> bool:
        """Whether a header belongs to this report."""
        return _is_report(head)

    def has_form(self, head: TableHead) -> bool:
        """Whether the headings are Matomo's API names."""
        return _has_raw_names(head)

    def decide_dating(
        self, columns: DateColumns, period: Period | None, options: Options, way_out: str
    ) -> Dating:
        """Detect the unit of the date column: days in one file, months in another."""
        position = columns.positions.get("period")
        if position is not None:
            unit = _unit(cell for (cell,) in columns.cells([position]))
            columns = columns.with_unit(unit, "period")
        return super().decide_dating(columns, period, options, way_out)

    def skips(self, columns: Columns) -> Callable[[Cells], str] | None:
        """Return a function that gives the reason why a row is not data."""
        return self.no_data.reason if self.no_data else None

    def notes_on(self, columns: Columns) -> tuple[str, ...]:
        """Return the notes for the user."""
        return self.notes


REPORT = MatomoReport(
    platform=PLATFORM,
    channel=CHANNEL,
    report="matomo",
    columns=COLUMNS,
    holds_people=True,
    marks=MARKS.marks,
    title="Matomo: reports as CSV",
    where=WHERE,
    looks_for=(
        "nb_visits, nb_hits or nb_pageviews, or Visits with Unique visitors, Actions, Bounce Rate "
        "(Besuche, Eindeutige Besucher, Aktionen, Absprungrate)"
    ),
    way_out=_WAY_OUT,
)
REPORTS = Importer(
    PLATFORM,
    Declaration(
        REPORT.title,
        REPORT.where,
        REPORT.looks_for,
        (
            *becomes_of(COLUMNS),
            Becomes("Bounces, rates, averages and times", "nothing"),
        ),
        (
            ("no_date", "a report of one day or period; its day is only in the request"),
            ("aggregate_period", "rows by week, month or year"),
            ("no_currency", "revenue but no currency; pass it with `--currency`"),
            ("no_counts", "a report with only visitors, rates and averages"),
        ),
        (
            "The file is UTF-16 with a byte order mark. Its headings are API names or "
            "translations.",
            "Page views and visits count the same activity, so only one of them is imported: page "
            "views if there are any, else visits.",
            "A scheduled report contains stacked tables, usually without dates. If one of them "
            "has dates, it is read.",
            "Conversions of all goals are imported with the goal `lead`. If the report has "
            "Ecommerce orders, only these are imported, as `purchase`.",
        ),
        holds_people=True,
    ),
    _recognise,
    MARKS,
    _is_report,
)
