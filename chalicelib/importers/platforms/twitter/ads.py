"""X Ads: Ads Manager reports as workbooks (sheet `results`) and CSV."""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.platforms.twitter.analytics import CHANNEL
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Column, Count, Key, LeftOut, Sign
from chalicelib.importers.reports.usual_columns import columns_from
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead

_ALREADY_COUNTED = LeftOut("repeats other columns")

COLUMNS = columns_from(
    Path(__file__).with_name("x_ads_columns.tsv"),
    Column("ad_id", Key("ad")),
    Column("ad", Key("ad")),
    Column("audience", Key("audience", names=False)),
    Column("post_text", Sign()),
    Column("post_status", Sign()),
    Column("published", Sign()),
    Column("media_views", Count("view"), unless=("video_views",)),
    Column("engagements", _ALREADY_COUNTED),
    Column("results", _ALREADY_COUNTED),
)

_NAMED_BY_X = (
    "post",
    "post_status",
    "reposts",
    "ad_group_id",
    "ad_group",
    "campaign_id",
    "campaign",
)


class AdsReport(TableReport):
    """An X Ads Manager report."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header belongs to this report."""
        columns = head.columns
        if "impressions" not in columns and "spend" not in columns:
            return False
        if "period" in columns:
            return any(field in columns for field in _NAMED_BY_X)
        return "day" in columns and "spend" in columns and "reposts" in columns


ADS = AdsReport(
    platform="twitter_ads",
    channel=CHANNEL,
    report="ads",
    columns=COLUMNS,
    holds_people=True,
    marks=(
        "Promoted Tweet ID",
        together(fields=("post_status",)),
        together(fields=("post",), any_of=("spend", "period")),
        together(fields=("reposts",), any_of=("spend", "period")),
        together("Time period", fields=("replies",)),
        together("Time period", "Ads account ID"),
    ),
    paid=True,
    title="X Ads (Twitter Ads): Ads Manager reports",
    where=(
        "Ads Manager → Campaigns, Ad groups or Ads (Kampagnen, Anzeigengruppen, Anzeigen) → "
        "Export (Exportieren) → by day (Nach Tag) → .csv or .xlsx. Pass the account's currency "
        "with `--currency`: the file does not contain it"
    ),
    looks_for="Time period (Zeitraum), Spend, Impressions, and Tweet ID, Retweets or Campaign ID",
    shown=("period", "day", "campaign_id", "ad_group_id", "post", "impressions", "spend"),
    rejected=(
        ("aggregate_period", "a `Time period` longer than a day, unless you choose to spread it"),
        ("no_currency", "Spend but no currency in the file; pass it with `--currency`"),
        ("damaged_id", "ids that a spreadsheet has rounded, such as 8.49049E+17"),
    ),
    remarks=(
        "All counts are imported as paid engagements of the channel `twitter`. The promoted "
        "columns of the analytics by post contain the same engagements. Import only one of the "
        "two.",
        "Days are in the ad account's time zone, which the file does not contain.",
    ),
)
