"""X analytics: lifetime counts by post, and the account's counts by day."""

from __future__ import annotations

from itertools import combinations

from chalicelib.importers.platforms.twitter.twitter_columns import (
    DAY_COLUMNS,
    POST_COLUMNS,
    TYPICAL,
)
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead

CHANNEL = "twitter"
BY_POST = "posts"

_ONE_OF_BOTH = (
    "The files by day and by post contain the same engagements. For the same days, import only "
    "one of them."
)
_MEDIA_VIEWS = (
    "`Media views` include pictures and GIFs. They are imported as views only if the file has no "
    "video views."
)


class _AnalyticsReport(TableReport):
    """An X analytics report."""

    def notes_on(self, columns: Columns) -> tuple[str, ...]:
        """Return a note if media views are imported as video views."""
        if "media_views" not in columns or "video_views" in columns:
            return ()
        return ("Media views were imported as video views. They include pictures and GIFs.",)


class _PostReport(_AnalyticsReport):
    """Analytics by post."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header belongs to this report."""
        columns = head.columns
        if "post" not in columns or "impressions" not in columns:
            return False
        return "link" in columns or "text" in columns or sum(f in columns for f in TYPICAL) > 1


class _DayReport(_AnalyticsReport):
    """Analytics by day."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header belongs to this report."""
        columns = head.columns
        if "day" not in columns or "impressions" not in columns or "post" in columns:
            return False
        if "published" in columns or "unfollows" in columns:
            return len(columns.positions) > 3
        return "follows" in columns and sum(f in columns for f in TYPICAL) > 1


POSTS = _PostReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report=BY_POST,
    columns=POST_COLUMNS,
    holds_people=True,
    marks=(
        "Tweet permalink",
        "Tweet text",
        together(
            fields=("post",),
            any_of=("link", "text", "permalink_clicks", "detail_expands", "hashtag_clicks"),
        ),
    ),
    is_one_each=True,
    shown=("post", "posted", "impressions", "likes", "reposts", "replies", "url_clicks"),
    title="X (Twitter): analytics by post",
    where=(
        "Analytics → Content (Inhalte) → choose the dates → download (Herunterladen): "
        "account_analytics_content_….csv. Until 2023: analytics.twitter.com → Tweets → Export data "
        "(Daten exportieren) → By Tweet (Nach Tweet): tweet_activity_metrics_….csv"
    ),
    looks_for="Post id or Tweet id, Impressions, and Post link or Tweet permalink",
    rejected=(
        ("damaged_id", "post ids that a spreadsheet has rounded, such as 9.37001E+18"),
        ("invalid_date", "a post has no readable date"),
    ),
    remarks=(
        "Counts are lifetime totals, booked on the day the post was published. A later export or "
        "the archive replaces them.",
        _ONE_OF_BOTH,
        _MEDIA_VIEWS,
        "Promoted engagements are in separate columns and are not included in the other columns.",
        "Times were in UTC until 2023. Since then, days are in the account's time zone, which the "
        "file does not contain.",
        "The text of posts is neither read nor shown.",
    ),
)

DAYS = _DayReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="days",
    columns=DAY_COLUMNS,
    holds_people=True,
    marks=(
        *(together(fields=pair) for pair in combinations(TYPICAL, 2)),
        together(fields=("unfollows",), any_of=(*TYPICAL, "bookmarks", "replies")),
        together(fields=("published",), any_of=TYPICAL),
        "Tweets published",
        together("Create post", any_of=("unfollows", "bookmarks", "follows")),
    ),
    is_one_each=True,
    title="X (Twitter): analytics of the account by day",
    where=(
        "Analytics → Overview (Übersicht) → choose the dates, Daily (Täglich) → download "
        "(Herunterladen): account_overview_analytics.csv. Until 2023: analytics.twitter.com → "
        "Tweets → Export data (Daten exportieren) → By day (Nach Tag): "
        "daily_tweet_activity_metrics_….csv"
    ),
    looks_for="Date, Impressions, and Unfollows, Create post or Tweets published",
    rejected=(("invalid_date", "a row has no readable day"),),
    remarks=(_ONE_OF_BOTH, _MEDIA_VIEWS),
)
