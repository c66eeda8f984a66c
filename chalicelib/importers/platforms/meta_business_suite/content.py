"""Meta Business Suite: a row per post, reel or story, of one network or of both."""

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
    """Content of an Instagram account, or of a Facebook page and perhaps of Instagram."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header is one of such a report of the platform."""
        return _is_content(head) and _is_of_instagram(head) == (self.platform == "instagram")

    def accepts_named(self, head: TableHead) -> bool:
        """Of a file that may hold both, the column Platform tells them apart."""
        columns = head.columns
        if self.platform != "instagram":
            return self.accepts(head)
        return _is_content(head) and ("network" in columns or "page_id" not in columns)

    def decide_dating(
        self, columns: DateColumns, period: Period | None, options: Options, way_out: str
    ) -> Dating:
        """The column Date means several things."""
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
            "where it is a day beside the publish time, or a post has several: the day; where it "
            "says Lifetime, nothing",
        ),
        Becomes("Title, Description / Titel, Beschreibung", "nothing, not even in a refusal"),
    ),
    refused=(
        ("damaged_id", "post ids that Excel has written as 1.22158E+17: open the file elsewhere"),
        ("undecidable_format", "publish times that may be day/month or month/day"),
        ("unknown_type", "rows whose Platform is neither Facebook nor Instagram nor Threads"),
    ),
    remarks=(
        "The counts are those since a post appeared, booked on its day; a later export replaces "
        "them.",
        "Impressions are preferred to Views, Link clicks to Total clicks, Reactions to Likes: "
        "never both.",
        "A post that old Page Insights hold too is counted twice if both are imported.",
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
