"""Amazon Ads: reports of Sponsored Products, Brands and Display as .xlsx and .csv."""

from __future__ import annotations

from chalicelib.importers.platforms.amazon_ads.sponsored_columns import COLUMNS, MARKS
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.tables.headings import Columns

CHANNEL = "amazon_ads"
LEVELS = (
    ("search_term", "search-term"),
    ("targeting", "targeting"),
    ("asin", "advertised-product"),
    ("sku", "advertised-product"),
    ("placement", "placement"),
    ("ad_group", "ad-group"),
    ("campaign", "campaign"),
)


class SponsoredReport(TableReport):
    """A report of sponsored ads; a campaign's numbers are those of its search terms again."""

    def name_in(self, columns: Columns) -> str:
        """What the rows are about."""
        return next((name for field, name in LEVELS if field in columns), self.report)

    def notes_on(self, columns: Columns) -> tuple[str, ...]:
        """What search term reports lack."""
        if "search_term" not in columns:
            return ()
        return (
            "A search term report lists terms that were clicked: impressions without a click are "
            "missing in it. The campaign report has all of them.",
        )


AMAZON_ADS = SponsoredReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="campaign",
    columns=COLUMNS,
    holds_people=True,
    needs_one_of=("campaign", "campaign_id"),
    marks=MARKS,
    paid=True,
    title="Amazon Ads: reports of Sponsored Products, Sponsored Brands and Sponsored Display",
    where=(
        "Amazon Ads → Measurement & Reporting → Sponsored ads reports (Messung und Berichte → "
        "Berichte zu Sponsored Ads) → Create report: Campaign, Search term, Targeting, Advertised "
        "product or Placement, Time unit Daily (Zeiteinheit: Täglich) → .xlsx or .csv"
    ),
    looks_for=(
        "Campaign Name and a column that only Amazon has: 7 Day or 14 Day Total Sales, Total "
        "Advertising Cost of Sales (ACOS), Advertised ASIN, Advertised SKU"
    ),
    refused=(
        ("aggregate_period", "reports with the time unit Summary: Start Date and End Date"),
        ("no_counts", "purchased product reports: they hold Amazon's claims only"),
        ("no_currency", "Spend without a currency in the file; name it with `--currency`"),
        ("undecidable_format", "days that may be day/month or month/day"),
    ),
    remarks=(
        "Sales and orders of 7 or 14 days are what Amazon claims for the ads: of the summary only.",
        "Import one kind of report: a campaign's clicks are those of its search terms again.",
        "Amazon counts days in the time zone of the account.",
        "The German headings are known from help pages only; where the file is not recognised, "
        "download the report in English.",
    ),
).importer()
