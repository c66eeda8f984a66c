"""The cells of a sheet of an .xlsx workbook as text, row by row."""

from __future__ import annotations

import re
from array import array

from chalicelib.importers.bytes.lines import MAX_COLUMNS
from chalicelib.importers.workbooks.sheet_xml import SharedTexts, Styles, Texts, unescaped
from chalicelib.importers.workbooks.typed_cells import iso_text, number_text
from chalicelib.model.errors import ExportRejected

MAX_ROWS = 1_048_576
MAX_ROW_CHARACTERS = 1_000_000

_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")


class Cells(Texts):
    """The rows of a sheet.

    Attributes
    ----------
    ready : list of (array, int, list of str)
        Complete rows: the numbers of the blank rows before it, its own number, its cells. Blank
        rows after the last row with content are omitted.
    """

    def __init__(self, texts: SharedTexts, styles: Styles, *, since_1904: bool) -> None:
        self.ready: list[tuple[array[int], int, list[str]]] = []
        self._shared = texts
        self._styles = styles
        self._since_1904 = since_1904
        self._columns: dict[str, int] = {}
        self._in_data = False
        self._rows = self._number = self._column = self._characters = 0
        self._blank = array("L")
        self._cells: dict[int, str] = {}

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if self.collecting:
            self._begin_within_cell(tag, attributes)
        elif tag == "c" and self._in_data:
            self._type = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._column = self._column_of(attributes.get("r", ""))
            self._has_value = False
            self._formula: list[str] | None = None
            self.collect()
        elif tag == "row" and self._in_data:
            self._begin_row(attributes.get("r", ""))
        elif tag == "sheetData":
            self._in_data = True

    def finish(self, tag: str) -> None:
        if tag == "c" and self.collecting:
            self._finish_cell()
        elif self.collecting:
            self.parser.CharacterDataHandler = None
            super().finish(tag)
        elif tag == "row" and self._in_data:
            self._finish_row()
        elif tag == "sheetData":
            self._in_data = False

    def _begin_within_cell(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "v" and self._type != "inlineStr":
            self._has_value = True
            self.parser.CharacterDataHandler = self.text.append
        elif tag == "f":
            self._formula = []
            self.parser.CharacterDataHandler = self._formula.append
        elif self._type == "inlineStr":
            super().begin(tag, attributes)

    def _begin_row(self, number: str) -> None:
        self._rows += 1
        if number and not (number.isdecimal() and len(number) < 8):
            raise ExportRejected("unreadable_file", f"{number[:40]!r} is not a row number")
        self._number = int(number) if number else self._number + 1
        if self._rows > MAX_ROWS:
            raise ExportRejected("file_too_large", f"a sheet has more than {MAX_ROWS:,} rows")
        self._column = self._characters = 0
        self._cells = {}

    def _finish_row(self) -> None:
        if not self._cells:
            self._blank.append(self._number)
            return
        get = self._cells.get
        row = [get(column, "") for column in range(1, max(self._cells) + 1)]
        self.ready.append((self._blank, self._number, row))
        self._cells = {}
        if self._blank:
            self._blank = array("L")

    def _column_of(self, reference: str) -> int:
        column = self._column + 1
        if reference:
            found = _REFERENCE.fullmatch(reference)
            if not found:
                raise ExportRejected(
                    "unreadable_file", f"{reference[:40]!r} is not a cell reference"
                )
            letters = found[1]
            column = self._columns.get(letters, 0)
            if not column:
                for letter in letters:
                    column = 26 * column + ord(letter) - 64
                self._columns[letters] = column
        if column > MAX_COLUMNS:
            raise ExportRejected(
                "too_many_columns", f"row {self._number} has more than {MAX_COLUMNS:,} cells"
            )
        return column

    def _finish_cell(self) -> None:
        text = self._text_of(self.collected())
        if not text:
            return
        self._cells[self._column] = text
        self._characters += len(text)
        if self._characters > MAX_ROW_CHARACTERS:
            raise ExportRejected(
                "unreadable_file",
                f"row {self._number} has more than {MAX_ROW_CHARACTERS:,} characters",
            )

    def _text_of(self, raw: str) -> str:
        """Return the value of the current cell as text."""
        kind = self._type
        if not raw:
            is_empty_text = kind == "str" and self._has_value
            return "" if self._formula is None or is_empty_text else "=" + "".join(self._formula)
        if kind == "n":
            return number_text(raw, self._styles.kind(self._style), since_1904=self._since_1904)
        if kind == "s":
            return self._shared[raw]
        if kind in ("str", "inlineStr"):
            return unescaped(raw)
        if kind == "b":
            return "true" if raw.strip() == "1" else "false"
        return iso_text(raw) if kind == "d" else raw
