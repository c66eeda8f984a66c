"""The lines above the tables of Campaign Manager: a title, and lines that end in a date and time.

The order of the lines is the same in all languages of the interface.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from chalicelib.importers.values.dates import DayOrder, Period, parse_day
from chalicelib.model.errors import ExportRejected

_TITLE = re.compile(r"\((?:in|en|em) [A-Z]{3,4}\)")
_DATED = re.compile(r"[^:]{3,60}: ?(.*\d{4}.*)")
_PADDING = ' \t,;"'
_START_AND_END = 2


def is_titled(lines: Iterable[str]) -> bool:
    """Whether the first line with text is a title, e.g. *Ad Performance Report (in UTC)*."""
    first = next(filter(None, map(_bare, lines)), "")
    return bool(_TITLE.search(first)) and not _DATED.fullmatch(first)


def stated_period(lines: Iterable[str], language: str) -> Period | None:
    """Return the days of *Report Start* and *Report End*; None if there are no such lines.

    Raises
    ------
    ExportRejected
        `undecidable_format`, for lines that cannot be read. Without the period, a row for many days
        would look like a row for one day.
    """
    dated = [match[1] for line in lines if (match := _DATED.fullmatch(_bare(line)))]
    if len(dated) < _START_AND_END:
        return None
    order: DayOrder = "mdy" if language == "en" else "dmy"
    try:
        first, last = (parse_day(text, order) for text in dated[:_START_AND_END])
        if first <= last:
            return first, last
    except ValueError:
        pass
    raise ExportRejected(
        "undecidable_format",
        "the period in the lines above the table cannot be read: download the report in English",
    )


def is_empty_report(lines: Iterable[str]) -> bool:
    """Whether a file has only these lines and no table, because no ad was shown in the period."""
    filled = list(filter(None, map(_bare, lines)))
    rest = filled[1:]
    return (
        is_titled(filled)
        and len(rest) >= _START_AND_END
        and all(_DATED.fullmatch(line) for line in rest)
    )


def _bare(line: str) -> str:
    """Return a line without a spreadsheet's padding, with single spaces between words."""
    return " ".join(line.strip(_PADDING).split())
