"""Compressed JSON documents, stored in items or, if too large for an item, in the bucket."""

from __future__ import annotations

import json
import zlib
from typing import Any

from chalicelib.storage.attributes import Item
from chalicelib.storage.objects import Objects

MAX_INLINE_BYTES = 300_000
"""Compressed size above which a document is stored in the bucket.

DynamoDB limits an item to 409,600 bytes.
"""


def pack(document: Any) -> bytes:
    """Compress a document as JSON; raise ValueError for NaN and Infinity."""
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    return zlib.compress(text.encode())


def unpack(packed: bytes) -> Any:
    """Return the document that was compressed with `pack`."""
    return json.loads(zlib.decompress(packed))


def keep(document: Any, objects: Objects, object_key: str) -> Item:
    """Return the attributes for a document; write it to the bucket first if it is too large."""
    packed = pack(document)
    if len(packed) <= MAX_INLINE_BYTES:
        return {"doc": {"B": packed}}
    objects.put(object_key, packed)
    return {"at": {"S": object_key}}


def recall(item: Item, objects: Objects) -> Any:
    """Return the document that an item contains or refers to."""
    if "doc" in item:
        return unpack(bytes(item["doc"]["B"]))
    return unpack(objects.get(item["at"]["S"]))
