"""Number of requests counted for each API key, per window."""

from __future__ import annotations

import datetime as dt

from chalicelib.storage import table_keys
from chalicelib.storage.table import Table

KEPT = dt.timedelta(hours=1)
"""How long a window is stored after its start; tolerates clock errors below this."""


class RateCounts:
    """The request counts of one tenant's API keys."""

    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._tenant = tenant

    def take(self, key_id: str, window: dt.datetime, requests: int) -> int:
        """Count requests in a key's window. The count is not limited here.

        Parameters
        ----------
        window : datetime
            Start of the window, in UTC.
        requests : int
            Number of requests to add.

        Returns
        -------
        int
            The total of the window, including these requests.

        Raises
        ------
        StoreUnavailable
            If the requests may or may not have been counted.
        """
        return self._table.count(
            table_keys.rate_partition(self._tenant, key_id),
            table_keys.rate_sort(window),
            requests,
            expires_at=int((window + KEPT).timestamp()),
        )
