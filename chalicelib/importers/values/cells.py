"""Single cells: what is empty, ids that a spreadsheet guarded or destroyed, and typed numbers."""

from __future__ import annotations

import re
from decimal import Decimal

from chalicelib.importers.outcomes import RowRefused

_BLANK = frozenset({"", "-", "--", "—", "–"})
_NO_NUMBER = _BLANK | {"na", "n/a", "#n/a", "null", "nan", "none"}
_PRIVACY_FLOOR = re.compile(r"[<>] ?\d")
_ADDRESSES = re.compile(r"[^\s,;\"]+@[^\s,;\"]+|\?[^\s,;\"]+")
_GUARDED = frozenset("-=+@'0123456789")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d*)?E\+\d+", re.IGNORECASE)

EXACT_UP_TO = 10**15
"""Spreadsheets keep fifteen digits of a number: an id of more has lost its end."""


class NumberCell(str):
    """The cell of a workbook that holds a number: its text has a decimal point in every language.

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
        """Itself: a number has no blanks around it, and must stay one."""
        return self


class CarriedNumber(str):
    """An empty cell that is merged with one above it that holds a number.

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
    """The cell of a workbook that holds a day or a time, and no text that looks like one."""

    __slots__ = ()


def as_text(cell: str, decimal_mark: str) -> str:
    """A cell of a workbook as a text file would hold it, its number with the file's decimal mark.

    A number that has lost its end stays one: `checked_id` has to know of it.
    """
    if isinstance(cell, DateCell | CarriedNumber):
        return str(cell)
    if not isinstance(cell, NumberCell) or abs(cell.number) >= EXACT_UP_TO:
        return cell
    return f"{cell.number:f}".replace(".", decimal_mark)


def is_blank(cell: str) -> bool:
    """Whether a cell names nothing: blank or dashes. ``NA`` is a name (North America)."""
    return cell.strip() in _BLANK


def is_no_number(cell: str) -> bool:
    """Whether a numeric cell holds no value: blank, dashes, ``NA``, a floor such as ``< 10``."""
    text = cell.strip()
    return text.casefold() in _NO_NUMBER or bool(_PRIVACY_FLOOR.match(text))


def without_addresses(text: str) -> str:
    """A text without e-mail addresses and without the queries of web addresses."""
    return _ADDRESSES.sub("…", text)


def bare_id(cell: str) -> str:
    """An identifier without the blank, the apostrophe or the ``="…"`` that a spreadsheet guards."""
    text = cell.strip()
    if text[:2] == '="' and text[-1] == '"' and len(text) > 3:
        return text[2:-1].strip()
    if text.startswith("'") and len(text) > 1 and text[1] in _GUARDED:
        return text[1:]
    return text


def checked_id(cell: str) -> str:
    """A `bare_id` that no spreadsheet has destroyed.

    Raises
    ------
    RowRefused
        `damaged_id`: ``1.22158E+17`` in text, or a number with more digits than a workbook keeps.
    """
    is_too_long = isinstance(cell, NumberCell) and abs(cell.number) >= EXACT_UP_TO
    text = cell.strip()
    if text[:1] in ("'", "="):
        text = bare_id(text)
    if is_too_long or ("+" in text and _SCIENTIFIC.fullmatch(text)):
        raise RowRefused(
            "damaged_id",
            "an id has lost digits in a spreadsheet: import the file as it was downloaded",
        )
    return text
