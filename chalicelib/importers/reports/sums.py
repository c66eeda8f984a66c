"""Cells -> numbers, remembered: a report repeats the same few counts and amounts all over.

No message repeats a cell: in a row that has slipped, the cell of a number may be a person's.
"""

from __future__ import annotations

from decimal import Decimal

from chalicelib.importers.booking import money
from chalicelib.importers.outcomes import Claim, ClaimedConversions, RowRefused
from chalicelib.importers.values.numerals import FormulaCell, FractionalCount, NumberFormat
from chalicelib.model.money import Money

MEMORY = 50_000

MOST_DIGITS = 18
"""A number of thousands of digits cannot even be shown; the contract refuses those in between."""


class Counts(dict[str, int]):
    """A cell -> a whole number, 0 for an empty cell; raises `RowRefused` for anything else.

    The number may be below zero: whoever reads it knows what that means.
    """

    def __init__(self, numbers: NumberFormat) -> None:
        super().__init__()
        self._numbers = numbers

    def __missing__(self, cell: str) -> int:
        try:
            count = self._numbers.count(cell) or 0
        except FormulaCell as error:
            raise RowRefused("formula_cell", str(error)) from None
        except FractionalCount as error:
            raise RowRefused("not_whole", str(error)) from None
        except ValueError as error:
            raise RowRefused("invalid_number", str(error)) from None
        if abs(count) >= 10**MOST_DIGITS:
            raise RowRefused("invalid_number", "not a count of anything")
        if len(self) >= MEMORY:
            self.clear()
        self[cell] = count
        return count


class Amounts(dict[tuple[str, str], Money | None]):
    """(cell, the row's currency) -> money, None for nothing; raises `RowRefused`.

    The currency of the row comes before the symbol in the cell (an account in Australian dollars
    writes ``$``), and both before what the caller said of the whole file.
    """

    def __init__(self, numbers: NumberFormat, given: str) -> None:
        super().__init__()
        self._numbers = numbers
        self._given = given

    def __missing__(self, key: tuple[str, str]) -> Money | None:
        cell, currency = key
        amount, named = read_amount(self._numbers, cell)
        found: Money | None = None
        if amount:
            if amount < 0:
                raise RowRefused("negative", "an amount is below zero")
            currency = currency or named or self._given
            if not currency:
                raise RowRefused("no_currency", "an amount without a currency")
            found = money(amount, currency)
        if len(self) >= MEMORY:
            self.clear()
        self[key] = found
        return found


class Claims(dict[tuple[str, str, str], Claim | None]):
    """(count cell, value cell, the row's currency) -> what the platform claims, None for nothing.

    A claim is no event: a cell that is no number says nothing, and refuses no row.

    Parameters
    ----------
    claimed : ClaimedConversions
        Takes the claims, each times the rows that made it.
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
        if len(self) >= MEMORY:
            self._claimed.settle()
            self.clear()
        self[key] = claim
        return claim

    def _read(self, cell: str) -> tuple[Decimal | None, str]:
        try:
            return self._numbers.money(cell)
        except ValueError:
            return None, ""


def read_amount(numbers: NumberFormat, cell: str) -> tuple[Decimal | None, str]:
    """An amount and the currency that its symbol names; raises `RowRefused`."""
    try:
        return numbers.money(cell)
    except FormulaCell as error:
        raise RowRefused("formula_cell", str(error)) from None
    except ValueError as error:
        raise RowRefused("invalid_number", str(error)) from None
