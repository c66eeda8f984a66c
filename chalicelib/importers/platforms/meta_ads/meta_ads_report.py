"""Meta Ads Manager: the reports that its interface exports, from 2017 on."""

from __future__ import annotations

from chalicelib.importers.platforms.meta_ads.claims import CLAIMS, only_conversions
from chalicelib.importers.platforms.meta_ads.meta_ads_counts import COUNTS, MONEY
from chalicelib.importers.platforms.meta_ads.meta_ads_subjects import BREAKDOWNS, DATES, NAMES
from chalicelib.importers.platforms.meta_ads.meta_translations import TRANSLATIONS
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.translations import translated, words_of
from chalicelib.importers.rows.row_plan import Change
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.values.numerals import NumberFormat

CHANNEL = "meta_ads"
COLUMNS = translated((*DATES, *NAMES, *BREAKDOWNS, *COUNTS, *MONEY, *CLAIMS), TRANSLATIONS)

_FORMATTED = ("formatted", "formatiert", *words_of(TRANSLATIONS, "formatted"))
"""Sheets that repeat the raw data for people."""

LEVELS = (
    *(("ad_id", "ad"), ("ad", "ad"), ("ad_set_id", "ad_set"), ("ad_set", "ad_set")),
    *(("campaign_id", "campaign"), ("campaign", "campaign")),
)
"""Column -> kind of report, the finest first."""


_SPENT_IN_OTHER_LANGUAGES = tuple(
    heading
    for column in COLUMNS
    if column.field == "cost"
    for language, headings in column.headings.items()
    if language != "en"
    for heading in headings
    if " " in heading or not heading.isascii()
)
_OF_META = (
    *("day", "week", "month", "ad_set", "ad_set_id", "link_clicks", "reactions", "thruplays"),
    *("three_second_plays", "results", "website_purchases", "page_likes"),
)
"""With what was spent, a sign of Ads Manager: others write the one and not the other."""


class MetaAdsReport(TableReport):
    """A table of campaigns, ad sets or ads."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header has Ads Manager's own words: the cost's currency, or the period."""
        columns = head.columns
        if columns.currencies.get("cost"):
            return True
        has_numbers = "cost" in columns or any(column.field in columns for column in COUNTS)
        return has_numbers and "from" in columns and "to" in columns

    def may_hold(self, sheet: str) -> bool:
        """Sheets that repeat the raw data for people are not read."""
        return not any(word in sheet.casefold() for word in _FORMATTED)

    def name_in(self, columns: Columns) -> str:
        """What the rows are about."""
        return next((name for field, name in LEVELS if field in columns), self.report)

    def preparation(self, columns: Columns, numbers: NumberFormat) -> Change | None:
        """Results that are no conversions are taken away."""
        return only_conversions(columns)

    def notes_on(self, columns: Columns) -> tuple[str, ...]:
        """What is not known of clicks, results and campaigns."""
        notes = []
        if "clicks" in columns and "link_clicks" not in columns:
            notes.append(
                "The report has no column Link clicks: Clicks (all) are taken, among which are "
                "reactions and comments."
            )
        if "results" in columns and "indicator" not in columns:
            notes.append(
                "Nothing says of what kind the Results are (add the column Result indicator): "
                "they are not taken for conversions."
            )
        if not any(column.field in columns for column in (*NAMES, *BREAKDOWNS)):
            notes.append("The report names no campaigns: rows of one day are told apart by order.")
        return tuple(notes)


REPORT = MetaAdsReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="account",
    columns=COLUMNS,
    holds_people=False,
    marks=(
        together(fields=("from", "to")),
        *(together(heading, any_of=_OF_META) for heading in ("Amount spent", "Total amount spent")),
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
        "Reporting ends (Berichtsstart, Berichtsende) beside Impressions or clicks"
    ),
    way_out=(
        "For daily rows: in Ads Manager choose Breakdown > By time > Day (Aufschlüsselung > Nach "
        "Zeit > Tag) and export the table again"
    ),
    nameless_are_totals=True,
    any_sheet=True,
    becomes=(
        Becomes("a row without names", "no data: the totals that Ads Manager adds"),
        Becomes(
            "Reach, Frequency, CPM, CTR, CPC, Post engagement, unique clicks / Reichweite, "
            "Frequenz, Beitragsinteraktionen",
            "nothing: they cannot be added up, or are among the others",
        ),
        Becomes(
            "Result indicator / Indikator für Ergebnisse",
            "whether Results are conversions: purchases, leads, registrations, subscriptions",
        ),
    ),
    refused=(
        ("not_additive", "breakdowns by action: conversion device, carousel card, reaction type"),
        ("aggregate_period", "a report whose rows cover several days, unless they may be spread"),
        ("no_date", "a report without Day and without Reporting starts and ends"),
        ("no_currency", "costs without a currency in heading, column or cell"),
        ("damaged_id", "ids that a spreadsheet has written as 1.22158E+17"),
    ),
    remarks=(
        "Days are those of the ad account's time zone, which the file does not name.",
        "Export the same level and breakdown each time: campaigns and their ads are the same money "
        "twice.",
        "Link clicks are preferred to Clicks (all), 3-second plays to ThruPlays, Impressions to "
        "Views: never both.",
        "Of the sheets of a workbook the raw data are read, and the formatted report only alone.",
    ),
)
META_ADS = REPORT.importer()
