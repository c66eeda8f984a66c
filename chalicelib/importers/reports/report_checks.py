"""Checks that reject a table before its first row is read."""

from __future__ import annotations

from chalicelib.importers.reports.declared_subjects import SubjectColumns
from chalicelib.importers.reports.read_columns import ReadColumns
from chalicelib.importers.reports.report_columns import Repeats
from chalicelib.importers.rows.row_plan import RowPlan
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.tables import Table
from chalicelib.importers.values.numerals import NumberFormat
from chalicelib.model.errors import ExportRejected


def check_additive(columns: Columns, read: ReadColumns, way_out: str) -> None:
    """Reject a report whose rows repeat the same engagements."""
    for position, column in read.values():
        if isinstance(column.role, Repeats):
            raise ExportRejected(
                "not_additive",
                f"the column {columns.names[position]}: {column.role.why}. Export the report "
                f"without it. {way_out}",
            )


def check_currency(
    table: Table, plan: RowPlan, subject: SubjectColumns, numbers: NumberFormat
) -> None:
    """Reject a file with amounts but no currency, instead of rejecting each row."""
    sales = plan.sales.value if plan.sales else None
    money = [column.position for column in (plan.cost, sales) if column is not None]
    if not money or subject.heading_currency or plan.currency or subject.currency >= 0:
        return
    for (cell,) in table.sample_cells([max(money)]):
        try:
            amount, named = numbers.money(cell)
        except ValueError:
            continue
        if amount and not named:
            heading = table.head.columns.names[max(money)]
            raise ExportRejected(
                "no_currency",
                f"the report has amounts ({heading}) but no currency: add a currency column to the "
                "report, or set the currency of the import",
            )
