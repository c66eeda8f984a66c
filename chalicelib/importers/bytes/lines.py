"""Decoded lines of a stream that is larger than memory, and the lines that each record used."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_LINE_CHARACTERS = 1_000_000
MAX_RECORD_CHARACTERS = 1_100_000
MAX_COLUMNS = 16_384
"""The limit of spreadsheets."""

LINES_OF_A_RECORD = 1_000
"""The length of a record with more lines is checked."""

_BUFFER_BYTES = 1 << 16


class Replay(io.RawIOBase):
    """The bytes that were already read, then the rest of a stream, in whole code units.

    Parameters
    ----------
    head : bytes
        Bytes that were read from the stream, without the byte order mark.
    stream : binary file
    width : int
        Bytes of a code unit: 2 for UTF-16.
    codec : str

    Attributes
    ----------
        After the end: whether the stream ended in the middle of a character.
    restored : bool
        Whether that character was completed. In little-endian UTF-16 the missing byte is zero for
        characters in ASCII and Latin-1.
    """

    def __init__(self, head: bytes, stream: BinaryIO, width: int, codec: str) -> None:
        self._head = memoryview(head)
        self._stream = stream
        self._width = width
        self._is_little_endian = codec == "utf-16-le"
        self._odd = b""
        self.ends_in_half = False
        self.restored = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer)  # type: ignore[arg-type]
        while True:
            data = self._next(len(target) - len(self._odd))
            if not data:
                return self._finish(target)
            data = self._odd + data
            keep = len(data) - len(data) % self._width
            data, self._odd = data[:keep], data[keep:]
            if data:
                target[: len(data)] = data
                return len(data)

    def _next(self, size: int) -> bytes:
        if self._head:
            part, self._head = bytes(self._head[:size]), self._head[size:]
            return part
        return self._stream.read(size)

    def _finish(self, target: memoryview) -> int:
        """At the end: complete half a little-endian character with its zero byte."""
        if not self._odd:
            return 0
        half, self._odd = self._odd, b""
        self.ends_in_half = True
        if not self._is_little_endian:
            return 0
        target[:2] = half + b"\0"
        self.restored = True
        return 2


class Recoded(io.RawIOBase):
    """A stream converted from another encoding to UTF-8; undecodable bytes become U+FFFD."""

    def __init__(self, stream: io.RawIOBase, codec: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(codec)("replace")
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer)  # type: ignore[arg-type]
        while not self._ready and not self._ended:
            data = self._stream.read(_BUFFER_BYTES) or b""
            self._ended = not data
            text = self._decoder.decode(data, final=self._ended)
            self._ready = text.encode("utf-8", "replace")
        part, self._ready = self._ready[: len(target)], self._ready[len(target) :]
        target[: len(part)] = part
        return len(part)


@dataclass(frozen=True, slots=True)
class LineRun:
    """The lines that one record used.

    Attributes
    ----------
    first : int
        Number of the record's first line, from 1.
    text : str
        The lines as in the file.
    readable : bool
        False if it contains bytes that are not text.
    whole : bool
        False if a line was too long to keep.
    """

    first: int
    text: str
    readable: bool
    whole: bool


class Lines:
    """Decoded lines with their line ends, numbered as in an editor.

    A file is read as UTF-8 if its beginning is ASCII. If the first other byte is not valid UTF-8,
    the rest is read as Windows-1252. After valid UTF-8 has been seen, such bytes make the row
    unreadable.

    Attributes
    ----------
    first : int
        Number of the first line read since the last `forget`, from 1.
    texts : list of str
        Those lines. Code that empties it must update `first` itself.
    flawed : bool
        Whether one of those lines is not `whole` or not `readable`.
    whole, readable : bool
        False if a line was too long to keep; if it contains bytes that are not text.
    too_wide : bool
        Whether a line has more cells than a spreadsheet has columns.
    exhausted : bool
        Whether the end of the file was reached.
    changed_encoding : bool
        Whether the file changed from UTF-8 to Windows-1252 on the way.
    """

    def __init__(self, replay: Replay, codec: str) -> None:
        self._replay = replay
        self._may_turn_cp1252 = codec == "utf-8"
        errors = "surrogatepass" if codec.startswith("utf-16") else "surrogateescape"
        self._text = io.TextIOWrapper(
            io.BufferedReader(replay, _BUFFER_BYTES), encoding=codec, errors=errors, newline=""
        )
        self.texts: list[str] = []
        self.first = 1
        self.flawed = False
        self.readable = True
        self.whole = True
        self.too_wide = False
        self._delimiter = ""
        self._characters = 0
        self.exhausted = False
        self.changed_encoding = False

    @property
    def is_half_a_character_short(self) -> bool:
        """After the end: whether the file ended in the middle of a UTF-16 character."""
        return self._replay.ends_in_half

    @property
    def restored(self) -> bool:
        """Whether the incomplete last character could be completed."""
        return self._replay.restored

    def __iter__(self) -> Iterator[str]:
        readline = self._text.readline
        texts = self.texts
        while line := readline(MAX_LINE_CHARACTERS):
            if len(line) == MAX_LINE_CHARACTERS and line[-1] != "\n":
                line = self._shortened(line)
            if not line.isascii():
                line = self._checked(line)
            if "\0" in line:
                self.flawed, self.readable = True, False
            if len(line) > MAX_COLUMNS:
                line = self._narrowed(line)
            if len(texts) > LINES_OF_A_RECORD:
                line = self._closed(line)
            texts.append(line)
            yield line
        self.exhausted = True

    def taken(self) -> str:
        """Return the lines read since the last `forget`, as in the file."""
        return "".join(self.texts)

    def forget(self) -> None:
        """Begin a new record."""
        self.first += len(self.texts)
        self.texts.clear()
        if self.flawed:
            self.flawed = self.too_wide = False
            self.readable = self.whole = True

    def take(self) -> LineRun:
        """Return the lines read since the last call and begin a new record."""
        run = LineRun(self.first, self.taken(), self.readable, self.whole)
        self.forget()
        return run

    def for_csv(self, delimiter: str) -> Iterator[str]:
        """Return the lines for a CSV parser, without lines that would exhaust memory.

        A line with too many cells becomes one cell and is marked `too_wide`. A record of more than
        `MAX_RECORD_CHARACTERS` is closed. Both are `flawed`.
        """
        self._delimiter = delimiter
        return iter(self)

    def _narrowed(self, line: str) -> str:
        if not self._delimiter or line.count(self._delimiter) < MAX_COLUMNS:
            return line
        self.flawed = self.too_wide = True
        return "?\n"

    def _closed(self, line: str) -> str:
        """Return the line, or a closing quotation mark if the record is longer than any row."""
        if not self._delimiter:
            return line
        if len(self.texts) == LINES_OF_A_RECORD + 1:
            self._characters = sum(map(len, self.texts))
        self._characters += len(line)
        if self._characters < MAX_RECORD_CHARACTERS:
            return line
        self.flawed, self.whole = True, False
        return '"\n'

    def _shortened(self, line: str) -> str:
        self.flawed, self.whole = True, False
        rest = line
        while rest and rest[-1] not in "\r\n":
            rest = self._text.readline(MAX_LINE_CHARACTERS)
        return line[:1000].replace('"', "") + "\n"

    def _checked(self, line: str) -> str:
        if not self.changed_encoding:
            try:
                line.encode()
            except UnicodeEncodeError:
                if not self._may_turn_cp1252:
                    self.flawed, self.readable = True, False
                    return line
                self.changed_encoding = True
            else:
                self._may_turn_cp1252 = False
                return line
        try:
            return line.encode("utf-8", "surrogateescape").decode("cp1252")
        except UnicodeDecodeError:
            self.flawed, self.readable = True, False
            return line
