"""The XML of .xlsx workbooks, parsed by element in memory that does not grow with the sheet.

openpyxl's read-only mode keeps a part of every row, and a whole row at once: a file of 20 kB can
take 600 MB. Here expat calls handlers, and only the values of a row are kept until it is returned.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from chalicelib.importers.workbooks.typed_cells import CellKind, kind_of_format
from chalicelib.model.errors import ExportRejected

MAX_DEPTH = 100
MAX_CELL_BYTES = 1 << 20
"""Of XML; a cell has at most 32,767 characters."""

_PIECE_BYTES = 1 << 13
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_KINDS: tuple[CellKind, ...] = ("number", "date", "elapsed")


class Handler:
    """Callbacks of `parse`: `begin` and `finish` of elements, with names without prefixes."""

    parser: expat.XMLParserType
    collecting = False
    """Whether the runs of a text are being collected."""

    collected_bytes = 0

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""

    def finish(self, tag: str) -> None:
        """Handle the end of an element."""


def parse(stream: BinaryIO, handler: Handler) -> Iterator[None]:
    """Parse a document; yields after each piece, so that the caller can take results.

    Raises
    ------
    ExportRejected
        `unreadable_file`, `entity_expansion`, `too_deep`.
    """
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise ExportRejected("too_deep", f"the XML has more than {MAX_DEPTH} levels")
        handler.begin(tag.rpartition(":")[2] if ":" in tag else tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        handler.finish(tag.rpartition(":")[2] if ":" in tag else tag)

    parser = handler.parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _reject_doctype
    fed = 0
    try:
        while piece := stream.read(_PIECE_BYTES):
            fed += len(piece)
            parser.Parse(piece, False)
            handler.collected_bytes += len(piece)
            token = fed - parser.CurrentByteIndex  # bytes of an incomplete token in expat's buffer
            if token > MAX_CELL_BYTES or (
                handler.collecting and handler.collected_bytes > MAX_CELL_BYTES
            ):
                raise ExportRejected("unreadable_file", "a cell is longer than spreadsheets allow")
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ExportRejected("unreadable_file", f"the workbook is damaged: {error}") from error
    yield


class Styles(Handler):
    """The number formats of the cell styles of a workbook."""

    def __init__(self) -> None:
        self._formats: dict[str, CellKind] = {}
        self._kinds = bytearray()
        self._in_cell_styles = False

    def kind(self, style: str) -> CellKind:
        """Return the kind of a cell by its attribute ``s``."""
        number = int(style) if style.isdecimal() and len(style) < 8 else 0
        return _KINDS[self._kinds[number]] if number < len(self._kinds) else "number"

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        number = attributes.get("numFmtId", "0")
        number = number if number.isdecimal() and len(number) < 8 else "0"
        if tag == "numFmt":
            kind = kind_of_format(int(number), attributes.get("formatCode", "")[:255])
            if len(self._formats) < 10_000:
                self._formats[number] = kind
        elif tag == "cellXfs":
            self._in_cell_styles = True
        elif tag == "xf" and self._in_cell_styles:
            kind = self._formats.get(number) or kind_of_format(int(number), None)
            self._kinds.append(_KINDS.index(kind))

    def finish(self, tag: str) -> None:
        if tag == "cellXfs":
            self._in_cell_styles = False


class Texts(Handler):
    """Joins texts from their runs, without phonetic runs."""

    _pronounced = False

    def collect(self) -> None:
        """Start a text."""
        self.text: list[str] = []
        self.collected_bytes = 0
        self.collecting = True

    def collected(self) -> str:
        """End the text and return it."""
        self.collecting = False
        return "".join(self.text)

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "rPh":
            self._pronounced = True
        elif tag == "t" and self.collecting and not self._pronounced:
            self.parser.CharacterDataHandler = self.text.append

    def finish(self, tag: str) -> None:
        if tag == "rPh":
            self._pronounced = False
        elif tag == "t":
            self.parser.CharacterDataHandler = None


class SharedTexts(Texts):
    """The texts that cells reference by number; as bytes, because strings need far more memory."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("L", [0])

    def __getitem__(self, reference: str) -> str:
        number = int(reference) if reference.isdecimal() and len(reference) < 10 else -1
        if not 0 <= number < len(self._ends) - 1:
            raise ExportRejected("unreadable_file", "a cell refers to a text that does not exist")
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode()

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self.collect()
        else:
            super().begin(tag, attributes)

    def finish(self, tag: str) -> None:
        super().finish(tag)
        if tag == "si":
            self._bytes += unescaped(self.collected()).encode()
            self._ends.append(len(self._bytes))


def unescaped(text: str) -> str:
    """Decode the escapes of characters that XML does not allow, such as Excel's ``_x000D_``."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if not code or 0xD800 <= code < 0xE000 else chr(code)


def _reject_doctype(*_: object) -> NoReturn:
    raise ExportRejected("entity_expansion", "the workbook defines its own document type")
