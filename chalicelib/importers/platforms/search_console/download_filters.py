"""The filters of a Search Console download.

They are in a separate table: a sheet of the workbook, or the file Filters.csv in the archive.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.importers.platforms.search_console.search_headings import (
    FILTER_HEADERS,
    PERIOD_LABELS,
    SEARCH_TYPE_LABELS,
    SEARCH_TYPES,
)
from chalicelib.importers.tables.headings import comparable, plain
from chalicelib.importers.values.event_identity import digest

MAX_FILTERS = 20
_BETWEEN = ": "


def filters_of(top: Sequence[Sequence[str]]) -> tuple[str, ...] | None:
    """Return the filters in a table, each as ``label: value``; None if it is not a filter table.

    Parameters
    ----------
    top : sequence of sequence of str
        The first rows of the table.
    """
    rows = [[plain(cell) for cell in cells if cell.strip()] for cells in top]
    if not rows or tuple(map(str.casefold, rows[0])) not in FILTER_HEADERS:
        return None
    pairs = [row for row in rows[1 : MAX_FILTERS + 1] if len(row) == 2]
    return tuple(f"{label}{_BETWEEN}{value}" for label, value in pairs)


def search_type(filters: Sequence[str]) -> str:
    """Return the search type for event ids; ``web`` if no filter contains it."""
    for label, value in _pairs(filters):
        if label in SEARCH_TYPE_LABELS:
            names = SEARCH_TYPES.items()
            known = next((name for name, words in names if value in words), "")
            return known or digest(value)[:8]
    return "web"


def names_a_search(filters: Sequence[str]) -> bool:
    """Whether the filters contain a search type, as in every Search Console download."""
    return any(label in SEARCH_TYPE_LABELS for label, _ in _pairs(filters))


def restrictions(filters: Sequence[str]) -> list[str]:
    """Return the filters that exclude a part of the traffic."""
    known = SEARCH_TYPE_LABELS | PERIOD_LABELS
    return [
        shown
        for shown, (label, _) in zip(filters, _pairs(filters), strict=True)
        if label not in known
    ]


def _pairs(filters: Sequence[str]) -> list[tuple[str, str]]:
    parts = (one.partition(_BETWEEN) for one in filters)
    return [(comparable(label), comparable(value)) for label, _, value in parts]
