"""Amazon Ads: Sponsored Products, Brands and Display reports (.xlsx, .csv)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Claimed, Column, Key, LeftOut, Sign
from chalicelib.importers.reports.usual_columns import columns_from
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together

CHANNEL = "amazon_ads"


def _in_currencies(heading: str) -> Iterator[str]:
    """Yield ``7 Day Total Sales ($)`` also without a symbol and with other symbols."""
    name = heading.removesuffix(" ($)")
    yield name
    if name != heading:
        yield from (f"{name} ({symbol})" for symbol in "$€£₹¥")


COLUMNS = columns_from(
    Path(__file__).with_name("amazon_ads_columns.tsv"),
    Column("portfolio", Key("portfolio", names=False)),
    Column("sku", Key("sku")),
    Column("asin", Key("asin", sets="content_id")),
    Column("targeting", Key("targeting")),
    Column("bidding", Key("bidding", names=False)),
    Column("retailer", Key("retailer", names=False)),
    Column("orders", Claimed()),
    Column("sales", Claimed(is_value=True)),
    Column("units", LeftOut("part of the claimed conversions")),
    Column("acos", Sign()),
    Column("roas", Sign()),
    Column("viewable", LeftOut("part of the impressions")),
    Column("purchased", Sign()),
    Column("share", LeftOut("shares and ranks cannot be added up")),
    spellings=_in_currencies,
)
MARKS = tuple(
    together(fields=(field,))
    for field in ("orders", "sales", "acos", "roas", "sku", "asin", "purchased", "share")
)
"""Columns that only reports of this platform have."""

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
    """A report of sponsored ads.

    Reports of different levels contain the same clicks: those of a campaign are also in the report
    of its search terms.
    """

    def notes_on(self, columns: Columns) -> tuple[str, ...]:
        """Return a note on the impressions that search term reports omit."""
        if "search_term" not in columns:
            return ()
        return (
            "A search term report lists only terms that were clicked, so impressions of other "
            "terms are missing. The campaign report has all impressions.",
        )


AMAZON_ADS = SponsoredReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="campaign",
    levels=LEVELS,
    columns=COLUMNS,
    holds_people=True,
    needs_one_of=("campaign", "campaign_id"),
    marks=MARKS,
    paid=True,
    title="Amazon Ads: Sponsored Products, Sponsored Brands and Sponsored Display reports",
    where=(
        "Amazon Ads → Measurement & Reporting → Sponsored ads reports (Messung und Berichte → "
        "Berichte zu Sponsored Ads) → Create report: Campaign, Search term, Targeting, Advertised "
        "product or Placement, Time unit Daily (Zeiteinheit: Täglich) → .xlsx or .csv"
    ),
    looks_for=(
        "Campaign Name and one column that only Amazon has: 7 Day or 14 Day Total Sales, Total "
        "Advertising Cost of Sales (ACOS), Advertised ASIN or Advertised SKU"
    ),
    rejected=(
        (
            "aggregate_period",
            "reports with the time unit Summary, which have Start Date and End Date",
        ),
        ("no_counts", "purchased product reports, which contain only Amazon's claims"),
        ("no_currency", "Spend without a currency in the file; pass it with `--currency`"),
        ("undecidable_format", "dates that may be day/month or month/day"),
    ),
    remarks=(
        "Sales and orders within 7 or 14 days are conversions that Amazon claims for its ads. They "
        "appear only in the summary.",
        "Import one kind of report: a campaign report and a search term report contain the same "
        "clicks.",
        "Amazon counts days in the time zone of the account.",
        "The German headings were taken from help pages. If a file is not recognised, download the "
        "report in English.",
    ),
).importer()
