"""What Campaign Manager writes above its tables: a title, and lines that end in a date and time.

The words are those of the language of the interface; what stands in which line is the same in all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from chalicelib.importers.values.dates import DayOrder, Period, parse_day
from chalicelib.model.errors import ExportRefused

_TITLE = re.compile(r"\((?:in|en|em) [A-Z]{3,4}\)")
_DATED = re.compile(r"[^:]{3,60}: ?(.*\d{4}.*)")
_PADDING = ' \t,;"'
_START_AND_END = 2


def is_titled(lines: Iterable[str]) -> bool:
    """Whether the first line that says anything is a title, as *Ad Performance Report (in UTC)*."""
    first = next(filter(None, map(_bare, lines)), "")
    return bool(_TITLE.search(first)) and not _DATED.fullmatch(first)


def stated_period(lines: Iterable[str], language: str) -> Period | None:
    """The days from *Report Start* to *Report End*; None if there are no such lines.

    Raises
    ------
    ExportRefused
        `undecidable_format`, for lines that cannot be read: without them a row of many days looks
        like one of a day.
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
    raise ExportRefused(
        "undecidable_format",
        "the lines above the table do not say from which day to which the report is, in a form "
        "that is known: download it in English",
    )


def is_nothing_else(lines: Iterable[str]) -> bool:
    """Whether a file is such lines alone: the report of a period in which nothing was shown."""
    said = list(filter(None, map(_bare, lines)))
    rest = said[1:]
    return (
        is_titled(said)
        and len(rest) >= _START_AND_END
        and all(_DATED.fullmatch(line) for line in rest)
    )


def _bare(line: str) -> str:
    """A line without the padding that a spreadsheet gives it, in one kind of blank."""
    return " ".join(line.strip(_PADDING).split())
