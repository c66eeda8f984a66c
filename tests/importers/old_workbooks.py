"""Old Excel workbooks (.xls) generated in code: BIFF8 records in a compound document."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
GENERAL, DATE, TIME = range(3)
"""Cell styles for the formats 0, 14 (a day) and 46 (hours)."""

Cell = str | float | bool | tuple[float, int] | bytes | None
"""A text, number, boolean, styled number, or a whole record."""


def old_workbook(
    sheets: dict[str, Sequence[Sequence[Cell]]],
    *,
    since_1904: bool = False,
    hidden: Sequence[str] = (),
) -> bytes:
    """Return sheets with their rows as a file."""
    texts: list[str] = []
    bodies = [_sheet(rows, texts) for rows in sheets.values()]
    return compound(book(list(sheets), bodies, texts, since_1904=since_1904, hidden=hidden))


def merged(column: int, first_row: int, last_row: int) -> bytes:
    """Return the record of a merged cell; column and rows count from 0."""
    return record(0x00E5, struct.pack("<HHHHH", 1, first_row, last_row, column, column))


def book(
    names: Sequence[str],
    bodies: Sequence[bytes],
    texts: Sequence[str],
    *,
    since_1904: bool = False,
    hidden: Sequence[str] = (),
) -> bytes:
    """Return the stream of a workbook from the records of its sheets."""
    start = _begin(0x0005) + record(0x0022, struct.pack("<H", since_1904))
    start += b"".join(
        record(0x00E0, struct.pack("<HHHBBBBIIH", 0, number, 0, 0, 0, 0, 0, 0, 0, 0))
        for number in (0, 14, 46)
    )
    table = shared(texts) + record(0x000A, b"")
    length = len(start) + sum(12 + len(name) for name in names) + len(table)
    bounds = b""
    for name, body in zip(names, bodies, strict=True):
        head = struct.pack("<IBBBB", length, name in hidden, 0, len(name), 0)
        bounds += record(0x0085, head + name.encode("latin-1"))
        length += len(body)
    return start + bounds + table + b"".join(bodies)


def sheet(records: Iterable[bytes]) -> bytes:
    """Return the records of a sheet between its begin and end records."""
    return _begin(0x0010) + b"".join(records) + record(0x000A, b"")


def record(kind: int, data: bytes) -> bytes:
    """Return one BIFF record."""
    return struct.pack("<HH", kind, len(data)) + data


def shared(texts: Sequence[str]) -> bytes:
    """Return the table of texts, with as many continuation records as needed."""
    head = struct.pack("<II", len(texts), len(texts))
    records, data = [], head
    kind = 0x00FC
    for text in texts:
        piece = struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")
        if len(data) + len(piece) > 8000:
            records.append(record(kind, data))
            kind, data = 0x003C, b""
        data += piece
    return b"".join([*records, record(kind, data)])


def compound(stream: bytes) -> bytes:
    """Return a compound document that contains a workbook."""
    stream = stream.ljust(4096, b"\0")
    stream += bytes(-len(stream) % _SECTOR)
    n_stream = len(stream) // _SECTOR
    n_fat = 1
    while n_fat * 128 < n_stream + n_fat + 1:
        n_fat += 1
    chain = [_FAT] * n_fat + [_END]
    first = n_fat + 1
    chain += [*range(first + 1, first + n_stream), _END]
    chain += [_FREE] * (n_fat * 128 - len(chain))
    head = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        bytes(16),
        *(0x3E, 3, 0xFFFE, 9, 6),
        *(0, n_fat, n_fat, 0, 4096, _END, 0, _END, 0),
    )
    head += struct.pack("<109I", *range(n_fat), *[_FREE] * (109 - n_fat))
    directory = _entry("Root Entry", 5, _END, 0, child=1)
    directory += _entry("Workbook", 2, first, len(stream))
    directory += _entry("", 0, 0, 0) * 2
    return head + struct.pack(f"<{len(chain)}I", *chain) + directory + stream


def _sheet(rows: Sequence[Sequence[Cell]], texts: list[str]) -> bytes:
    return sheet(
        _cell(row, column, cell, texts)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        if cell is not None
    )


def _cell(row: int, column: int, cell: Cell, texts: list[str]) -> bytes:
    if isinstance(cell, bytes):
        return cell
    if isinstance(cell, str):
        texts.append(cell)
        return record(0x00FD, struct.pack("<HHHI", row, column, 0, len(texts) - 1))
    if isinstance(cell, bool):
        return record(0x0205, struct.pack("<HHHBB", row, column, 0, cell, 0))
    value, style = cell if isinstance(cell, tuple) else (cell, GENERAL)
    return record(0x0203, struct.pack("<HHHd", row, column, style, value))


def _begin(kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    text = name.encode("utf-16-le") + (b"\0\0" if name else b"")
    return struct.pack(
        "<64sHBBIII16sI8s8sIII",
        *(text, len(text), kind, 1, _FREE, _FREE, child, bytes(16), 0, bytes(8), bytes(8)),
        *(start, size, 0),
    )
