"""The conversions of a row: sales, refunds and reversed sales.

A refund is a conversion with ``refund`` and a positive value. A fully reversed sale becomes a
refund without a value, as in `shop_orders`, which replaces the sale from an earlier import.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from chalicelib.importers.booking import money
from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.rows.number_cells import Counts, SignedAmounts
from chalicelib.importers.rows.row_plan import Cells, SaleColumns
from chalicelib.importers.values.numerals import NumberFormat
from chalicelib.model.money import Money


@dataclass(frozen=True, slots=True)
class Sale:
    """The conversions of a row.

    Attributes
    ----------
    count : int
    value : Money, optional
    is_refund : bool
    """

    count: int
    value: Money | None
    is_refund: bool = False

    @property
    def is_paid_back(self) -> bool:
        """Whether it is a refunded amount rather than a fully reversed sale."""
        return self.is_refund and self.value is not None


class Sales:
    """Reads the conversions of rows."""

    def __init__(self, columns: SaleColumns, counts: Counts, numbers: NumberFormat) -> None:
        self._columns = columns
        self._counts = counts
        self._values = SignedAmounts(numbers, columns.value) if columns.value else None
        self._refunds = SignedAmounts(numbers, columns.refunded) if columns.refunded else None

    def of(self, cells: Cells, currency: str) -> Sale | None:
        """Return the conversion of a row, None if it has none; raise `RowRejected`."""
        columns = self._columns
        worth = self._values.read(cells, currency) if self._values is not None else None
        count = self._count(cells, has_worth=worth is not None)
        is_refund = columns.is_refund(cells)
        if columns.is_reversed(cells):
            return Sale(1, None, is_refund=True)
        if columns.refund_if_negative:
            is_refund = is_refund or count < 0 or (worth is not None and worth[0] < 0)
        if is_refund:
            if worth is None:
                raise RowRejected("missing_value", "the refund has no amount")
            return Sale(abs(count) or 1, money(abs(worth[0]), worth[1]), is_refund=True)
        if count < 0:
            raise RowRejected("negative", "the number of conversions is below zero")
        if worth is not None and worth[0] < 0:
            raise RowRejected("negative", columns.negative_value)
        if worth is not None and not count:
            raise RowRejected("value_without_order", "the row has an amount but no conversion")
        kept = self._kept(worth, cells, currency)
        if kept is not None and not kept[0]:
            return Sale(1, None, is_refund=True)
        if not count:
            return None
        return Sale(count, None if kept is None else money(*kept))

    def _kept(
        self, worth: tuple[Decimal, str] | None, cells: Cells, currency: str
    ) -> tuple[Decimal, str] | None:
        """Return the value after the refunded part is subtracted."""
        refunded = self._refunds.read(cells, currency) if self._refunds is not None else None
        if refunded is None:
            return worth
        if worth is None:
            raise RowRejected("missing_value", "the row has a refunded amount but no value")
        left = worth[0] - abs(refunded[0])
        if left < 0 or worth[1] != refunded[1]:
            message = "the refunded amount is larger than the value, or in another currency"
            raise RowRejected("negative", message)
        return left, worth[1]

    def _count(self, cells: Cells, *, has_worth: bool) -> int:
        if self._columns.each_row:
            return 1
        if self._columns.conversions is None:
            return 1 if has_worth else 0
        return self._counts.read(self._columns.conversions, cells)
