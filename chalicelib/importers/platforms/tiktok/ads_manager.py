"""TikTok Ads Manager: the reports of campaigns, ad groups, ads, keywords and audiences."""

from __future__ import annotations

import re
from collections.abc import Callable

from chalicelib.importers.platforms.tiktok.ads_manager_columns import COLUMNS, MARKS
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.rows.row_plan import Cells
from chalicelib.importers.tables.headings import Columns, comparable
from chalicelib.importers.values.cells import is_blank

CHANNEL = "tiktok_ads"
LEVELS = ("search_term", "keyword", "ad", "ad_group", "campaign")
_TOTALS = re.compile(r"total of [\d,.]+ .*|gesamt .*\d+ .*")


def _totals(cells: Cells) -> str:
    """Why a row is no data: TikTok writes *Total of 12 results* in the first column."""
    first = next((cell for cell in cells if not is_blank(cell)), "")
    return "totals row" if _TOTALS.fullmatch(comparable(first)) else ""


class AdsManagerReport(TableReport):
    """A report of the Ads Manager; a campaign's numbers are those of its ads again."""

    def skips(self, columns: Columns) -> Callable[[Cells], str]:
        """Why a row is no data."""
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
    title="TikTok Ads: reports of the Ads Manager",
    where=(
        "TikTok Ads Manager → Analytics → Custom reports (Analytics → Benutzerdefinierte Berichte) "
        "with the dimension By Day (Nach Tag) and the columns Cost, Impressions and Clicks "
        "(destination) → Export → .csv or .xlsx. Add the column Currency"
    ),
    looks_for=(
        "Cost or Impressions, and a column that only TikTok has: Clicks (destination), CPC "
        "(destination), CTR (destination), 2-second or 6-second video views, Complete payment ROAS"
    ),
    refused=(
        ("no_date", "reports that are not by day"),
        ("aggregate_period", "reports by week or month"),
        ("no_currency", "Cost without a currency in the file; name it with `--currency`"),
        ("unknown_platform", "reports in which no column is TikTok's own: name the platform"),
        ("damaged_id", "ids that a spreadsheet rounded"),
    ),
    remarks=(
        "Clicks (destination) are taken where the report has them; Clicks (all) count likes, "
        "comments and visits of the profile too.",
        "Video views are preferred to 2-second and 6-second views, which are parts of them.",
        "Rows by hour are parts of a day and add up.",
        "The German headings are known from TikTok's help pages only.",
    ),
)
TIKTOK_ADS = REPORT.importer()
