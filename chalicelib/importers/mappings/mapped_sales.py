"""The conversions of a mapped row: sales, what was paid back, and sales that were taken back.

A refund is what the contract calls one: a conversion with ``refund``, its value positive. A sale
that was taken back as a whole is restated, as in `exports.orders`: its event, whatever an earlier
import said, becomes a refund of nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.importers.booking import money
from chalicelib.importers.mappings.mapped_columns import ChosenRows
from chalicelib.importers.outcomes import RowRefused
from chalicelib.importers.reports.sums import MEMORY, Counts, read_amount
from chalicelib.importers.values.numerals import NumberFormat
from chalicelib.model.money import Money

Cells = Sequence[str]


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


class SignedAmounts(dict[tuple[str, str], tuple[Decimal, str] | None]):
    """(cell, the row's currency) -> amount of any sign and currency; None for nothing.

    Parameters
    ----------
    given : str
        The currency where neither the row nor the cell names one.
    """

    def __init__(self, numbers: NumberFormat, given: str) -> None:
        super().__init__()
        self._numbers = numbers
        self._given = given

    def __missing__(self, key: tuple[str, str]) -> tuple[Decimal, str] | None:
        cell, currency = key
        amount, named = read_amount(self._numbers, cell)
        found = None
        if amount:
            currency = currency or named or self._given
            if not currency:
                raise RowRefused("no_currency", "an amount without a currency")
            found = amount, currency
        if len(self) >= MEMORY:
            self.clear()
        self[key] = found
        return found


class Sales:
    """What the rows of a file say of conversions.

    Parameters
    ----------
    at : dict of str to int
        Field -> index of its column.
    each_row : bool
        Whether each row is one conversion.
    refund_if_negative : bool
        Whether a value below zero was paid back.
    """

    def __init__(
        self,
        at: dict[str, int],
        chosen: ChosenRows,
        counts: Counts,
        values: SignedAmounts,
        refunded: SignedAmounts,
        *,
        each_row: bool,
        refund_if_negative: bool,
    ) -> None:
        self._at = {field: at.get(field, -1) for field in ("value", "refunded", "conversions")}
        self._chosen = chosen
        self._counts = counts
        self._values = values
        self._refunds = refunded
        self._each_row = each_row
        self._refund_if_negative = refund_if_negative
        self.are_there = each_row or "value" in at or "conversions" in at

    def of(self, cells: Cells, currency: str) -> Sale | None:
        """The conversions of a row, None if it has none; raises `RowRefused`."""
        worth = self._amount("value", self._values, cells, currency)
        count = self._count(cells, has_worth=worth is not None)
        is_refund = self._chosen.is_refund(cells)
        if self._chosen.is_reversed(cells):
            return Sale(1, None, is_refund=True)
        if self._refund_if_negative:
            is_refund = is_refund or count < 0 or (worth is not None and worth[0] < 0)
        if is_refund:
            if worth is None:
                raise RowRefused("missing_value", "a refund without an amount")
            return Sale(abs(count) or 1, money(abs(worth[0]), worth[1]), is_refund=True)
        if count < 0:
            raise RowRefused("negative", "the number of conversions is below zero")
        if worth is not None and worth[0] < 0:
            message = "the value is below zero: say `refund` in the mapping if money was paid back"
            raise RowRefused("negative", message)
        if worth is not None and not count:
            raise RowRefused("value_without_order", "money without a conversion")
        kept = self._kept(worth, cells, currency)
        if kept is not None and not kept[0]:
            return Sale(1, None, is_refund=True)
        if not count:
            return None
        return Sale(count, None if kept is None else money(*kept))

    def _kept(
        self, worth: tuple[Decimal, str] | None, cells: Cells, currency: str
    ) -> tuple[Decimal, str] | None:
        """What is left of a value after what was paid back."""
        refunded = self._amount("refunded", self._refunds, cells, currency)
        if refunded is None:
            return worth
        if worth is None:
            raise RowRefused("missing_value", "money was paid back of a row without a value")
        left = worth[0] - abs(refunded[0])
        if left < 0 or worth[1] != refunded[1]:
            message = "more was paid back than the row's value, or in another currency"
            raise RowRefused("negative", message)
        return left, worth[1]

    def _count(self, cells: Cells, *, has_worth: bool) -> int:
        if self._each_row:
            return 1
        position = self._at["conversions"]
        if position < 0:
            return 1 if has_worth else 0
        try:
            return self._counts[cells[position]]
        except RowRefused as error:
            raise RowRefused(error.code, f"conversions: {error.message}") from None

    def _amount(
        self, field: str, amounts: SignedAmounts, cells: Cells, currency: str
    ) -> tuple[Decimal, str] | None:
        position = self._at[field]
        if position < 0:
            return None
        try:
            return amounts[cells[position], currency]
        except RowRefused as error:
            raise RowRefused(error.code, f"{field}: {error.message}") from None
