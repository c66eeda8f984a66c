"""Convert cells to numbers, cached: reports repeat the same few counts and amounts.

Messages never repeat a cell: in a shifted row, a number column may contain a person's data.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

from chalicelib.importers.booking import money
from chalicelib.importers.outcomes import Claim, ClaimedConversions, RowRejected
from chalicelib.importers.rows.row_plan import Cells, NumberColumn
from chalicelib.importers.values.numerals import FormulaCell, FractionalCount, NumberFormat
from chalicelib.model.money import Money

MEMORY = 50_000

MOST_DIGITS = 18
"""Guards against numbers of thousands of digits; the contract's own limits are stricter."""

_Cells = TypeVar("_Cells", bound=str | tuple[str, ...])
_Number = TypeVar("_Number")


class _Converted(dict[_Cells, _Number]):
    """Cells -> what they were converted to; cleared when it is full."""

    def keep(self, cells: _Cells, number: _Number) -> _Number:
        """Cache what cells were converted to, and return it."""
        if len(self) >= MEMORY:
            self.clear()
        self[cells] = number
        return number


class Counts(_Converted[str, int]):
    """Cell -> whole number, 0 for an empty cell; raises `RowRejected` for anything else.

    The number may be negative; callers decide what that means.
    """

    def __init__(self, numbers: NumberFormat) -> None:
        super().__init__()
        self._numbers = numbers

    def __missing__(self, cell: str) -> int:
        try:
            count = self._numbers.count(cell) or 0
        except FormulaCell as error:
            raise RowRejected("formula_cell", str(error)) from None
        except FractionalCount as error:
            raise RowRejected("not_whole", str(error)) from None
        except ValueError as error:
            raise RowRejected("invalid_number", str(error)) from None
        if abs(count) >= 10**MOST_DIGITS:
            raise RowRejected("invalid_number", "too large for a count")
        return self.keep(cell, count)

    def read(self, column: NumberColumn, cells: Cells) -> int:
        """Return the number in a column; raise `RowRejected` with the name of the column."""
        try:
            return self[cells[column.position]]
        except RowRejected as error:
            raise _named(error, column) from None


class SignedAmounts(_Converted[tuple[str, str], tuple[Decimal, str] | None]):
    """(cell, the row's currency) -> amount of any sign and its currency; None if it is empty.

    The currency of the row has priority over the symbol in the cell (an account in Australian
    dollars writes ``$``). The currency of the column or the caller is used last.
    """

    def __init__(self, numbers: NumberFormat, column: NumberColumn) -> None:
        super().__init__()
        self._numbers = numbers
        self._column = column

    def __missing__(self, key: tuple[str, str]) -> tuple[Decimal, str] | None:
        return self.keep(key, amount_in(self._numbers, *key, self._column.currency, is_signed=True))

    def read(self, cells: Cells, currency: str) -> tuple[Decimal, str] | None:
        """Return the amount in a row; raise `RowRejected` with the name of the column."""
        try:
            return self[cells[self._column.position], currency]
        except RowRejected as error:
            raise _named(error, self._column) from None


class Amounts(_Converted[tuple[str, str], Money | None]):
    """Like `SignedAmounts`, but as `Money`; a negative amount is rejected.

    Attributes
    ----------
    position : int
        The column.
    """

    def __init__(self, numbers: NumberFormat, column: NumberColumn) -> None:
        super().__init__()
        self.position = column.position
        self._numbers = numbers
        self._column = column

    def __missing__(self, key: tuple[str, str]) -> Money | None:
        try:
            found = amount_in(self._numbers, *key, self._column.currency, is_signed=False)
            amount = money(*found) if found else None
        except RowRejected as error:
            raise _named(error, self._column) from None
        return self.keep(key, amount)


class Claims(_Converted[tuple[str, str, str], Claim | None]):
    """(count cell, value cell, the row's currency) -> the platform's claim, or None.

    Claims are not events: a cell that is not a number claims nothing and does not reject the row.

    Parameters
    ----------
    given : str
        The currency if neither the row nor the cell names one.
    claimed : ClaimedConversions
        Receives the claims, each multiplied by the number of its rows.
    """

    def __init__(self, numbers: NumberFormat, given: str, claimed: ClaimedConversions) -> None:
        super().__init__()
        self._numbers = numbers
        self._given = given
        self._claimed = claimed
        claimed.follow(self.values())

    def __missing__(self, key: tuple[str, str, str]) -> Claim | None:
        count_cell, value_cell, currency = key
        count, _ = self._read(count_cell)
        value, named = self._read(value_cell)
        claim = None
        if count or value:
            claim = Claim(
                count or Decimal(0), value or Decimal(0), currency or named or self._given
            )
        return self.keep(key, claim)

    def clear(self) -> None:
        """Add the cached claims to the sums, then clear the cache."""
        self._claimed.settle()
        super().clear()

    def _read(self, cell: str) -> tuple[Decimal | None, str]:
        try:
            return self._numbers.money(cell)
        except ValueError:
            return None, ""


def amount_in(
    numbers: NumberFormat, cell: str, currency: str, given: str, *, is_signed: bool
) -> tuple[Decimal, str] | None:
    """Return the amount in a cell and its currency; None if empty; raise `RowRejected`.

    Parameters
    ----------
    currency, given : str
        Of the row, used before the symbol in the cell; of the whole column, used after it.
    is_signed : bool
        Whether it may be negative.
    """
    try:
        amount, named = numbers.money(cell)
    except FormulaCell as error:
        raise RowRejected("formula_cell", str(error)) from None
    except ValueError as error:
        raise RowRejected("invalid_number", str(error)) from None
    if not amount:
        return None
    if amount < 0 and not is_signed:
        raise RowRejected("negative", "an amount is below zero")
    currency = currency or named or given
    if not currency:
        raise RowRejected("no_currency", "an amount has no currency")
    return amount, currency


def _named(error: RowRejected, column: NumberColumn) -> RowRejected:
    """Return a rejection whose message begins with the name of the column."""
    return RowRejected(error.code, f"{column.name}: {error.message}") if column.name else error
