"""Facebook Page Insights, page level: about two thousand columns, of which a dozen are read.

Most metrics are given for a day, a week and 28 days. Only the daily ones can be added up.
"""

from __future__ import annotations

from chalicelib.importers.platforms.facebook.descriptions import DescribedReport
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.reports.report_columns import Audience, Column, Count, LeftOut, When
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead

COLUMNS = (
    Column("day", When("day"), en=("Date",), de=("Datum",)),
    Column("fans", Audience(), en=("Lifetime Total Likes",)),
    Column("new_likes", Count("follow"), en=("Daily New Likes",)),
    Column("unlikes", Count("unfollow"), en=("Daily Unlikes",)),
    Column("impressions", Count("impression"), en=("Daily Total Impressions",)),
    Column(
        "organic_impressions",
        Count("impression"),
        en=("Daily Organic impressions", "Daily Organic Impressions"),
        unless=("impressions",),
    ),
    Column("paid_impressions", Count("impression", paid=True), en=("Daily Paid Impressions",)),
    Column(
        "link_clicks",
        Count("click"),
        en=("Daily Page consumptions by type - link clicks",),
    ),
    Column(
        "consumptions", Count("click"), en=("Daily Page Consumptions",), unless=("link_clicks",)
    ),
    Column("views", Count("view"), en=("Daily Total Video Views",)),
    Column("organic_views", Count("view"), en=("Daily Total Organic Views",), unless=("views",)),
    Column("paid_views", Count("view", paid=True), en=("Daily Total Promoted Views",)),
    Column(
        "unique",
        LeftOut("numbers of people cannot be added up"),
        en=("Daily Total Reach", "Daily Page Engaged Users", "Daily Organic Reach"),
    ),
)


class PageReport(DescribedReport):
    """A page-level report."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header belongs to a page-level report."""
        columns = head.columns
        return "day" in columns and any(
            columns.name(field).casefold().startswith(("daily ", "lifetime total likes"))
            for field in columns.positions
        )


REPORT = PageReport(
    platform="facebook",
    channel="facebook",
    report="page",
    columns=COLUMNS,
    holds_people=True,
    marks=(together(any_of=tuple(c.field for c in COLUMNS if c.field != "day")),),
    title="Facebook Page Insights until 2021: page level",
    where=(
        "Page → Insights → Export data → Page data (Statistiken → Daten exportieren → "
        "Seitendaten) → .csv or .xls; Facebook no longer offers it"
    ),
    looks_for=(
        "the column Date, and one of Daily New Likes, Daily Total Impressions and Lifetime Total "
        "Likes"
    ),
    is_one_each=True,
    paid_parts={"impressions": "paid_impressions", "views": "paid_views"},
    becomes=(
        Becomes("the second row", "no data: descriptions of the columns"),
        Becomes("Weekly …, 28 Days …", "not imported: these periods overlap"),
    ),
    rejected=(("undecidable_format", "dates that may be day/month or month/day"),),
    remarks=(
        "The paid part is subtracted from a total and counted separately as paid.",
        "The page's daily impressions include those of its posts: import either the page or its "
        "posts, not both.",
    ),
)
PAGE = REPORT.importer()
