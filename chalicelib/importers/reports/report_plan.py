"""Convert the declaration of a report and its read columns to a row plan."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.declared_report import DeclaredReport
from chalicelib.importers.reports.declared_subjects import SubjectColumns
from chalicelib.importers.reports.read_columns import ReadColumns, key_of
from chalicelib.importers.reports.report_columns import (
    Audience,
    Claimed,
    Converted,
    Cost,
    Count,
    Currency,
    Key,
    Net,
    Sign,
)
from chalicelib.importers.rows.row_plan import Metric, NumberColumn, RowPlan, SaleColumns
from chalicelib.importers.tables.headings import Columns


def plan_of(
    report: DeclaredReport, columns: Columns, read: ReadColumns, options: Options
) -> tuple[RowPlan, SubjectColumns]:
    """Return the row plan of a table, and the columns of its subjects.

    Parameters
    ----------
    columns : Columns
        Of the header.
    """

    def at(*roles: object) -> int:
        return next((p for p, column in read.values() if column.role in roles), -1)

    def amount(*roles: object) -> NumberColumn | None:
        position = at(*roles)
        return NumberColumn(position, currency=options.currency) if position >= 0 else None

    def sets(what: str) -> int:
        return next((p for p, role in keys if role.sets == what), -1)

    keys = [(p, key) for p, c in read.values() if (key := key_of(c)) is not None]
    cost_field = next((f for f, (_, c) in read.items() if isinstance(c.role, Cost)), "")
    goals = [c.role for _, c in read.values() if isinstance(c.role, Converted)]
    name = report.name_in(columns)
    sales = SaleColumns(
        conversions=amount(*(goal for goal in goals if not goal.is_value)),
        value=amount(*(goal for goal in goals if goal.is_value)),
    )
    audience = amount(Audience())
    plan = RowPlan(
        channel=report.channel,
        report=name,
        account=options.account,
        paid=report.paid,
        metrics=tuple(_metrics(report, columns, read)),
        cost=amount(Cost()),
        audience=audience,
        sales=sales if goals else None,
        claimed_at=at(Claimed()),
        claimed_value_at=at(Claimed(is_value=True)),
        currency=options.currency,
        is_one_each=report.is_one_each,
        needs_day=audience is not None or bool(goals),
    )
    subject = SubjectColumns(
        keys=tuple(p for p, role in keys if role.sets != "account"),
        settles=_settles(report, columns),
        names=tuple(p for p, role in keys if role.names),
        campaign=sets("campaign_id"),
        content=sets("content_id"),
        account=sets("account"),
        currency=at(Currency()),
        ad=next((p for p, role in keys if role.makes_paid), -1),
        heading_currency=columns.currencies.get(cost_field, ""),
        goal=goals[0].goal if goals else "",
        key=partial(report.subject_key, name),
    )
    return plan, subject


def _settles(report: DeclaredReport, columns: Columns) -> tuple[int, ...]:
    """Return the first column if it names the subject; totals rows have their label there."""
    first = [c for c in report.columns if columns.positions.get(c.field) == 0]
    return (0,) if any(isinstance(c.role, Key | Sign) for c in first) else ()


def _metrics(report: DeclaredReport, columns: Columns, read: ReadColumns) -> Iterator[Metric]:
    for name, (position, column) in read.items():
        role = column.role
        if not isinstance(role, Count | Net):
            continue
        of_row = role.paid if isinstance(role, Count) else None
        yield Metric(
            name,
            position,
            columns.names[position],
            role.type,
            undone=role.undone if isinstance(role, Net) else "",
            paid=report.paid if of_row is None else of_row,
            applies=report.condition(name, columns),
            part=role.part if isinstance(role, Count) else "",
        )
