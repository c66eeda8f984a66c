"""Decoded lines of a stream that is longer than memory, and what each record took of them."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_LINE_CHARACTERS = 1_000_000
MAX_RECORD_CHARACTERS = 1_100_000
MAX_COLUMNS = 16_384
"""What a spreadsheet can have."""

LINES_OF_A_RECORD = 1_000
"""A record of more lines is asked for its length."""

_BUFFER_BYTES = 1 << 16


class Replay(io.RawIOBase):
    """What was looked at already, then the rest of a stream, in whole code units.

    Parameters
    ----------
    head : bytes
        What was read of the stream, without the byte order mark.
    stream : binary file
    width : int
        Bytes of a code unit: 2 for UTF-16.
    codec : str

    Attributes
    ----------
    ends_in_half : bool
        After the end: whether half a character was left over.
    restored : bool
        Whether it was completed: in little-endian UTF-16 the lost half is a zero byte, unless the
        character is beyond ASCII and Latin-1.
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
        """At the end: half a little-endian character is one that lost its zero byte."""
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
    """A stream in another encoding as UTF-8; what cannot be decoded becomes U+FFFD."""

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
    """What one record took from the file.

    Attributes
    ----------
    first : int
        Number of the line on which it begins, from 1.
    text : str
        The lines as they stand in the file.
    readable : bool
        False if there were bytes in it that are no text.
    whole : bool
        False if a line of it was too long to be kept.
    """

    first: int
    text: str
    readable: bool
    whole: bool


class Lines:
    """Decoded lines with their ends, numbered as an editor numbers them.

    In a file taken for UTF-8 because its beginning is plain ASCII, the first byte that is no UTF-8
    proves it Windows-1252 and it is read on as that. Where UTF-8 has been seen already, such bytes
    make the row unreadable.

    Attributes
    ----------
    first : int
        Number of the first line that was read since `forget` was called, from 1.
    texts : list of str
        Those lines; whoever empties it counts for itself.
    flawed : bool
        Whether one of those lines is not `whole` or not `readable`.
    whole, readable : bool
        False if one was too long to be kept; if there were bytes in it that are no text.
    too_wide : bool
        Whether one has more cells than a spreadsheet has columns.
    exhausted : bool
        Whether the end of the file has been reached.
    changed_encoding : bool
        Whether the file turned out to be Windows-1252 on the way.
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
        """After the end: whether the file stopped in the middle of a UTF-16 character."""
        return self._replay.ends_in_half

    @property
    def restored(self) -> bool:
        """Whether the character cut in half could be completed."""
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
        """The lines read since `forget` was called, as they stand in the file."""
        return "".join(self.texts)

    def forget(self) -> None:
        """Begins a new record."""
        self.first += len(self.texts)
        self.texts.clear()
        if self.flawed:
            self.flawed = self.too_wide = False
            self.readable = self.whole = True

    def take(self) -> LineRun:
        """What has been read since this was last asked for."""
        run = LineRun(self.first, self.taken(), self.readable, self.whole)
        self.forget()
        return run

    def for_csv(self, delimiter: str) -> Iterator[str]:
        """The lines for a parser of CSV, which would take a line of a million cells apart.

        Such a line comes as one cell, and a record that goes on for millions of characters is
        closed; both are `flawed`, the first `too_wide`.
        """
        self._delimiter = delimiter
        return iter(self)

    def _narrowed(self, line: str) -> str:
        if not self._delimiter or line.count(self._delimiter) < MAX_COLUMNS:
            return line
        self.flawed = self.too_wide = True
        return "?\n"

    def _closed(self, line: str) -> str:
        """A line, or the end of the quotation if the record is longer than any row."""
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
