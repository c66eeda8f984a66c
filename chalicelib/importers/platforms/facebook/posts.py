"""Facebook Page Insights, post level: one row per post with its lifetime counts."""

from __future__ import annotations

from chalicelib.importers.platforms.facebook.descriptions import DescribedReport
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.reports.report_columns import Column, Count, Key, LeftOut, Sign, When
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead

POST = (
    Column("post_id", Key("post", sets="content_id"), en=("Post ID",)),
    Column("posted", When("posted"), en=("Posted",)),
    Column("permalink", Sign(), en=("Permalink",)),
)


def by_action(kind: str) -> tuple[Column, Column, Column]:
    """Return the columns of an action in three export versions; the last one counts people."""
    stories, activity, people = f"{kind}_stories", f"{kind}_activity", f"{kind}_people"
    return (
        Column(stories, Count(kind), en=(f"Lifetime Post Stories by action type - {kind}",)),
        Column(
            activity,
            Count(kind),
            en=(f"Lifetime Post Activity by action type - {kind}",),
            unless=(stories,),
        ),
        Column(
            people,
            Count(kind),
            en=(f"Lifetime Talking About This (Post) by action type - {kind}",),
            unless=(stories, activity),
        ),
    )


COLUMNS = (
    *POST,
    Column("impressions", Count("impression"), en=("Lifetime Post Total Impressions",)),
    Column(
        "organic_impressions",
        Count("impression"),
        en=("Lifetime Post Organic Impressions",),
        unless=("impressions",),
    ),
    Column(
        "paid_impressions", Count("impression", paid=True), en=("Lifetime Post Paid Impressions",)
    ),
    *by_action("like"),
    *by_action("comment"),
    *by_action("share"),
    Column(
        "link_clicks",
        Count("click"),
        en=(
            "Lifetime Post Consumptions by type - link clicks",
            "Lifetime Matched Audience Targeting Consumptions by Type - link clicks",
        ),
    ),
    Column(
        "consumptions",
        Count("click"),
        en=(
            "Lifetime Post Consumptions",
            "Lifetime Matched Audience Targeting Consumptions on Post",
        ),
        unless=("link_clicks",),
    ),
    Column("views", Count("view"), en=("Lifetime Organic Video Views",)),
    Column("paid_views", Count("view", paid=True), en=("Lifetime Paid Video Views",)),
    Column(
        "people",
        LeftOut("numbers of people cannot be added up"),
        en=("Lifetime Post Total Reach", "Lifetime Engaged Users", "Lifetime Post Consumers"),
    ),
)


class PostReport(DescribedReport):
    """A post-level report."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header belongs to a post-level report."""
        names = head.columns.names
        is_lifetime = any(name.casefold().startswith("lifetime ") for name in names)
        return is_lifetime and "post_id" in head.columns and "posted" in head.columns


REPORT = PostReport(
    platform="facebook",
    channel="facebook",
    report="post",
    columns=COLUMNS,
    holds_people=True,
    marks=(together(any_of=tuple(c.field for c in COLUMNS if c not in POST)),),
    title="Facebook Page Insights until 2021: post level",
    where=(
        "Page → Insights → Export data → Post data (Statistiken → Daten exportieren → "
        "Beitragsdaten) → .csv or .xls, in English; Facebook no longer offers it"
    ),
    looks_for="columns Post ID and Posted, and a metric such as Lifetime Post Total Impressions",
    is_one_each=True,
    shown=("post_id", "posted"),
    paid_parts={"impressions": "paid_impressions"},
    becomes=(
        Becomes("the second row", "no data: descriptions of the columns"),
        Becomes(
            "in a workbook, the sheets Lifetime Post Stories by action type and Lifetime Post "
            "Consumptions by type",
            "`like`, `comment`, `share`; `click` instead of Lifetime Post Consumptions",
        ),
    ),
    rejected=(
        ("undecidable_format", "dates of posts that may be day/month or month/day"),
        ("damaged_id", "ids that a spreadsheet has changed to a form like 1.22158E+17"),
    ),
    remarks=(
        "Counts are lifetime totals, booked on the day of the post; a later export replaces them.",
        "Paid impressions are subtracted from total impressions and counted separately as paid.",
        "If two columns have the same heading (views and viewers), the larger one is read.",
    ),
)
