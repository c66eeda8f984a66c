"""Workbooks whose sheets are different report types: identify the sheets and read them in order.

A sheet is identified by its headings. A text file is treated as a workbook of one sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import Reading
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options, Recognition
from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.successive import chained, named
from chalicelib.importers.tables.header_search import find_head
from chalicelib.importers.tables.headings import header_keys
from chalicelib.importers.tables.table_heads import TableHead

__all__ = [
    "FoundTable",
    "SheetReports",
    "chained",
    "has_rows",
    "named",
    "open_sheets",
    "sheets_but",
]

MAX_SHEETS = 50
"""How many sheets are examined; workbooks of platforms have about a dozen."""


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table and its report type."""

    report: TableReport
    head: TableHead

    @property
    def hits(self) -> int:
        """The number of its known columns."""
        return len(self.head.columns.positions)


class SheetReports:
    """The report types that the sheets of a workbook may have."""

    def __init__(self, *reports: TableReport) -> None:
        self._kinds = [(report, report.vocabulary) for report in reports]

    def find(self, glimpse: Glimpse) -> list[FoundTable]:
        """Return the tables of a file in order, each as the type that knows most of its columns."""
        found = []
        for sheet in glimpse.sheets[:MAX_SHEETS] or ("",):
            tables = [
                FoundTable(report, head)
                for report, vocabulary in self._kinds
                if (head := find_head(glimpse, vocabulary, report.accepts, sheet=sheet.__eq__))
            ]
            if tables:
                found.append(max(tables, key=lambda table: table.hits))
        return found


def claim_to_sheets(
    tables: Sequence[FoundTable],
    open_it: Callable[[Source, Options], Reading],
    *,
    hits: int = 0,
    found: str = "",
) -> Recognition:
    """Return the claim to at least one table of a file, of which one has a mark.

    Parameters
    ----------
    hits, found
        As in `header_search.claim_to`.
    """
    marks = [table.report.all_marks for table in tables]
    best = max(tables, key=lambda table: table.hits)
    return Recognition(
        hits + best.hits,
        found or best.head.describe(),
        open_it,
        headings=frozenset().union(*(header_keys(t.head.columns.names) for t in tables)),
        known=frozenset().union(*(one.known for one in marks)),
        marks=sum(m.count_in(t.head) for m, t in zip(marks, tables, strict=True)),
    )


def has_rows(source: Source, head: TableHead) -> bool:
    """Whether there is content below a header; always true for a text file."""
    if source.workbook is None:
        return True
    rows = islice(source.workbook.rows(head.sheet), head.index + 1, None)
    return any(any(map(str.strip, cells)) for _, cells in rows)


def sheets_but(source: Source, read: Sequence[FoundTable]) -> list[str]:
    """Return the names of the sheets that are not among the tables."""
    known = {table.head.sheet for table in read}
    sheets = source.workbook.sheets if source.workbook else ()
    return [sheet for sheet in sheets if sheet not in known]


def open_sheets(
    source: Source, tables: Sequence[FoundTable], options: Options, *, notes: Sequence[str] = ()
) -> Reading:
    """Open tables of a file as one report with each sheet as a part.

    Parameters
    ----------
    tables : sequence of FoundTable
        At least one.
    notes : sequence of str
        Notes on the whole file.

    Raises
    ------
    ExportRejected
        The rejection of the first table that is rejected.
    """
    readings = [
        table.report.open(source, replace(table.head, part=part), options)
        for part, table in enumerate(tables)
    ]
    parts = tuple(table.head.sheet for table in tables if table.head.sheet)
    return chained(readings, parts, notes)
