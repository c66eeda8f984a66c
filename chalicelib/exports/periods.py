"""Which days a row covers, and whether a row of several days may be imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.errors import ExportRefused
from chalicelib.exports.cells import is_blank
from chalicelib.exports.dates import (
    DateFormat,
    Period,
    decide_day_order,
    parse_month,
    parse_quarter,
    parse_week,
    parse_year,
)
from chalicelib.exports.outcomes import RowRefused
from chalicelib.exports.tables import Row, Table

_LONGER: dict[str, Callable[[str, DateFormat], Period]] = {
    "week": parse_week,
    "month": parse_month,
    "quarter": parse_quarter,
    "year": parse_year,
}


@dataclass(frozen=True, slots=True)
class RowPeriods:
    """How the rows of a table are dated.

    Attributes
    ----------
    field : str
        The column that dates a row: day, week, month, quarter or year; empty if there is none
        and every row covers the report's period.
    position : int
        Where that column is; -1 without one.
    dates : DateFormat
    report : (first, last), optional
        The period that the file states for the whole report.
    spread : bool
        Whether longer periods may be spread.
    """

    field: str
    position: int
    dates: DateFormat
    report: Period | None
    spread: bool

    def of_row(self, row: Row) -> Period:
        """First and last day of a row.

        Raises
        ------
        RowRefused
            `missing_value`, `invalid_date`.
        """
        if self.position < 0:
            return self.of_report()
        cell = row.cells[self.position]
        try:
            if self.field == "day":
                day = self.dates.day(cell)
                return day, day
            first, last = _LONGER[self.field](cell, self.dates)
        except ValueError as error:
            if is_blank(cell):
                raise RowRefused("missing_value", f"the row has no {self.field}") from None
            raise RowRefused("invalid_date", f"the {self.field}: {error}") from None
        if self.report and first <= self.report[1] and last >= self.report[0]:
            return max(first, self.report[0]), min(last, self.report[1])
        return first, last

    def of_report(self) -> Period:
        """The period of the whole report, for a row that has no day of its own.

        Raises
        ------
        RowRefused
            `missing_value`, `aggregate_period`.
        """
        if self.report is None:
            raise RowRefused("missing_value", "neither the row nor the report says when it was")
        if self.report[0] != self.report[1] and not self.spread:
            raise RowRefused("aggregate_period", "the row stands for the whole report's period")
        return self.report

    def notes(self) -> tuple[str, ...]:
        """What a person should know: that days are estimates."""
        has_days = self.field == "day"
        if has_days or (not self.field and self.report and self.report[0] == self.report[1]):
            return ()
        return (
            "Each row covers several days; its numbers were spread evenly over them and are "
            "estimates for a single day.",
        )


def decide_periods(
    table: Table, language: str, report: Period | None, *, spread: bool, way_out: str
) -> RowPeriods:
    """How the rows of a table are dated, from its columns and the period above them.

    Raises
    ------
    ExportRefused
        `no_date`; `aggregate_period`, unless `spread`; `undecidable_format`.
    """
    columns = table.head.columns
    field = next((f for f in ("day", *_LONGER) if f in columns), "")
    if not field and report is None:
        raise ExportRefused(
            "no_date", f"the report does not say on which day its numbers happened. {way_out}"
        )
    longer = field != "day" and (bool(field) or (report is not None and report[0] != report[1]))
    if longer and not spread:
        covers = f"a {field}" if field else f"{report[0]} to {report[1]}" if report else ""
        raise ExportRefused("aggregate_period", f"each row covers {covers}. {way_out}")
    order = decide_day_order(language, table.sample(field), report) if field else ""
    position = columns.positions[field] if field else -1
    return RowPeriods(field, position, DateFormat(order), report, spread)
