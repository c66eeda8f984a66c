"""Meta Ads Manager: the reports that its interface has exported since 2017."""

from __future__ import annotations

from chalicelib.importers.platforms.meta_ads.claims import only_conversions
from chalicelib.importers.platforms.meta_ads.meta_ads_columns import COLUMNS, TRANSLATIONS
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Count, Key, LeftOut
from chalicelib.importers.reports.translations import words_of
from chalicelib.importers.rows.row_plan import Change
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.values.numerals import NumberFormat

CHANNEL = "meta_ads"

_FORMATTED = ("formatted", "formatiert", *words_of(TRANSLATIONS, "formatted"))
"""Names of sheets that repeat the raw data, formatted for reading."""

_COUNTS = tuple(column.field for column in COLUMNS if isinstance(column.role, Count | LeftOut))

LEVELS = (
    *(("ad_id", "ad"), ("ad", "ad"), ("ad_set_id", "ad_set"), ("ad_set", "ad_set")),
    *(("campaign_id", "campaign"), ("campaign", "campaign")),
)
"""(Column, report level), the most detailed level first."""


_SPENT_IN_OTHER_LANGUAGES = tuple(
    heading
    for column in COLUMNS
    if column.field == "cost"
    for language, headings in column.headings.items()
    if language != "en"
    for heading in headings
    if " " in heading or not heading.isascii()
)
_IDENTIFYING = (
    *("day", "week", "month", "ad_set", "ad_set_id", "link_clicks", "reactions", "thruplays"),
    *("three_second_plays", "results", "website_purchases", "page_likes"),
)
"""Together with the amount spent, each of these identifies Ads Manager."""


class MetaAdsReport(TableReport):
    """A table of campaigns, ad sets or ads."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header has Ads Manager's cost with a currency, or its period columns."""
        columns = head.columns
        if columns.currencies.get("cost"):
            return True
        has_numbers = "cost" in columns or any(field in columns for field in _COUNTS)
        return has_numbers and "from" in columns and "to" in columns

    def may_hold(self, sheet: str) -> bool:
        """Whether a sheet may contain the raw data. Formatted copies are not read."""
        return not any(word in sheet.casefold() for word in _FORMATTED)

    def preparation(self, columns: Columns, numbers: NumberFormat) -> Change | None:
        """Clear results that are not conversions."""
        return only_conversions(columns)

    def notes_on(self, columns: Columns) -> tuple[str, ...]:
        """Return notes on missing columns for clicks, results and campaigns."""
        notes = []
        if "clicks" in columns and "link_clicks" not in columns:
            notes.append(
                "The report has no column Link clicks. Clicks (all) are used instead, which "
                "include reactions and comments."
            )
        if "results" in columns and "indicator" not in columns:
            notes.append(
                "The report does not show what its Results are, so they do not count as "
                "conversions. Add the column Result indicator."
            )
        if not any(c.field in columns for c in COLUMNS if isinstance(c.role, Key)):
            notes.append(
                "The report names no campaigns. Rows of the same day are distinguished by their "
                "order."
            )
        return tuple(notes)


REPORT = MetaAdsReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="account",
    levels=LEVELS,
    columns=COLUMNS,
    holds_people=False,
    marks=(
        together(fields=("from", "to")),
        *(
            together(heading, any_of=_IDENTIFYING)
            for heading in ("Amount spent", "Total amount spent")
        ),
        together("Amount spent", "Starts", "Ends"),
        *_SPENT_IN_OTHER_LANGUAGES,
    ),
    paid=True,
    title="Meta Ads Manager (Facebook and Instagram ads): campaigns, ad sets and ads",
    where=(
        "Ads Manager (Werbeanzeigenmanager) → Breakdown → By time → Day (Aufschlüsselung → Nach "
        "Zeit → Tag) → Reports → Export table data (Berichte → Tabellendaten exportieren) → .csv "
        "or .xlsx. Add the columns Campaign ID, Link clicks and Post reactions (Kampagnen-ID, "
        "Link-Klicks, Beitragsreaktionen)."
    ),
    looks_for=(
        "a column Amount spent (EUR) (Ausgegebener Betrag (EUR)), or Reporting starts and "
        "Reporting ends (Berichtsstart, Berichtsende) together with Impressions or clicks"
    ),
    way_out=(
        "For daily rows, choose Breakdown > By time > Day (Aufschlüsselung > Nach Zeit > Tag) in "
        "Ads Manager and export the table again"
    ),
    nameless_are_totals=True,
    any_sheet=True,
    becomes=(
        Becomes("a row without names", "not data: Ads Manager adds this row of totals"),
        Becomes(
            "Reach, Frequency, CPM, CTR, CPC, Post engagement, unique clicks / Reichweite, "
            "Frequenz, Beitragsinteraktionen",
            "nothing: they cannot be summed or are part of other columns",
        ),
        Becomes(
            "Result indicator / Indikator für Ergebnisse",
            "whether Results are conversions: purchases, leads, registrations, subscriptions",
        ),
    ),
    rejected=(
        ("not_additive", "breakdowns by action: conversion device, carousel card, reaction type"),
        ("aggregate_period", "rows that cover several days, unless you choose to spread them"),
        ("no_date", "a report without Day and without Reporting starts and ends"),
        ("no_currency", "costs, but no currency in a heading, column or cell"),
        ("damaged_id", "ids that a spreadsheet has rounded, such as 1.22158E+17"),
    ),
    remarks=(
        "Days are in the ad account's time zone, which the file does not contain.",
        "Export the same level and breakdown each time. Importing campaigns and their ads counts "
        "the same money twice.",
        "If a file has both columns, Link clicks are used rather than Clicks (all), 3-second "
        "plays rather than ThruPlays, and Impressions rather than Views.",
        "In a workbook, the raw data sheet is read. The formatted report is read only if it is "
        "the only sheet.",
    ),
)
META_ADS = REPORT.importer()
