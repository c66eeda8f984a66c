"""The header of a table, with the records above it."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.importers.tables.headings import Columns


@dataclass(frozen=True, slots=True)
class TableHead:
    """The header of a table, with the records above it.

    Attributes
    ----------
    delimiter : str
        Empty in a workbook.
    index : int
        Number of records above the header.
    columns : Columns
    preamble : tuple of tuple of str
        The cells of those records.
    sheet : str
        Name of the sheet; empty in a text file.
    part : int
        The outcomes' `part`.
    quoting : bool
        Whether quotation marks quote; in a few tables they are ordinary characters.
    """

    delimiter: str
    index: int
    columns: Columns
    preamble: tuple[tuple[str, ...], ...]
    sheet: str = ""
    part: int = 0
    quoting: bool = True

    @property
    def preamble_lines(self) -> list[str]:
        """The records above the header as text, joined again because dates may contain commas."""
        return [self.delimiter.join(cells).strip() for cells in self.preamble]

    def describe(self) -> str:
        """Describe the header for the user."""
        names = [self.columns.name(field) for field in self.columns.positions]
        return f"the columns {', '.join(names[:8])}"
