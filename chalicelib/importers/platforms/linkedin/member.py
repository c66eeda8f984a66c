"""LinkedIn members (creators): a workbook on the member's content in a period.

The sheets *Engagement* and *Followers* have daily rows. *Discovery* and *Top posts* contain totals
of the same impressions, *Demographics* contains shares; a note lists these sheets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading, RowOutcome, UnreadPart
from chalicelib.importers.platforms.linkedin.audience import CHANNEL, FOLLOWERS_REPORT, sizes_above
from chalicelib.importers.platforms.linkedin.linkedin_columns import ENGAGEMENT, NEW_FOLLOWERS
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import becomes_of
from chalicelib.importers.reports.sheets import (
    FoundTable,
    SheetReports,
    named,
    open_sheets,
    sheets_but,
)
from chalicelib.importers.tables.headings import header_keys
from chalicelib.importers.tables.marks import Marks
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.model.errors import ExportRejected

TITLE = "LinkedIn members (creators): content of a period"
WHERE = (
    "Your profile → Analytics (Analysen) → Post impressions (Impressionen des Beitrags) → a "
    "period → Export (Exportieren): .xlsx"
)
LOOKS_FOR = (
    "the sheets DISCOVERY, ENGAGEMENT, TOP POSTS, FOLLOWERS, DEMOGRAPHICS; in one of them Date, "
    "Impressions, Engagements (Datum, Impressions, Interaktionen), in another Date, New followers "
    "(Datum, Neue Follower)"
)
HITS = 8
"""Weight added for the sheets, as no other platform's workbook has them."""

_SHEETS = re.compile(
    r"discovery|entdeck\w+|reichweite|engagement|interaktion\w*|top.?posts|top.?beitr\w+"
    r"|followers?|follower:innen|demographics|demogra\w+",
    re.IGNORECASE,
)


class MemberSheet(TableReport):
    """A sheet of the workbook."""

    def has_form(self, head: TableHead) -> bool:
        """Whether the sheet has a name that LinkedIn gives it."""
        return bool(_SHEETS.fullmatch(head.sheet.strip()))


IMPRESSIONS = MemberSheet(
    platform=CHANNEL,
    channel=CHANNEL,
    report="member-content",
    columns=ENGAGEMENT,
    holds_people=True,
    title=TITLE,
    where=WHERE,
    looks_for=LOOKS_FOR,
    needs=("day", "impressions", "engagements"),
    english="mdy",
)
FOLLOWERS = replace(
    IMPRESSIONS, report=FOLLOWERS_REPORT, columns=NEW_FOLLOWERS, needs=("day", "followers")
)
SHEETS = SheetReports(IMPRESSIONS, FOLLOWERS)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    found = SHEETS.find(glimpse)
    kinds = {table.report.report for table in found}
    typical = sum(bool(_SHEETS.fullmatch(sheet.strip())) for sheet in glimpse.sheets)
    is_typical = typical > 2 or (bool(found) and typical > 1) or len(kinds) > 1
    if not (is_typical or (found and glimpse.named)):
        return None
    hits = max((table.hits for table in found), default=0)
    return Recognition(
        hits + (HITS if is_typical else 0),
        f"the sheets {named(glimpse.sheets)}" if glimpse.sheets else found[0].head.describe(),
        lambda source, options: _open(source, found, options),
        headings=frozenset().union(*(header_keys(t.head.columns.names) for t in found)),
        known=frozenset().union(*(t.report.all_marks.known for t in found)),
        marks=int(is_typical),
    )


def _open(source: Source, found: Sequence[FoundTable], options: Options) -> Reading:
    if not found:
        raise ExportRejected(
            "no_date",
            "no sheet has a column Date together with Impressions or New followers. To export: "
            f"{WHERE}",
        )
    notes = []
    others = sheets_but(source, found)
    if others:
        notes.append(
            f"Not read: {named(others)}. These sheets have totals of the same numbers, or shares."
        )
    reading = open_sheets(source, found, options, notes=notes)
    reading.skipped = [
        UnreadPart("sheet", name[:100], "totals of the same numbers, or shares") for name in others
    ]
    sizes = [
        size
        for part, table in enumerate(found)
        if table.report is FOLLOWERS
        for size in sizes_above(source, table.head, part, options, reading.report.decimal_mark)
    ]
    reading.outcomes = _placed(reading.outcomes, sizes)
    return reading


def _placed(rows: Iterator[RowOutcome], above: Sequence[RowOutcome]) -> Iterator[RowOutcome]:
    """Yield the rows above each header before those below it, part by part."""
    waiting = list(above)
    for row in rows:
        while waiting and waiting[0].part <= row.part:
            yield waiting.pop(0)
        yield row
    yield from waiting


MEMBER = Importer(
    CHANNEL,
    Declaration(
        TITLE,
        WHERE,
        LOOKS_FOR,
        (
            *chain(
                (Becomes(f"ENGAGEMENT: {b.source}", b.event) for b in becomes_of(ENGAGEMENT)),
                (Becomes(f"FOLLOWERS: {b.source}", b.event) for b in becomes_of(NEW_FOLLOWERS)),
            ),
            Becomes(
                "FOLLOWERS: Total followers on 8/5/2026: (above the header)",
                "an `audience` event of that day",
            ),
            Becomes("DISCOVERY, TOP POSTS", "not imported: totals of the same impressions"),
            Becomes("DEMOGRAPHICS", "not imported: shares of people"),
        ),
        (
            ("no_date", "a workbook without the sheets that have daily rows"),
            (
                "invalid_date",
                "a row, or the line with the total followers, whose day is not a valid date",
            ),
        ),
        (
            "*Engagements* is the sum of likes, comments, shares and clicks, which cannot be "
            "separated.",
            "LinkedIn writes 3/4/2026 for March 4 under English headings, and day before month "
            "under German headings. A day above 12 anywhere in the sheet overrides this.",
            "The file does not name the member. If you import several members, give each its own "
            "account.",
        ),
        holds_people=True,
    ),
    _recognise,
    Marks(also=(IMPRESSIONS.all_marks, FOLLOWERS.all_marks)),
)
