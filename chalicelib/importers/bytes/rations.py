"""A limit on what a parser may swallow before it comes out with something."""

from __future__ import annotations

import io

from chalicelib.model.errors import ExportRefused

MAX_ITEM_BYTES = 8_000_000
MAX_ITEM_VALUES = 300_000
"""Elements of XML, or keys and values of JSON: each takes a hundred bytes of memory."""


class Rationed(io.RawIOBase):
    """A stream that gives no more bytes than an item of an export may have, until it is renewed.

    Parameters
    ----------
    stream : binary file
    piece : int
        So many bytes are given at a time if there are, even to who asks for fewer: expat looks at
        a tag that does not end once more for every piece of it.
    """

    def __init__(self, stream: io.BufferedIOBase, *, piece: int = 0) -> None:
        self._stream = stream
        self._piece = piece
        self._bytes = self._values = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes | None:
        return super().read(size if size < 0 else max(size, self._piece))

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer)  # type: ignore[arg-type]
        if self._bytes > MAX_ITEM_BYTES:
            raise ExportRefused(
                "file_too_large", f"a part of it that must be read whole has {self._bytes:,} bytes"
            )
        data = self._stream.read(len(target))
        target[: len(data)] = data
        self._bytes += len(data)
        return len(data)

    def renew(self) -> None:
        """What was read is done with."""
        self._bytes = self._values = 0

    def count_value(self) -> None:
        """A part of an item was built; raises `file_too_large` at too many."""
        self._values += 1
        if self._values > MAX_ITEM_VALUES:
            raise ExportRefused(
                "file_too_large", f"an item of more than {MAX_ITEM_VALUES:,} values"
            )
