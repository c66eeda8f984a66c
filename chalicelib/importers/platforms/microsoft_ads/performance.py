"""Microsoft Advertising: performance reports, from accounts down to search terms."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

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
from chalicelib.importers.rows.row_dating import DateColumns, Dating
from chalicelib.importers.rows.row_plan import Cells, Change
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.headings import Columns, comparable
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Table
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.dates import Period
from chalicelib.importers.values.numerals import NumberFormat
from chalicelib.model.errors import ExportRejected

CHANNEL = "microsoft_ads"
LEVELS = ("search_term", "keyword", "ad", "product", "ad_group", "campaign")
_FOOTER = re.compile(r"©.*|.*\bmicrosoft corporation\b.*")
_TOTALS = re.compile(
    r"(?:overall total|total|gesamtsumme|gesamt) (?:-|–) .*|overall total|total.*:.*"
)
_HOUR = re.compile(r"(?:\||T| )\d\d?(?::00(?::00)?)?$")


def _not_data(cells: Cells) -> str:
    first = comparable(next((cell for cell in cells if not is_blank(cell)), ""))
    if _FOOTER.fullmatch(first):
        return "the copyright line"
    return "totals row" if _TOTALS.fullmatch(first) else ""


def _day_alone(cell: str) -> str:
    return _HOUR.sub("", cell.strip())


@dataclass(frozen=True, kw_only=True)
class PerformanceReport(TableReport):
    """A performance report, adapted to the lines above its table.

    Attributes
    ----------
    stated : Stated
        The information in these lines.
    """

    stated: Stated = field(default_factory=lambda: read_stated(()))

    def has_form(self, head: TableHead) -> bool:
        """Whether Microsoft's lines are above the table."""
        return read_stated(head.preamble_lines).is_titled

    def period_above(self, head: TableHead) -> Period | None:
        """Return the period that the lines above the header contain."""
        return self.stated.period

    def decide_dating(
        self, columns: DateColumns, period: Period | None, options: Options, way_out: str
    ) -> Dating:
        """Use the order of day and month from a time above the table, and remove hours."""
        cells_of = columns.cells
        if self.stated.order:
            columns = replace(columns, language="en")
        if self.stated.unit == "hour":
            columns = replace(
                columns,
                cells=lambda at: (tuple(_day_alone(cell) for cell in row) for row in cells_of(at)),
            )
        return super().decide_dating(columns, period, options, way_out)

    def check(self, table: Table) -> None:
        """Reject reports by extension or asset: they count an impression once for each of them."""
        for heading in table.head.columns.names:
            if comparable(heading) in REPEATED:
                raise ExportRejected(
                    "no_counts",
                    f"the report has a row for each {heading}. An impression with several of them "
                    "is in several rows, so the rows cannot be summed. Download the campaign or "
                    "ad report",
                )

    def preparation(self, columns: Columns, numbers: NumberFormat) -> Change | None:
        """Turn hourly rows into rows of their day, whose parts they are."""
        if self.stated.unit != "hour":
            return None
        places = [columns.positions[f] for f in ("period", "day") if f in columns]

        def change(cells: Cells) -> Cells:
            changed = list(cells)
            for place in places:
                changed[place] = _day_alone(changed[place])
            return changed

        return change

    def skips(self, columns: Columns) -> Callable[[Cells], str]:
        """Return a function that gives the reason why a row is not data."""
        return _not_data


REPORT = PerformanceReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="account",
    levels=LEVELS,
    columns=COLUMNS,
    holds_people=True,
    needs_one_of=("impressions", "clicks", "spend"),
    marks=MARKS,
    paid=True,
    title="Microsoft Advertising (Bing Ads): campaign, ad, keyword and search term reports",
    where=(
        "Reports → Performance → Campaign, Ad, Keyword or Search term (Berichte → Leistung → "
        "Kampagne, Anzeige, Schlüsselwort, Suchbegriff), Unit of time: Day (Zeiteinheit: Tag), "
        "with the columns Spend, Impressions, Clicks and Currency code → Download → .csv or .xlsx"
    ),
    looks_for=(
        "Impressions, Clicks or Spend below a line Report Aggregation: …, or together with a "
        "column that only Microsoft writes: Gregorian date, TimePeriod, Bid match type, Delivered "
        "match type"
    ),
    becomes=(
        Becomes(
            "Report Time, Report Aggregation (above the table)", "the period; the unit of a row"
        ),
    ),
    rejected=(
        (
            "no_counts",
            "reports by ad extension or asset, in which an impression is in several rows",
        ),
        ("aggregate_period", "reports by week, month or year, by day of the week, and summaries"),
        ("undecidable_format", "the days could be day/month or month/day"),
        ("no_currency", "Spend but no currency in the file; pass it with `--currency`"),
        ("damaged_id", "ids that a spreadsheet has rounded"),
    ),
    remarks=(
        "Days are in the account's time zone.",
        "Hourly rows are summed by day.",
        "The layout comes from Microsoft's documentation, the German headings from its help "
        "pages, not from a real export.",
    ),
)
_VOCABULARY = vocabulary_of(COLUMNS)
_MARKS = REPORT.all_marks
_DECLARATION = REPORT.importer().declaration


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, _VOCABULARY, REPORT.accepts)
    if head is None:
        return None
    return claim_to(
        head, _MARKS, lambda source, options: _as_stated(head).open(source, head, options)
    )


def _as_stated(head: TableHead) -> PerformanceReport:
    """Return the report, adapted to the lines above its table."""
    stated = read_stated(head.preamble_lines)
    columns = tuple(_dated(column, stated.unit) for column in COLUMNS)
    return replace(REPORT, columns=columns, english=stated.order, stated=stated)


def _dated(column: Column, unit: str) -> Column:
    """Return the column *TimePeriod* with the unit of the report."""
    if column.field != "period" or unit in ("day", "hour"):
        return column
    role = When(unit) if unit else LeftOut("contains an hour of the day or a day of the week")
    return replace(column, role=role)


MICROSOFT_ADS = Importer(CHANNEL, _DECLARATION, _recognise, _MARKS, REPORT.accepts)
