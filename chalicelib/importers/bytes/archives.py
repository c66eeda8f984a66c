"""Zip archives: their members as streams, with protection against hostile archives.

The archive's directory states the unpacked sizes before a byte is unpacked. Nothing is ever
unpacked to a named file.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from chalicelib.model.errors import ExportRejected

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
MAX_MEMBERS = 10_000
MAX_LEVELS = 2
"""An archive may contain an archive, but not deeper."""

MAX_UNPACKED_BYTES = 2_000_000_000
MAX_RATIO = 200
"""Reports pack to a tenth of their size, tables of zeros to a hundredth. Deflate's limit is a
thousandth."""

RATIO_MATTERS_FROM = 16 << 20
"""Below this many unpacked bytes, any ratio is harmless."""

MAX_SPOOLED_BYTES = 256 << 20
IN_MEMORY_BYTES = 4 << 20
"""A larger archive from a stream that is not seekable is copied to a temporary file."""

_MAX_DIRECTORY_BYTES = 4 << 20
_DRIVE = re.compile(r"[A-Za-z]:")

DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,  # seek before the start
    ValueError,  # UnicodeDecodeError in names; seek
    OverflowError,  # seek beyond 2**63
    NotImplementedError,  # compression that zipfile does not support
    RuntimeError,  # password required
)
"""Exceptions of zipfile and zlib for damaged archives, found by fuzzing and in their source."""


@contextmanager
def damage_rejected(what: str) -> Iterator[None]:
    """Convert the exceptions that damaged archives raise to the rejection `unreadable_file`."""
    try:
        yield
    except DAMAGE as error:
        raise ExportRejected("unreadable_file", f"{what} is damaged: {error}") from error


class ZipArchive:
    """A zip file whose directory passed the safety checks.

    Parameters
    ----------
    stream : binary file
        Seekable.

    Attributes
    ----------
    members : tuple of zipfile.ZipInfo
        Its files, without directories and the hidden files that operating systems add.

    Raises
    ------
    ExportRejected
        `unreadable_file`, `archive_bomb`, `unsafe_archive`.
    """

    def __init__(self, stream: BinaryIO) -> None:
        with damage_rejected("the archive"):
            self._bounded = _Bounded(stream)
            self._zip = zipfile.ZipFile(cast("BinaryIO", self._bounded))
        infos = self._zip.infolist()
        self.unpacked_bytes = sum(info.file_size for info in infos)
        check_total(len(infos), self.unpacked_bytes)
        for info in infos:
            _check_safety(info)
        check_size(self.unpacked_bytes, self._bounded.size)
        self._bounded.bounded = False
        self.members = tuple(info for info in infos if not _is_hidden(info))
        self._by_name = {_comparable(info.filename): info for info in reversed(self.members)}

    def find(self, name: str) -> zipfile.ZipInfo | None:
        """Return the member with a name, ignoring case and the direction of slashes."""
        return self._by_name.get(_comparable(name))

    def open(self, member: zipfile.ZipInfo) -> BinaryIO:
        """Open a member as a stream that unpacks on reading; damage raises `unreadable_file`."""
        what = f"{member.filename!r} in the archive"
        with damage_rejected(what):
            stream = self._zip.open(member)
        return cast("BinaryIO", _Unpacked(cast("BinaryIO", stream), what))


def check_size(unpacked: int, packed: int) -> None:
    """Raise `archive_bomb` if the unpacked size is too large for a report."""
    check_total(1, unpacked)
    if unpacked > RATIO_MATTERS_FROM and unpacked > MAX_RATIO * packed:
        raise ExportRejected("archive_bomb", f"it unpacks to more than {MAX_RATIO} times its size")


def is_too_large(unpacked: int, packed: int) -> bool:
    """Whether `check_size` rejects a report of this size."""
    try:
        check_size(unpacked, packed)
    except ExportRejected:
        return True
    return False


def check_total(members: int, unpacked: int) -> None:
    """Raise `archive_bomb` if there are too many files or too many unpacked bytes."""
    if members > MAX_MEMBERS:
        raise ExportRejected("archive_bomb", f"the archive has more than {MAX_MEMBERS:,} files")
    if unpacked > MAX_UNPACKED_BYTES:
        raise ExportRejected(
            "archive_bomb", f"it unpacks to more than {MAX_UNPACKED_BYTES:,} bytes"
        )


def as_seekable(stream: BinaryIO, head: bytes) -> BinaryIO:
    """Return a seekable stream that starts with `head`, which was already read from `stream`.

    Raises
    ------
    ExportRejected
        `file_too_large`, if the stream is not seekable and too long to copy.
    """
    if hasattr(stream, "seekable") and stream.seekable():
        stream.seek(stream.tell() - len(head))
        return stream
    spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - returned
    spool.write(head)
    size = len(head)
    while piece := stream.read(1 << 16):
        size += len(piece)
        if size > MAX_SPOOLED_BYTES:
            raise ExportRejected("file_too_large", f"it has more than {MAX_SPOOLED_BYTES:,} bytes")
        spool.write(piece)
    spool.seek(0)
    return cast("BinaryIO", spool)


class _Bounded(io.RawIOBase):
    """A file that rejects reads larger than any valid zip directory.

    zipfile reads the directory at once, and the archive itself states how long it is.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.bounded = True
        self.size = stream.seek(0, io.SEEK_END)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int = -1) -> bytes:
        left = max(0, self.size - self._stream.tell())
        size = left if size < 0 else min(size, left)
        if self.bounded and size > _MAX_DIRECTORY_BYTES:
            raise ExportRejected("archive_bomb", "the directory of the archive is too long")
        return self._stream.read(size)


class _Unpacked(io.RawIOBase):
    """A member of an archive that reports damage as a rejection."""

    def __init__(self, stream: BinaryIO, what: str) -> None:
        self._stream = stream
        self._what = what

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer)  # type: ignore[arg-type]
        with damage_rejected(self._what):
            data = self._stream.read(len(target))
        target[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def _check_safety(info: zipfile.ZipInfo) -> None:
    name = info.orig_filename
    shown = name[:100]
    steps = name.replace("\\", "/").split("/")
    if ".." in steps or not steps[0] or _DRIVE.match(name) or "\0" in name:
        raise ExportRejected("unsafe_archive", f"{shown!r} is a path outside of the archive")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ExportRejected("unsafe_archive", f"{shown!r} is a link to another file")
    if info.flag_bits & 0x1:
        raise ExportRejected(
            "unsafe_archive", f"{shown!r} is encrypted; unpack the archive and send the files in it"
        )
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ExportRejected(
            "unreadable_file", f"{shown!r} uses a compression method that is not supported"
        )
    if info.compress_size > info.file_size + info.file_size // 100 + 1024:
        raise ExportRejected("archive_bomb", f"{shown!r} is larger than the archive states")


def _comparable(name: str) -> str:
    return name.replace("\\", "/").casefold()


def _is_hidden(info: zipfile.ZipInfo) -> bool:
    """Whether it is a directory or a hidden file, such as those that macOS adds."""
    steps = info.filename.replace("\\", "/").split("/")
    return not steps[-1] or any(
        step == "__MACOSX" or (step.startswith(".") and step != ".") for step in steps
    )
