"""Merged cells of a sheet: repeat the value of the first row in the other rows.

A name or a day applies to all rows of the cell. A number does not, unless it is an id: three rows
with one merged cost do not cost three times as much. Therefore a number is repeated as a
`CarriedNumber`, which is empty, and only columns of names use its value.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import BinaryIO

from chalicelib.importers.values.cells import CarriedNumber, NumberCell
from chalicelib.model.errors import ExportRejected

MAX_MERGED = 100_000
_PIECE_BYTES = 1 << 16
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})[\"']"
)
_LONGEST = 200
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:E[+-]?\d+)?", re.IGNORECASE)


class MergedCells:
    """The merged cells that span several rows; repeats the value of the first row in the others.

    Call `carry` for the rows in order.
    """

    def __init__(self) -> None:
        self._starts: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._number = 0
        self._open: dict[int, tuple[int, str]] = {}

    def add(self, column: int, first_row: int, last_row: int) -> None:
        """Add a merged cell; columns count from 0, rows from 1. Raises `file_too_large`."""
        if last_row <= first_row:
            return
        self._number += 1
        if self._number > MAX_MERGED:
            raise ExportRejected(
                "file_too_large", f"the sheet has more than {MAX_MERGED:,} merged cells"
            )
        self._starts[first_row].append((column, last_row))

    def carry(self, number: int, cells: list[str]) -> list[str]:
        """Return a row with the values of merged cells; a blank row stays blank."""
        if self._open and cells:
            for column, (last_row, value) in list(self._open.items()):
                if last_row < number:
                    del self._open[column]
                elif column >= len(cells):
                    cells = cells + [""] * (column - len(cells)) + [value]
                elif not cells[column]:
                    cells[column] = value
        for column, last_row in self._starts.pop(number, ()):
            cell = cells[column] if column < len(cells) else ""
            if cell:
                is_number = isinstance(cell, NumberCell) or _NUMBER.fullmatch(cell)
                self._open[column] = last_row, CarriedNumber(cell) if is_number else cell
        return cells


def merged_in_xml(stream: BinaryIO) -> MergedCells:
    """Return the merged cells of a sheet of an .xlsx workbook, which are listed below its rows.

    For a damaged sheet, return those before the damage; reading its rows reports the error.
    """
    merged = MergedCells()
    kept = b""
    while piece := _piece(stream):
        text = kept + piece
        end = 0
        if b"mergeCell " in text:
            for found in _MERGED.finditer(text):
                letters, first, last = found.groups()
                column = 0
                for letter in letters:
                    column = 26 * column + letter - 64
                merged.add(column - 1, int(first), int(last))
                end = found.end()
        kept = text[max(end, len(text) - _LONGEST) :]
    return merged


def _piece(stream: BinaryIO) -> bytes:
    try:
        return stream.read(_PIECE_BYTES)
    except ExportRejected:
        return b""
