"""How a table is opened by what is declared of its report: from a header to outcomes of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import NotData, Reading, ReportDescription, RowOutcome, Skipped
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.breakdowns import breakdowns_in
from chalicelib.importers.reports.channel_column import Convert, by_channel
from chalicelib.importers.reports.damaged_ids import Change, repair_of
from chalicelib.importers.reports.declared_report import DeclaredReport
from chalicelib.importers.reports.layout import Cells, Layout
from chalicelib.importers.reports.merged_platforms import MergedPlatforms
from chalicelib.importers.reports.read_columns import (
    ReadColumns,
    columns_read,
    columns_unread,
    date_columns,
)
from chalicelib.importers.reports.report_checks import check_additive, check_currency
from chalicelib.importers.reports.report_columns import (
    Audience,
    Channel,
    Converted,
    Cost,
    Count,
    Currency,
    Key,
    LeftOut,
    Net,
    When,
)
from chalicelib.importers.reports.report_dating import Dating
from chalicelib.importers.reports.report_layout import has_other_numbers, layout_of, number_columns
from chalicelib.importers.reports.report_rows import ReportRows
from chalicelib.importers.reports.shown_cells import public_text
from chalicelib.importers.reports.subtotals import Subtotals, find_subtotals
from chalicelib.importers.reports.successive import RowsSeen
from chalicelib.importers.reports.totals_rows import TotalsRows
from chalicelib.importers.tables.further_tables import Rest
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Table
from chalicelib.importers.tables.unread import UnreadColumns
from chalicelib.importers.values.numerals import NumberFormat, check_grouping, decide_number_format
from chalicelib.model.errors import ExportRefused


def open_table(
    report: DeclaredReport,
    source: Source | Rest,
    head: TableHead,
    options: Options,
    seen: RowsSeen,
) -> Reading:
    """Opens one table.

    Parameters
    ----------
    seen : RowsSeen
        The rows of the tables of the same file.

    Raises
    ------
    ExportRefused
    """
    columns = head.columns
    way_out = report.way_out or report.where
    read = columns_read(report.columns, columns)
    check_additive(columns, read, way_out)
    layout = layout_of(report, columns, read, options)
    if not layout.metrics and not has_other_numbers(layout):
        raise ExportRefused(
            "no_counts",
            f"no column of the report counts anything. {way_out}",
        )
    naming = [p for p, c in read.values() if isinstance(c.role, Key | When | Currency | Channel)]
    table = Table(source, head, public_text=public_text(report.shown, columns), naming=naming)
    period = report.period(head)
    dating = report.decide_dating(
        date_columns(table, read),
        period,
        options,
        way_out,
        dates_are_starts=report.dates_are_starts,
    )
    numbers = _numbers(report, table, read, options)
    table.decimal_mark = numbers.decimal_mark
    totals = TotalsRows(
        names=layout.names,
        dates=tuple(dating.positions),
        numbers=number_columns(layout),
        nameless_are_totals=report.nameless_are_totals,
        breakdowns=breakdowns_in(table, read, layout),
        subtotals=_subtotals(table, layout, dating, numbers),
    )
    table.unread = UnreadColumns(
        columns.names,
        *columns_unread(report.columns, columns, read),
        may_hold_people=bool(report.shown),
    )
    rows = ReportRows(layout, dating, numbers, totals, seen[layout.channel])
    merged = MergedPlatforms(report.platform, columns, read) if report.paid else None
    if merged:
        merged.check(table)
    if report.check is not None:
        report.check(table)
    check_currency(table, layout, numbers)
    description = ReportDescription(
        report.platform,
        layout.report,
        source.encoding,
        head.delimiter,
        numbers.decimal_mark,
        period[0] if period else None,
        period[1] if period else None,
        lifetime=dating.is_lifetime,
        notes=report.notes(columns) + dating.notes,
    )
    reading = Reading(description, iter(()), rows.claimed)
    reading.skipped += _other_sheets(source, head.sheet)
    every = [rows]
    convert: Convert = rows.convert
    channel = next(((p, c.role) for p, c in read.values() if isinstance(c.role, Channel)), None)
    if channel is not None:
        others = {
            slug: ReportRows(replace(layout, channel=slug), dating, numbers, totals, seen[slug])
            for slug in channel[1].slugs.values()
        }
        every = [*([] if channel[1].is_needed else every), *others.values()]
        convert = by_channel(
            *channel, convert, {slug: other.convert for slug, other in others.items()}
        )
    reading.outcomes = table.cell_outcomes(
        _reason_to_skip(report, rows),
        _prepared(
            report,
            convert,
            columns,
            numbers,
            _repair(table, read, is_lifetime=dating.is_lifetime),
            merged,
        ),
        reading,
        begin_again=seen.begin_table,
    )
    if channel is not None:
        reading.outcomes = _claiming(
            reading.outcomes, reading, [other for other in every if other is not rows]
        )
    if dating.has_days:
        reading.outcomes = _covering(
            reading.outcomes, reading, every, lists_all_days=not report.paid
        )
    return reading


def _claiming(
    outcomes: Iterator[RowOutcome], reading: Reading, others: Sequence[ReportRows]
) -> Iterator[RowOutcome]:
    """The outcomes of a report of several channels, all of which claim."""
    yield from outcomes
    for rows in others:
        reading.claimed.add_all(rows.claimed)


def _covering(
    outcomes: Iterator[RowOutcome],
    reading: Reading,
    every: Sequence[ReportRows],
    *,
    lists_all_days: bool,
) -> Iterator[RowOutcome]:
    """The outcomes of a daily report, which has its coverage after the last one."""
    yield from outcomes
    for rows in every:
        reading.coverage += rows.coverage(lists_all_days=lists_all_days)


def _reason_to_skip(report: DeclaredReport, rows: ReportRows) -> Callable[[Cells], str]:
    describes = report.is_description
    if describes is None:
        return rows.reason_to_skip
    return lambda cells: describes(cells) or rows.reason_to_skip(cells)


def _repair(table: Table, read: ReadColumns, *, is_lifetime: bool) -> Change | None:
    """What puts damaged ids right. A post has one date, however often it is in a file."""
    keys = [p for p, c in read.values() if isinstance(c.role, Key) and c.role.sets != "account"]
    dates = [p for p, c in read.values() if isinstance(c.role, When)] if is_lifetime else []
    return repair_of(keys, table.first_rows, dates)


def _prepared(
    report: DeclaredReport,
    convert: Convert,
    columns: Columns,
    numbers: NumberFormat,
    repair: Change | None,
    merged: MergedPlatforms | None,
) -> Convert:
    """`convert` for rows as they are in the file."""
    prepare, describes = report.prepare(columns, numbers), report.is_description
    if prepare is None and describes is None and repair is None and not merged:
        return convert

    def convert_prepared(line: int, cells: Cells) -> RowOutcome:
        reason = describes(cells) if describes else ""
        if reason:
            return NotData(line, reason)
        if merged:
            merged.check_row(cells)
        if repair:
            cells = repair(cells)
        return convert(line, prepare(cells) if prepare else cells)

    return convert_prepared


def _numbers(
    report: DeclaredReport, table: Table, read: ReadColumns, options: Options
) -> NumberFormat:
    if options.decimal_mark:
        return NumberFormat(options.decimal_mark)
    fields = [
        name
        for name, (_, column) in read.items()
        if isinstance(column.role, Count | Net | Cost | Audience | Converted)
    ]
    counts = [name for name in fields if isinstance(read[name][1].role, Count | Net | Audience)]
    others = [name for name, (_, column) in read.items() if isinstance(column.role, LeftOut)]
    if report.decimal_mark:
        check_grouping(report.decimal_mark, table.sample(*counts))
        return NumberFormat(report.decimal_mark)
    return decide_number_format(
        table.head.columns.language,
        table.sample(*fields),
        table.sample(*counts),
        table.sample(*others),
    )


def _subtotals(
    table: Table, layout: Layout, dating: Dating, numbers: NumberFormat
) -> Subtotals | None:
    """The rows of a table that are sums of others; posts with ids are none."""
    if len(layout.keys) < 2 or layout.is_one_each:
        return None
    positions = [*layout.keys, *dating.positions, *number_columns(layout)]
    rows = table.sample_cells(positions)
    return find_subtotals(rows, layout.keys, len(dating.positions), numbers)


def _other_sheets(source: Source | Rest, sheet: str) -> list[Skipped]:
    """The sheets of a workbook beside the one that is read."""
    sheets = source.workbook.sheets if sheet and source.workbook else ()
    return [Skipped("sheet", one[:100], f"{sheet[:100]} is read") for one in sheets if one != sheet]
