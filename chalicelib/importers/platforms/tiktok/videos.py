"""TikTok Studio: one row per video with its lifetime counts.

The day is read from the video's id, whose upper half is the second at which it was created. The
column *Post time* has no year and is in the language of the account.
"""

from __future__ import annotations

import datetime as dt
import re

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.platforms.tiktok.overview import CHANNEL
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Column, Count, Key, LeftOut, When
from chalicelib.importers.rows.row_dating import DateColumns, Dating, spans_by_day
from chalicelib.importers.rows.row_plan import Cells, Change
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.dates import Period
from chalicelib.importers.values.numerals import NumberFormat

ID_SHIFT = 32
"""A video's id shifted right by this many bits is its Unix time in seconds."""

EARLIEST = dt.date(2014, 1, 1)
"""TikTok's predecessor opened in August of this year."""

_LINK = re.compile(r"(?:https?://)?[\w.-]*tiktok\.com/[^?#\s]*/(?:video|photo)/(\d{15,20})\b.*")

COLUMNS = (
    Column(
        "link",
        Key("video", sets="content_id"),
        en=("Video link", "Post link"),
        de=("Videolink", "Video-Link"),
    ),
    Column("title", LeftOut("the title of the video"), en=("Video title", "Post title")),
    Column("post_time", When("posted"), en=("Post time",)),
    Column("time", LeftOut("the day of the download"), en=("Time",)),
    Column("likes", Count("like"), en=("Total likes",)),
    Column("comments", Count("comment"), en=("Total comments",)),
    Column("shares", Count("share"), en=("Total shares",)),
    Column("saves", Count("save"), en=("Total favorites", "Total saves")),
    Column("views", Count("view"), en=("Total views",)),
    Column(
        "window",
        LeftOut("part of the total views"),
        en=("Views in the last 7 days", "Views in the last 28 days"),
    ),
)


def day_of(video: str) -> dt.date:
    """Return the UTC day on which a video was created, from its id; raise `RowRejected`."""
    try:
        day = dt.datetime.fromtimestamp(int(video) >> ID_SHIFT, dt.UTC).date()
    except (ValueError, OverflowError, OSError):
        day = dt.date.min
    if day < EARLIEST:
        raise RowRejected("missing_value", "the id in the link is not a TikTok video id")
    return day


class VideoReport(TableReport):
    """Videos, dated by their ids, because the post time has no year."""

    def preparation(self, columns: Columns, numbers: NumberFormat) -> Change:
        """Replace the video's link by its id, and its post time by its day."""
        link, posted = columns.positions["link"], columns.positions["post_time"]

        def change(cells: Cells) -> Cells:
            if all(map(is_blank, cells)):
                return cells
            match = _LINK.fullmatch(cells[link].strip())
            if not match:
                raise RowRejected("missing_value", "the link is not a link to a TikTok video")
            changed = list(cells)
            changed[link] = match[1]
            changed[posted] = day_of(match[1]).isoformat()
            return changed

        return change

    def decide_dating(
        self, columns: DateColumns, period: Period | None, options: Options, way_out: str
    ) -> Dating:
        """Date the rows by the day that `preparation` has written."""
        spans = spans_by_day(columns.names["posted"], dt.date.fromisoformat)
        return Dating("posted", (columns.positions["posted"],), spans)


VIDEOS = VideoReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="videos",
    columns=COLUMNS,
    holds_people=True,
    needs=("link", "post_time"),
    needs_one_of=("views", "likes"),
    marks=(together(fields=("link", "post_time"), any_of=("views", "likes")),),
    title="TikTok Studio: videos with lifetime counts",
    where="TikTok Studio → Analytics → Content → Download, the file Content.csv",
    looks_for="Video link, Post time, and Total views or Total likes",
    is_one_each=True,
    shown=("link", "likes", "comments", "shares", "views"),
    rejected=(
        ("missing_value", "the link is not a link to a video, or its id is not a TikTok id"),
    ),
    remarks=(
        "Counts are lifetime totals, booked on the day the video was published. A later export "
        "replaces them.",
        "The day is the UTC day in the video's id, because Post time has no year.",
        "Import either the videos or the daily overview. They count the same views.",
    ),
).importer()
