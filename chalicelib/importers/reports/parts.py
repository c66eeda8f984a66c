"""Remove double counts from columns that contain a part of another, or the same number."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.rows.number_cells import Counts
from chalicelib.importers.rows.row_plan import Cells, Change
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.values.numerals import NumberFormat


def paid_parts(parts: Mapping[str, str], columns: Columns, numbers: NumberFormat) -> Change | None:
    """Return a function that subtracts the paid part from totals; None if no row changes.

    The total then counts everything that is not paid, including numbers that are neither organic
    nor paid (viral impressions, until 2014). Of two columns with the same heading, one is the count
    and the other the number of unique people, in unknown order; the larger one is read.

    Parameters
    ----------
    parts : mapping of str to str
        Field of a total -> field of its paid part.
    """
    at = columns.positions
    pairs = [(at[t], at[p]) for t, p in parts.items() if t in at and p in at]
    twins = _twins(columns)
    if not pairs and not twins:
        return None
    counts = Counts(numbers)

    def change(cells: Cells) -> Cells:
        changed = list(cells)
        for position, others in twins:
            changed[position] = max(
                (cells[p] for p in (position, *others)), key=lambda cell: _size(counts, cell)
            )
        for total, part in pairs:
            whole, paid = _size(counts, changed[total]), _size(counts, changed[part])
            if whole > 0 and paid > 0:
                changed[total] = str(whole - paid)
        return changed

    return change


def _twins(columns: Columns) -> list[tuple[int, list[int]]]:
    """Return the first of several columns with one heading, and the others."""
    places: dict[str, list[int]] = {}
    for index, name in enumerate(columns.names):
        places.setdefault(name.casefold(), []).append(index)
    of_fields = (places[columns.name(field).casefold()] for field in columns.positions)
    return [(first, others) for first, *others in of_fields if others]


def _size(counts: Counts, cell: str) -> int:
    """Return a count; -1 for a cell that is not a count, whose row is rejected later."""
    try:
        return counts[cell]
    except RowRejected:
        return -1
