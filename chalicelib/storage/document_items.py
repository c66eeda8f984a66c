"""JSON documents in items: compressed, and in the bucket where an item could not hold them."""

from __future__ import annotations

import json
import zlib
from typing import Any

from chalicelib.storage.attributes import Item
from chalicelib.storage.objects import Objects

MAX_INLINE_BYTES = 300_000
"""Compressed size above which a document goes to the bucket (an item ends at 409,600 bytes)."""


def pack(document: Any) -> bytes:
    """The document as compressed JSON; raises ValueError for NaN and Infinity."""
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    return zlib.compress(text.encode())


def unpack(packed: bytes) -> Any:
    """The document that `pack` packed."""
    return json.loads(zlib.decompress(packed))


def keep(document: Any, objects: Objects, object_key: str) -> Item:
    """The attributes that hold a document; writes the object first where it is too large."""
    packed = pack(document)
    if len(packed) <= MAX_INLINE_BYTES:
        return {"doc": {"B": packed}}
    objects.put(object_key, packed)
    return {"at": {"S": object_key}}


def recall(item: Item, objects: Objects) -> Any:
    """The document that an item holds or points to."""
    if "doc" in item:
        return unpack(bytes(item["doc"]["B"]))
    return unpack(objects.get(item["at"]["S"]))
