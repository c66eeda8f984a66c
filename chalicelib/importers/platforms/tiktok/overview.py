"""TikTok: an account's daily numbers from Business Suite and TikTok Studio."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from chalicelib.importers.platforms.tiktok.yearless import are_yearless, parse_day_of, year_given
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import (
    NET_FOLLOWERS,
    Audience,
    Column,
    Count,
    LeftOut,
    When,
)
from chalicelib.importers.reports.usual_columns import columns_from
from chalicelib.importers.rows.row_dating import (
    DateColumns,
    Dating,
    spans_by_day,
)
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.values.dates import Period

CHANNEL = "tiktok"
_YEAR = (
    "undecidable_format",
    "days without a year, as TikTok Studio writes them; set the year in a mapping: "
    '`{"constants": {"year": 2026}}`',
)

COLUMNS = columns_from(
    Path(__file__).with_name("overview_columns.tsv"),
    Column("website_clicks", Count("click")),
    Column("gained", Count("follow")),
    Column("lost", Count("unfollow")),
    Column("growth", NET_FOLLOWERS),
    Column("profile_views", LeftOut("counts profile views, not engagement with a video")),
    Column("reach", LeftOut("counts people, not events")),
    Column("contacts", LeftOut("counts contacts, not visits to a page")),
)
_OF_OVERVIEW = ("views", "likes", "comments", "shares", "profile_views")
_OF_BUSINESS_SUITE = ("reach", "growth", "lost")


class _DailyReport(TableReport):
    """A daily report whose days may have no year."""

    def decide_dating(
        self, columns: DateColumns, period: Period | None, options: Options, way_out: str
    ) -> Dating:
        """Add the year from the user's mapping to days without a year."""
        position = columns.positions["day"]
        cells = [cell for (cell,) in columns.cells([position])]
        if not are_yearless(cells):
            return super().decide_dating(columns, period, options, way_out)
        year = year_given(options.mapping, cells)
        spans = spans_by_day(columns.names["day"], partial(parse_day_of, year))
        return Dating("day", (position,), spans)


class _OverviewReport(_DailyReport):
    """The overview from Business Suite or TikTok Studio."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header has Business Suite's own columns, or exactly the columns of Studio."""
        columns = head.columns
        if not all(field in columns for field in ("day", "views", "profile_views")):
            return False
        if all(field in columns for field in _OF_BUSINESS_SUITE):
            return True
        return all(field in columns for field in _OF_OVERVIEW) and len(columns.names) == len(
            columns.positions
        )


_REPORT = _OverviewReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="overview",
    columns=COLUMNS,
    holds_people=True,
    marks=(
        together("Reached audience", "Net growth", "Lost followers"),
        together(fields=_OF_OVERVIEW),
    ),
    title="TikTok: daily account overview (Business Suite, TikTok Studio)",
    where=(
        "TikTok Business Suite → Analytics → Overview → Download data (Daten herunterladen) → "
        ".csv or .xlsx, whose days include the year; or TikTok Studio → Analytics → Overview → "
        "Download, the file Overview.csv"
    ),
    looks_for=(
        "Date, Video views, Profile views and either Reached audience, Net growth and Lost "
        "followers (Business Suite) or exactly Likes, Comments and Shares (Studio)"
    ),
    rejected=(_YEAR, ("invalid_date", "the month is in an unknown language")),
    remarks=(
        "The numbers count what happened on a day, not the videos published on it.",
        "TikTok Studio writes headings in English and days in the language of the account.",
        "Import either Business Suite or Studio. They contain the same days.",
    ),
)
OVERVIEW = _REPORT.importer()

FOLLOWER_COLUMNS = (
    Column("day", When("day"), en=("Date",)),
    Column("followers", Audience(), en=("Followers",)),
    Column(
        "difference",
        NET_FOLLOWERS,
        en=("Difference in followers from previous day",),
    ),
)


FOLLOWERS = _DailyReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="followers",
    columns=FOLLOWER_COLUMNS,
    holds_people=True,
    needs=("day", "followers", "difference"),
    marks=("Difference in followers from previous day",),
    title="TikTok Studio: followers by day",
    where="TikTok Studio → Analytics → Followers → Download, the file FollowerHistory.csv",
    looks_for="Date, Followers and Difference in followers from previous day",
    rejected=(_YEAR,),
    remarks=(
        "The file has the number of followers of each day. New and lost followers are only in "
        "Business Suite's overview; you can import both.",
    ),
).importer()
