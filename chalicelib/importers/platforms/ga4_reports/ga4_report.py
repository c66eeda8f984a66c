"""Google Analytics 4: recognise a download, choose what to read from it, and read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.bytes.delimited import DELIMITERS
from chalicelib.importers.covered import Covered, noting
from chalicelib.importers.outcomes import (
    WITHHELD,
    Imported,
    Reading,
    ReportDescription,
    RowOutcome,
    RowRejected,
    Skipped,
    UnreadPart,
    rejection,
)
from chalicelib.importers.platforms.ga4_reports.declaration import DECLARATION, WAY_OUT
from chalicelib.importers.platforms.ga4_reports.ga4_headings import MONEY, VOCABULARY
from chalicelib.importers.platforms.ga4_reports.ga4_plan import NOUNS, Plan, Plans
from chalicelib.importers.platforms.ga4_reports.ga4_rows import PLATFORM, TableRows
from chalicelib.importers.platforms.ga4_reports.ga4_shape import NUMBERED, Preamble, Shape
from chalicelib.importers.platforms.ga4_reports.report_sheet import DELIMITER, text_of_sheet
from chalicelib.importers.platforms.ga4_reports.universal_analytics import check_generation
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.reports.stacked import Stack, StackedTable, tables_in
from chalicelib.importers.tables.headings import known_heading, plain
from chalicelib.importers.tables.marks import Marks
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.table_records import text_records
from chalicelib.importers.values.cells import is_blank, without_addresses
from chalicelib.importers.values.dates import DateFormat, decide_day_order
from chalicelib.importers.values.numerals import NumberFormat, decide_number_format
from chalicelib.model.errors import ExportRejected

_HITS = 100
"""More than the columns of any header, as no other platform's files begin with such lines."""

_DATED = re.compile(r"# ?[^:：]{3,40}[:：] ?\d{8}[, ]*$|# ?\d{8} ?[-–] ?\d{8}[, ]*$")
_OFFSETS = frozenset(
    key
    for key in VOCABULARY.keys
    if VOCABULARY.field_of(key) in ("nth_day", "nth_week", "nth_month", "nth_hour")
)


def _is_dated(head: TableHead) -> bool:
    return any(_DATED.match(plain(line)) for line in head.preamble_lines)


MARKS = Marks(tuple(sorted(_OFFSETS)), _is_dated, VOCABULARY)


def is_title(cells: Sequence[str]) -> bool:
    """Whether a record is one of the lines above a table."""
    return cells[0].lstrip("\ufeff ").startswith("#")


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if glimpse.sheets:
        return _recognise_sheet(glimpse)
    if glimpse.magic or glimpse.is_json or glimpse.is_html or glimpse.is_xml:
        return None
    delimiter = max(DELIMITERS, key=lambda d: _known_headings(glimpse, d))
    dated = _states_dates(glimpse.top(delimiter))
    offsets = any(_OFFSETS & keys for keys in glimpse.keys(delimiter))
    if not dated and not offsets and not (glimpse.named and _known_headings(glimpse, delimiter)):
        return None
    found = "lines that begin with # and contain a date" if dated else "the column Nth day"
    return Recognition(_HITS, found, lambda source, options: _open(source, delimiter, options))


def _states_dates(records: Sequence[Sequence[str]]) -> bool:
    """Whether one of the lines that begin with # contains the first or last day."""
    lines = (", ".join(filter(str.strip, cells)) for cells in records)
    return any(_DATED.match(plain(line)) for line in lines)


def _recognise_sheet(glimpse: Glimpse) -> Recognition | None:
    """Claim a workbook if one of its sheets begins like a report."""
    for sheet in glimpse.sheets:
        if _states_dates(glimpse.sheet_top(sheet)):
            found = "a sheet with lines that begin with #"
            return Recognition(_HITS, found, partial(_open_sheet, sheet))
    return None


def _open_sheet(sheet: str, source: Source, options: Options) -> Reading:
    workbook = source.workbook
    assert workbook is not None
    reading = _open(Source(text_of_sheet(workbook, sheet)), DELIMITER, options)
    reading.skipped += [
        UnreadPart("sheet", other[:100], "another sheet of the workbook is read")
        for other in workbook.sheets
        if other != sheet
    ]
    return reading


def _known_headings(glimpse: Glimpse, delimiter: str) -> int:
    return sum(len(VOCABULARY.keys & keys) for keys in glimpse.keys(delimiter))


def _open(source: Source, delimiter: str, options: Options) -> Reading:
    tables = tables_in(source.text, delimiter, is_title)
    check_generation(tables)
    preamble = Preamble()
    shapes: list[Shape] = []
    for table in tables:
        preamble = preamble.followed_by(table.above)
        shapes.append(Shape.of(table, preamble))
    plans = Plans(options.spread, shapes)
    if not plans.readers:
        raise _rejection(next((plan for plan, _ in plans), Plan(options.spread)), shapes)
    numbers = _numbers(shapes, options)
    for plan, _ in plans:
        _check_currency(plan, numbers, options)
    languages = [shape.columns.language for shape in shapes if shape.columns.language]
    language = languages[0] if languages else ""
    order = options.day_order or decide_day_order(language, _date_cells(shapes), None)
    periods = [shape.preamble.period for shape in plans.readers if shape.preamble.period]
    description = ReportDescription(
        PLATFORM,
        "+".join(sorted({use.metric.replace("_", "-") for use in plans.uses})),
        source.encoding,
        delimiter,
        numbers.decimal_mark,
        min(p[0] for p in periods) if periods else None,
        max(p[1] for p in periods) if periods else None,
        notes=tuple(dict.fromkeys(note for plan, own in plans for note in _notes(plan, own))),
    )
    reading = Reading(description, iter(()))
    reader = _TablesReader(plans, shapes, numbers, DateFormat(order), options)
    reading.outcomes = reader.outcomes(source, delimiter, reading)
    covered = Covered((PLATFORM, description.report, options.account or "-"), lists_all_days=True)
    reading.outcomes = noting(reading.outcomes, reading, covered)
    return reading


class _TablesReader:
    """Reads the records of all tables in one pass.

    Each record below the first header has one outcome.
    """

    def __init__(
        self,
        plans: Plans,
        shapes: Sequence[Shape],
        numbers: NumberFormat,
        dates: DateFormat,
        options: Options,
    ) -> None:
        self._plans = plans
        self._shapes = {shape.table.line: shape for shape in shapes}
        self._numbers = numbers
        self._dates = dates
        self._options = options
        self._preamble = Preamble()

    def outcomes(self, source: Source, delimiter: str, reading: Reading) -> Iterator[RowOutcome]:
        """Yield one outcome per record."""
        stack = Stack(is_title)
        rows: TableRows | None = None
        is_below = False
        for line, cells, flaw, raw in text_records(source, delimiter, reading):
            if flaw is not None:
                yield rejection(line, WITHHELD, flaw)
                continue
            kind = stack.place(line, cells)
            table = stack.table
            if kind == "row" and table is not None:
                rows = rows or self._rows_of(table, reading)
                outcome = _outcome(rows, line, cells, raw())
                if type(outcome) is Imported:
                    rows.unread.add([cells])
                yield outcome
                continue
            if is_below:
                yield Skipped(line, _NOT_ROWS[kind])
            if kind == "header" and table is not None:
                self._preamble = self._preamble.followed_by(table.above)
                rows, is_below = None, True

    def _rows_of(self, table: StackedTable, reading: Reading) -> TableRows:
        shape = self._shapes.get(table.line)
        if shape is None or shape.table.header != table.header:
            shape = Shape.of(table, self._preamble)
        task = self._plans.task_of(shape)
        rows = TableRows(shape, task, self._numbers, self._dates, self._options)
        if task.reason:
            reading.skipped.append(UnreadPart("table", f"line {table.line}", task.reason))
        else:
            reading.unread.append(rows.unread)
        return rows


_NOT_ROWS = {
    "blank": "blank line",
    "title": "a line above a table",
    "header": "the header of another table",
    "row": "not a row of a table",
}


def _outcome(rows: TableRows, line: int, cells: list[str], raw: str) -> RowOutcome:
    try:
        return rows.convert(line, cells)
    except RowRejected as error:
        shown = WITHHELD if rows.holds_people else without_addresses(raw)
        return rejection(line, shown, error)


def _rejection(plan: Plan, shapes: Sequence[Shape]) -> ExportRejected:
    """Return the reason why nothing in a file can be read."""
    others = [shape for shape in plan.unreadable.values() if shape.is_dated]
    if others:
        period = others[0].preamble.period
        covers = f"{period[0]} to {period[1]}" if period else "more than a day"
        if others[0].unit:
            covers = f"a {others[0].unit}"
        nouns = " and ".join(NOUNS[supply] for supply in plan.unreadable)
        return ExportRejected("aggregate_period", f"each row of {nouns} covers {covers}. {WAY_OUT}")
    numbered = next((s for s in plan.unreadable.values() if s.time in NUMBERED), None)
    if numbered is not None and numbered.preamble.period is not None:
        first, last = numbered.preamble.period
        return ExportRejected(
            "no_date",
            f"the numbers in {numbered.columns.name(numbered.time)} are ambiguous, because the "
            f"period {first} to {last} covers more than one calendar year. {WAY_OUT}",
        )
    vague = next((s for s in plan.unreadable.values() if s.preamble.period and s.time), None)
    if vague is not None:
        return ExportRejected(
            "no_date",
            f"{vague.columns.name(vague.time)} does not contain calendar dates. {WAY_OUT}",
        )
    if plan.unreadable:
        return ExportRejected(
            "no_date", f"there is no line with the start date above the table. {WAY_OUT}"
        )
    mixed = next((shape for shape in shapes if not shape.is_additive), None)
    if mixed is not None:
        return ExportRejected(
            "not_additive",
            f"the groups in the column {mixed.table.header[mixed.overlapping].strip()} overlap, so "
            "their rows cannot be added up. Remove all segments, comparisons and comparison "
            "periods from the report and download it again",
        )
    names = (name for shape in shapes for name in shape.columns.names[1:4])
    seen = dict.fromkeys(filter(known_heading, names))
    return ExportRejected(
        "no_counts",
        "the report has no page views, sessions by channel or purchases, only "
        f"{', '.join(list(seen)[:6]) or 'other columns'}. {WAY_OUT}",
    )


def _numbers(shapes: Sequence[Shape], options: Options) -> NumberFormat:
    if options.decimal_mark:
        return NumberFormat(options.decimal_mark)
    languages = [shape.columns.language for shape in shapes if shape.columns.language]
    cells: dict[str, None] = {}
    counts: dict[str, None] = {}
    for shape in shapes:
        for field in shape.metrics:
            position = shape.columns.positions[field]
            found = {row[position]: None for row in shape.table.rows if position < len(row)}
            cells |= found
            counts |= {} if field in MONEY else found
    return decide_number_format(languages[0] if languages else "", cells, counts)


def _date_cells(shapes: Sequence[Shape]) -> Iterator[str]:
    for shape in shapes:
        if shape.time == "date":
            position = shape.columns.positions["date"]
            yield from (row[position] for row in shape.table.rows if position < len(row))


def _check_currency(plan: Plan, numbers: NumberFormat, options: Options) -> None:
    """Reject a file whose money has no currency before reading its rows."""
    shape = plan.readers.get("conversion")
    field = plan.worth
    if shape is None or not field or options.currency or field in shape.columns.currencies:
        return
    position = shape.columns.positions[field]
    for row in shape.table.rows:
        if position >= len(row) or is_blank(row[position]):
            continue
        try:
            amount, named = numbers.money(row[position])
        except ValueError:
            continue
        if amount and not named:
            raise ExportRejected(
                "no_currency",
                f"the report has revenue ({shape.columns.name(field)}) without a currency: "
                "name the currency",
            )


def _notes(plan: Plan, shapes: Sequence[Shape]) -> tuple[str, ...]:
    """Return notes on the choice of tables."""
    notes = ["Days are those of the property's time zone."]
    for supply, shape in plan.readers.items():
        titles = ", ".join(filter(known_heading, shape.columns.names[:4]))
        notes.append(
            f"The {NOUNS[supply]} are read from the table in line {shape.table.line} ({titles})."
        )
    for supply, shape in plan.unreadable.items():
        notes.append(
            f"The table in line {shape.table.line} has {NOUNS[supply]}, but its rows do not cover "
            "single days."
        )
    overlapping = plan.overlapping(shapes)
    if overlapping:
        places = ", ".join(f"line {s.table.line} ({NOUNS[what]})" for what, s in overlapping[:10])
        notes.append(f"Not read, because they repeat the same numbers: {places}.")
    if any(not shape.is_daily for shape in plan.readers.values()):
        notes.append(
            "Rows that cover several days were spread evenly over them; their numbers are "
            "estimates for a single day."
        )
    return tuple(notes)


GA4_REPORTS = Importer(PLATFORM, DECLARATION, _recognise, MARKS)
