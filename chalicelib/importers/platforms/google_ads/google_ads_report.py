"""Google Ads (AdWords): reports of the interface, of the report editor and of the API."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.importers.platforms.google_ads.google_ads_columns import (
    ALL_TIME,
    COLUMNS,
    COUNTS,
    LEVELS,
    TRANSLATIONS,
    TYPICAL_FIELDS,
    counts_interactions,
)
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.translations import words_of
from chalicelib.importers.rows.row_plan import Cells
from chalicelib.importers.tables.headings import Columns, comparable
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Table
from chalicelib.importers.values.cells import as_text
from chalicelib.importers.values.dates import parse_period
from chalicelib.model.errors import ExportRejected

CHANNEL = "google_ads"
_CURRENCY_CODES = ("Currency code", "Währungscode", *words_of(TRANSLATIONS, "currency code"))
MICROS_OF_A_CENT = 10_000
"""Costs in millionths are multiples of this number, because clicks are billed in whole cents."""


def _is_below_period(head: TableHead) -> bool:
    """Whether the lines above the header are a title and a period, as in every download."""
    columns = head.columns
    if not _is_titled_by_period(head):
        return False
    has_dimension = any(field in columns for field in ("campaign", "day", "search_term"))
    return has_dimension and any(field in columns for field in COUNTS)


def _is_titled_by_period(head: TableHead) -> bool:
    """Whether the line above the header is a period, and the line above that a title."""
    lines = [line.strip('" ,;\t') for line in head.preamble_lines]
    return len(lines) > 1 and bool(lines[-2]) and _is_period(lines[-1])


def _has_period_line(head: TableHead) -> bool:
    return any(map(_is_period, head.preamble_lines))


def _is_period(line: str) -> bool:
    return bool(parse_period(line) or ALL_TIME.fullmatch(comparable(line.strip('" '))))


def _check_unit_of_cost(table: Table) -> None:
    """Raise `ExportRejected` if whole costs may be in millionths, as in some API reports."""
    cells = [as_text(cell, ".").strip() for cell in table.sample("cost", "converted_cost")]
    costs = [cell for cell in cells if cell and cell.strip("-")]
    if not any(cell.strip("0") for cell in costs) or not all(map(str.isdigit, costs)):
        return
    if any(0 < int(cell) < MICROS_OF_A_CENT for cell in costs):
        return  # in millionths, this would be less than a cent
    may_be_units = any(int(cell) % MICROS_OF_A_CENT for cell in costs)
    if not (may_be_units and _has_period_line(table.head)):
        raise ExportRejected(
            "undecidable_format",
            "Cost may be in units of the currency or in millionths, because all costs are whole "
            "numbers. Download the report from the Google Ads interface instead",
        )


class GoogleAdsReport(TableReport):
    """A report of campaigns, ads, keywords or search terms."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header belongs to a Google Ads report."""
        columns = head.columns
        if len(columns.positions) < 3 or not any(field in columns for field in COUNTS):
            return False
        if _is_below_period(head):
            return True
        if all(field in columns for field in ("day", "clicks", "cost", "average_cost")):
            return True  # the time series of an overview card
        has_cost = "cost" in columns or "converted_cost" in columns
        return has_cost and "campaign" in columns and any(f in columns for f in TYPICAL_FIELDS)

    def has_form(self, head: TableHead) -> bool:
        """Whether the lines above the header are a title and a period, as in every download."""
        return _is_below_period(head)

    def condition(self, field: str, columns: Columns) -> Callable[[Cells], bool] | None:
        """Return a condition for Interactions: they count as clicks except for videos."""
        return counts_interactions(columns) if field == "interactions" else None

    def check(self, table: Table) -> None:
        """Reject costs that may be in millionths."""
        _check_unit_of_cost(table)

    def notes_on(self, columns: Columns) -> tuple[str, ...]:
        """Return a note on interactions that are counted as clicks."""
        if "clicks" in columns or "interactions" not in columns:
            return ()
        return (
            "The report has no column Clicks, so Interactions are counted as clicks, except those "
            "of video and Demand Gen campaigns, which are mostly views.",
        )


REPORT = GoogleAdsReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="account",
    levels=LEVELS,
    columns=COLUMNS,
    holds_people=False,
    marks=(
        *("Search terms match type", "Added/Excluded", "Hinzugefügt/Ausgeschlossen"),
        *("Conv. value / cost", "Cost / conv.", "Optimization score", "Optimisation score"),
        *(together(heading, fields=("cost",)) for heading in ("Impr.", "Conv. value", "Avg. CPC")),
        *(together(fields=(field, "cost")) for field in ("campaign_state", "campaign_group")),
        together(fields=("converted_cost",)),
        *words_of(TRANSLATIONS, "marks"),
        *(together(code, any_of=("cost", "converted_cost")) for code in _CURRENCY_CODES),
        together(fields=("interaction_rate",), any_of=("cost", "converted_cost")),
        together(fields=("average_cost", "cost")),
    ),
    paid=True,
    title="Google Ads (AdWords): campaign, ad, keyword and search term reports",
    where=(
        "Campaigns, Ads, Keywords or Search terms → Segment → Time → Day (Segmentieren → Zeit → "
        "Tag) → Download → .csv, Excel .csv or .xlsx; or a report of the report editor with the "
        "row Day (Tag). Add the column Currency code (Währungscode)."
    ),
    looks_for=(
        "a line with the report's period above a header with Campaign, Impr., Clicks, Cost "
        "(Kampagne, Impr., Klicks, Kosten), or such a header with Currency code or Avg. CPC"
    ),
    way_out=(
        "For daily rows: in Google Ads open the report, Segment > Time > Day (Segmentieren > Zeit "
        "> Tag), or add the row 'Day' in the report editor, and download it as .csv"
    ),
    becomes=(
        Becomes("`Total: …` rows", "no data, in whichever column the label is"),
        Becomes(
            "`Total: Other search terms`, `Total: Other locations` and similar rows",
            "the campaign `(other)`: traffic that no other row contains",
        ),
    ),
    rejected=(
        (
            "not_additive",
            "reports by click type, conversion action, asset, extension or audience segment",
        ),
        (
            "no_date",
            "overview cards without days, `All time`, reports with neither days nor a period",
        ),
        ("aggregate_period", "a report for a period without days, or by week or month"),
        ("undecidable_format", "costs in API reports that may be in millionths"),
        ("no_currency", "costs without a currency in the file; pass it with `--currency`"),
    ),
    remarks=(
        "Days are in the time zone of the account, which the file does not contain.",
        "Budgets are not costs. Rates and averages are recomputed, never added up.",
        "Interactions of video and Demand Gen campaigns are mostly views and are not counted.",
    ),
)
GOOGLE_ADS = REPORT.importer()
