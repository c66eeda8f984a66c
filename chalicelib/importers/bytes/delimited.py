"""Text split at a delimiter into records, as far as it can be parsed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from chalicelib.importers.bytes.lines import MAX_COLUMNS

DELIMITERS = (",", "\t", ";")


def records_of(text: str, delimiter: str, *, quoting: bool = True) -> Iterator[list[str]]:
    """The records of a piece of text; what cannot be parsed ends them.

    So does a line with more cells than a spreadsheet has columns, which comes as a record of empty
    cells and is not taken apart.
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
    """The records of lines; raises `csv.Error`."""
    if quoting:
        return csv.reader(lines, delimiter=delimiter)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
