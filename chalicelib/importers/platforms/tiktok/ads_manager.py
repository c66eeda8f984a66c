"""TikTok Ads Manager: reports on campaigns, ad groups, ads, keywords and audiences."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Claimed, Column, Count, Key, LeftOut, Sign
from chalicelib.importers.reports.usual_columns import columns_from
from chalicelib.importers.rows.row_plan import Cells
from chalicelib.importers.tables.headings import Columns, comparable
from chalicelib.importers.tables.marks import together
from chalicelib.importers.values.cells import is_blank

CHANNEL = "tiktok_ads"
_PARTS = LeftOut("part of the video views")

COLUMNS = columns_from(
    Path(__file__).with_name("tiktok_ads_columns.tsv"),
    Column("keyword", Key("keyword")),
    Column("destination_clicks", Count("click")),
    Column("clicks", Count("click"), unless=("destination_clicks",)),
    Column("two_seconds", Count("view"), unless=("video_views",)),
    Column("six_seconds", Count("view"), unless=("video_views", "two_seconds")),
    Column("focused", _PARTS),
    Column("quartiles", _PARTS),
    Column("payments", Claimed()),
    Column("conversions", Claimed(), unless=("payments",)),
    Column("payment_value", Claimed(is_value=True)),
    Column(
        "profile_visits", LeftOut("counts profile visits, not engagement with the ad's content")
    ),
    Column("of_destination", Sign()),
    Column("of_payments", Sign()),
)

MARKS = tuple(
    together(fields=(field,))
    for field in (
        *("destination_clicks", "of_destination", "of_payments"),
        *("two_seconds", "six_seconds", "focused"),
    )
)
"""Headings that no other platform's reports have."""

LEVELS = ("search_term", "keyword", "ad", "ad_group", "campaign")
_TOTALS = re.compile(r"total of [\d,.]+ .*|gesamt .*\d+ .*")


def _totals(cells: Cells) -> str:
    """Return why a row is not data: TikTok writes *Total of 12 results* in the first column."""
    first = next((cell for cell in cells if not is_blank(cell)), "")
    return "totals row" if _TOTALS.fullmatch(comparable(first)) else ""


class AdsManagerReport(TableReport):
    """An Ads Manager report. Campaign rows repeat the numbers of their ads."""

    def skips(self, columns: Columns) -> Callable[[Cells], str]:
        """Return a function that gives the reason why a row is not data."""
        return _totals


REPORT = AdsManagerReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="account",
    levels=LEVELS,
    columns=COLUMNS,
    holds_people=True,
    needs_one_of=("spend", "impressions"),
    marks=MARKS,
    paid=True,
    title="TikTok Ads: Ads Manager reports",
    where=(
        "TikTok Ads Manager → Analytics → Custom reports (Analytics → Benutzerdefinierte Berichte) "
        "with the dimension By Day (Nach Tag) and the columns Cost, Impressions and Clicks "
        "(destination) → Export → .csv or .xlsx. Add the column Currency"
    ),
    looks_for=(
        "Cost or Impressions, and a column that only TikTok writes: Clicks (destination), CPC "
        "(destination), CTR (destination), 2-second or 6-second video views, Complete payment ROAS"
    ),
    rejected=(
        ("no_date", "reports without a daily breakdown"),
        ("aggregate_period", "weekly or monthly reports"),
        ("no_currency", "Cost but no currency in the file; pass it with `--currency`"),
        ("unknown_platform", "no column is specific to TikTok; name the platform"),
        ("damaged_id", "ids that a spreadsheet has rounded"),
    ),
    remarks=(
        "If the report has Clicks (destination), they are used. Clicks (all) include likes, "
        "comments and profile visits.",
        "If the report has Video views, they are used. 2-second and 6-second views are parts of "
        "them.",
        "Hourly rows are summed by day.",
        "The German headings come from TikTok's help pages, not from a real export.",
    ),
)
TIKTOK_ADS = REPORT.importer()
