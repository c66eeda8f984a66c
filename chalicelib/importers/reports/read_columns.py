"""Decide which columns of a header are read, by the declared columns of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.importers.reports.report_columns import Channel, Column, Key, LeftOut, When
from chalicelib.importers.rows.row_dating import DateColumns
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.tables import Table

ReadColumns = Mapping[str, tuple[int, Column]]
"""Field -> (index, declaration) of the columns that are read, in declared order."""


def columns_read(declared: Sequence[Column], columns: Columns) -> dict[str, tuple[int, Column]]:
    """Return the columns of a header that are read: field -> (index, declaration).

    A column is not read if the header also has a better one (`unless`), or an earlier key of the
    same group.
    """
    read: dict[str, tuple[int, Column]] = {}
    groups: set[str] = set()
    for column in declared:
        position = columns.positions.get(column.field)
        if position is None or column.field in read:
            continue
        if any(other in columns for other in column.unless):
            continue
        if isinstance(column.role, Key):
            if column.role.group in groups:
                continue
            groups.add(column.role.group)
        read[column.field] = position, column
    return read


def key_of(column: Column) -> Key | None:
    """Return the key of a column; None if it names nothing."""
    role = column.role
    if isinstance(role, Channel):
        return role.key
    return role if isinstance(role, Key) else None


def date_columns(table: Table, read: ReadColumns) -> DateColumns:
    """Return the date columns of a table."""
    dated = {
        column.role.unit: position
        for position, column in read.values()
        if isinstance(column.role, When)
    }
    columns = table.head.columns
    names = {unit: columns.names[position] for unit, position in dated.items()}
    subjects = tuple(position for position, column in read.values() if isinstance(column.role, Key))
    ends_before = any(
        column.role.ends_before for _, column in read.values() if isinstance(column.role, When)
    )
    return DateColumns(dated, names, columns.language, table.sample_cells, subjects, ends_before)


def columns_unread(
    declared: Sequence[Column], columns: Columns, read: ReadColumns
) -> tuple[set[int], dict[int, str]]:
    """Return the columns of a header that are read, and why other known ones are not."""
    done = {p for p, column in read.values() if not isinstance(column.role, LeftOut)}
    why = {p: c.role.why for p, c in read.values() if isinstance(c.role, LeftOut)}
    for column in declared:
        position = columns.positions.get(column.field)
        if position is None or column.field in read:
            continue
        if isinstance(column.role, Key):
            done.add(position)
        else:
            others = [columns.name(other) for other in column.unless if other in columns]
            why[position] = f"{', '.join(others)} is read instead"
    return done - why.keys(), why
