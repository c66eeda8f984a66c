"""Why a table is refused before its first row is read."""

from __future__ import annotations

from chalicelib.importers.reports.layout import Layout
from chalicelib.importers.reports.read_columns import ReadColumns
from chalicelib.importers.reports.report_columns import Repeats
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.tables import Table
from chalicelib.importers.values.numerals import NumberFormat
from chalicelib.model.errors import ExportRefused


def check_additive(columns: Columns, read: ReadColumns, way_out: str) -> None:
    """Refuses a report whose rows show the same engagements several times."""
    for position, column in read.values():
        if isinstance(column.role, Repeats):
            raise ExportRefused(
                "not_additive",
                f"the column {columns.names[position]}: {column.role.why}. Export the report "
                f"without it. {way_out}",
            )


def check_currency(table: Table, layout: Layout, numbers: NumberFormat) -> None:
    """Refuses a file whose money has no currency anywhere, before its first row is refused."""
    has_money = layout.cost_at >= 0 or layout.worth_at >= 0
    if not has_money or layout.heading_currency or layout.given_currency or layout.currency_at >= 0:
        return
    for (cell,) in table.sample_cells([max(layout.cost_at, layout.worth_at)]):
        try:
            amount, named = numbers.money(cell)
        except ValueError:
            continue
        if amount and not named:
            heading = table.head.columns.names[max(layout.cost_at, layout.worth_at)]
            raise ExportRefused(
                "no_currency",
                f"the report has money ({heading}) but no currency: add a column with it to the "
                "report, or name the currency",
            )
