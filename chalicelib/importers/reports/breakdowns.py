"""The columns that split what a report is about: rows that leave them empty add up the others."""

from __future__ import annotations

from chalicelib.importers.reports.read_columns import ReadColumns
from chalicelib.importers.reports.report_columns import Key
from chalicelib.importers.rows.row_plan import RowPlan
from chalicelib.importers.tables.tables import Table


def breakdowns_in(table: Table, read: ReadColumns, plan: RowPlan) -> tuple[int, ...]:
    """The columns that split what a report is about, as far as the beginning of it fills them.

    So does a column of words that is not read, left of all numbers, which only one row leaves
    empty: the one that adds up the others.
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
