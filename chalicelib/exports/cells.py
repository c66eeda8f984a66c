"""Single cells: what is empty, and ids that a spreadsheet guarded against being a formula."""

from __future__ import annotations

import re

_BLANK = frozenset({"", "-", "--", "—", "–"})
_NO_NUMBER = _BLANK | {"na", "n/a", "#n/a", "null", "nan", "none"}
_PRIVACY_FLOOR = re.compile(r"[<>] ?\d")
_ADDRESSES = re.compile(r"[^\s,;\"]+@[^\s,;\"]+|\?[^\s,;\"]+")
_GUARDED = frozenset("-=+@'0123456789")


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
    """An identifier without the blank or apostrophe that guards it against being a formula."""
    text = cell.strip()
    if text.startswith("'") and len(text) > 1 and text[1] in _GUARDED:
        return text[1:]
    return text
