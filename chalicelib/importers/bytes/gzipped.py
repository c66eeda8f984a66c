"""Gzip: the file inside, as a stream; what it unpacks to is counted while it is read."""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO

from chalicelib.importers.bytes.archives import RATIO_MATTERS_FROM, check_size, damage_refused

GZIP_MARK = b"\x1f\x8b"

_PIECE_BYTES = 1 << 14


class Gunzip(io.RawIOBase):
    """What is inside of a gzip stream, which may consist of several members."""

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
        with damage_refused("the gzip file"):
            data = self._next(len(target))
        target[: len(data)] = data
        self._given += len(data)
        check_size(self._given, self._taken - len(self._packed))
        return len(data)

    @staticmethod
    def check_declared_size(stream: BinaryIO) -> None:
        """Raises `archive_bomb` for a bomb that says so: the last bytes of a file are its size.

        Looks at streams only that can be sought, and leaves them where they stand.
        """
        if not (hasattr(stream, "seekable") and stream.seekable()):
            return
        start = stream.tell()
        packed = stream.seek(0, io.SEEK_END) - start
        if packed > 4:
            stream.seek(-4, io.SEEK_END)
            check_size(int.from_bytes(stream.read(4), "little"), packed)
        stream.seek(start)

    def look_for_a_bomb(self) -> None:
        """Reads on, for nothing else, to where a bomb is known as one.

        Raises
        ------
        ExportRefused
            `archive_bomb`.
        """
        while self._given <= RATIO_MATTERS_FROM and self.read(1 << 20):
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
                raise EOFError("it is cut off")

    def _goes_on(self) -> bool:
        """Whether another member follows; zeros that fill up a block may come before it."""
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
