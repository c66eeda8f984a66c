"""Days that TikTok writes without a year, such as ``8 de marzo`` or ``September 13``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from itertools import pairwise

from chalicelib.importers.mappings.mapping import Mapping
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.dates import parse_day
from chalicelib.model.errors import ExportRejected

_YEAR = re.compile(r"\d{4}|\d\d?[./]\d\d?[./]\d\d")
_EAST = re.compile(r"(\d\d?) ?(?:月|월) ?(\d\d?) ?(?:日|일)")
_LEAP_YEAR = 2024  # has a 29 February


def are_yearless(cells: Iterable[str]) -> bool:
    """Whether the days of a file have no year."""
    days = [cell for cell in cells if any(map(str.isdigit, cell))]
    return bool(days) and not any(map(_YEAR.search, days))


def parse_day_of(year: int, cell: str) -> dt.date:
    """Return the day of a cell without a year; raise ``ValueError``."""
    text = " ".join(cell.split())
    if match := _EAST.fullmatch(text):
        return dt.date(year, int(match[1]), int(match[2]))
    return parse_day(f"{text} {year}")


def year_given(mapping: Mapping | None, cells: Iterable[str]) -> int:
    """Return the year that the user's mapping contains for all days of a file.

    Raises
    ------
    ExportRejected
        `undecidable_format`, if the mapping has no year or the days cross the turn of a year.
    """
    given = str(mapping.constants.get("year", "")) if mapping else ""
    if not re.fullmatch(r"[12]\d{3}", given, re.ASCII):
        raise ExportRejected(
            "undecidable_format",
            "the days have no year, as TikTok Studio writes them. Set the year in a mapping: "
            '{"constants": {"year": 2026}}; or download the numbers from TikTok Business Suite, '
            "whose days include the year",
        )
    if _turns(cells):
        raise ExportRejected(
            "undecidable_format",
            "the days have no year and cross the turn of a year. Download each year separately",
        )
    return int(given)


def _turns(cells: Iterable[str]) -> bool:
    """Whether the days are sorted neither up nor down, and so cross the turn of a year."""
    days = []
    for cell in cells:
        if is_blank(cell):
            continue
        try:
            days.append(parse_day_of(_LEAP_YEAR, cell))
        except ValueError:
            continue
    rises = {later > earlier for earlier, later in pairwise(days) if later != earlier}
    return len(rises) > 1
