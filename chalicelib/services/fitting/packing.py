"""Columns of events as bytes, and back: the stored form of a part of a fit.

The bytes contain a JSON header (types, people, costs, goals and all counts), then the columns
one after another in their memory layout, all compressed. The functions of one installation write
and read them within minutes, so there is only one version of the format. Anything else is an
error.
"""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import astuple
from decimal import Decimal
from typing import Any

from chalicelib.services.fitting.edges import Rows
from chalicelib.services.fitting.event_columns import Columns, OrderSums
from chalicelib.services.fitting.region_counts import RegionCounts
from chalicelib.services.fitting.surroundings import Surroundings

FORM = f"likeworth columns 4 {sys.byteorder}"
LEVEL = 1
"""Compression level of zlib;

the bytes are read once, minutes later, so a higher one does not pay.
"""

_LENGTH_BYTES = 8


def pack_columns(columns: Columns, about: dict[str, Any]) -> bytes:
    """Return columns as bytes.

    Parameters
    ----------
    about : dict
        Description of the columns; JSON-able, and checked by `unpack_columns`.
    """
    header = {
        "form": FORM,
        "about": about,
        "events": len(columns.day),
        "edges": [len(columns.edges.parents), len(columns.edges.children)],
        "followed": columns.followed,
        "kinds": list(columns.kinds),
        "people": list(columns.people),
        "apart": [(*key, count) for key, count in columns.apart.items()],
        "lifetime": [(*key, count) for key, count in columns.lifetime.items()],
        "surroundings": columns.surroundings.as_json(),
        "regions": columns.regions.as_json(),
        "cost_of_kind": [(*key, str(amount)) for key, amount in columns.cost_of_kind.items()],
        "cost_of_channel": [(*key, str(amount)) for key, amount in columns.cost_of_channel.items()],
        "costs": [(*rest, str(amount)) for *rest, amount in columns.costs],
        "goals": {
            name: [len(goal.day), [(*key, *astuple(sums)) for key, sums in goal.apart.items()]]
            for name, goal in columns.goals.items()
        },
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    squeeze = zlib.compressobj(LEVEL)
    made = bytearray(squeeze.compress(len(text).to_bytes(_LENGTH_BYTES) + text))
    for column in _columns_of(columns):
        made += squeeze.compress(memoryview(column).cast("B"))
    return bytes(made + squeeze.flush())


def unpack_columns(packed: bytes, about: dict[str, Any]) -> Columns:
    """Return the columns packed by `pack_columns`.

    Parameters
    ----------
    about : dict
        The expected description.

    Raises
    ------
    ValueError
        If the description or the format differs.
    """
    data = memoryview(zlib.decompress(packed))
    at = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES])
    header = json.loads(bytes(data[_LENGTH_BYTES:at]))
    if header["form"] != FORM or header["about"] != about:
        raise ValueError(f"not the columns of {about}: {header['form']}, {header['about']}")
    columns = Columns(header["followed"])
    columns.kinds.update({tuple(kind): number for number, kind in enumerate(header["kinds"])})
    columns.people.update({one: number for number, one in enumerate(header["people"])})
    for kind, day, who, count in header["apart"]:
        columns.apart[kind, day, who] = count
    for kind, day, count in header["lifetime"]:
        columns.lifetime[kind, day] = count
    columns.surroundings = Surroundings.from_json(header["surroundings"])
    columns.regions = RegionCounts.from_json(header["regions"])
    for kind, day, amount in header["cost_of_kind"]:
        columns.cost_of_kind[kind, day] = Decimal(amount)
    for channel, day, amount in header["cost_of_channel"]:
        columns.cost_of_channel[channel, day] = Decimal(amount)
    for channel, first, last, amount in header["costs"]:
        columns.costs.append((channel, first, last, Decimal(amount)))
    lengths = [header["events"]] * len(_of_engagements(columns))
    for length, rows in zip(header["edges"], _of_edges(columns), strict=True):
        lengths += [length] * len(rows.columns)
    for name, (length, apart) in header["goals"].items():
        for day, who, *sums in apart:
            columns.goals[name].apart[day, who] = OrderSums(*sums)
        lengths += [length] * len(_of_goal(columns, name))
    for column, length in zip(_columns_of(columns), lengths, strict=True):
        size = length * column.itemsize
        column.frombytes(data[at : at + size])
        at += size
    if at != len(data):
        raise ValueError(f"{len(data) - at} bytes too many in the columns of {about}")
    return columns


def _columns_of(columns: Columns) -> Iterator[array[Any]]:
    yield from _of_engagements(columns)
    for rows in _of_edges(columns):
        yield from rows.columns
    for name in columns.goals:
        yield from _of_goal(columns, name)


def _of_engagements(columns: Columns) -> tuple[array[Any], ...]:
    return columns.day, columns.time, columns.kind, columns.person, columns.count


def _of_edges(columns: Columns) -> tuple[Rows, Rows]:
    return columns.edges.parents, columns.edges.children


def _of_goal(columns: Columns, name: str) -> tuple[array[Any], ...]:
    goal = columns.goals[name]
    return goal.day, goal.time, goal.person, goal.count, goal.value
