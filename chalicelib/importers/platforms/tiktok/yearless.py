"""Days that TikTok writes without their year, as ``8 de marzo`` or ``September 13``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from itertools import pairwise

from chalicelib.importers.mappings.mapping import Mapping
from chalicelib.importers.values.cells import is_blank
from chalicelib.importers.values.dates import parse_day
from chalicelib.model.errors import ExportRefused

_YEAR = re.compile(r"\d{4}|\d\d?[./]\d\d?[./]\d\d")
_EAST = re.compile(r"(\d\d?) ?(?:月|월) ?(\d\d?) ?(?:日|일)")
_LEAP_YEAR = 2024  # so that 29 February is a day whatever the year


def are_yearless(cells: Iterable[str]) -> bool:
    """Whether the days of a file have no year."""
    days = [cell for cell in cells if any(map(str.isdigit, cell))]
    return bool(days) and not any(map(_YEAR.search, days))


def parse_day_of(year: int, cell: str) -> dt.date:
    """The day that a cell without a year means in a year; raises ``ValueError``."""
    text = " ".join(cell.split())
    if match := _EAST.fullmatch(text):
        return dt.date(year, int(match[1]), int(match[2]))
    return parse_day(f"{text} {year}")


def year_given(mapping: Mapping | None, cells: Iterable[str]) -> int:
    """The year that the user names for all days of a file.

    Raises
    ------
    ExportRefused
        `undecidable_format`, if there is none, or if the days run over a turn of the year.
    """
    given = str(mapping.constants.get("year", "")) if mapping else ""
    if not re.fullmatch(r"[12]\d{3}", given, re.ASCII):
        raise ExportRefused(
            "undecidable_format",
            "of which year are the days? TikTok writes them without one. Say it by a mapping: "
            '{"constants": {"year": 2026}}; or download the numbers from TikTok Business Suite, '
            "whose days have their year",
        )
    if _turns(cells):
        raise ExportRefused(
            "undecidable_format",
            "the days run over a turn of the year, and have none: download each year for itself",
        )
    return int(given)


def _turns(cells: Iterable[str]) -> bool:
    """Whether the days neither rise nor fall from the first to the last."""
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
