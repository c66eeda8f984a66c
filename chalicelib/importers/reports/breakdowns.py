"""The breakdown columns of a report; a row in which they are empty is the sum of others."""

from __future__ import annotations

from chalicelib.importers.reports.read_columns import ReadColumns
from chalicelib.importers.reports.report_columns import Key
from chalicelib.importers.rows.row_plan import RowPlan
from chalicelib.importers.tables.tables import Table


def breakdowns_in(table: Table, read: ReadColumns, plan: RowPlan) -> tuple[int, ...]:
    """Return the breakdown columns that are filled at the beginning of the table.

    An unread column of words to the left of all numbers is one too, if exactly one row leaves it
    empty: that row is the sum of the others.
    """
    split = [
        position
        for position, column in read.values()
        if isinstance(column.role, Key) and not column.role.names and column.role.sets != "account"
    ]
    known = {*table.head.columns.positions.values(), *split}
    first_number = min(plan.number_positions, default=0)
    unread = [p for p in range(first_number) if p not in known]
    rows = (
        list(table.sample_cells([*split, *unread]))
        if len(split) + len(unread) > 1
        else [(cell,) for (cell,) in table.sample_cells([*split, *unread])]
    )
    filled = [p for i, p in enumerate(split) if any(row[i].strip() for row in rows)]
    for index, position in enumerate(unread, start=len(split)):
        words = [row[index] for row in rows if any(map(str.isalpha, row[index]))]
        if len(rows) > 1 and len(words) >= len(rows) - 1:
            filled.append(position)
    return tuple(filled)
