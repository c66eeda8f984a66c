"""Single cells: empty cells, ids that a spreadsheet quoted or damaged, and typed numbers."""

from __future__ import annotations

import re
from decimal import Decimal

from chalicelib.importers.outcomes import RowRejected

_BLANK = frozenset({"", "-", "--", "—", "–"})
_NO_NUMBER = _BLANK | {"na", "n/a", "#n/a", "null", "nan", "none"}
_PRIVACY_FLOOR = re.compile(r"[<>] ?\d")
_ADDRESSES = re.compile(r"[^\s,;\"]+@[^\s,;\"]+|\?[^\s,;\"]+")
_GUARDED = frozenset("-=+@'0123456789")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d*)?E\+\d+", re.IGNORECASE)

EXACT_UP_TO = 10**15
"""Spreadsheets keep fifteen digits of a number: a longer id has lost its last digits."""


class NumberCell(str):
    """A number cell of a workbook; its text has a decimal point in every language.

    Attributes
    ----------
    number : Decimal
    """

    __slots__ = ("number",)
    number: Decimal

    def __new__(cls, text: str, number: Decimal) -> NumberCell:
        cell = super().__new__(cls, text)
        cell.number = number
        return cell

    def strip(self, chars: str | None = None, /) -> NumberCell:
        """Return the cell itself: a number has no surrounding blanks, and must keep its type."""
        return self


class CarriedNumber(str):
    """An empty cell that is merged with a number cell above it.

    Attributes
    ----------
    value : str
        The number.
    """

    __slots__ = ("value",)
    value: str

    def __new__(cls, value: str) -> CarriedNumber:
        cell = super().__new__(cls, "")
        cell.value = value
        return cell


class DateCell(str):
    """A cell of a workbook that contains a typed day or time, not text that looks like one."""

    __slots__ = ()


def as_text(cell: str, decimal_mark: str) -> str:
    """Return a cell of a workbook as in a text file, a number with the file's decimal mark.

    A number that has lost digits is returned unchanged, so that `checked_id` can detect it.
    """
    if isinstance(cell, DateCell | CarriedNumber):
        return str(cell)
    if not isinstance(cell, NumberCell) or abs(cell.number) >= EXACT_UP_TO:
        return cell
    return f"{cell.number:f}".replace(".", decimal_mark)


def is_blank(cell: str) -> bool:
    """Whether a cell is blank or a dash. ``NA`` is not blank: it is a name (North America)."""
    return cell.strip() in _BLANK


def is_empty_number(cell: str) -> bool:
    """Whether a numeric cell has no value: blank, dash, ``NA``, a floor such as ``< 10``."""
    text = cell.strip()
    return text.casefold() in _NO_NUMBER or bool(_PRIVACY_FLOOR.match(text))


def without_addresses(text: str) -> str:
    """Return a text without e-mail addresses and without the query parts of URLs."""
    return _ADDRESSES.sub("…", text)


def bare_id(cell: str) -> str:
    """Return an id without blanks and without a spreadsheet's apostrophe or ``="…"`` around it."""
    text = cell.strip()
    if text[:2] == '="' and text[-1] == '"' and len(text) > 3:
        return text[2:-1].strip()
    if text.startswith("'") and len(text) > 1 and text[1] in _GUARDED:
        return text[1:]
    return text


def checked_id(cell: str) -> str:
    """Return a `bare_id` after checking that no spreadsheet damaged it.

    Raises
    ------
    RowRejected
        `damaged_id`: ``1.22158E+17`` in text, or a number with more digits than a workbook keeps.
    """
    is_too_long = isinstance(cell, NumberCell) and abs(cell.number) >= EXACT_UP_TO
    text = cell.strip()
    if text[:1] in ("'", "="):
        text = bare_id(text)
    if is_too_long or ("+" in text and _SCIENTIFIC.fullmatch(text)):
        raise RowRejected(
            "damaged_id",
            "an id has lost digits in a spreadsheet: import the file as downloaded",
        )
    return text
