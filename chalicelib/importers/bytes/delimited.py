"""Split text at a delimiter into records."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from chalicelib.importers.bytes.lines import MAX_COLUMNS

DELIMITERS = (",", "\t", ";")


def records_of(text: str, delimiter: str, *, quoting: bool = True) -> Iterator[list[str]]:
    """Yield the records of a text up to the first one that cannot be parsed.

    A line with more cells than a spreadsheet has columns also ends them. It is not split, and is
    returned as a record of empty cells.
    """
    lines = io.StringIO(text, newline="")
    wide: list[list[str]] = []

    def narrow() -> Iterator[str]:
        for line in lines:
            if len(line) > MAX_COLUMNS and line.count(delimiter) >= MAX_COLUMNS:
                wide.append([""] * (MAX_COLUMNS + 1))
                return
            yield line

    try:
        yield from csv_reader(narrow(), delimiter, quoting=quoting)
    except csv.Error:
        return
    yield from wide


def csv_reader(lines: Iterable[str], delimiter: str, *, quoting: bool) -> Iterator[list[str]]:
    """Return the records of lines; iterating raises `csv.Error`."""
    if quoting:
        return csv.reader(lines, delimiter=delimiter)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
