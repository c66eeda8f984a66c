"""The same sample in other spellings: encodings, line ends, delimiters, columns, packing.

None of them changes the content of a file, so none may change its events.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence

import openpyxl

from chalicelib.importers.tables.headings import known_heading

DELIMITERS = (",", ";", "\t")
PACKED = (b"PK", b"\xd0\xcf", b"\x1f\x8b")
_XML_ENCODING = re.compile(r"""(\A<\?xml[^>]*encoding=["'])[^"']+(["'])""")
_MARKUP = ("{", "[", "<", "window.")


def text_of(data: bytes) -> str | None:
    """Return the text of a sample without its byte order mark; None if the sample is binary."""
    if data.startswith(PACKED):
        return None
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def is_table(data: bytes) -> bool:
    """Whether a sample is a table of delimited text."""
    text = text_of(data)
    return text is not None and not text.lstrip().startswith(_MARKUP)


def respelled(data: bytes, never: tuple[str, ...] = ()) -> Iterator[tuple[str, bytes]]:
    """Yield the file in other spellings, which differ in form and encoding at once; two are packed.

    Parameters
    ----------
    never : tuple of str
        Beginnings of the names of forms and packings that such files never have.
    """
    packings = [
        (packing, pack) for packing, pack in _PACKINGS.items() if not packing.startswith(never)
    ]
    for at, (form, file) in enumerate(_unpacked(data, never)):
        packing, pack = packings[at if at < len(packings) else 0]
        yield f"{form}, {packing}", pack(file)


def _unpacked(data: bytes, never: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    text = text_of(data)
    if text is None:
        yield from [("unchanged", data)] * len(_PACKINGS)
        return
    table = Table(text) if is_table(data) else None
    forms = [("unchanged", text), *(table.forms() if table else ())]
    forms = [form for form in forms if not form[0].startswith(never)]
    most = len(list(encoded(text)))
    for at in range(max(len(forms), most)):
        form, changed = forms[at % len(forms)]
        encodings = list(encoded(changed))
        encoding, file = encodings[at % len(encodings)]
        yield f"{form}, in {encoding}", file
    if table and table.is_plain and not "workbook".startswith(never):
        yield "workbook", table.workbook()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


_PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda data: data,
    "packed by gzip": lambda data: gzip.compress(data, mtime=0),
    "packed in a zip archive": lambda data: zipped({"file": data}),
}


def encoded(text: str) -> Iterator[tuple[str, bytes]]:
    """Yield the text in each encoding that exports use."""
    yield "UTF-8", text.encode()
    yield "UTF-8 with a byte order mark", text.encode("utf-8-sig")
    wide = _XML_ENCODING.sub(r"\1UTF-16\2", text, count=1)
    yield "UTF-16, little-endian", codecs.BOM_UTF16_LE + wide.encode("utf-16-le")
    yield "UTF-16, big-endian", codecs.BOM_UTF16_BE + wide.encode("utf-16-be")
    if not text.lstrip().startswith(_MARKUP):  # JSON and XML are never in cp1252
        with_cp1252 = text.encode("cp1252", "replace")
        if with_cp1252.decode("cp1252") == text:
            yield "cp1252", with_cp1252


class Table:
    """A delimited sample, split into records.

    Attributes
    ----------
    rows : list of list of str
        All records, including those above the header.
    lines : list of int
        The line of the file on which each record begins.
    header : int
        The index of the first header: the record with the most known headings.
    """

    def __init__(self, text: str) -> None:
        self.delimiter = max(DELIMITERS, key=text.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter)
        self.rows: list[list[str]] = []
        self.lines: list[int] = []
        line = 1
        for row in reader:
            self.rows.append(row)
            self.lines.append(line)
            line = reader.line_num + 1
        known = [sum(map(known_heading, row)) for row in self.rows]
        self.header = known.index(max(known, default=0)) if known else 0
        self._headers = [at for at, count in enumerate(known) if count > max(known) / 2]

    @property
    def width(self) -> int:
        """Number of columns of the header."""
        return len(self.rows[self.header]) if self.rows else 0

    def with_row(self, at: int, row: Sequence[str]) -> str:
        """Return the text with an additional record before the `at`-th."""
        return self.written([*self.rows[:at], row, *self.rows[at:]])

    def with_column(self, heading: str, cells: Sequence[str]) -> str:
        """Return the text with an additional column at the end of header and records."""
        rows = [list(row) for row in self.rows]
        rows[self.header].append(heading)
        below = (row for row in rows[self.header + 1 :] if len(row) == self.width)
        for row, cell in zip(below, cells, strict=False):
            row.append(cell)
        return self.written(rows)

    def written(self, rows: Sequence[Sequence[str]], delimiter: str = "", end: str = "\n") -> str:
        """Return records as text."""
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter or self.delimiter, lineterminator=end).writerows(rows)
        return text.getvalue()

    def forms(self) -> Iterator[tuple[str, str]]:
        """Yield the text with other line ends and delimiters, and with reordered columns."""
        yield "CRLF", self.written(self.rows, end="\r\n")
        if not self.is_plain:
            return
        yield "CR", self.written(self.rows, end="\r")
        for delimiter in DELIMITERS:
            if delimiter != self.delimiter:
                yield f"delimiter {delimiter!r}", self.written(self.rows, delimiter)
        yield "columns reversed", self._moved(lambda row: row[::-1])
        yield "columns rotated", self._moved(lambda row: [*row[-1:], *row[:-1]])

    @property
    def is_plain(self) -> bool:
        """Whether it is one table with rows of equal width and without line breaks in cells."""
        cells = (cell for row in self.rows for cell in row)
        below = {len(row) for row in self.rows[self.header :]}
        is_one = below == {self.width} and len(self._headers) == 1
        return is_one and self.width > 1 and all(map(str.isprintable, cells))

    def _moved(self, order: Callable[[list[str]], list[str]]) -> str:
        rows = [row if at < self.header else order(row) for at, row in enumerate(self.rows)]
        return self.written(rows)

    def workbook(self) -> bytes:
        """Return the records as a sheet of a workbook."""
        book = openpyxl.Workbook()
        sheet = book.active
        for row in self.rows:
            sheet.append([cell or None for cell in row])
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()
