"""Recognises and opens what the Google Ads interface and its report editor download.

A title line, a period line, the header, rows, and totals below the rows; in English and German.
"""

from __future__ import annotations

from chalicelib.errors import ExportRefused
from chalicelib.exports.dates import Period, parse_period
from chalicelib.exports.declarations import Declaration
from chalicelib.exports.decoding import Source
from chalicelib.exports.headings import comparable
from chalicelib.exports.numerals import decide_number_format
from chalicelib.exports.outcomes import Reading, ReportDescription
from chalicelib.exports.periods import decide_periods
from chalicelib.exports.platforms.google_ads.columns import (
    ALL_TIME,
    LEVELS,
    TYPICAL_FIELDS,
    VOCABULARY,
)
from chalicelib.exports.platforms.google_ads.rows import CHANNEL, GoogleAdsRows
from chalicelib.exports.recognition import Glimpse, Importer, Options, Recognition
from chalicelib.exports.tables import Table, TableHead, find_head

WAY_OUT = (
    "For daily rows: in Google Ads open the report, Segment > Time > Day (Segmentieren > Zeit > "
    "Tag), or add the row 'Day' in the report editor, and download it as .csv"
)
_COUNTS = ("impressions", "clicks", "interactions", "cost", "converted_cost")


_DECLARATION = Declaration(
    "Google Ads (AdWords): reports",
    "",
    (
        "a line with the report's period above a header with Campaign, Impr., Clicks, Cost "
        "(Kampagne, Impr., Klicks, Kosten), or such a header with Currency code or Avg. CPC"
    ),
    (),
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, VOCABULARY, _is_report)
    if head is None:
        return None
    return Recognition(
        len(head.columns.positions),
        head.describe(),
        lambda source, options: _open(source, head, options),
    )


def _is_report(head: TableHead) -> bool:
    columns = head.columns
    if len(columns.positions) < 3 or not any(field in columns for field in _COUNTS):
        return False
    if _has_period_line(head):
        return "campaign" in columns or "day" in columns or "search_term" in columns
    has_cost = "cost" in columns or "converted_cost" in columns
    return has_cost and "campaign" in columns and any(f in columns for f in TYPICAL_FIELDS)


def _has_period_line(head: TableHead) -> bool:
    return any(
        parse_period(line) or ALL_TIME.fullmatch(comparable(line.strip('" ')))
        for line in head.preamble_lines
    )


def _period(head: TableHead) -> Period | None:
    return next(filter(None, map(parse_period, head.preamble_lines)), None)


def _open(source: Source, head: TableHead, options: Options) -> Reading:
    columns = head.columns
    table = Table(source, head)
    period = _period(head)
    periods = decide_periods(
        table, columns.language, period, spread=options.spread, way_out=WAY_OUT
    )
    numbers = decide_number_format(columns.language, table.sample(*_COUNTS, "views"))
    report = next((name for field, name in LEVELS if field in columns), "account")
    rows = GoogleAdsRows(columns, report, periods, numbers, options)
    if not _has_period_line(head):
        _check_unit_of_cost(table)
    if not rows.knows_currency:
        _check_currency(table, rows)
    description = ReportDescription(
        CHANNEL,
        report,
        source.encoding,
        head.delimiter,
        numbers.decimal_mark,
        period[0] if period else None,
        period[1] if period else None,
        notes=rows.notes(),
    )
    reading = Reading(description, iter(()), rows.claimed)
    reading.outcomes = table.outcomes(rows.reason_to_skip, rows.convert, reading)
    return reading


def _check_unit_of_cost(table: Table) -> None:
    """Reports of the programming interface give millionths, or not: whole numbers do not tell."""
    costs = [cell.strip() for cell in table.sample("cost")]
    if any(cell.strip("0") for cell in costs) and all(map(str.isdigit, filter(None, costs))):
        raise ExportRefused(
            "undecidable_format",
            "is Cost in units of the currency or in millionths of it? All costs are whole "
            "numbers: download the report from the Google Ads interface instead",
        )


def _check_currency(table: Table, rows: GoogleAdsRows) -> None:
    if any(rows.lacks_currency(cell) for cell in table.sample(rows.cost_field)):
        raise ExportRefused(
            "no_currency",
            "the report has costs but no currency: add the column 'Currency code' "
            "(Währungscode) to it, or name the currency",
        )


GOOGLE_ADS = Importer(CHANNEL, _DECLARATION, _recognise)
