"""Files with several tables below each other: classify records as titles, headers and rows.

A blank line or a title ends a table. The next record without numbers is the header of the next one.
This module knows no platforms; the importer recognises titles.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["blank", "title", "header", "row"]
SAMPLE_ROWS = 1_000
"""How many rows of each table are kept for inspection."""

_NUMBER = re.compile(r"[-+]?[\d.,:'\u00a0\u202f ]*\d[\d.,:]*\s?%?")


@dataclass(slots=True)
class StackedTable:
    """One of the tables in a file.

    Attributes
    ----------
    line : int
        Line of its header.
    header : tuple of str
    above : tuple of str
        The titles between it and the table above, as in the file.
    last_line : int
        Last line of its last row; 0 if unknown.
    rows : list of list of str
        The first rows, at most `SAMPLE_ROWS`.
    """

    line: int
    header: tuple[str, ...]
    above: tuple[str, ...]
    last_line: int = 0
    rows: list[list[str]] = field(default_factory=list)


class Stack:
    """Classifies the records of a file, in order.

    Parameters
    ----------
    is_title : callable
        Whether a record of several cells is a title; a record of one cell always is.

    Attributes
    ----------
    table : StackedTable, optional
        The table of the last header or row; None above the first header.
    """

    def __init__(self, is_title: Callable[[Sequence[str]], bool] = lambda cells: False) -> None:
        self.table: StackedTable | None = None
        self._is_title = is_title
        self._is_between = True
        self._above: list[str] = []

    def place(self, line: int, cells: Sequence[str]) -> Kind:
        """Classify the record that begins on a line."""
        filled = [cell for cell in cells if cell.strip()]
        if not filled:
            self._is_between = True
            return "blank"
        has_numbers = any(map(is_number, cells[1:]))
        if self._is_title(cells) and (self._is_between or not has_numbers):
            return self._titled(filled)
        if self._is_between and not has_numbers and not is_number(cells[0]):
            if len(filled) == 1:
                return self._titled(filled)
            self.table = StackedTable(line, tuple(cells), tuple(self._above))
            self._above = []
            self._is_between = False
            return "header"
        if self.table is None:
            return self._titled(filled)
        if len(self.table.rows) < SAMPLE_ROWS:
            self.table.rows.append(list(cells))
        return "row"

    def _titled(self, filled: Sequence[str]) -> Kind:
        self._is_between = True
        self._above.append(", ".join(filled))
        return "title"


def tables_in(
    text: str, delimiter: str, is_title: Callable[[Sequence[str]], bool] = lambda cells: False
) -> list[StackedTable]:
    """Return the tables of a text with samples of their rows, up to the first parse error."""
    stack = Stack(is_title)
    tables: list[StackedTable] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            kind = stack.place(line, cells)
            if kind == "header" and stack.table is not None:
                tables.append(stack.table)
            if kind in ("header", "row"):
                tables[-1].last_line = reader.line_num
            line = reader.line_num + 1
    except csv.Error:
        pass
    return tables


def is_number(cell: str) -> bool:
    """Whether a cell is a number, a percentage or a duration, in any format."""
    return bool(_NUMBER.fullmatch(cell.strip()))
