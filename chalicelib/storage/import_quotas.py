"""Usage of a tenant's import quotas: unfinished imports, and uploaded bytes per day.

Each unfinished import has its own item. If a worker crashes, the item expires; a counter would stay
wrong.
"""

from __future__ import annotations

import datetime as dt

from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage import table_keys
from chalicelib.storage.attributes import to_item
from chalicelib.storage.table import Table
from chalicelib.storage.writer import Patience, delete_request, write_all

BEGUN_KEPT = dt.timedelta(days=1)
"""How long an import counts after its last start, if its end is not recorded."""

BYTES_KEPT = dt.timedelta(days=3)
_ANNOUNCED, _BEGUN = "announced#", "begun#"


class ImportQuotas:
    """The unfinished imports and the uploaded bytes of one tenant."""

    def __init__(self, table: Table, tenant: str, patience: Patience) -> None:
        self._table = table
        self._tenant = tenant
        self._patience = patience

    def announce(self, import_id: str, *, until: dt.datetime) -> None:
        """Count an import until its upload URL expires."""
        self._put(_ANNOUNCED + import_id, until)

    def begin(self, import_id: str, *, now: dt.datetime) -> None:
        """Count an import until it ends, but at most for `BEGUN_KEPT`."""
        self._put(_BEGUN + import_id, now + BEGUN_KEPT)

    def end(self, import_id: str) -> None:
        """Stop counting an import.

        Raises
        ------
        StoreUnavailable
            If the import may still count.
        """
        partition = table_keys.open_imports_partition(self._tenant)
        requests = [delete_request(partition, kind + import_id) for kind in (_ANNOUNCED, _BEGUN)]
        if write_all(self._table, requests, self._patience):
            raise StoreUnavailable(f"the import {import_id} still counts as unfinished")

    def unfinished(self, *, most: int, announced_since: dt.datetime, now: dt.datetime) -> set[str]:
        """Return the ids of the imports that count now.

        Parameters
        ----------
        most : int
            Maximum number of announced and of started imports to read.
        announced_since : datetime
            An import that was announced earlier and has not started does not count.
        """
        partition = table_keys.open_imports_partition(self._tenant)
        found = set()
        oldest = _ANNOUNCED + table_keys.time_ordered_id(announced_since, "")
        for first, kind in ((oldest, _ANNOUNCED), (_BEGUN, _BEGUN)):
            last = f"{kind}~"
            # Newest first: DynamoDB removes expired items late, and they are the oldest.
            for item in self._table.query(
                partition, between=(first, last), descending=True, limit=most
            ):
                if int(item["ttl"]["N"]) > now.timestamp():
                    found.add(item["sk"]["S"].removeprefix(kind))
        return found

    def add_bytes(self, day: dt.date, size: int) -> int:
        """Add to the uploaded bytes of a day and return the sum; a negative size subtracts."""
        expires_at = dt.datetime.combine(day, dt.time(), dt.UTC) + BYTES_KEPT
        return self._table.count(
            table_keys.uploaded_partition(self._tenant),
            day.isoformat(),
            size,
            expires_at=int(expires_at.timestamp()),
        )

    def bytes_of(self, day: dt.date) -> int:
        """Return the number of bytes that were uploaded on a day."""
        item = self._table.get(table_keys.uploaded_partition(self._tenant), day.isoformat())
        return 0 if item is None else int(item["counted"]["N"])

    def _put(self, sort: str, until: dt.datetime) -> None:
        values = {"ttl": int(until.timestamp())}
        self._table.put(to_item(table_keys.open_imports_partition(self._tenant), sort, values))
