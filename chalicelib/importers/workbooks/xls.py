"""Workbooks of Excel 97 to 2003 (.xls), by xlrd.

xlrd loads a whole sheet into memory. For each format and name, which take twenty bytes in the file,
it creates an object of a thousand bytes. Therefore the records are counted first.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from chalicelib.importers.recognition.file_kinds import LOCKED, check_old_office, check_password
from chalicelib.importers.workbooks.merged_cells import MAX_MERGED, MergedCells
from chalicelib.importers.workbooks.typed_cells import number_text
from chalicelib.model.errors import ExportRejected

MAX_XLS_BYTES = 8_000_000
MAX_SHEETS = 128
MAX_TEXTS = 500_000
MAX_DEFINITIONS = 30_000
"""Records other than cells: formats, names, links, notes, pictures."""

_SHARED_TEXTS, _SHEET, _MERGED_CELLS = 0x00FC, 0x0085, 0x00E5
_BEGINNINGS = frozenset({0x0009, 0x0209, 0x0409, 0x0809})
_CELLS = frozenset(
    {
        *(0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x0206, 0x0406, 0x0007, 0x0207),
        *(0x0008, 0x0208, 0x003C, 0x00BD, 0x00BE, 0x00D6, 0x00D7, 0x00FD),
        *(0x0201, 0x0202, 0x0203, 0x0204, 0x0205, 0x0221, 0x027E, 0x04BC),
    }
)
"""Records of cells, rows and formulas, and continuation records."""


class XlsBook:
    """A workbook.

    Attributes
    ----------
    sheets : tuple of str
    hidden : frozenset of str
        Sheets that Excel does not show.

    Raises
    ------
    ExportRejected
        `unreadable_file`, `file_too_large`.
    """

    def __init__(self, stream: BinaryIO) -> None:
        import xlrd  # slow to import, and few files need it

        content = stream.read(MAX_XLS_BYTES + 1)
        check_password(content)
        if len(content) > MAX_XLS_BYTES:
            raise ExportRejected(
                "file_too_large",
                f"an old workbook may have at most {MAX_XLS_BYTES:,} bytes: save it as .xlsx",
            )
        check_old_office(content)
        self._merged = _check_records(content)
        self._xlrd: Any = xlrd
        self._loaded: tuple[int, Any] | None = None
        with _damage_rejected():
            self._book = xlrd.open_workbook(
                file_contents=content, logfile=_Silence(), on_demand=True, ragged_rows=True
            )
            names = [str(name) for name in self._book.sheet_names()]
        if not names:
            raise ExportRejected("unreadable_file", "the workbook has no sheets")
        self._indexes = {name: index for index, name in reversed(list(enumerate(names)))}
        self.sheets = tuple(dict.fromkeys(names))
        shown = self._book._sheet_visibility
        self.hidden = frozenset(name for name, index in self._indexes.items() if shown[index])

    def rows(self, sheet: str) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows of a sheet as `workbooks.Workbook.rows`, without merely formatted ones."""
        index = self._indexes[sheet]
        loaded = self._load(index)
        start = self._book._sh_abs_posn[index] - self._book.base
        merged = MergedCells()
        for cell in self._merged.get(start, ()):
            merged.add(*cell)
        for number in range(loaded.nrows):
            if not loaded.row_len(number):
                continue
            with _damage_rejected():
                types, values = loaded.row_types(number), loaded.row_values(number)
                row = [self._text_of(*cell) for cell in zip(types, values, strict=True)]
            while row and not row[-1]:
                row.pop()
            yield number + 1, merged.carry(number + 1, row)

    def _load(self, index: int) -> Any:
        """Load a sheet, unless it is the latest one, whose top rows were read to recognise it."""
        if self._loaded is None or self._loaded[0] != index:
            self._loaded = None  # free its memory before the next one is loaded
            with _damage_rejected():
                loaded = self._book.sheet_by_index(index)
                self._book.unload_sheet(index)
            del loaded.put_cell  # a method of itself: without it, no cycle keeps the sheet alive
            self._loaded = index, loaded
        return self._loaded[1]

    def _text_of(self, kind: int, value: Any) -> str:
        """Return a cell as text."""
        xlrd = self._xlrd
        if kind == xlrd.XL_CELL_TEXT:
            return str(value)
        if kind == xlrd.XL_CELL_NUMBER:
            return number_text(repr(value))
        if kind == xlrd.XL_CELL_DATE:
            return number_text(repr(value), "date", since_1904=bool(self._book.datemode))
        if kind == xlrd.XL_CELL_BOOLEAN:
            return "true" if value else "false"
        if kind == xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(value, "#ERROR!"))
        return ""


def _check_records(content: bytes) -> dict[int, list[tuple[int, int, int]]]:
    """Return the merged cells of sheets, which xlrd skips, by the start of a sheet's records.

    Raises
    ------
    ExportRejected
        `file_too_large` if xlrd would exhaust memory, `unreadable_file` for wrong positions.
    """
    merged: dict[int, list[tuple[int, int, int]]] = {}
    from xlrd.compdoc import CompDoc

    with _damage_rejected():
        document = CompDoc(content, logfile=_Silence())
        for name in ("Workbook", "Book"):
            stream, at, size = document.locate_named_stream(name)
            if stream:
                break
        else:
            return merged  # xlrd will raise
        base, end = at, min(at + size, len(stream)) - 8
        definitions, beginnings, sheets, sheet = 0, set(), [], 0
        while at <= end:
            kind, length, first = struct.unpack_from("<HHI", stream, at)
            if kind not in _CELLS:
                definitions += 1
                if kind in _BEGINNINGS:
                    beginnings.add(at - base)
                    sheet = at - base
                elif kind == _MERGED_CELLS:
                    cells = merged.setdefault(sheet, [])
                    cells += _merged_in(stream[at + 4 : at + 4 + length])
                    _check_number(len(cells), MAX_MERGED, "merged cells")
                elif kind == _SHEET:
                    sheets.append(first)
                elif kind == _SHARED_TEXTS and at < end:
                    (texts,) = struct.unpack_from("<I", stream, at + 8)
                    _check_number(texts, MAX_TEXTS, "texts")
            at += 4 + length
    _check_number(len(sheets), MAX_SHEETS, "sheets")
    _check_number(definitions, MAX_DEFINITIONS, "formats and names")
    if len(set(sheets)) < len(sheets) or not beginnings.issuperset(sheets):
        raise ExportRejected(
            "unreadable_file", "the sheets of the old workbook are not at the stated positions"
        )
    return merged


def _merged_in(data: bytes) -> list[tuple[int, int, int]]:
    """Return column, first and last row of merged cells."""
    ranges = struct.iter_unpack("<HHHH", data[2 : 2 + (len(data) - 2) // 8 * 8])
    return [(column, first + 1, last + 1) for first, last, column, _ in ranges]


def _check_number(number: int, limit: int, what: str) -> None:
    if number > limit:
        raise ExportRejected("file_too_large", f"the old workbook has more than {limit:,} {what}")


_DAMAGE = (
    struct.error,
    ArithmeticError,  # sectors of size zero
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,  # a directory that is not a tree
    TypeError,
    ValueError,  # including UnicodeDecodeError
)
"""Exceptions of xlrd for damaged workbooks besides its own, found by fuzzing and in its source."""


class _Silence(io.TextIOBase):
    """A log file that discards xlrd's messages, which are not for users."""

    def write(self, text: str) -> int:
        return len(text)


@contextmanager
def _damage_rejected() -> Iterator[None]:
    import xlrd
    from xlrd.compdoc import CompDocError

    try:
        yield
    except (xlrd.XLRDError, CompDocError, *_DAMAGE) as error:
        is_locked = "encrypted" in str(error)
        detail = LOCKED if is_locked else f"the old workbook is damaged: {error}"
        raise ExportRejected("unreadable_file", detail) from error
