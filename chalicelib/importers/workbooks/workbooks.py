"""Excel workbooks, old and new: sheets as rows of text, like those of a CSV file.

Whole numbers are plain text. Other numbers are `cells.NumberCell`, so that a language's decimal
comma does not affect them. Dates are ISO days; times have no zone. A formula whose result is not in
the file is its own text and begins with ``=``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from chalicelib.importers.workbooks.xls import XlsBook
from chalicelib.importers.workbooks.xlsx import XlsxBook
from chalicelib.model.errors import ExportRejected

MAX_TOP_CHARACTERS = 4_000_000
"""Limit for the stored tops of all sheets together."""


class Workbook:
    """The sheets of a workbook.

    Attributes
    ----------
    sheets : tuple of str
        Their names, in order, without hidden ones, unless all are hidden or `reveal` was called.
    hidden : tuple of str
        The names of the other sheets.
    """

    def __init__(self, book: XlsxBook | XlsBook) -> None:
        self._book = book
        shown = tuple(sheet for sheet in book.sheets if sheet not in book.hidden)
        self.sheets: tuple[str, ...] = shown or book.sheets
        self.hidden = tuple(sheet for sheet in book.sheets if sheet not in self.sheets)
        self._tops: dict[tuple[str, int], list[list[str]]] = {}
        self._top_characters = 0

    def reveal(self) -> tuple[str, ...]:
        """Swap visible and hidden sheets; return the now visible ones."""
        self.sheets, self.hidden = self.hidden, self.sheets
        return self.sheets

    def top(self, sheet: str, rows: int = 25) -> list[list[str]]:
        """Return the first rows of a sheet, cached.

        Raises
        ------
        ExportRejected
            As `rows`; `too_many_columns`, if the tops of all sheets are too large for a report.
        """
        if (sheet, rows) not in self._tops:
            top = []
            for _, cells in islice(self._book.rows(sheet), rows):
                self._top_characters += sum(map(len, cells)) + len(cells)
                if self._top_characters > MAX_TOP_CHARACTERS:
                    raise ExportRejected(
                        "too_many_columns", "the first rows are too large for a report"
                    )
                top.append(cells)
            self._tops[sheet, rows] = top
        return self._tops[sheet, rows]

    def rows(self, sheet: str) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows of a sheet.

        Yields
        ------
        (int, list of str)
            The number that Excel shows next to the row, and its cells up to the last one with
            content. A row with only formats is empty; such rows at the end are omitted.

        Raises
        ------
        ExportRejected
            `unreadable_file`, `too_many_columns`, `file_too_large`, `too_deep`, at the place of
            the error.
        """
        return self._book.rows(sheet)
