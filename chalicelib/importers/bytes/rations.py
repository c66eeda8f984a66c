"""A limit on how much input a parser may read before it returns an item."""

from __future__ import annotations

import io

from chalicelib.model.errors import ExportRejected

MAX_ITEM_BYTES = 8_000_000
MAX_ITEM_VALUES = 300_000
"""XML elements, or keys and values of JSON; each needs a hundred bytes of memory."""


class Rationed(io.RawIOBase):
    """A stream that raises if an item of an export is too large; `renew` starts the next item.

    Parameters
    ----------
    stream : binary file
    piece : int
        Smallest number of bytes to return per read, if available: expat scans an unclosed tag
        again for every piece it receives.
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
            raise ExportRejected(
                "file_too_large", f"a part that must be read whole has {self._bytes:,} bytes"
            )
        data = self._stream.read(len(target))
        target[: len(data)] = data
        self._bytes += len(data)
        return len(data)

    def renew(self) -> None:
        """Start the next item."""
        self._bytes = self._values = 0

    def count_value(self) -> None:
        """Count a part of an item; raise `file_too_large` if there are too many."""
        self._values += 1
        if self._values > MAX_ITEM_VALUES:
            raise ExportRejected(
                "file_too_large", f"an item has more than {MAX_ITEM_VALUES:,} values"
            )
