"""Meta Business Suite: one row per post, reel or story on Facebook, Instagram or both."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.importers.platforms.meta_business_suite.business_suite_columns import COLUMNS
from chalicelib.importers.platforms.meta_business_suite.business_suite_dating import (
    understood_dates,
)
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.rows.row_dating import DateColumns, Dating
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.values.dates import Period

_OF_POSTS = ("permalink", "post_type", "page_id", "account_id", "page_name", "username")


def _is_content(head: TableHead) -> bool:
    columns = head.columns
    has_date = "posted" in columns or "day" in columns
    return "post_id" in columns and has_date and any(field in columns for field in _OF_POSTS)


def _is_of_instagram(head: TableHead) -> bool:
    columns = head.columns
    return ("username" in columns or "account_id" in columns) and "page_id" not in columns


class ContentReport(TableReport):
    """Content of an Instagram account, or of a Facebook page with or without Instagram."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header belongs to this platform's report."""
        return _is_content(head) and _is_of_instagram(head) == (self.platform == "instagram")

    def accepts_named(self, head: TableHead) -> bool:
        """Whether a header fits when the user names the platform.

        In a file with both networks, the column Platform distinguishes them.
        """
        columns = head.columns
        if self.platform != "instagram":
            return self.accepts(head)
        return _is_content(head) and ("network" in columns or "page_id" not in columns)

    def decide_dating(
        self, columns: DateColumns, period: Period | None, options: Options, way_out: str
    ) -> Dating:
        """Assign the column Date to its meaning in this file first."""
        return super().decide_dating(understood_dates(columns), period, options, way_out)


_REPORT = ContentReport(
    platform="facebook",
    channel="facebook",
    report="content",
    columns=COLUMNS,
    holds_people=True,
    marks=(
        together(fields=("post_id",), any_of=("page_id", "page_name", "username")),
        together(fields=("post_id", "account_id")),
        together("Post ID", "Publish time"),
        together("Beitrags-ID", "Veröffentlichungszeit"),
        together(fields=("post_id", "permalink"), any_of=("post_type", "network")),
    ),
    title="Meta Business Suite: content of a Facebook page, or of Facebook and Instagram",
    where=(
        "Meta Business Suite → Insights → Content → Export data → Published content (Insights → "
        "Content → Daten exportieren → Veröffentlichte Inhalte) → .csv, with Post ID and Publish "
        "time (Beitrags-ID, Veröffentlichungszeit)"
    ),
    looks_for=(
        "the columns Post ID, Page ID or Permalink, and Publish time (Beitrags-ID, Seiten-ID or "
        "Permalink, and Datum)"
    ),
    is_one_each=True,
    shown=("post_id", "posted", "day"),
    paid_parts={"three_second_views": "boosted_views"},
    becomes=(
        Becomes(
            "Date / Datum",
            "the day, if the file also has the publish time or several days per post; nothing if "
            "it contains Lifetime",
        ),
        Becomes(
            "Title, Description / Titel, Beschreibung",
            "nothing: rejected rows do not show them either",
        ),
    ),
    rejected=(
        (
            "damaged_id",
            "post ids that Excel has rounded, such as 1.22158E+17; import the original file",
        ),
        ("undecidable_format", "the publish times could be day/month or month/day"),
        ("unknown_type", "rows whose Platform is not Facebook, Instagram or Threads"),
    ),
    remarks=(
        "Counts are lifetime totals, booked on the day the post was published. A later export "
        "replaces them.",
        "If a file has both columns, Impressions are used rather than Views, Link clicks rather "
        "than Total clicks, and Reactions rather than Likes.",
        "Posts that are also in an old Page Insights export are counted twice if you import both.",
    ),
)
FACEBOOK = _REPORT.importer()
INSTAGRAM = replace(
    _REPORT,
    platform="instagram",
    channel="instagram",
    title="Meta Business Suite: content of an Instagram account",
    looks_for=(
        "the columns Post ID, Account ID or Account username, and Publish time (Beitrags-ID, "
        "Konto-ID, Veröffentlichungszeit)"
    ),
).importer()
