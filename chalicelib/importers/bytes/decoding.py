"""From bytes to lines: a bounded look at the beginning, then a stream that is never held whole.

This module handles encodings only; other modules interpret the text.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from functools import cached_property
from typing import BinaryIO, cast

from chalicelib.importers.bytes.archives import MAX_LEVELS, ZIP_MARKS, ZipArchive, as_seekable
from chalicelib.importers.bytes.gzipped import GZIP_MARK, Gunzip
from chalicelib.importers.bytes.lines import Lines, Recoded, Replay
from chalicelib.importers.recognition.file_kinds import OLE_MARK, kind_of
from chalicelib.importers.workbooks.workbooks import Workbook
from chalicelib.importers.workbooks.xls import XlsBook
from chalicelib.importers.workbooks.xlsx import XlsxBook, is_xlsx
from chalicelib.model.errors import ExportRejected

SNIFF_BYTES = 1 << 20
"""How much of a file is inspected before its rows are read."""

_BEGINNING_BYTES = 4096
"""How much of a file is inspected to decide whether it is text."""

MAX_DOCUMENT_BYTES = 8_000_000
"""Larger files that must be read whole (a thread of comments, a web page) are rejected, because
parsing needs ten times as much memory."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)
_AGAIN = "Download the report again, for a period that has data."
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1a")


class Source:
    """A byte stream whose beginning can be inspected before it is read once from the start.

    Parameters
    ----------
    stream : binary file
        Need not be seekable; archives and workbooks in streams that are not seekable are copied.
        Gzip streams are unpacked.
    level : int
        Number of archives that contain it.

    Attributes
    ----------
    head : bytes
        Up to `SNIFF_BYTES` from the start.
    complete : bool
        Whether `head` is the whole file.
    encoding : str
        ``utf-8``, ``utf-8-sig``, ``utf-16-le``, ``utf-16-be`` or ``cp1252``.
    text : str
        `head` decoded, without the byte order mark and, unless `complete`, without the last,
        partial line.
    magic : str
        The kind of binary file, in words; empty for text.

    Raises
    ------
    ExportRejected
        `empty_file`; `unreadable_file` if no encoding can decode the bytes; `archive_bomb`,
        `unsafe_archive`.
    """

    def __init__(self, stream: BinaryIO, level: int = 0) -> None:
        self._stream = stream
        self._origin = _Origin(stream, level)
        self._gunzip: Gunzip | None = None
        self.level = level
        head = _read_fully(stream, _BEGINNING_BYTES)
        while head.startswith(GZIP_MARK):
            self.level += 1
            _check_level(self.level)
            Gunzip.check_declared_size(self._stream, len(head))
            packed = io.BufferedReader(Replay(head, self._stream, 1, "binary"))
            self._gunzip = Gunzip(cast("BinaryIO", packed))
            self._stream = cast("BinaryIO", self._gunzip)
            head = _read_fully(self._stream, _BEGINNING_BYTES)
        self.magic = kind_of(head)
        try:
            self._look_at(head)
        except ExportRejected:
            self.check_for_a_bomb()
            raise

    def _look_at(self, beginning: bytes) -> None:
        if not self.magic:
            _check_that_it_is_text(beginning)
            beginning += _read_fully(self._stream, SNIFF_BYTES - len(beginning))
        self.head = beginning
        self.complete = len(self.head) < (_BEGINNING_BYTES if self.magic else SNIFF_BYTES)
        self.encoding, self._codec, self._bom = _encoding_of(self.head, self.complete, self.magic)
        self.text = "" if self.magic else self._decoded_head()
        if not self.magic and not self.text.strip("\ufeff\x00 \t\r\n\x1a"):
            raise ExportRejected("empty_file", f"the file contains only blanks. {_AGAIN}")

    def check_for_a_bomb(self) -> None:
        """Raise `archive_bomb` if an unreadable file is one. This consumes the source."""
        if self._gunzip is not None:
            self._gunzip.look_for_a_bomb()

    @cached_property
    def workbook(self) -> Workbook | None:
        """The file as a workbook; None if it is not one.

        Raises
        ------
        ExportRejected
            `unreadable_file`, `archive_bomb`, `unsafe_archive`, `file_too_large`.
        """
        if self.head.startswith(OLE_MARK):
            return Workbook(XlsBook(as_seekable(self._stream, self.head)))
        if self._zip is not None and is_xlsx(self._zip):
            return Workbook(XlsxBook(self._zip))
        return None

    @cached_property
    def archive(self) -> ZipArchive | None:
        """The file as an archive of files; None if it is not one. Raises like `workbook`."""
        if self._zip is None or is_xlsx(self._zip):
            return None
        _check_level(self.level + 1)
        return self._zip

    @cached_property
    def _zip(self) -> ZipArchive | None:
        if not self.head.startswith(ZIP_MARKS):
            return None
        return ZipArchive(as_seekable(self._stream, self.head))

    @property
    def is_half_a_character_short(self) -> bool:
        """Whether the whole file was read and ends in the middle of a UTF-16 character."""
        return self.complete and self._codec.startswith("utf-16") and len(self.head) % 2 == 1

    @property
    def has_lost_a_character(self) -> bool:
        """Whether the last character is cut, cannot be completed and is not the end of a line."""
        return (
            self.is_half_a_character_short
            and self.encoding == "utf-16-be"
            and not self.text.endswith(("\r", "\n"))
        )

    def rereadable(self) -> Callable[[], Source]:
        """Return a function that opens the file from its start, any number of times.

        Do not read this source afterwards. A stream that is not seekable is copied first, unless
        `head` is the whole file.

        Raises
        ------
        ExportRejected
            `file_too_large`, if the stream is too long to copy.
        """
        if self.complete:
            return _Origin(io.BytesIO(self.head), self.level).open
        if self._origin.is_seekable:
            return self._origin.open
        whole = cast("BinaryIO", self.bytes(recoded=False))
        return _Origin(as_seekable(whole, b""), self.level).open

    def lines(self) -> Lines:
        """Return the lines of the whole file. Call it once."""
        width = 2 if self._codec.startswith("utf-16") else 1
        replay = Replay(self.head[len(self._bom) :], self._stream, width, self._codec)
        return Lines(replay, self._codec)

    def bytes(self, *, recoded: bool = True) -> io.BufferedReader:
        """Return the whole file as bytes. Call it once.

        Parameters
        ----------
        recoded : bool
            Whether to convert to UTF-8 without a byte order mark; otherwise bytes stay unchanged.
        """
        if not recoded:
            return io.BufferedReader(Replay(self.head, self._stream, 1, self._codec))
        width = 2 if self._codec.startswith("utf-16") else 1
        replay = Replay(self.head[len(self._bom) :], self._stream, width, self._codec)
        if self.magic or self._codec in ("utf-8", "latin-1"):
            return io.BufferedReader(replay)
        return io.BufferedReader(Recoded(replay, self._codec))

    def document(self) -> str:
        """Return the text of the whole file, for formats that cannot be read line by line.

        Raises
        ------
        ExportRejected
            `file_too_large`, `unreadable_file`.
        """
        rest = b""
        if not self.complete:
            rest = _read_fully(self._stream, MAX_DOCUMENT_BYTES + 1 - len(self.head))
        if len(self.head) + len(rest) > MAX_DOCUMENT_BYTES:
            raise ExportRejected(
                "file_too_large",
                f"a file of this kind may have at most {MAX_DOCUMENT_BYTES:,} bytes",
            )
        try:
            return (self.head[len(self._bom) :] + rest).decode(self._codec)
        except UnicodeDecodeError as error:
            raise ExportRejected(
                "unreadable_file", f"a part of the file is not {self.encoding}: {error.reason}"
            ) from error

    def _decoded_head(self) -> str:
        data = self.head[len(self._bom) :]
        if self.is_half_a_character_short:
            data = data + b"\0" if self._codec == "utf-16-le" else data[:-1]
        decoder = codecs.getincrementaldecoder(self._codec)("replace")
        text = decoder.decode(data, final=self.complete)
        if not self.complete and "\n" in text:
            text = text[: text.rindex("\n") + 1]
        return text


class _Origin:
    """The start of a source in its stream, for opening it again."""

    def __init__(self, stream: BinaryIO, level: int) -> None:
        self._stream = stream
        self._level = level
        self.is_seekable = hasattr(stream, "seekable") and stream.seekable()
        self._start = stream.tell() if self.is_seekable else 0

    def open(self) -> Source:
        self._stream.seek(self._start)
        return Source(self._stream, self._level)


def _encoding_of(head: bytes, complete: bool, magic: str) -> tuple[str, str, bytes]:
    """Return (name of the encoding, codec, byte order mark)."""
    if not head:
        raise ExportRejected("empty_file", f"the file is empty. {_AGAIN}")
    if magic:
        return "binary", "latin-1", b""
    for bom, name, codec in _BOMS:
        if head.startswith(bom):
            return name, codec, bom
    for codec in ("utf-8", "cp1252"):
        try:
            codecs.getincrementaldecoder(codec)().decode(head, final=complete)
        except UnicodeDecodeError:
            continue
        return codec, codec, b""
    raise ExportRejected(
        "unreadable_file",
        "the text is neither UTF-8 nor Windows-1252, and it has no byte order mark",
    )


def _check_level(level: int) -> None:
    if level > MAX_LEVELS:
        raise ExportRejected("unsafe_archive", "the archives are nested too deep")


def _check_that_it_is_text(beginning: bytes) -> None:
    if beginning.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise ExportRejected("unreadable_file", "the file is UTF-32; save it as UTF-8")
    if beginning.startswith(tuple(bom for bom, _, _ in _BOMS)):
        return
    if _is_utf_16(beginning):
        raise ExportRejected(
            "unreadable_file",
            "the file looks like UTF-16 without a byte order mark; save it as UTF-8",
        )
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in beginning)
    if controls > 2 and controls * 50 > len(beginning):
        raise ExportRejected(
            "unreadable_file",
            "the file is binary and its format is not supported. Download the report as CSV or as "
            "an Excel workbook (.xlsx)",
        )


def _is_utf_16(beginning: bytes) -> bool:
    """Whether nearly every second byte is zero and few others are, as in Western UTF-16."""
    zeros = beginning[::2].count(0), beginning[1::2].count(0)
    return 4 * sum(zeros) > len(beginning) and 9 * min(zeros) <= max(zeros)


def _read_fully(stream: BinaryIO, size: int) -> bytes:
    parts, missing = [], size
    while missing > 0:
        part = stream.read(missing)
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
