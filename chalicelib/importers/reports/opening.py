"""Open a table by its declaration: from a header to outcomes of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.covered import Covered
from chalicelib.importers.outcomes import (
    ClaimedConversions,
    RawEvent,
    Reading,
    ReportDescription,
    RowOutcome,
    Skipped,
    UnreadPart,
)
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.breakdowns import breakdowns_in
from chalicelib.importers.reports.channel_column import Convert, by_channel
from chalicelib.importers.reports.damaged_ids import repair_of
from chalicelib.importers.reports.declared_report import DeclaredReport
from chalicelib.importers.reports.declared_subjects import DeclaredSubjects, SubjectColumns
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
from chalicelib.importers.reports.report_plan import plan_of
from chalicelib.importers.reports.shown_cells import public_text
from chalicelib.importers.reports.successive import RowsSeen
from chalicelib.importers.rows.row_dating import Dating
from chalicelib.importers.rows.row_engine import RowEngine
from chalicelib.importers.rows.row_plan import Cells, Change, RowPlan
from chalicelib.importers.rows.subtotals import Subtotals, find_subtotals
from chalicelib.importers.rows.totals_rows import TotalsRows
from chalicelib.importers.tables.further_tables import Rest
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Table
from chalicelib.importers.tables.unread import UnreadColumns
from chalicelib.importers.values.event_identity import Ordinals
from chalicelib.importers.values.numerals import NumberFormat, check_grouping, decide_number_format
from chalicelib.model.errors import ExportRejected

Skips = Callable[[Cells], str]
"""Returns why a row is not data, or an empty string."""


def open_table(
    report: DeclaredReport,
    source: Source | Rest,
    head: TableHead,
    options: Options,
    seen: RowsSeen,
) -> Reading:
    """Open one table.

    Parameters
    ----------
    seen : RowsSeen
        The rows of earlier tables of the same file.

    Raises
    ------
    ExportRejected
    """
    columns = head.columns
    way_out = report.way_out or report.where
    read = columns_read(report.columns, columns)
    check_additive(columns, read, way_out)
    plan, subject = plan_of(report, columns, read, options)
    if not plan.number_positions:
        raise ExportRejected(
            "no_counts",
            f"the report has no column with counts. {way_out}",
        )
    naming = [p for p, c in read.values() if isinstance(c.role, Key | When | Currency | Channel)]
    table = Table(source, head, public_text=public_text(report.shown, columns), naming=naming)
    period = report.period_above(head)
    dating = report.decide_dating(date_columns(table, read), period, options, way_out)
    numbers = _numbers(report, table, read, options)
    table.decimal_mark = numbers.decimal_mark
    totals = TotalsRows(
        names=subject.names,
        dates=tuple(dating.positions),
        numbers=plan.number_positions,
        nameless_are_totals=report.nameless_are_totals,
        breakdowns=breakdowns_in(table, read, plan),
        subtotals=_subtotals(table, plan, subject, dating, numbers),
    )
    table.unread = UnreadColumns(
        columns.names,
        *columns_unread(report.columns, columns, read),
        may_hold_people=bool(report.shown),
    )
    channel = next(((p, c.role) for p, c in read.values() if isinstance(c.role, Channel)), None)
    is_needed = channel is not None and channel[1].is_needed

    def engine_of(channel: str, ordinals: Ordinals) -> RowEngine:
        own = replace(plan, channel=channel)
        subjects = DeclaredSubjects(own, subject, totals)
        return RowEngine(own, subjects, dating, numbers, totals, ordinals)

    # Rows without a channel are rejected if one is required, so these rows leave no results.
    rows = engine_of(plan.channel, Ordinals() if is_needed else seen[plan.channel])
    merged = MergedPlatforms(report.platform, columns, read) if report.paid else None
    if merged:
        merged.check(table)
    report.check(table)
    check_currency(table, plan, subject, numbers)
    description = ReportDescription(
        report.platform,
        plan.report,
        source.encoding,
        head.delimiter,
        numbers.decimal_mark,
        period[0] if period else None,
        period[1] if period else None,
        lifetime=dating.is_lifetime,
        notes=report.notes_on(columns) + dating.notes,
    )
    engines = [] if is_needed else [rows]
    reading = Reading(description, iter(()), ClaimedConversions() if is_needed else rows.claimed)
    reading.skipped += _other_sheets(source, head.sheet)
    convert: Convert = rows.convert
    if channel is not None:
        others = {slug: engine_of(slug, seen[slug]) for slug in channel[1].slugs.values()}
        engines += others.values()
        convert = by_channel(
            *channel, convert, {slug: other.convert for slug, other in others.items()}
        )
    skips = report.skips(columns)
    changes = (
        _repair(table, read, is_lifetime=dating.is_lifetime),
        report.preparation(columns, numbers),
    )
    outcomes = table.cell_outcomes(
        _reason_to_skip(skips, rows),
        _prepared(convert, skips, merged, [change for change in changes if change is not None]),
        reading,
        begin_again=seen.begin_table,
    )
    coverage = partial(
        _coverage, goal=subject.goal, may_be_ads=subject.ad >= 0, lists_all_days=not report.paid
    )
    reading.outcomes = _completing(
        outcomes, reading, engines, coverage if dating.has_days else None
    )
    return reading


def _completing(
    outcomes: Iterator[RowOutcome],
    reading: Reading,
    engines: Sequence[RowEngine],
    coverage: Callable[[RowEngine], list[RawEvent]] | None,
) -> Iterator[RowOutcome]:
    """Yield the outcomes, then add the claims and the coverage of all engines to the reading."""
    yield from outcomes
    for rows in engines:
        if rows.claimed is not reading.claimed:
            reading.claimed.add_all(rows.claimed)
        if coverage is not None:
            reading.coverage += coverage(rows)


def _coverage(
    rows: RowEngine, *, goal: str, may_be_ads: bool, lists_all_days: bool
) -> list[RawEvent]:
    """Return the coverage of a report for everything that its columns count; see `covered`."""
    plan = rows.plan
    parts = (plan.channel, plan.report, plan.account or "-")
    covered = Covered(parts, lists_all_days, days=rows.days)
    for metric in plan.metrics:
        covered.add_type(plan.channel, metric.type, metric.paid)
        if metric.undone:
            covered.add_type(plan.channel, metric.undone, metric.paid)
        if may_be_ads:
            covered.add_type(plan.channel, metric.type, True)
    if goal:
        covered.add_goal(goal)
    return covered.events()


def _reason_to_skip(skips: Skips | None, rows: RowEngine) -> Skips:
    if skips is None:
        return rows.reason_to_skip
    return lambda cells: skips(cells) or rows.reason_to_skip(cells)


def _repair(table: Table, read: ReadColumns, *, is_lifetime: bool) -> Change | None:
    """Return the repair of damaged ids. Rows of the same post always have the same date."""
    keys = [p for p, c in read.values() if isinstance(c.role, Key) and c.role.sets != "account"]
    dates = [p for p, c in read.values() if isinstance(c.role, When)] if is_lifetime else []
    return repair_of(keys, table.first_rows, dates)


def _prepared(
    convert: Convert,
    skips: Skips | None,
    merged: MergedPlatforms | None,
    changes: Sequence[Change],
) -> Convert:
    """Wrap `convert` so that it takes rows as they are in the file."""
    if skips is None and not merged and not changes:
        return convert

    def convert_prepared(line: int, cells: Cells) -> RowOutcome:
        reason = skips(cells) if skips else ""
        if reason:
            return Skipped(line, reason)
        if merged:
            merged.check_row(cells)
        for change in changes:
            cells = change(cells)
        return convert(line, cells)

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
    table: Table, plan: RowPlan, subject: SubjectColumns, dating: Dating, numbers: NumberFormat
) -> Subtotals | None:
    """Find the rows of a table that are sums of others; posts with ids never are."""
    if len(subject.keys) < 2 or plan.is_one_each:
        return None
    positions = [*subject.keys, *dating.positions, *plan.number_positions]
    rows = table.sample_cells(positions)
    return find_subtotals(rows, subject.keys, len(dating.positions), numbers)


def _other_sheets(source: Source | Rest, sheet: str) -> list[UnreadPart]:
    """Return the other sheets of a workbook."""
    sheets = source.workbook.sheets if sheet and source.workbook else ()
    return [
        UnreadPart("sheet", one[:100], f"the sheet {sheet[:100]} is read instead")
        for one in sheets
        if one != sheet
    ]
