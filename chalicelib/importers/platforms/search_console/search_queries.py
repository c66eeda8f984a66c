"""The performance report by day and query, divided into searches for the brand and others.

The web page of Search Console does not offer this table. Its API does, and so do add-ons of
spreadsheets and connectors. Rare queries are missing in it, so its clicks are fewer than those of
the daily table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading
from chalicelib.importers.platforms.search_console.search_headings import (
    BY_QUERY_COLUMNS,
    OWN_POSITIONS,
    QUERY,
)
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Channel
from chalicelib.importers.tables.headings import comparable
from chalicelib.importers.tables.table_heads import TableHead

PLATFORM = "search_console"
HITS = 6
"""Added to the number of headings found: one more than for the daily table."""
BRAND, OTHER = "brand", "other"
CHANNELS = {BRAND: "brand_search", OTHER: "organic_search"}


def is_for_brand(query: str, terms: Sequence[str]) -> bool:
    """Whether a query contains a brand term, in any case, with or without spaces and hyphens."""
    plain = comparable(query)
    joined = _joined(plain)
    return any(comparable(term) in plain or _joined(comparable(term)) in joined for term in terms)


def _joined(text: str) -> str:
    return text.replace(" ", "").replace("-", "")


class QueryReport(TableReport):
    """Performance by day and query."""

    def accepts(self, head: TableHead) -> bool:
        """Whether a header has the day, the query and a position as Google names it."""
        return (
            self._has_queries(head)
            and "position" in head.columns
            and comparable(head.columns.name("position")) in OWN_POSITIONS
        )

    def accepts_named(self, head: TableHead) -> bool:
        """The same without a position, if the user names the platform."""
        return self._has_queries(head)

    @staticmethod
    def _has_queries(head: TableHead) -> bool:
        columns = head.columns
        filled = sum(bool(name) for name in columns.names)
        return filled == len(columns.positions) and all(
            field in columns for field in ("day", QUERY, "clicks", "impressions")
        )

    def open(self, source: Source, head: TableHead, options: Options) -> Reading:
        """Open a table with the brand terms of the options."""
        return TableReport.open(self.split_by(options.brand_terms), source, head, options)

    def _open_file(self, source: Source, head: TableHead, options: Options) -> Reading:
        return TableReport._open_file(self.split_by(options.brand_terms), source, head, options)

    def split_by(self, terms: Sequence[str]) -> QueryReport:
        """The report that knows the brand terms."""

        def name(query: str) -> str:
            return BRAND if is_for_brand(query, terms) else OTHER

        columns = tuple(
            replace(column, role=Channel(CHANNELS, name=name)) if column.field == QUERY else column
            for column in self.columns
        )
        return replace(self, columns=columns)


_REPORT = QueryReport(
    platform=PLATFORM,
    channel=CHANNELS[OTHER],
    report="search",
    columns=BY_QUERY_COLUMNS,
    holds_people=True,
    title="Google Search Console: performance by day and query",
    where=(
        "the API of Search Console, an add-on for spreadsheets or a connector, with the dimensions "
        "date and query"
    ),
    looks_for="Date, Query, Clicks, Impressions and Position, but not Average position",
    hits=HITS,
    becomes=(
        Becomes(
            "the query",
            "`brand_search` if it contains one of the tenant's `brand_terms` (`--brand-term`), "
            "otherwise `organic_search`; not stored",
        ),
    ),
    rejected=(("undecidable_format", "the days could be day/month or month/day"),),
    shown=("day", "clicks", "impressions"),
    remarks=(
        "Set the brand terms first (`PATCH /v1/settings`, `--brand-term`). Without them, all "
        "queries are `organic_search`. If they change, import the tables again.",
        "Search Console leaves out rare queries. On days with this table, `organic_search` "
        "replaces the numbers of the daily table, because the two are about the same clicks.",
    ),
)

BY_QUERY = _REPORT.split_by(())
