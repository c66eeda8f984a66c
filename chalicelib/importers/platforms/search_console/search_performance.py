"""The performance report: clicks and impressions by day, as CSV, workbook or archive.

A download says the same traffic several times: by day, query, page, country and device. Only the
table by day says when; and the table by query leaves out rare queries, so that it is no total.
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
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import vocabulary_of
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.headings import Columns, comparable
from chalicelib.importers.tables.marks import Marks
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.model.errors import ExportRefused

PLATFORM = "search_console"
CHANNEL = "organic_search"
HITS = 5
"""Added to the headings found: no other platform has these and no others."""

_WAY_OUT = (
    "The file by day of the same download has them: Chart.csv (Diagramm.csv; until 2023 Dates.csv "
    "or Datumsangaben.csv), or import the whole download as .zip or .xlsx"
)


def _is_daily(head: TableHead) -> bool:
    return _has_own_position(head) and _may_be_daily(head)


def _has_own_position(head: TableHead) -> bool:
    columns = head.columns
    return "position" in columns and comparable(columns.name("position")) in OWN_POSITIONS


def _is_of_another_engine(head: TableHead) -> bool:
    """Whether a header is as Search Console's but for an average position, as Bing writes it."""
    return "position" in head.columns and _may_be_daily(head) and not _has_own_position(head)


def _may_be_daily(head: TableHead) -> bool:
    """Whether a header has the day, clicks and impressions, and nothing that is unknown."""
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
    """The performance by day."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header is one of such a report, with a position as Google writes it."""
        return _is_daily(head)

    def accepts_named(self, head: TableHead) -> bool:
        """Discover and Google News have no position."""
        return _may_be_daily(head)

    def has_form(self, head: TableHead) -> bool:
        """Headings alone do not tell: they are everybody's."""
        return _may_be_daily(head)

    def group_of(self, columns: Columns) -> tuple[str, int]:
        """Of the files of one download the one by day is read."""
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
        "Exportieren) → Download CSV or Download Excel; import the .zip or .xlsx as it is, or "
        "Chart.csv (Diagramm.csv) alone"
    ),
    looks_for=(
        "exactly the columns Date, Clicks, Impressions, CTR, Position (Datum, Klicks, "
        "Impressionen, CTR, Position); not an average position"
    ),
    way_out=_WAY_OUT,
    is_one_each=True,
    becomes=(
        Becomes(
            "the tables by query, page, country, device and search appearance",
            "nothing: the same traffic again, without days",
        ),
        Becomes(
            "Filters / Filter: Search type",
            "a part of the event id: image, video and news search have traffic of their own",
        ),
    ),
    refused=(
        (
            "unknown_platform",
            "an average position: Bing Webmaster Tools, Yandex and others write it",
        ),
        ("no_date", "a table by query, page, country, device or search appearance alone"),
        ("undecidable_format", "days that may be day/month or month/day"),
    ),
    remarks=(
        "No file names its property: import each property with an account of its own, or the "
        "second one replaces the first.",
        "A table by day alone does not name its search type either; it is taken as web search. The "
        "archive and the workbook do, in their table of filters.",
        "A download that is filtered by query, page, country or device holds a part of the "
        "traffic, which a note says. It restates the same days.",
        "Discover and Google News have no position: their table by day is read if the platform is "
        "named. Give it an account of its own.",
        "The last days of a download are not complete; a later download restates them.",
        "Days are Google's, in Pacific Time, and are taken as UTC days.",
        "Headings in languages other than English and German are known from public code, not from "
        "files of Google.",
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
        return claim_to(other, MARKS, _refuse_another_engine, hits=HITS)
    cut = find_head(glimpse, _CUTS, _is_cut)
    if cut is not None:
        return claim_to(cut, MARKS, _refuse_cut, hits=HITS, group=(PLATFORM, 0))
    filters = _filters_in(glimpse)
    if names_a_search(filters):
        return Recognition(HITS, "the filters of a download", _refuse_filters, PLATFORM, 0, filters)
    return None


def _filters_in(glimpse: Glimpse) -> tuple[str, ...]:
    """The filters that a workbook or a text file of filters holds."""
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
            f"The download is filtered ({shown}): its numbers are a part of the traffic."
        )
    return reading


def _refuse_another_engine(source: Source, options: Options) -> Reading:
    raise ExportRefused(
        "unknown_platform",
        "the table could be of Bing Webmaster Tools or of another search engine: Search Console "
        "calls its last column Position. Name the platform (search_console) if it is Google's; "
        "otherwise describe its columns by a mapping with the channel organic_search and an "
        "account of its own",
    )


def _refuse_cut(source: Source, options: Options) -> Reading:
    raise ExportRefused(
        "no_date", f"the table does not say on which day its clicks happened. {_WAY_OUT}"
    )


def _refuse_filters(source: Source, options: Options) -> Reading:
    raise ExportRefused(
        "no_counts", f"these are the filters of a Search Console download. {_WAY_OUT}"
    )


IMPORTERS = (Importer(PLATFORM, DAILY.importer().declaration, _recognise, MARKS, _is_daily),)
