"""LinkedIn company pages: the followers, visitors and content (updates) downloads.

Each is a workbook of several sheets of which one tells of days. That one is read; the others hold
what the followers are like, or the same engagements by post, and are named in a note.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, UnreadPart
from chalicelib.importers.platforms.linkedin.linkedin_columns import (
    CONTENT,
    FOLLOWERS,
    POSTS,
    VISITORS,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import becomes_of
from chalicelib.importers.reports.sheets import (
    FoundTable,
    SheetReports,
    claim_to_sheets,
    has_rows,
    named,
    open_sheets,
    sheets_but,
)
from chalicelib.importers.tables.marks import Marks, together
from chalicelib.importers.tables.table_heads import TableHead

CHANNEL = "linkedin"
PAGE_CHANNEL = "linkedin_page"
"""Of visits to the page itself: a page view is worth another thing than a post in a feed."""

TITLE = "LinkedIn company pages: followers, visitors, content (updates)"
WHERE = (
    "The page as its admin → Analytics (Analysen) → Content, Visitors or Followers (Content, "
    "Besucher, Follower) → Export (Exportieren): .xlsx, until 2023 .xls; or a sheet of it as CSV"
)
LOOKS_FOR = (
    "a sheet with Date (Datum) and Sponsored, Organic, Auto-invited followers; or Total page views "
    "(total); or Impressions (organic), Clicks (organic) ...; or Post link, Created date, "
    "Impressions"
)
HITS = 5
"""No other platform has such headings: the claim is stronger than the number of columns."""

_NEW_FOLLOWERS = re.compile(r"new followers|neue follower", re.IGNORECASE)


class FollowersSheet(TableReport):
    """New followers by day."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header is one of such a sheet; its name makes up for a column."""
        columns = head.columns
        if "day" not in columns:
            return False
        parts = sum(field in columns for field in ("sponsored", "organic", "invited"))
        is_named = self.has_form(head)
        return parts > 1 or (parts + ("total" in columns) > (0 if is_named else 1))

    def has_form(self, head: TableHead) -> bool:
        """Whether the sheet is called as LinkedIn calls it."""
        return bool(_NEW_FOLLOWERS.search(head.sheet))


_SPLIT = tuple(
    f"{field}_{part}"
    for field in ("impressions", "clicks", "reactions", "comments", "shares", "views")
    for part in ("organic", "sponsored")
)

_COUNTS = tuple(
    f"{field}_{part}"
    for field in ("impressions", "clicks", "reactions", "comments", "shares")
    for part in ("organic", "sponsored", "total")
)

NEW_FOLLOWERS = FollowersSheet(
    platform=CHANNEL,
    channel=CHANNEL,
    report="page-followers",
    columns=FOLLOWERS,
    holds_people=True,
    title=TITLE,
    where=WHERE,
    looks_for=LOOKS_FOR,
    english="mdy",
    marks=(
        "Sponsored followers",
        "Organic followers",
        together(fields=("invited",)),
        together(fields=("sponsored", "organic", "total")),
    ),
)
PAGE_VIEWS = TableReport(
    platform=CHANNEL,
    channel=PAGE_CHANNEL,
    report="page-visitors",
    columns=VISITORS,
    holds_people=True,
    title=TITLE,
    where=WHERE,
    looks_for=LOOKS_FOR,
    needs=("day",),
    needs_one_of=("views", "views_desktop"),
    english="mdy",
    marks=(together(fields=("views",)), together(fields=("views_desktop",))),
)
BY_DAY = replace(
    PAGE_VIEWS,
    channel=CHANNEL,
    report="page-content",
    columns=CONTENT,
    needs_one_of=_COUNTS,
    marks=(
        together(any_of=_SPLIT),
        together(fields=("impressions_total", "clicks_total", "reactions_total")),
    ),
)
BY_POST = replace(
    BY_DAY,
    report="page-posts",
    columns=POSTS,
    needs=("link", "created"),
    needs_one_of=("impressions", "clicks", "likes", "comments", "shares"),
    is_one_each=True,
    marks=(together(fields=("link", "created")),),
)
SHEETS = SheetReports(NEW_FOLLOWERS, PAGE_VIEWS, BY_DAY, BY_POST)

_NAMES = {
    "New followers": NEW_FOLLOWERS,
    "Visitor metrics": PAGE_VIEWS,
    "Metrics, Update metrics": BY_DAY,
    "All posts, Update engagement": BY_POST,
}

DECLARATION = Declaration(
    TITLE,
    WHERE,
    LOOKS_FOR,
    (
        *(
            Becomes(f"{sheet}: {line.source}", line.event)
            for sheet, report in _NAMES.items()
            for line in becomes_of(report.columns)
        ),
        Becomes("Location, Job function, Seniority, Industry, Company size", "nothing: no days"),
    ),
    (
        ("invalid_date", "a row whose day is none"),
        ("negative", "a count below zero, but of organic followers, who then left"),
    ),
    (
        "Followers are new ones of the day, in *Total followers* too; the file does not hold the "
        "size of the audience.",
        f"Visits to the page are impressions of a channel of their own, `{PAGE_CHANNEL}`: they are "
        "not to be mixed with impressions of posts.",
        "Content is read by day. The sheet by post holds the same engagements over the lifetime of "
        "each post; it is read, as lifetime counts on the day of the post, only where the sheet by "
        "day has no rows. Import one or the other, or they count twice.",
        "LinkedIn writes 3/4/2026 for March 4 under English headings, and day before month under "
        "German ones; a day above 12 anywhere in the file has the last word.",
        "The file does not name the page: who has several gives each an account of its own.",
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    found = SHEETS.find(glimpse)
    if not found:
        return None
    return claim_to_sheets(found, lambda source, options: _open(source, found, options), hits=HITS)


def _open(source: Source, found: Sequence[FoundTable], options: Options) -> Reading:
    read = _without_repetition(source, found)
    notes = []
    repeated = [table.head.sheet for table in found if table not in read]
    if repeated:
        notes.append(
            f"Not read: {named(repeated)}. The sheets by day and by post tell of the same "
            "engagements; one of them is read."
        )
    others = sheets_but(source, found)
    if others:
        notes.append(f"Not read, because no row of it has a day: {named(others)}.")
    reading = open_sheets(source, read, options, notes=notes)
    reading.skipped = [
        *(
            UnreadPart("sheet", name[:100], "a sheet that is read says the same")
            for name in repeated
        ),
        *(UnreadPart("sheet", name[:100], "no row of it has a day") for name in others),
    ]
    return reading


def _without_repetition(source: Source, found: Sequence[FoundTable]) -> list[FoundTable]:
    """The tables that are read: of the content by day and by post only one."""
    by_day = [table for table in found if table.report is BY_DAY]
    by_post = [table for table in found if table.report is BY_POST]
    if by_day and by_post:
        prefers_posts = not _have_rows(source, by_day) and _have_rows(source, by_post)
        dropped = by_day if prefers_posts else by_post
        return [table for table in found if table not in dropped]
    return list(found)


def _have_rows(source: Source, tables: Sequence[FoundTable]) -> bool:
    return any(has_rows(source, table.head) for table in tables)


PAGE = Importer(
    CHANNEL,
    DECLARATION,
    _recognise,
    Marks(also=tuple(report.all_marks for report in _NAMES.values())),
)
