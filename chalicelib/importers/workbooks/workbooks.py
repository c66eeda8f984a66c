"""Excel workbooks, old and new: sheets of rows of text, as a CSV file would hold them.

Whole numbers are plain text; other numbers are `cells.NumberCell`, so that the decimal comma of a
language never touches them. Dates are ISO days; instants have no zone. A formula whose result is
not in the file is its own text and begins with ``=``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from chalicelib.importers.workbooks.xls import XlsBook
from chalicelib.importers.workbooks.xlsx import XlsxBook
from chalicelib.model.errors import ExportRefused

MAX_TOP_CHARACTERS = 4_000_000
"""In the tops of all sheets together, which are kept."""


class Workbook:
    """The sheets of a workbook.

    Attributes
    ----------
    sheets : tuple of str
        Their names, in order; without hidden ones, unless all are or `reveal` was called.
    hidden : tuple of str
        The names of those that are not among them.
    """

    def __init__(self, book: XlsxBook | XlsBook) -> None:
        self._book = book
        shown = tuple(sheet for sheet in book.sheets if sheet not in book.hidden)
        self.sheets: tuple[str, ...] = shown or book.sheets
        self.hidden = tuple(sheet for sheet in book.sheets if sheet not in self.sheets)
        self._tops: dict[tuple[str, int], list[list[str]]] = {}
        self._top_characters = 0

    def reveal(self) -> tuple[str, ...]:
        """Shows the hidden sheets in place of the others; which they are."""
        self.sheets, self.hidden = self.hidden, self.sheets
        return self.sheets

    def top(self, sheet: str, rows: int = 25) -> list[list[str]]:
        """The first rows of a sheet, kept for who asks next.

        Raises
        ------
        ExportRefused
            As `rows`; `too_many_columns`, if the tops of the sheets are larger than any report's.
        """
        if (sheet, rows) not in self._tops:
            top = []
            for _, cells in islice(self._book.rows(sheet), rows):
                self._top_characters += sum(map(len, cells)) + len(cells)
                if self._top_characters > MAX_TOP_CHARACTERS:
                    raise ExportRefused(
                        "too_many_columns", "the first rows hold more than those of any report"
                    )
                top.append(cells)
            self._tops[sheet, rows] = top
        return self._tops[sheet, rows]

    def rows(self, sheet: str) -> Iterator[tuple[int, list[str]]]:
        """The rows of a sheet, one after another.

        Yields
        ------
        (int, list of str)
            The number that Excel shows beside the row, and its cells up to the last one that says
            something. A row that is only formatted is empty; such rows at the end do not come.

        Raises
        ------
        ExportRefused
            `unreadable_file`, `too_many_columns`, `file_too_large`, `too_deep`, where the sheet is
            found to be so.
        """
        return self._book.rows(sheet)
