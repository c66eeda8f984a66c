"""The plan of a table: where its columns are and what they become, decided before its first row.

A declared report (`reports.report_plan`) and a user's mapping (`mappings.mapped_plan`) compile into
the same plan; `row_engine` applies it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Cells = Sequence[str]
Change = Callable[[Cells], Cells]
"""What puts the cells of a row right before they are read."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A column that counts engagements.

    Attributes
    ----------
    field : str
    position : int
        Index of the column; -1 if every row is one engagement.
    name : str
        What a rejection calls it: its heading.
    type, undone : str
        Type of engagement; and the type that a number below zero counts, empty if there is none.
    paid : bool
    applies : callable, optional
        Whether a row's number counts at all, from its cells.
    part : str
        Distinguishes it from another metric of its type.
    skips_negative : bool
        Whether a number below zero is left out and noted, and does not reject the row.
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
        """What it is called in an event id."""
        of_kind = "" if self.paid == report_is_paid else "paid-" if self.paid else "organic-"
        return f"{of_kind}{self.type}{'-' if self.part else ''}{self.part}"


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A column of amounts or of sizes.

    Attributes
    ----------
    position : int
    name : str
        What a rejection calls it; if empty, it does not name it.
    currency : str
        Of an amount for which neither the row nor the cell names one; empty if unknown.
    """

    position: int
    name: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class SaleColumns:
    """Where a table says which conversions happened, and what was paid back.

    Attributes
    ----------
    conversions, value, refunded : NumberColumn, optional
        Their number, their value, and what of it was paid back.
    each_row : bool
        Whether each row is one conversion.
    refund_if_negative : bool
        Whether a value below zero was paid back.
    is_refund, is_reversed : callable
        Whether a row pays money back; whether it is a sale that was taken back as a whole.
    negative_value : str
        The message of a rejection for a value below zero that is no refund.
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
        """The columns of numbers."""
        columns = (self.conversions, self.value, self.refunded)
        return tuple(column.position for column in columns if column is not None)


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What is the same in all rows of a table.

    Attributes
    ----------
    channel, report, account : str
        Parts of every event id; an account of the file itself comes before the caller's.
    paid : bool
        Whether the report as a whole is of ads.
    metrics : tuple of Metric
    cost, audience : NumberColumn, optional
    sales : SaleColumns, optional
    claimed_at, claimed_value_at : int
        Columns of the conversions that the platform claims, -1 where there is none.
    currency : str
        As the caller names it, for claims; empty if unknown.
    extras : tuple of (str, int)
        Field of an engagement, as ``rating``, and its column.
    adds_up : bool
        Whether numbers of one type in one row are one event.
    is_one_each : bool
        Whether two rows of one subject are the same row twice, as posts with ids, and not two
        parts.
    has_ids : bool
        Whether rows have ids of their own, so that two with one id are rejected.
    needs_day : bool
        Whether every row must be of a single day, also one of zeros: audiences and conversions are
        not spread.
    numbers_audiences : bool
        Whether a second audience of a subject and day is an event of its own.
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
        """The columns of which at least one is filled in a row of data."""
        columns = tuple(c.position for c in (self.cost, self.audience) if c is not None)
        sales = self.sales.positions if self.sales else ()
        return tuple(metric.position for metric in self.metrics) + columns + sales
