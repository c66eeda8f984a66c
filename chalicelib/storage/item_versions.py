"""Versions of stored items: an item with another version is rejected with a clear error.

A change to the shape of an item must raise its version, and either support reading the earlier
version or let it be rejected. An item without a version counts as version 0.
"""

from __future__ import annotations

from chalicelib.model.errors import OtherVersion
from chalicelib.storage.attributes import Item

SCHEMA = "schema"


def versioned(item: Item, version: int) -> Item:
    """Add the version of its shape to an item."""
    return item | {SCHEMA: {"N": str(version)}}


def check_version(item: Item, version: int, what: str, remedy: str) -> Item:
    """Return the item if it has the version that this service reads.

    Parameters
    ----------
    what : str
        Names the item, e.g. ``the fit 20260314T000000Z-0000aaaa``.
    remedy : str
        What the caller can do, as an imperative.

    Raises
    ------
    OtherVersion
        If an older or a newer version of the service wrote the item.
    """
    found = int(item[SCHEMA]["N"]) if SCHEMA in item else 0
    if found != version:
        age = "an older" if found < version else "a newer"
        raise OtherVersion(
            f"{what} was made by {age} version of the service (schema {found}; this version reads "
            f"{version}): {remedy}"
        )
    return item
