"""What counts against a tenant's quotas of imports: those that are unfinished, and bytes by day.

An unfinished import has an item of its own, so that a worker that dies leaves one item behind that
expires, and never a counter that is wrong from then on.
"""

from __future__ import annotations

import datetime as dt

from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage import table_keys
from chalicelib.storage.attributes import to_item
from chalicelib.storage.table import Table
from chalicelib.storage.writer import Patience, delete_request, write_all

BEGUN_KEPT = dt.timedelta(days=1)
"""How long an import counts after it last began, if nothing says that it has ended."""

BYTES_KEPT = dt.timedelta(days=3)
_ANNOUNCED, _BEGUN = "announced#", "begun#"


class ImportQuotas:
    """The unfinished imports and the uploaded bytes of one tenant."""

    def __init__(self, table: Table, tenant: str, patience: Patience) -> None:
        self._table = table
        self._tenant = tenant
        self._patience = patience

    def announce(self, import_id: str, *, until: dt.datetime) -> None:
        """Count an import until then: when its file can no longer be uploaded."""
        self._put(_ANNOUNCED + import_id, until)

    def begin(self, import_id: str, *, now: dt.datetime) -> None:
        """Count an import until it ends."""
        self._put(_BEGUN + import_id, now + BEGUN_KEPT)

    def end(self, import_id: str) -> None:
        """Count an import no longer.

        Raises
        ------
        StoreUnavailable
            It may still count.
        """
        partition = table_keys.open_imports_partition(self._tenant)
        requests = [delete_request(partition, kind + import_id) for kind in (_ANNOUNCED, _BEGUN)]
        if write_all(self._table, requests, self._patience):
            raise StoreUnavailable(f"the import {import_id} still counts as unfinished")

    def unfinished(self, *, most: int, announced_since: dt.datetime, now: dt.datetime) -> set[str]:
        """Ids of the imports that count now.

        Parameters
        ----------
        most : int
            How many of each kind to read; there may be more.
        announced_since : datetime
            An import that was announced before and has not begun counts no longer.
        """
        partition = table_keys.open_imports_partition(self._tenant)
        found = set()
        oldest = _ANNOUNCED + table_keys.time_ordered_id(announced_since, "")
        for first, kind in ((oldest, _ANNOUNCED), (_BEGUN, _BEGUN)):
            last = f"{kind}~"
            # the newest first: expired ones, which DynamoDB removes late, are the oldest
            for item in self._table.query(
                partition, between=(first, last), descending=True, limit=most
            ):
                if int(item["ttl"]["N"]) > now.timestamp():
                    found.add(item["sk"]["S"].removeprefix(kind))
        return found

    def add_bytes(self, day: dt.date, size: int) -> int:
        """Count uploaded bytes of a day, or with a negative size take them back; the day's sum."""
        expires_at = dt.datetime.combine(day, dt.time(), dt.UTC) + BYTES_KEPT
        return self._table.count(
            table_keys.uploaded_partition(self._tenant),
            day.isoformat(),
            size,
            expires_at=int(expires_at.timestamp()),
        )

    def bytes_of(self, day: dt.date) -> int:
        """How many bytes were uploaded on a day."""
        item = self._table.get(table_keys.uploaded_partition(self._tenant), day.isoformat())
        return 0 if item is None else int(item["counted"]["N"])

    def _put(self, sort: str, until: dt.datetime) -> None:
        values = {"ttl": int(until.timestamp())}
        self._table.put(to_item(table_keys.open_imports_partition(self._tenant), sort, values))
