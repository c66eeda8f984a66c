"""Gzip files as streams, with a check of the unpacked size while reading."""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO

from chalicelib.importers.bytes.archives import (
    RATIO_MATTERS_FROM,
    check_size,
    damage_rejected,
    is_too_large,
)

GZIP_MARK = b"\x1f\x8b"

_PIECE_BYTES = 1 << 14
_DISCARDED_BYTES = 1 << 20


class Gunzip(io.RawIOBase):
    """The unpacked content of a gzip stream, which may have several members."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._inflate = zlib.decompressobj(wbits=31)
        self._packed = b""
        self._taken = 0
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer)  # type: ignore[arg-type]
        with damage_rejected("the gzip file"):
            data = self._next(len(target))
        target[: len(data)] = data
        self._given += len(data)
        check_size(self._given, self._taken - len(self._packed))
        return len(data)

    @classmethod
    def check_declared_size(cls, stream: BinaryIO, read_bytes: int) -> None:
        """Check the unpacked size in the last bytes of a file before its content is used.

        The last bytes of a truncated file are not a size. If they state a size that is too large,
        the whole file is therefore unpacked, without keeping it. Only seekable streams are
        checked; their position does not change.

        Parameters
        ----------
        stream : binary file
        read_bytes : int
            How much of the file was already read.

        Raises
        ------
        ExportRejected
            `archive_bomb`; `unreadable_file`, if the file is truncated or damaged.
        """
        if not (hasattr(stream, "seekable") and stream.seekable()):
            return
        position = stream.tell()
        start = position - read_bytes
        packed = stream.seek(0, io.SEEK_END) - start
        stream.seek(-min(4, packed), io.SEEK_END)
        if is_too_large(int.from_bytes(stream.read(4), "little"), packed):
            stream.seek(start)
            content = cls(stream)
            while content.read(_DISCARDED_BYTES):
                pass
        stream.seek(position)

    def look_for_a_bomb(self) -> None:
        """Read on, without using the data, until a bomb can be detected.

        Raises
        ------
        ExportRejected
            `archive_bomb`.
        """
        while self._given <= RATIO_MATTERS_FROM and self.read(_DISCARDED_BYTES):
            pass

    def _next(self, size: int) -> bytes:
        while True:
            if self._inflate.eof and not self._goes_on():
                return b""
            if not self._packed:
                self._refill()
            ended = not self._packed
            data = self._inflate.decompress(self._packed, size)
            if self._inflate.eof:
                self._packed = self._inflate.unused_data
            else:
                self._packed = self._inflate.unconsumed_tail
            if data:
                return data
            if ended and not self._inflate.eof:
                raise EOFError("it is truncated, and its end is missing")

    def _goes_on(self) -> bool:
        """Whether another member follows, possibly after padding with zeros."""
        self._packed = self._packed.lstrip(b"\0")
        while not self._packed:
            self._refill()
            if not self._packed:
                return False
            self._packed = self._packed.lstrip(b"\0")
        self._inflate = zlib.decompressobj(wbits=31)
        return True

    def _refill(self) -> None:
        self._packed = self._stream.read(_PIECE_BYTES)
        self._taken += len(self._packed)
