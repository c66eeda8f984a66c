"""Typed cells of workbooks as text: numbers, days and times of day, booleans."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from typing import Literal

from chalicelib.importers.values.cells import EXACT_UP_TO, DateCell, NumberCell

CellKind = Literal["number", "date", "elapsed"]

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?")
_WHOLE = re.compile(r"-?[1-9]\d{0,14}|0")
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T00:00(?::00(?:\.0+)?)?Z?")
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_FRACTION = re.compile(r"(?<=s)\.0+", re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)

DAY_ZERO = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}  # noqa: DTZ001
"""Whether a spreadsheet counts days from 1904 -> its day 0."""

_LEAP_DAY_OF_1900 = 60
"""This day did not exist, but Lotus 1-2-3 counted it and Excel does too."""

_BUILT_IN: dict[int, CellKind] = {
    **dict.fromkeys((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)), "date"),
    46: "elapsed",
}


def kind_of_format(number: int, code: str | None) -> CellKind:
    """Return how a number format displays a number.

    Parameters
    ----------
    number : int
        Its id; formats below 164 are built in.
    code : str, optional
        As in the workbook, e.g. ``dd/mm/yyyy``; None if the workbook has only the id.
    """
    if code is None:
        return _BUILT_IN.get(number, "number")
    if code.casefold() in ("general", "standard", "@"):
        return "number"
    bare = _FRACTION.sub("", _LITERALS.sub("", code).split(";")[0])
    if not re.search("[dmyhs]", bare, re.IGNORECASE) or re.search(r"[0#?]", bare):
        return "number"
    return "elapsed" if _ELAPSED.search(bare) else "date"


def number_text(raw: str, kind: CellKind = "number", *, since_1904: bool = False) -> str:
    """Return a number in a workbook as text.

    A whole number is plain text. Any other is a `NumberCell`, and so is one that is too long to be
    exact. Dates are ISO days, or times without a zone. Anything else is returned unchanged.
    """
    raw = raw.strip()
    if kind == "number" and _WHOLE.fullmatch(raw):
        return raw
    if not _NUMBER.fullmatch(raw) or len(raw) > 400:
        return raw
    value = float(raw)
    if not math.isfinite(value):
        return raw
    if kind != "number":
        text = _elapsed(value) if kind == "elapsed" else _date(value, since_1904)
        if text:
            return DateCell(text) if kind == "date" else text
    if abs(value) < EXACT_UP_TO:
        if value.is_integer():
            return str(int(value))
        return NumberCell(repr(value), Decimal(repr(value)))
    exact = Decimal(raw)
    return NumberCell(str(exact), exact)


def iso_text(raw: str) -> str:
    """Return a date that the workbook stores as ISO text, without the time if it is midnight."""
    midnight = _MIDNIGHT.fullmatch(raw.strip())
    return DateCell(midnight[1] if midnight else raw.strip())


def _date(value: float, since_1904: bool) -> str:
    if value < 0:
        return ""
    if value < 1:
        return _elapsed(value)
    if value < _LEAP_DAY_OF_1900 and not since_1904:
        value += 1
    day, fraction = divmod(value, 1)
    try:
        moment = DAY_ZERO[since_1904] + dt.timedelta(
            days=day, milliseconds=round(fraction * 86_400_000)
        )
    except OverflowError:  # beyond the year 9999
        return ""
    if moment.time() == dt.time():
        return moment.date().isoformat()
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def _elapsed(value: float) -> str:
    """Return hours, minutes and seconds; empty if negative or too long."""
    if not 0 <= value < 100_000:
        return ""
    minutes, seconds = divmod(round(value * 86_400), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}"
