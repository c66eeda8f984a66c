"""Workbooks whose sheets are reports of several kinds: which sheet is which, and one after another.

A sheet is known by its headings; a text file is taken for a workbook of one sheet.
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
from chalicelib.importers.reports.report_columns import vocabulary_of
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
"""So many sheets are looked at; the workbooks of platforms have a dozen."""


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table and the kind of report that it is."""

    report: TableReport
    head: TableHead

    @property
    def hits(self) -> int:
        """How many of its columns are known."""
        return len(self.head.columns.positions)


class SheetReports:
    """The kinds of report that the sheets of a workbook may be."""

    def __init__(self, *reports: TableReport) -> None:
        self._kinds = [(report, vocabulary_of(report.columns)) for report in reports]

    def find(self, glimpse: Glimpse) -> list[FoundTable]:
        """The tables of a file in their order, each as the kind that knows most of its columns."""
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
    """The claim to some tables of a file, of which one has a mark; there is at least one.

    Parameters
    ----------
    hits, found
        As of `tables.claim_to`.
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
    """Whether anything stands below a header; a text file is taken to have something there."""
    if source.workbook is None:
        return True
    rows = islice(source.workbook.rows(head.sheet), head.index + 1, None)
    return any(any(map(str.strip, cells)) for _, cells in rows)


def sheets_but(source: Source, read: Sequence[FoundTable]) -> list[str]:
    """The names of the sheets that are not among some tables."""
    known = {table.head.sheet for table in read}
    sheets = source.workbook.sheets if source.workbook else ()
    return [sheet for sheet in sheets if sheet not in known]


def open_sheets(
    source: Source, tables: Sequence[FoundTable], options: Options, *, notes: Sequence[str] = ()
) -> Reading:
    """Opens some tables of a file as one report, each sheet a part of it.

    Parameters
    ----------
    tables : sequence of FoundTable
        At least one.
    notes : sequence of str
        What is to be said of the file as a whole.

    Raises
    ------
    ExportRefused
        What the first table is refused with that is refused.
    """
    readings = [
        table.report.open(source, replace(table.head, part=part), options)
        for part, table in enumerate(tables)
    ]
    parts = tuple(table.head.sheet for table in tables if table.head.sheet)
    return chained(readings, parts, notes)
