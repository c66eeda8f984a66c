"""The plan of a table: where its columns are and what they become, decided before its first row.

A declared report (`reports.report_plan`) and a user's mapping (`mappings.mapped_plan`) are both
converted to this plan; `row_engine` applies it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Cells = Sequence[str]
Change = Callable[[Cells], Cells]
"""Changes the cells of a row before they are read."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A column of engagement counts.

    Attributes
    ----------
    field : str
    position : int
        Index of the column; -1 if every row is one engagement.
    name : str
        Its heading, for rejections.
    type, undone : str
        Engagement type; and the type that a negative number counts, empty if there is none.
    paid : bool
    applies : callable, optional
        Whether a row's number counts, by its cells.
    part : str
        Distinguishes it from another metric of the same type.
    skips_negative : bool
        Whether a negative number is skipped with a note instead of rejecting the row.
    """

    field: str
    position: int
    name: str
    type: str
    undone: str = ""
    paid: bool = False
    applies: Callable[[Cells], bool] | None = None
    part: str = ""
    skips_negative: bool = False

    def name_in(self, report_is_paid: bool) -> str:
        """Return its name in event ids."""
        of_kind = "" if self.paid == report_is_paid else "paid-" if self.paid else "organic-"
        return f"{of_kind}{self.type}{'-' if self.part else ''}{self.part}"


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A column of amounts or of sizes.

    Attributes
    ----------
    position : int
    name : str
        Its name in rejections; may be empty.
    currency : str
        For amounts if neither the row nor the cell names one; empty if unknown.
    """

    position: int
    name: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class SaleColumns:
    """The columns of conversions and refunds of a table.

    Attributes
    ----------
    conversions, value, refunded : NumberColumn, optional
        Their number, their value, and the refunded part of the value.
    each_row : bool
        Whether each row is one conversion.
    refund_if_negative : bool
        Whether a negative value is a refund.
    is_refund, is_reversed : callable
        Whether a row is a refund; whether it is a fully reversed sale.
    negative_value : str
        Message of the rejection of a negative value that is not a refund.
    """

    conversions: NumberColumn | None = None
    value: NumberColumn | None = None
    refunded: NumberColumn | None = None
    each_row: bool = False
    refund_if_negative: bool = False
    is_refund: Callable[[Cells], bool] = lambda cells: False
    is_reversed: Callable[[Cells], bool] = lambda cells: False
    negative_value: str = "an amount is below zero"

    @property
    def positions(self) -> tuple[int, ...]:
        """The number columns."""
        columns = (self.conversions, self.value, self.refunded)
        return tuple(column.position for column in columns if column is not None)


@dataclass(frozen=True, slots=True)
class RowPlan:
    """The properties that all rows of a table share.

    Attributes
    ----------
    channel, report, account : str
        Parts of every event id; an account in the file has priority over the caller's.
    paid : bool
        Whether the whole report is about ads.
    metrics : tuple of Metric
    cost, audience : NumberColumn, optional
    sales : SaleColumns, optional
    claimed_at, claimed_value_at : int
        Columns of the conversions that the platform claims, -1 if missing.
    currency : str
        The caller's currency, for claims; empty if unknown.
    extras : tuple of (str, int)
        Field of an engagement, such as ``rating``, and its column.
    adds_up : bool
        Whether numbers of one type in a row become one event.
    is_one_each : bool
        Whether two rows of one subject are duplicates (posts with ids) rather than two parts.
    has_ids : bool
        Whether rows have ids, so that a repeated id is rejected.
    needs_day : bool
        Whether every row, even a row of zeros, must cover a single day, because audiences and
        conversions are not spread.
    numbers_audiences : bool
        Whether a second audience of a subject and day is a separate event.
    """

    channel: str
    report: str
    account: str
    paid: bool
    metrics: tuple[Metric, ...]
    cost: NumberColumn | None = None
    audience: NumberColumn | None = None
    sales: SaleColumns | None = None
    claimed_at: int = -1
    claimed_value_at: int = -1
    currency: str = ""
    extras: tuple[tuple[str, int], ...] = ()
    adds_up: bool = False
    is_one_each: bool = False
    has_ids: bool = False
    needs_day: bool = False
    numbers_audiences: bool = False

    @property
    def number_positions(self) -> tuple[int, ...]:
        """The columns of which a row of data has at least one filled."""
        columns = tuple(c.position for c in (self.cost, self.audience) if c is not None)
        sales = self.sales.positions if self.sales else ()
        return tuple(metric.position for metric in self.metrics) + columns + sales
