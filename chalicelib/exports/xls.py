"""Workbooks of Excel 97 to 2003 (.xls), by xlrd, which holds a whole sheet in memory."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from chalicelib.errors import ExportRefused
from chalicelib.exports.typed_cells import number_text

XLS_MARK = b"\xd0\xcf\x11\xe0"
MAX_XLS_BYTES = 8_000_000
MAX_SHEETS = 256

_PROTECTED = "EncryptedPackage".encode("utf-16-le")


class XlsBook:
    """A workbook.

    Attributes
    ----------
    sheets : tuple of str

    Raises
    ------
    ExportRefused
        `unreadable_file`, `file_too_large`.
    """

    def __init__(self, stream: BinaryIO) -> None:
        import xlrd  # takes a while, and few files need it

        content = stream.read(MAX_XLS_BYTES + 1)
        if len(content) > MAX_XLS_BYTES:
            raise ExportRefused(
                "file_too_large",
                f"an old workbook may have {MAX_XLS_BYTES:,} bytes at most: save it as .xlsx",
            )
        self._xlrd: Any = xlrd
        protected = _PROTECTED in content
        with _damage_refused("protected by a password" if protected else "damaged"):
            self._book = xlrd.open_workbook(
                file_contents=content, logfile=_Silence(), on_demand=True, ragged_rows=True
            )
            names = [str(name) for name in self._book.sheet_names()]
        if not 0 < len(names) <= MAX_SHEETS:
            raise ExportRefused("unreadable_file", f"a workbook of {len(names)} sheets")
        self._indexes = {name: index for index, name in reversed(list(enumerate(names)))}
        self.sheets = tuple(dict.fromkeys(names))

    def rows(self, sheet: str) -> Iterator[tuple[int, list[str]]]:
        """The rows of a sheet; as `workbooks.Workbook.rows`."""
        index = self._indexes[sheet]
        with _damage_refused():
            loaded = self._book.sheet_by_index(index)
            self._book.unload_sheet(index)
        blank: list[int] = []
        for number in range(loaded.nrows):
            with _damage_refused():
                types, values = loaded.row_types(number), loaded.row_values(number)
                row = [self._told(*cell) for cell in zip(types, values, strict=True)]
            while row and not row[-1]:
                row.pop()
            if not row:
                blank.append(number + 1)
                continue
            for blank_number in blank:
                yield blank_number, []
            blank.clear()
            yield number + 1, row

    def _told(self, kind: int, value: Any) -> str:
        """What a cell says, as text."""
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


class _Silence(io.TextIOBase):
    """Takes what xlrd says about a file, which is nothing for a user's screen."""

    def write(self, text: str) -> int:
        return len(text)


@contextmanager
def _damage_refused(state: str = "damaged") -> Iterator[None]:
    import xlrd
    from xlrd.compdoc import CompDocError

    try:
        yield
    except (
        xlrd.XLRDError,
        CompDocError,
        struct.error,
        AssertionError,
        IndexError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise ExportRefused("unreadable_file", f"the old workbook is {state}: {error}") from error
