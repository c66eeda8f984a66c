"""Columns that hold a part of another, or the same thing twice, made to say each thing once."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.importers.outcomes import RowRefused
from chalicelib.importers.rows.number_cells import Counts
from chalicelib.importers.rows.row_plan import Cells, Change
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.values.numerals import NumberFormat


def paid_parts(parts: Mapping[str, str], columns: Columns, numbers: NumberFormat) -> Change | None:
    """What changes the rows of a report whose totals have their paid part in another column.

    The total then stands for the rest of it: what is called neither organic nor paid (viral
    impressions, until 2014) is not lost, and nothing is counted twice. Of two columns with one
    heading, the total count and the unique people, the larger is read: which is first is unknown.

    Parameters
    ----------
    parts : mapping of str to str
        Field of a total -> field of its paid part.

    Returns
    -------
    callable or None
        None where no row is to change.
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
    """The first of some columns with one heading, and the others."""
    places: dict[str, list[int]] = {}
    for index, name in enumerate(columns.names):
        places.setdefault(name.casefold(), []).append(index)
    of_fields = (places[columns.name(field).casefold()] for field in columns.positions)
    return [(first, others) for first, *others in of_fields if others]


def _size(counts: Counts, cell: str) -> int:
    """A count; -1 for a cell that is none, for which the row is then rejected."""
    try:
        return counts[cell]
    except RowRefused:
        return -1
