"""The performance report: clicks and impressions by day, as CSV, workbook or archive.

A download contains the same traffic several times: by day, query, page, country and device. Only
the table by day has dates. The table by query omits rare queries, so it is not complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.bytes.delimited import DELIMITERS
from chalicelib.importers.outcomes import Reading
from chalicelib.importers.platforms.search_console.download_filters import (
    filters_of,
    names_a_search,
    restrictions,
    search_type,
)
from chalicelib.importers.platforms.search_console.search_headings import (
    CUT_COLUMNS,
    DAILY_COLUMNS,
    DIMENSIONS,
    OWN_POSITIONS,
)
from chalicelib.importers.platforms.search_console.search_queries import BY_QUERY
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import vocabulary_of
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.headings import Columns, comparable
from chalicelib.importers.tables.marks import Marks
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.model.errors import ExportRejected

PLATFORM = "search_console"
CHANNEL = "organic_search"
HITS = 5
"""Added to the number of headings found, because no other platform has exactly these."""

_WAY_OUT = (
    "Import the daily file of the same download, Chart.csv (Diagramm.csv; until 2023 Dates.csv or "
    "Datumsangaben.csv), or the whole download as .zip or .xlsx"
)


def _is_daily(head: TableHead) -> bool:
    return _has_own_position(head) and _may_be_daily(head)


def _has_own_position(head: TableHead) -> bool:
    columns = head.columns
    return "position" in columns and comparable(columns.name("position")) in OWN_POSITIONS


def _is_of_another_engine(head: TableHead) -> bool:
    """Whether a header differs from Search Console's only by an average position, like Bing's."""
    return "position" in head.columns and _may_be_daily(head) and not _has_own_position(head)


def _may_be_daily(head: TableHead) -> bool:
    """Whether a header has the day, clicks, impressions and CTR, and no unknown column."""
    columns = head.columns
    filled = sum(bool(name) for name in columns.names)
    return filled == len(columns.positions) and all(
        field in columns for field in ("day", "clicks", "impressions", "ctr")
    )


def _is_cut(head: TableHead) -> bool:
    columns = head.columns
    return (
        any(field in columns for field in DIMENSIONS)
        and all(field in columns for field in ("clicks", "impressions", "ctr", "position"))
        and sum(bool(name) for name in columns.names) == len(columns.positions)
    )


class DailyReport(TableReport):
    """Performance by day."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header belongs to this report and names the position as Google does."""
        return _is_daily(head)

    def accepts_named(self, head: TableHead) -> bool:
        """Whether a header fits when the user names the platform, even without a position.

        Discover and Google News have no position.
        """
        return _may_be_daily(head)

    def has_form(self, head: TableHead) -> bool:
        """Whether the header has no unknown column. The headings alone are too common to decide."""
        return _may_be_daily(head)

    def group_of(self, columns: Columns) -> tuple[str, int]:
        """Prefer the daily file among the files of one download."""
        return PLATFORM, 1


DAILY = DailyReport(
    platform=PLATFORM,
    channel=CHANNEL,
    report="search",
    columns=DAILY_COLUMNS,
    holds_people=True,
    title="Google Search Console: performance by day",
    where=(
        "Search Console → Performance → Search results → Export (Leistung → Suchergebnisse → "
        "Exportieren) → Download CSV or Download Excel; import the .zip or .xlsx file, or only "
        "Chart.csv (Diagramm.csv)"
    ),
    looks_for=(
        "exactly the columns Date, Clicks, Impressions, CTR, Position (Datum, Klicks, "
        "Impressionen, CTR, Position), but not Average position"
    ),
    way_out=_WAY_OUT,
    is_one_each=True,
    becomes=(
        Becomes(
            "the tables by query, page, country, device and search appearance",
            "nothing: they repeat the same traffic without days",
        ),
        Becomes(
            "Filters / Filter: Search type",
            "part of the event id: image, video and news search have separate traffic",
        ),
    ),
    rejected=(
        (
            "unknown_platform",
            "the table has an average position, as written by Bing Webmaster Tools, Yandex and "
            "others",
        ),
        (
            "no_date",
            "the file contains only a table by query, page, country, device or search appearance",
        ),
        ("undecidable_format", "the days could be day/month or month/day"),
    ),
    remarks=(
        "The files do not name their property. Import each property with its own account name, or "
        "the second one replaces the first.",
        "A daily table on its own does not contain its search type and is imported as web search. "
        "The archive and the workbook contain the type in their filter table.",
        "A download filtered by query, page, country or device contains only a part of the "
        "traffic. A note in the summary mentions it. The download replaces the numbers of the "
        "same days.",
        "Discover and Google News have no position. Their daily table is read if you name the "
        "platform. Import it with its own account name.",
        "The last days of a download are incomplete. A later download replaces them.",
        "Google's days are in Pacific Time. They are imported as UTC days.",
        "Headings in languages other than English and German come from public code, not from real "
        "Google files.",
    ),
)

_DAILY = vocabulary_of(DAILY_COLUMNS)
_CUTS = vocabulary_of(CUT_COLUMNS)
MARKS = Marks(
    ("Top queries", "Top pages", "Häufigste Suchanfragen", "Häufigste Seiten"),
    _is_cut,
    vocabulary_of((*DAILY_COLUMNS, *CUT_COLUMNS[4:])),
    also=(DAILY.all_marks,),
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    accepts = DAILY.accepts_named if glimpse.named else DAILY.accepts
    daily = find_head(glimpse, _DAILY, accepts)
    if daily is not None:
        filters = _filters_in(glimpse)
        return claim_to(
            daily,
            MARKS,
            lambda source, options: _open(source, daily, options, filters),
            hits=HITS,
            group=DAILY.group_of(daily.columns),
        )
    other = find_head(glimpse, _DAILY, _is_of_another_engine)
    if other is not None:
        return claim_to(other, MARKS, _reject_another_engine, hits=HITS)
    cut = find_head(glimpse, _CUTS, _is_cut)
    if cut is not None:
        return claim_to(cut, MARKS, _reject_cut, hits=HITS, group=(PLATFORM, 0))
    filters = _filters_in(glimpse)
    if names_a_search(filters):
        return Recognition(HITS, "the filters of a download", _reject_filters, PLATFORM, 0, filters)
    return None


def _filters_in(glimpse: Glimpse) -> tuple[str, ...]:
    """Return the filters in a workbook or a text file."""
    tops: list[Sequence[Sequence[str]]] = []
    if glimpse.sheets:
        tops = [glimpse.sheet_top(sheet) for sheet in glimpse.sheets[:20]]
    elif glimpse.text and not (glimpse.is_json or glimpse.is_xml or glimpse.is_html):
        tops = [glimpse.top(delimiter) for delimiter in DELIMITERS]
    return next((found for top in tops if (found := filters_of(top))), ())


def _open(source: Source, head: TableHead, options: Options, filters: Sequence[str]) -> Reading:
    filters = filters or options.said
    kind = search_type(filters)
    report = DAILY if kind == "web" else replace(DAILY, report=f"search-{kind}")
    reading = report.open(source, head, options)
    left = restrictions(filters)
    if left:
        shown = "; ".join(one[:60] for one in left[:5])
        reading.notes.append(
            f"The download is filtered ({shown}). Its numbers are only a part of the traffic."
        )
    return reading


def _reject_another_engine(source: Source, options: Options) -> Reading:
    raise ExportRejected(
        "unknown_platform",
        "the table could come from Bing Webmaster Tools or another search engine, because Search "
        "Console calls its last column Position. If it is Google's, name the platform "
        "(search_console). Otherwise, describe its columns in a mapping with the channel "
        "organic_search and its own account name",
    )


def _reject_cut(source: Source, options: Options) -> Reading:
    raise ExportRejected(
        "no_date", f"the table does not contain the days of its clicks. {_WAY_OUT}"
    )


def _reject_filters(source: Source, options: Options) -> Reading:
    raise ExportRejected(
        "no_counts", f"the file contains only the filters of a Search Console download. {_WAY_OUT}"
    )


IMPORTERS = (
    Importer(PLATFORM, DAILY.importer().declaration, _recognise, MARKS, _is_daily),
    BY_QUERY.importer(),
)
