"""TikTok Studio: a row per video with its counts since it appeared.

The day comes out of the video's id, whose upper half is the second at which it was made: the
column *Post time* has no year, and is written in the language of the account.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence

from chalicelib.importers.outcomes import RowRefused
from chalicelib.importers.platforms.tiktok.overview import CHANNEL
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Column, Count, Key, LeftOut, When
from chalicelib.importers.reports.report_dating import Cells, DateColumns, Dating, Spans
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.dates import Period
from chalicelib.importers.values.numerals import NumberFormat

ID_SHIFT = 32
"""The seconds since 1970 stand above so many bits of a video's id."""

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
    Column("title", LeftOut("what the video is called"), en=("Video title", "Post title")),
    Column("post_time", When("posted"), en=("Post time",)),
    Column("time", LeftOut("the day of the download"), en=("Time",)),
    Column("likes", Count("like"), en=("Total likes",)),
    Column("comments", Count("comment"), en=("Total comments",)),
    Column("shares", Count("share"), en=("Total shares",)),
    Column("saves", Count("save"), en=("Total favorites", "Total saves")),
    Column("views", Count("view"), en=("Total views",)),
    Column(
        "window",
        LeftOut("a part of the total views"),
        en=("Views in the last 7 days", "Views in the last 28 days"),
    ),
)


def _is_of_videos(head: TableHead) -> bool:
    columns = head.columns
    return all(field in columns for field in ("link", "post_time")) and (
        "views" in columns or "likes" in columns
    )


def day_of(video: str) -> dt.date:
    """The UTC day on which a video was made, from its id; raises `RowRefused`."""
    try:
        day = dt.datetime.fromtimestamp(int(video) >> ID_SHIFT, dt.UTC).date()
    except (ValueError, OverflowError, OSError):
        day = dt.date.min
    if day < EARLIEST:
        raise RowRefused("missing_value", "the id in the link is none that TikTok gives a video")
    return day


def _prepare(
    columns: Columns, numbers: NumberFormat
) -> Callable[[Sequence[str]], Sequence[str]] | None:
    """Puts the video's id in place of its link, and its day in place of the time without a year."""
    link, posted = columns.positions["link"], columns.positions["post_time"]

    def change(cells: Sequence[str]) -> Sequence[str]:
        if all(map(is_blank, cells)):
            return cells
        match = _LINK.fullmatch(cells[link].strip())
        if not match:
            raise RowRefused("missing_value", "the link is none of a video on TikTok")
        changed = list(cells)
        changed[link] = match[1]
        changed[posted] = day_of(match[1]).isoformat()
        return changed

    return change


def _decide_dating(
    columns: DateColumns,
    report: Period | None,
    options: Options,
    way_out: str,
    *,
    dates_are_starts: bool,
) -> Dating:
    """Rows are dated by the day that `_prepare` has put there."""

    def read(cell: Cells) -> Period:
        if not isinstance(cell, str) or is_blank(cell):
            raise RowRefused("missing_value", f"{columns.names['posted']} is blank")
        day = dt.date.fromisoformat(cell)
        return day, day

    return Dating("posted", (columns.positions["posted"],), Spans(read), options.spread)


VIDEOS = TableReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="videos",
    columns=COLUMNS,
    accept=_is_of_videos,
    marks=(together(fields=("link", "post_time"), any_of=("views", "likes")),),
    title="TikTok Studio: videos with their counts so far",
    where="TikTok Studio → Analytics → Content → Download, the file Content.csv",
    looks_for="Video link, Post time, and Total views or Total likes",
    is_one_each=True,
    shown=("link", "likes", "comments", "shares", "views"),
    prepare=_prepare,
    decide_dating=_decide_dating,
    refused=(("missing_value", "a link that is none of a video, or whose id is none of TikTok's"),),
    remarks=(
        "The counts are those since a video appeared, booked on its day; a later export replaces "
        "them.",
        "The day is the UTC day in the video's id: Post time has no year.",
        "Import the videos or the overview by day, not both: they count the same views.",
    ),
).importer()
