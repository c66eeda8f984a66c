"""Parts of a fit: what was read of a shard and some days, between its reading and its merging.

They hold people by their hashes, so they go as soon as the fit has ended, and a tag has the bucket
remove what is left of one that never did (`infra/stack/data.py`).
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
        """Keep a part; one that is there is replaced whole."""
        key = table_keys.fit_part_object(self._tenant, fit_id, number)
        self._objects.put(key, body, passing=True)

    def get(self, fit_id: str, number: int) -> bytes:
        """A part.

        Raises
        ------
        StoreUnavailable
            If it is not there.
        """
        body = self._objects.find(table_keys.fit_part_object(self._tenant, fit_id, number))
        if body is None:
            raise StoreUnavailable(f"part {number} of fit {fit_id} is not there")
        return body

    def remove(self, fit_id: str, number: int) -> None:
        """Remove a part; fine if there is none."""
        self._objects.remove(table_keys.fit_part_object(self._tenant, fit_id, number))
