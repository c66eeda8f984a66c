"""LinkedIn company pages: the followers, visitors and content (updates) downloads.

Each is a workbook of several sheets of which one tells of days. That one is read; the others hold
what the followers are like, or the same engagements by post, and are named in a note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, Skipped
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
from chalicelib.importers.reports.report_columns import Column, becomes_of
from chalicelib.importers.reports.report_dating import decide_dating
from chalicelib.importers.reports.sheets import (
    FoundTable,
    SheetReports,
    claim_to_sheets,
    has_rows,
    named,
    open_sheets,
    sheets_but,
)
from chalicelib.importers.tables.marks import Mark, Marks, together
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
_HAS_DAYS = partial(decide_dating, english="mdy")


def _sheet(
    report: str,
    columns: tuple[Column, ...],
    accept: Callable[[TableHead], bool],
    *,
    channel: str = CHANNEL,
    is_one_each: bool = False,
    marks: tuple[str | Mark, ...] = (),
    form: Callable[[TableHead], bool] | None = None,
) -> TableReport:
    return TableReport(
        platform=CHANNEL,
        channel=channel,
        report=report,
        columns=columns,
        accept=accept,
        title=TITLE,
        where=WHERE,
        looks_for=LOOKS_FOR,
        is_one_each=is_one_each,
        marks=marks,
        form=form,
        decide_dating=_HAS_DAYS,
    )


def _has_followers(head: TableHead) -> bool:
    columns = head.columns
    if "day" not in columns:
        return False
    parts = sum(field in columns for field in ("sponsored", "organic", "invited"))
    is_named = bool(_NEW_FOLLOWERS.search(head.sheet))
    return parts > 1 or (parts + ("total" in columns) > (0 if is_named else 1))


def _has_visits(head: TableHead) -> bool:
    columns = head.columns
    return "day" in columns and any(f in columns for f in ("views", "views_desktop"))


def _has_content(head: TableHead) -> bool:
    columns = head.columns
    return "day" in columns and any(
        f"{field}_{part}" in columns
        for field in ("impressions", "clicks", "reactions", "comments", "shares")
        for part in ("organic", "sponsored", "total")
    )


def _has_posts(head: TableHead) -> bool:
    columns = head.columns
    counts = ("impressions", "clicks", "likes", "comments", "shares")
    return "link" in columns and "created" in columns and any(f in columns for f in counts)


def _is_named_followers(head: TableHead) -> bool:
    return bool(_NEW_FOLLOWERS.search(head.sheet))


_SPLIT = tuple(
    f"{field}_{part}"
    for field in ("impressions", "clicks", "reactions", "comments", "shares", "views")
    for part in ("organic", "sponsored")
)

NEW_FOLLOWERS = _sheet(
    "page-followers",
    FOLLOWERS,
    _has_followers,
    marks=(
        "Sponsored followers",
        "Organic followers",
        together(fields=("invited",)),
        together(fields=("sponsored", "organic", "total")),
    ),
    form=_is_named_followers,
)
PAGE_VIEWS = _sheet(
    "page-visitors",
    VISITORS,
    _has_visits,
    channel=PAGE_CHANNEL,
    marks=(together(fields=("views",)), together(fields=("views_desktop",))),
)
BY_DAY = _sheet(
    "page-content",
    CONTENT,
    _has_content,
    marks=(
        together(any_of=_SPLIT),
        together(fields=("impressions_total", "clicks_total", "reactions_total")),
    ),
)
BY_POST = _sheet(
    "page-posts",
    POSTS,
    _has_posts,
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
        *(Skipped("sheet", name[:100], "a sheet that is read says the same") for name in repeated),
        *(Skipped("sheet", name[:100], "no row of it has a day") for name in others),
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
