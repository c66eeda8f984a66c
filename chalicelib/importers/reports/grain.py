"""Decide by the gaps between dates whether they are days, or first days of weeks or months."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from chalicelib.importers.values.dates import DateFormat, DayOrder

Grain = Literal["day", "week", "month"]
_MONTH = re.compile(r"\d{4}-\d\d")


def grain_of(cells: Iterable[str], order: DayOrder, *, at_least: int = 2) -> Grain:
    """Return the period that each row covers, by the gaps between the dates.

    Parameters
    ----------
    at_least : int
        With fewer distinct days, the result is ``day``.
    """
    texts = [cell.strip() for cell in dict.fromkeys(cells)]
    if any(map(_MONTH.fullmatch, texts)):
        return "month"
    days = sorted(_days(texts, DateFormat(order)))
    gaps = [(b - a).days for a, b in pairwise(days)]
    if len(days) < at_least or min(gaps, default=1) < 7:
        return "day"
    if min(gaps) >= 28:
        return "month"
    return "week" if not any(gap % 7 for gap in gaps[1:-1] or gaps) else "day"


def _days(cells: Iterable[str], dates: DateFormat) -> set[dt.date]:
    days = set()
    for cell in cells:
        try:
            days.add(dates.day(cell))
        except ValueError:
            continue
    return days
