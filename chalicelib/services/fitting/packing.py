"""Columns of events as bytes, and back: the stored form of a part of a fit.

The bytes contain a JSON header (types, people, costs, and all sums), then the columns one after
another in their memory layout, all compressed. One installation writes and reads them within
minutes. The form includes the declarations of all columns. A part of another form is rejected with
`OtherVersion`.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from decimal import Decimal
from typing import Any

from chalicelib.model.errors import OtherVersion
from chalicelib.services.fitting.declared_columns import Declared
from chalicelib.services.fitting.edges import Rows
from chalicelib.services.fitting.event_columns import Columns, GoalColumns
from chalicelib.services.fitting.product_rows import ProductRows
from chalicelib.services.fitting.region_counts import RegionCounts
from chalicelib.services.fitting.share_rows import ShareRows
from chalicelib.services.fitting.surroundings import Surroundings

HEADER = 5
"""Version of the header; increase it if `pack_columns` writes another one."""

LEVEL = 1
"""Compression level of zlib.

The bytes are read once, minutes later, so a higher one does not pay.
"""

_LENGTH_BYTES = 8


def form_of(*declared: type[Declared]) -> str:
    """The form of packed columns with these declarations."""
    digest = hashlib.sha256("; ".join(one.form() for one in declared).encode()).hexdigest()[:16]
    return f"likeworth columns {HEADER} {digest} {sys.byteorder}"


FORM = form_of(Columns, GoalColumns, Rows, RegionCounts, ShareRows, ProductRows)


def pack_columns(columns: Columns, about: dict[str, Any]) -> bytes:
    """Return columns as bytes.

    `about`: description of the columns; JSON-able, and checked by `unpack_columns`.

    Raises
    ------
    ValueError
        If the columns of one table have different lengths.
    """
    tables = _tables_of(columns)
    header = {
        "form": FORM,
        "about": about,
        "rows": [_length_of(table) for table in tables],
        "followed": columns.followed,
        "kinds": list(columns.kinds),
        "people": list(columns.people),
        "goals": list(columns.goals),
        "sums": [table.sums_as_json() for table in tables],
        "surroundings": columns.surroundings.as_json(),
        "costs": [(*rest, str(amount)) for *rest, amount in columns.costs],
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    squeeze = zlib.compressobj(LEVEL)
    made = bytearray(squeeze.compress(len(text).to_bytes(_LENGTH_BYTES) + text))
    for table in tables:
        for column in table.columns:
            made += squeeze.compress(memoryview(column).cast("B"))
    return bytes(made + squeeze.flush())


def unpack_columns(packed: bytes, about: dict[str, Any]) -> Columns:
    """Return the columns packed by `pack_columns`.

    Raises
    ------
    OtherVersion
        If another version of the service packed them.
    ValueError
        If the description differs, or the bytes are truncated.
    """
    data = memoryview(zlib.decompress(packed))
    at = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES])
    header = json.loads(bytes(data[_LENGTH_BYTES:at]))
    if header["form"] != FORM:
        raise OtherVersion(
            f"a part of this fit was read by another version of the service ({header['form']}; "
            f"this version reads {FORM}): request another fit with POST /v1/fits"
        )
    if header["about"] != about:
        raise ValueError(f"not the columns of {about}: {header['about']}")
    columns = Columns(header["followed"])
    columns.kinds.update({tuple(kind): number for number, kind in enumerate(header["kinds"])})
    columns.people.update({one: number for number, one in enumerate(header["people"])})
    columns.goals.update({goal: GoalColumns() for goal in header["goals"]})
    columns.surroundings = Surroundings.from_json(header["surroundings"])
    for channel, first, last, amount in header["costs"]:
        columns.costs.append((channel, first, last, Decimal(amount)))
    tables = _tables_of(columns)
    for table, rows, sums in zip(tables, header["rows"], header["sums"], strict=True):
        table.read_sums(sums)
        for column in table.columns:
            size = rows * column.itemsize
            column.frombytes(data[at : at + size])
            at += size
    if at != len(data):
        raise ValueError(f"{len(data) - at} bytes too many in the columns of {about}")
    return columns


def _tables_of(columns: Columns) -> list[Declared]:
    return [columns, *columns.tables, *columns.goals.values()]


def _length_of(table: Declared) -> int:
    lengths = {len(column) for column in table.columns}
    if len(lengths) > 1:
        raise ValueError(f"the columns of {type(table).__name__} have {sorted(lengths)} rows")
    return lengths.pop() if lengths else 0
