"""How the rows of a content export are dated: by publication or by day.

The column Date contains ``Lifetime`` in one export and a day in another. In German exports without
a publication column, Datum is the publication time.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.importers.rows.row_dating import DateColumns
from chalicelib.importers.values.cells import is_blank


def understood_dates(columns: DateColumns) -> DateColumns:
    """Return the date columns with the column Date assigned to its meaning in this file."""
    positions, names = dict(columns.positions), dict(columns.names)
    if "day" in positions and not _is_by_day(columns):
        position, name = positions.pop("day"), names.pop("day")
        cells = [cell for (cell,) in columns.cells([position]) if not is_blank(cell)]
        is_all_lifetime = bool(cells) and not any(map(_is_date, cells))
        if "posted" not in positions and not is_all_lifetime:
            positions["posted"], names["posted"] = position, name
    return replace(columns, positions=positions, names=names)


def _is_by_day(columns: DateColumns) -> bool:
    """Whether a post has rows for several days, or the file has both days and publication times."""
    position = columns.positions["day"]
    if not any(_is_date(cell) for (cell,) in columns.cells([position])):
        return False
    if "posted" in columns.positions:
        return True
    first: dict[tuple[str, ...], str] = {}
    for date, *thing in columns.cells([position, *columns.subjects]):
        if first.setdefault(tuple(thing), date) != date:
            return True
    return False


def _is_date(cell: str) -> bool:
    """Whether a cell may be a day, rather than ``Lifetime`` in any language."""
    return any(map(str.isdigit, cell))
