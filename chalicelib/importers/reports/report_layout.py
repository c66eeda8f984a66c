"""The layout of a table, from what is declared of its report and the columns that are read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.declared_report import DeclaredReport
from chalicelib.importers.reports.layout import Layout, Metric
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
from chalicelib.importers.tables.headings import Columns


def layout_of(
    report: DeclaredReport, columns: Columns, read: ReadColumns, options: Options
) -> Layout:
    """The layout of a table.

    Parameters
    ----------
    report : DeclaredReport
    columns : Columns
        Of the header.
    read : ReadColumns
    options : Options
    """

    def at(*roles: object) -> int:
        return next((p for p, column in read.values() if column.role in roles), -1)

    def sets(what: str) -> int:
        return next((p for p, role in keys if role.sets == what), -1)

    keys = [(p, key) for p, c in read.values() if (key := key_of(c)) is not None]
    cost_field = next((f for f, (_, c) in read.items() if isinstance(c.role, Cost)), "")
    goals = [c.role for _, c in read.values() if isinstance(c.role, Converted)]
    name = report.name_in(columns)
    return Layout(
        channel=report.channel,
        report=name,
        account=options.account,
        paid=report.paid,
        metrics=tuple(_metrics(report, columns, read)),
        keys=tuple(p for p, role in keys if role.sets != "account"),
        settles=_settles(report, columns),
        names=tuple(p for p, role in keys if role.names),
        campaign=sets("campaign_id"),
        content=sets("content_id"),
        account_at=sets("account"),
        currency_at=at(Currency()),
        cost_at=at(Cost()),
        audience_at=at(Audience()),
        claimed_at=at(Claimed()),
        value_at=at(Claimed(is_value=True)),
        paid_at=next((p for p, role in keys if role.makes_paid), -1),
        goal=goals[0].goal if goals else "",
        converted_at=at(*(goal for goal in goals if not goal.is_value)),
        worth_at=at(*(goal for goal in goals if goal.is_value)),
        heading_currency=columns.currencies.get(cost_field, ""),
        given_currency=options.currency,
        nameless_are_totals=report.nameless_are_totals,
        is_one_each=report.is_one_each,
        key=partial(report.key, name) if report.key else None,
    )


def _settles(report: DeclaredReport, columns: Columns) -> tuple[int, ...]:
    """The first column, where it names a thing beside its id: totals have their label there."""
    first = [c for c in report.columns if columns.positions.get(c.field) == 0]
    return (0,) if any(isinstance(c.role, Key | Sign) for c in first) else ()


def _metrics(report: DeclaredReport, columns: Columns, read: ReadColumns) -> Sequence[Metric]:
    metrics = []
    for name, (position, column) in read.items():
        role = column.role
        applies = report.applies[name](columns) if name in report.applies else None
        heading = columns.names[position]
        if isinstance(role, Count):
            paid = report.paid if role.paid is None else role.paid
            metrics.append(Metric(name, position, heading, role.type, "", paid, applies, role.part))
        elif isinstance(role, Net):
            metrics.append(
                Metric(name, position, heading, role.type, role.undone, report.paid, applies)
            )
    return metrics


def number_columns(layout: Layout) -> tuple[int, ...]:
    """The columns of which at least one is filled in a row of data."""
    others = (layout.cost_at, layout.audience_at, layout.converted_at, layout.worth_at)
    return tuple(m.position for m in layout.metrics) + tuple(p for p in others if p >= 0)


def has_other_numbers(layout: Layout) -> bool:
    """Whether a table has numbers that are not counts of engagements."""
    return layout.cost_at >= 0 or layout.audience_at >= 0 or bool(layout.goal)
