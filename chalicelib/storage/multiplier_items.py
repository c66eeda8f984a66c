"""The people whose shares bring most, by the newest fit of a tenant: hashes, never ids.

They are stored apart from the fit documents, which do not change: an erasure removes a person here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from chalicelib.storage import table_keys
from chalicelib.storage.attributes import from_item, to_item
from chalicelib.storage.table import Table

_SORT = "newest"

Person = dict[str, Any]
"""``person`` is the hash; see `services.fitting.spread_documents.PersonDocument`."""


class MultiplierStore:
    """The people named by the newest fit of one tenant."""

    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._partition = table_keys.multipliers_partition(tenant)

    def put(self, fit_id: str, people: Sequence[Person]) -> None:
        """Store the people of a fit, replacing those of an earlier one."""
        values = {"fit_id": fit_id, "people": json.dumps(list(people))}
        self._table.put(to_item(self._partition, _SORT, values))

    def of_fit(self, fit_id: str) -> list[Person]:
        """Return the people of a fit; none if it is not the newest."""
        stored = self._stored()
        return stored[1] if stored is not None and stored[0] == fit_id else []

    def forget(self, person: str) -> None:
        """Remove a person."""
        stored = self._stored()
        if stored is not None and any(one["person"] == person for one in stored[1]):
            self.put(stored[0], [one for one in stored[1] if one["person"] != person])

    def _stored(self) -> tuple[str, list[Person]] | None:
        item = self._table.get(self._partition, _SORT, consistent=True)
        if item is None:
            return None
        values = from_item(item)
        return values["fit_id"], json.loads(values["people"])
