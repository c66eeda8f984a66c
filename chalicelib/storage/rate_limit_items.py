"""How many requests each API key has been given, by window."""

from __future__ import annotations

import datetime as dt

from chalicelib.storage import table_keys
from chalicelib.storage.table import Table

KEPT = dt.timedelta(hours=1)
"""How long a window is kept after its start; a clock may be wrong by less than that."""


class RateCounts:
    """The windows of one tenant's API keys."""

    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._tenant = tenant

    def take(self, key_id: str, window: dt.datetime, requests: int) -> int:
        """Give out requests of a key's window.

        Parameters
        ----------
        window : datetime
            Its start, in UTC.
        requests : int

        Returns
        -------
        int
            How many have been given out with these, also above any limit.

        Raises
        ------
        StoreUnavailable
            They may have been given out none the less.
        """
        return self._table.count(
            table_keys.rate_partition(self._tenant, key_id),
            table_keys.rate_sort(window),
            requests,
            expires_at=int((window + KEPT).timestamp()),
        )
