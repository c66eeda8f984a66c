"""Files that hold several tables, one below the other: which record is a title, a header or a row.

A blank line or a title ends a table; what follows is the header of the next, unless numbers stand
in it. Knows no platform: whether a record is a title is the importer's to say.
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
"""So many rows of each table are kept to look at."""

_NUMBER = re.compile(r"[-+]?[\d.,:'\u00a0\u202f ]*\d[\d.,:]*\s?%?")


@dataclass(slots=True)
class StackedTable:
    """One of the tables.

    Attributes
    ----------
    line : int
        On which its header begins.
    header : tuple of str
    above : tuple of str
        The titles since the table before, as they stand there.
    last_line : int
        On which its last row ends; 0 where it is not known.
    rows : list of list of str
        At most `SAMPLE_ROWS` from its beginning.
    """

    line: int
    header: tuple[str, ...]
    above: tuple[str, ...]
    last_line: int = 0
    rows: list[list[str]] = field(default_factory=list)


class Stack:
    """Tells of each record, in the order of the file, what it is.

    Parameters
    ----------
    is_title : callable
        Whether a record of several cells is a title; one of a single cell is.

    Attributes
    ----------
    table : StackedTable, optional
        To which the last header or row belongs; None above the first header.
    """

    def __init__(self, is_title: Callable[[Sequence[str]], bool] = lambda cells: False) -> None:
        self.table: StackedTable | None = None
        self._is_title = is_title
        self._is_between = True
        self._above: list[str] = []

    def place(self, line: int, cells: Sequence[str]) -> Kind:
        """What the record that begins on a line is."""
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
    """The tables of a text, with a sample of their rows; what cannot be parsed ends them."""
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
    """Whether a cell holds a number, a share or a duration, however it is written."""
    return bool(_NUMBER.fullmatch(cell.strip()))
