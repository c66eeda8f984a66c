"""Microsoft Advertising: performance reports, from accounts down to search terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from chalicelib.importers.platforms.microsoft_ads.performance_columns import (
    COLUMNS,
    MARKS,
    REPEATED,
)
from chalicelib.importers.platforms.microsoft_ads.stated import Stated, read_stated
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Column, LeftOut, When, vocabulary_of
from chalicelib.importers.reports.report_dating import DateColumns, Dating, decide_dating
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.headings import Columns, comparable
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Table
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.dates import Period
from chalicelib.importers.values.numerals import NumberFormat
from chalicelib.model.errors import ExportRefused

CHANNEL = "microsoft_ads"
LEVELS = ("search_term", "keyword", "ad", "product", "ad_group", "campaign")
_FOOTER = re.compile(r"©.*|.*\bmicrosoft corporation\b.*")
_TOTALS = re.compile(
    r"(?:overall total|total|gesamtsumme|gesamt) (?:-|–) .*|overall total|total.*:.*"
)
_HOUR = re.compile(r"(?:\||T| )\d\d?(?::00(?::00)?)?$")


def _is_report(head: TableHead) -> bool:
    return any(field in head.columns for field in ("impressions", "clicks", "spend"))


def _is_titled(head: TableHead) -> bool:
    return read_stated(head.preamble_lines).is_titled


def _level(columns: Columns) -> str:
    """What the rows are about; a campaign's numbers are those of its ads again."""
    found = (level for level in LEVELS if level in columns or f"{level}_id" in columns)
    return next(found, "account").replace("_", "-")


def _check_parts(table: Table) -> None:
    """Ads with several extensions or assets count one impression for each of them."""
    for heading in table.head.columns.names:
        if comparable(heading) in REPEATED:
            raise ExportRefused(
                "no_counts",
                f"a row for each {heading}: an impression with several of them is in as many rows, "
                "so that they do not add up. Download the campaign or ad report",
            )


def _not_data(cells: Sequence[str]) -> str:
    first = comparable(next((cell for cell in cells if not is_blank(cell)), ""))
    if _FOOTER.fullmatch(first):
        return "the copyright line"
    return "totals row" if _TOTALS.fullmatch(first) else ""


def _without_hours(
    columns: Columns, numbers: NumberFormat
) -> Callable[[Sequence[str]], Sequence[str]]:
    """Rows of an hour as rows of its day, of which they are parts."""
    places = [columns.positions[f] for f in ("period", "day") if f in columns]

    def change(cells: Sequence[str]) -> Sequence[str]:
        changed = list(cells)
        for place in places:
            changed[place] = _day_alone(changed[place])
        return changed

    return change


def _decide_dating(
    columns: DateColumns,
    report: Period | None,
    options: Options,
    way_out: str,
    *,
    dates_are_starts: bool,
    stated: Stated,
) -> Dating:
    """As `dating.decide_dating`; a time above the table may tell the order of day and month."""
    cells_of = columns.cells
    if stated.order:
        columns = replace(columns, language="en")
    if stated.unit == "hour":
        columns = replace(
            columns,
            cells=lambda at: (tuple(_day_alone(cell) for cell in row) for row in cells_of(at)),
        )
    return decide_dating(
        columns, report, options, way_out, dates_are_starts=dates_are_starts, english=stated.order
    )


def _day_alone(cell: str) -> str:
    return _HOUR.sub("", cell.strip())


REPORT = TableReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report=_level,
    columns=COLUMNS,
    accept=_is_report,
    marks=MARKS,
    form=_is_titled,
    paid=True,
    title="Microsoft Advertising (Bing Ads): campaign, ad, keyword and search term reports",
    where=(
        "Reports → Performance → Campaign, Ad, Keyword or Search term (Berichte → Leistung → "
        "Kampagne, Anzeige, Schlüsselwort, Suchbegriff), Unit of time: Day (Zeiteinheit: Tag), "
        "with the columns Spend, Impressions, Clicks and Currency code → Download → .csv or .xlsx"
    ),
    looks_for=(
        "Impressions, Clicks or Spend below a line Report Aggregation: …, or beside a column that "
        "only Microsoft has: Gregorian date, TimePeriod, Bid match type, Delivered match type"
    ),
    check=_check_parts,
    is_description=_not_data,
    becomes=(
        Becomes(
            "Report Time, Report Aggregation (above the table)", "the period; what a row is of"
        ),
    ),
    refused=(
        ("no_counts", "reports by ad extension or asset: an impression is in several rows"),
        ("aggregate_period", "reports by week, month or year, by day of the week, and summaries"),
        ("undecidable_format", "days that may be day/month or month/day"),
        ("no_currency", "Spend without a currency in the file; name it with `--currency`"),
        ("damaged_id", "ids that a spreadsheet rounded"),
    ),
    remarks=(
        "Days are those of the account's time zone.",
        "Rows by hour are parts of a day and add up.",
        "The layout is known from Microsoft's documentation; German headings from its help pages.",
    ),
)
_VOCABULARY = vocabulary_of(COLUMNS)
_MARKS = REPORT.all_marks
_DECLARATION = REPORT.importer().declaration


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, _VOCABULARY, _is_report)
    if head is None:
        return None
    return claim_to(
        head, _MARKS, lambda source, options: _as_stated(head).open(source, head, options)
    )


def _as_stated(head: TableHead) -> TableReport:
    """The report as the lines above its table say it is."""
    stated = read_stated(head.preamble_lines)
    columns = tuple(_dated(column, stated.unit) for column in COLUMNS)
    return replace(
        REPORT,
        columns=columns,
        period=lambda head: stated.period,
        decide_dating=partial(_decide_dating, stated=stated),
        prepare=_without_hours if stated.unit == "hour" else REPORT.prepare,
    )


def _dated(column: Column, unit: str) -> Column:
    """The column *TimePeriod*, as the report is by days or by something longer."""
    if column.field != "period" or unit in ("day", "hour"):
        return column
    role = When(unit) if unit else LeftOut("an hour of the day or a day of the week")
    return replace(column, role=role)


MICROSOFT_ADS = Importer(CHANNEL, _DECLARATION, _recognise, _MARKS, _is_report)
