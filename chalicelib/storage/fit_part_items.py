"""Parts of a fit: the data read from one shard and some days, stored until the parts are merged.

Parts contain hashes of people. They are therefore removed as soon as the fit ends. The parts of a
fit that never ends are tagged, and the bucket removes them (`infra/stack/data.py`).
"""

from __future__ import annotations

from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage import table_keys
from chalicelib.storage.objects import Objects


class FitParts:
    """The parts of one tenant's fits."""

    def __init__(self, objects: Objects, tenant: str) -> None:
        self._objects = objects
        self._tenant = tenant

    def put(self, fit_id: str, number: int, body: bytes) -> None:
        """Store a part; replaces an existing one."""
        key = table_keys.fit_part_object(self._tenant, fit_id, number)
        self._objects.put(key, body, passing=True)

    def get(self, fit_id: str, number: int) -> bytes:
        """Return a part.

        Raises
        ------
        StoreUnavailable
            If the part does not exist.
        """
        body = self._objects.find(table_keys.fit_part_object(self._tenant, fit_id, number))
        if body is None:
            raise StoreUnavailable(f"part {number} of fit {fit_id} does not exist")
        return body

    def remove(self, fit_id: str, number: int) -> None:
        """Remove a part; do nothing if it does not exist."""
        self._objects.remove(table_keys.fit_part_object(self._tenant, fit_id, number))
