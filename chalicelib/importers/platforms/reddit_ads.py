"""Reddit Ads: Ads Manager reports as CSV. Threads belong to the platform `community`."""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Column, Count, Key, LeftOut
from chalicelib.importers.reports.usual_columns import columns_from
from chalicelib.importers.tables.marks import together

CHANNEL = "reddit_ads"

COLUMNS = columns_from(
    Path(__file__).with_name("reddit_ads_columns.tsv"),
    Column("community", Key("community")),
    Column("upvotes", Count("like")),
    Column("downvotes", LeftOut("has no engagement type")),
    Column("comment_votes", LeftOut("votes on comments below the ad")),
    Column("page_views", LeftOut("views of the comments")),
    Column("watched", LeftOut("part of the video views")),
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
