"""Single cells: what is empty, and ids that a spreadsheet guarded or destroyed."""

from __future__ import annotations

import re

from chalicelib.exports.outcomes import RowRefused

_BLANK = frozenset({"", "-", "--", "—", "–"})
_NO_NUMBER = _BLANK | {"na", "n/a", "#n/a", "null", "nan", "none"}
_PRIVACY_FLOOR = re.compile(r"[<>] ?\d")
_GUARDED = frozenset("-=+@'0123456789")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d*)?E\+\d+", re.IGNORECASE)


def is_blank(cell: str) -> bool:
    """Whether a cell names nothing: blank or dashes. ``NA`` is a name (North America)."""
    return cell.strip() in _BLANK


def is_no_number(cell: str) -> bool:
    """Whether a numeric cell holds no value: blank, dashes, ``NA``, a floor such as ``< 10``."""
    text = cell.strip()
    return text.casefold() in _NO_NUMBER or bool(_PRIVACY_FLOOR.match(text))


def bare_id(cell: str) -> str:
    """An identifier without the blank or apostrophe that guards it against being a formula."""
    text = cell.strip()
    if text.startswith("'") and len(text) > 1 and text[1] in _GUARDED:
        return text[1:]
    return text


def checked_id(cell: str) -> str:
    """A `bare_id` that no spreadsheet has destroyed.

    Raises
    ------
    RowRefused
        `damaged_id`: ``1.22158E+17`` stands for many ids.
    """
    text = bare_id(cell)
    if "+" in text and _SCIENTIFIC.fullmatch(text):
        raise RowRefused(
            "damaged_id",
            f"the id {text[:40]!r} has lost digits in a spreadsheet: import the file as it was "
            "downloaded",
        )
    return text
