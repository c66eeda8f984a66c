"""When the rows of a content export happened: since a post appeared, or on each day of it.

The column Date says ``Lifetime`` in one export, a day in another; in German ones without a column
for it, Datum is when the post was published.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.importers.rows.row_dating import DateColumns
from chalicelib.importers.values.cells import is_blank


def understood_dates(columns: DateColumns) -> DateColumns:
    """The date columns, once it is known what the column Date means."""
    positions, names = dict(columns.positions), dict(columns.names)
    if "day" in positions and not _is_by_day(columns):
        position, name = positions.pop("day"), names.pop("day")
        cells = [cell for (cell,) in columns.cells([position]) if not is_blank(cell)]
        says_only_lifetime = bool(cells) and not any(map(_is_date, cells))
        if "posted" not in positions and not says_only_lifetime:
            positions["posted"], names["posted"] = position, name
    return replace(columns, positions=positions, names=names)


def _is_by_day(columns: DateColumns) -> bool:
    """Whether there are rows of several days of a post, or days beside the times of posts."""
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
    """Whether a cell may be a day and does not say ``Lifetime``, in whatever language."""
    return any(map(str.isdigit, cell))
