"""X Ads: Ads Manager reports as workbooks (sheet `results`) and CSV."""

from __future__ import annotations

from chalicelib.importers.platforms.twitter.analytics import CHANNEL
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import (
    Claimed,
    Column,
    Cost,
    Count,
    Currency,
    Key,
    LeftOut,
    Sign,
    When,
)
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead

_ALREADY_COUNTED = LeftOut("repeats other columns")

COLUMNS = (
    Column("day", When("day"), en=("Date", "Day"), de=("Datum", "Tag")),
    Column("period", When("period"), en=("Time period",), de=("Zeitraum",)),
    Column(
        "account_id",
        Key("account", sets="account", names=False),
        en=("Account ID", "Ads account ID"),
        de=("Account-ID",),
    ),
    Column(
        "campaign_id",
        Key("campaign", sets="campaign_id"),
        en=("Campaign ID",),
        de=("Kampagnen-ID",),
    ),
    Column(
        "campaign",
        Key("campaign", sets="campaign_id"),
        en=("Campaign name", "Campaign"),
        de=("Kampagnenname", "Kampagne"),
    ),
    Column(
        "ad_group_id",
        Key("ad_group"),
        en=("Ad group ID", "Line item ID"),
        de=("Anzeigengruppen-ID",),
    ),
    Column(
        "ad_group",
        Key("ad_group"),
        en=("Ad group name", "Ad group"),
        de=("Anzeigengruppenname", "Anzeigengruppe"),
    ),
    Column("ad_id", Key("ad"), en=("Ad ID", "Promoted Tweet ID"), de=("Anzeigen-ID",)),
    Column("ad", Key("ad"), en=("Ad name",), de=("Anzeigenname",)),
    Column(
        "post",
        Key("post", sets="content_id"),
        en=("Tweet ID", "Post ID"),
        de=("Tweet-ID", "Post-ID", "Beitrags-ID"),
    ),
    Column("placement", Key("placement", names=False), en=("Placement",), de=("Platzierung",)),
    Column(
        "platform", Key("platform", names=False), en=("Platform", "Platforms"), de=("Plattform",)
    ),
    Column("device", Key("device", names=False), en=("Device", "Devices"), de=("Gerät", "Geräte")),
    Column(
        "location", Key("location", names=False), en=("Location", "Locations"), de=("Standort",)
    ),
    Column("gender", Key("gender", names=False), en=("Gender",), de=("Geschlecht",)),
    Column("age", Key("age", names=False), en=("Age",), de=("Alter",)),
    Column("language", Key("language", names=False), en=("Language", "Languages"), de=("Sprache",)),
    Column("keyword", Key("keyword", names=False), en=("Keyword", "Keywords")),
    Column(
        "audience", Key("audience", names=False), en=("Audience", "Audiences"), de=("Zielgruppe",)
    ),
    Column("post_text", Sign(), en=("Tweet text", "Post text"), de=("Tweet-Text", "Post-Text")),
    Column("post_status", Sign(), en=("Tweet status", "Post status"), de=("Tweet-Status",)),
    Column("published", Sign(), en=("Tweet publish date", "Post publish date")),
    Column("impressions", Count("impression"), en=("Impressions",), de=("Impressionen",)),
    Column("spend", Cost(), en=("Spend",), de=("Ausgaben",)),
    Column("currency", Currency(), en=("Currency", "Account currency"), de=("Währung",)),
    Column(
        "likes", Count("like"), en=("Likes", "Favorites"), de=("Gefällt mir", "Gefällt-mir-Angaben")
    ),
    Column("reposts", Count("share"), en=("Reposts", "Retweets")),
    Column("replies", Count("comment"), en=("Replies",), de=("Antworten",)),
    Column("link_clicks", Count("click"), en=("Link clicks", "URL clicks"), de=("Link-Klicks",)),
    Column("clicks", Count("click"), en=("Clicks",), de=("Klicks",), unless=("link_clicks",)),
    Column("follows", Count("follow"), en=("Follows", "Follows (paid)"), de=("Neue Follower",)),
    Column("video_views", Count("view"), en=("Video views",), de=("Videoaufrufe",)),
    Column(
        "media_views",
        Count("view"),
        en=("Media views",),
        de=("Medienaufrufe",),
        unless=("video_views",),
    ),
    Column("conversions", Claimed(), en=("Purchases", "Total conversions", "Conversions")),
    Column(
        "conversion_value",
        Claimed(is_value=True),
        en=("Purchases - sale amount", "Sale amount", "Total sale amount"),
    ),
    Column("engagements", _ALREADY_COUNTED, en=("Engagements",), de=("Interaktionen",)),
    Column("results", _ALREADY_COUNTED, en=("Results",), de=("Ergebnisse",)),
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
