"""Reddit Ads: Ads Manager reports as CSV. Threads belong to the platform `community`."""

from __future__ import annotations

from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import (
    Claimed,
    Column,
    Cost,
    Count,
    Currency,
    Key,
    LeftOut,
    When,
)
from chalicelib.importers.tables.marks import together

CHANNEL = "reddit_ads"
_PARTS = LeftOut("part of the video views")

COLUMNS = (
    Column("day", When("day"), en=("Date", "Day"), de=("Datum", "Tag")),
    Column("week", When("week"), en=("Week",), de=("Woche",)),
    Column("month", When("month"), en=("Month",), de=("Monat",)),
    Column(
        "account_id",
        Key("account", sets="account", names=False),
        en=("Account ID", "Ad Account ID"),
        de=("Konto-ID",),
    ),
    Column("campaign_id", Key("campaign", sets="campaign_id"), en=("Campaign ID",)),
    Column(
        "campaign",
        Key("campaign", sets="campaign_id"),
        en=("Campaign Name", "Campaign"),
        de=("Kampagnenname", "Kampagne"),
    ),
    Column("ad_group_id", Key("ad_group"), en=("Ad Group ID",)),
    Column(
        "ad_group",
        Key("ad_group"),
        en=("Ad Group Name", "Ad Group"),
        de=("Anzeigengruppenname", "Anzeigengruppe"),
    ),
    Column("ad_id", Key("ad", sets="content_id"), en=("Ad ID",)),
    Column("ad", Key("ad", sets="content_id"), en=("Ad Name", "Ad"), de=("Anzeigenname",)),
    Column("community", Key("community"), en=("Community", "Subreddit"), de=("Community",)),
    Column("interest", Key("interest", names=False), en=("Interest",), de=("Interesse",)),
    Column("keyword", Key("keyword", names=False), en=("Keyword",)),
    Column("placement", Key("placement", names=False), en=("Placement",), de=("Platzierung",)),
    Column("place", Key("place", names=False), en=("Country", "Region", "DMA"), de=("Land",)),
    Column("device", Key("device", names=False), en=("Device", "OS"), de=("Gerät",)),
    Column(
        "impressions", Count("impression"), en=("Impressions",), de=("Impressions", "Impressionen")
    ),
    Column("clicks", Count("click"), en=("Clicks", "Link Clicks"), de=("Klicks",)),
    Column("upvotes", Count("like"), en=("Upvotes", "Post Upvotes"), de=("Upvotes",)),
    Column("comments", Count("comment"), en=("Viewer Comments", "Post Comments", "Comments")),
    Column(
        "video_views",
        Count("view"),
        en=("Video Views", "Video Started", "Video Starts"),
        de=("Videoaufrufe",),
    ),
    Column("spend", Cost(), en=("Amount Spent", "Spend"), de=("Ausgegebener Betrag", "Ausgaben")),
    Column("currency", Currency(), en=("Currency", "Account Currency"), de=("Währung",)),
    Column(
        "purchases",
        Claimed(),
        en=("Purchases", "Purchase (Total)", "Purchases (Total)", "Total Purchases"),
    ),
    Column(
        "value",
        Claimed(is_value=True),
        en=("Purchase Total Value", "Purchases Total Value", "Total Value (Purchase)"),
    ),
    Column("downvotes", LeftOut("has no engagement type"), en=("Downvotes", "Post Downvotes")),
    Column(
        "comment_votes",
        LeftOut("votes on comments below the ad"),
        en=("Comment Upvotes", "Comment Downvotes"),
    ),
    Column("page_views", LeftOut("views of the comments"), en=("Comments Page Views",)),
    Column(
        "watched",
        _PARTS,
        en=(
            "Video Watched 3 Seconds",
            "Video Watched 5 Seconds",
            "Video Watched 10 Seconds",
            "Video Watched 25%",
            "Video Watched 50%",
            "Video Watched 75%",
            "Video Watched 95%",
            "Video Watched 100%",
        ),
    ),
    Column(
        "people",
        LeftOut("counts people or an average of people, not events"),
        en=("Reach", "Frequency"),
        de=("Reichweite",),
    ),
)
_MARKS = (
    *(together(fields=(field, "spend")) for field in ("community", "upvotes", "downvotes")),
    *(together(fields=(field,)) for field in ("comment_votes", "page_views", "watched")),
    together("eCPM", "Amount Spent"),
)
_LEVELS = ("ad", "ad_group", "campaign")
_THINGS = tuple(field for name in (*_LEVELS, "community") for field in (name, f"{name}_id"))


REDDIT_ADS = TableReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="account",
    levels=_LEVELS,
    columns=COLUMNS,
    holds_people=True,
    needs=("spend", "impressions"),
    needs_one_of=_THINGS,
    marks=_MARKS,
    paid=True,
    title="Reddit Ads: Ads Manager reports",
    where=(
        "Reddit Ads Manager → Reporting → Create report, breakdown Date, columns Amount Spent, "
        "Impressions, Clicks and, so that the file can be recognised, Upvotes or Community → "
        "Export → .csv"
    ),
    looks_for=(
        "Amount Spent or Spend, Impressions, and a column that only Reddit writes: Community, "
        "Upvotes, Downvotes, Comments Page Views, Video Watched 3 Seconds"
    ),
    rejected=(
        ("no_date", "reports without a daily breakdown"),
        ("no_currency", "Spend but no currency in the file; pass it with `--currency`"),
        ("unknown_platform", "no column is specific to Reddit; name the platform"),
    ),
    remarks=(
        "Upvotes become likes. Downvotes have no engagement type.",
        "Clicks are clicks on the ad's link.",
        "The headings come from Reddit's documentation, not from a real export.",
    ),
)
IMPORTERS = (REDDIT_ADS.importer(),)
