"""LinkedIn company pages: downloads of followers, visitors and content (updates).

Each download is a workbook with several sheets, of which one has daily rows and is read. The others
contain demographics, or the same engagements by post; a note lists them.
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
"""The channel of visits to the page: a page view has another value than a post in a feed."""

TITLE = "LinkedIn company pages: followers, visitors, content (updates)"
WHERE = (
    "Your page (as an admin) → Analytics (Analysen) → Content, Visitors or Followers (Content, "
    "Besucher, Follower) → Export (Exportieren): .xlsx, until 2023 .xls; or one sheet as CSV"
)
LOOKS_FOR = (
    "a sheet with Date (Datum) and one of these groups: Sponsored, Organic, Auto-invited "
    "followers; Total page views (total); Impressions (organic), Clicks (organic) ...; or a sheet "
    "with Post link, Created date, Impressions"
)
HITS = 5
"""Weight added to the number of columns, as no other platform has these headings."""

_NEW_FOLLOWERS = re.compile(r"new followers|neue follower", re.IGNORECASE)


class FollowersSheet(TableReport):
    """A sheet of new followers by day."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header belongs to such a sheet; the sheet's name counts like a column."""
        columns = head.columns
        if "day" not in columns:
            return False
        parts = sum(field in columns for field in ("sponsored", "organic", "invited"))
        is_named = self.has_form(head)
        return parts > 1 or (parts + ("total" in columns) > (0 if is_named else 1))

    def has_form(self, head: TableHead) -> bool:
        """Whether the sheet has the name that LinkedIn gives it."""
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
    shown=("created", "impressions", "clicks", "likes", "comments", "shares"),
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
        Becomes(
            "Location, Job function, Seniority, Industry, Company size",
            "not imported: these sheets have no days",
        ),
    ),
    (
        ("invalid_date", "a row whose day is not a valid date"),
        (
            "negative",
            "a count below zero, except organic or total followers, which then count unfollows",
        ),
    ),
    (
        "All follower columns, including *Total followers*, count the new followers of the day. "
        "The file does not contain the size of the audience.",
        f"Visits to the page are impressions of a separate channel, `{PAGE_CHANNEL}`, so that they "
        "are not mixed with impressions of posts.",
        "Content is read by day. The sheet by post contains the same engagements over the lifetime "
        "of each post. It is read only if the sheet by day has no rows, as lifetime counts on the "
        "day of the post. Import only one of the two: importing both counts engagements twice.",
        "LinkedIn writes 3/4/2026 for March 4 under English headings, and day before month under "
        "German headings. A day above 12 anywhere in the file overrides this.",
        "The file does not name the page. If you import several pages, give each its own account.",
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
            f"Not read: {named(repeated)}. The sheets by day and by post contain the same "
            "engagements, so only one of them is read."
        )
    others = sheets_but(source, found)
    if others:
        notes.append(f"Not read, because the rows have no day: {named(others)}.")
    reading = open_sheets(source, read, options, notes=notes)
    reading.skipped = [
        *(
            UnreadPart("sheet", name[:100], "another sheet has the same numbers")
            for name in repeated
        ),
        *(UnreadPart("sheet", name[:100], "the rows have no day") for name in others),
    ]
    return reading


def _without_repetition(source: Source, found: Sequence[FoundTable]) -> list[FoundTable]:
    """Return the tables to read: of the content by day and by post only one."""
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
