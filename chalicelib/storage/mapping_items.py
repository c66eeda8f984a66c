"""Mappings of a tenant: named descriptions of the columns of its files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage import table_keys
from chalicelib.storage.attributes import Item, from_item, to_item
from chalicelib.storage.item_versions import check_version, versioned
from chalicelib.storage.table import Table
from chalicelib.storage.writer import Patience, delete_request, write_all

SCHEMA = 1
"""Version of the stored shape of a mapping."""


@dataclass(frozen=True, slots=True)
class StoredMapping:
    """A mapping under its name."""

    name: str
    mapping: dict[str, Any]
    """In the form that `exports.parse_mapping` accepts."""
    saved_at: str


class MappingStore:
    """The mappings of one tenant."""

    def __init__(self, table: Table, tenant: str, patience: Patience) -> None:
        self._table = table
        self._partition = table_keys.mappings_partition(tenant)
        self._patience = patience

    def save(self, mapping: StoredMapping) -> None:
        """Store a mapping, replacing one with the same name."""
        # As text, because DynamoDB does not preserve the order of the columns.
        text = json.dumps(mapping.mapping, ensure_ascii=False)
        values = {"mapping": text, "saved_at": mapping.saved_at}
        self._table.put(versioned(to_item(self._partition, mapping.name, values), SCHEMA))

    def holds(self, name: str) -> bool:
        """Return whether a mapping with this name exists, in any version."""
        return self._table.get(self._partition, name, consistent=True) is not None

    def get(self, name: str) -> StoredMapping | None:
        """Return the mapping with this name, or None."""
        item = self._table.get(self._partition, name, consistent=True)
        return None if item is None else _to_mapping(item)

    def by_name(self, *, limit: int, after: str | None = None) -> Iterator[StoredMapping]:
        """Return at most `limit` mappings ordered by name, starting after `after`, if given."""
        for item in self._table.query(self._partition, limit=limit, after=after):
            yield _to_mapping(item)

    def remove(self, name: str) -> None:
        """Remove a mapping; do nothing if it does not exist.

        Raises
        ------
        StoreUnavailable
            If the mapping may not have been removed.
        """
        if write_all(self._table, [delete_request(self._partition, name)], self._patience):
            raise StoreUnavailable("the mapping could not be removed")


def _to_mapping(item: Item) -> StoredMapping:
    name = item["sk"]["S"]
    check_version(item, SCHEMA, f"the mapping {name}", f"PUT it again at /v1/mappings/{name}")
    stored = from_item(item)
    return StoredMapping(name, json.loads(stored["mapping"]), stored["saved_at"])
