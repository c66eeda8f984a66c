"""Alarms that were sent to a tenant's webhook, so that none is sent twice."""

from __future__ import annotations

import datetime as dt

from chalicelib.storage import table_keys
from chalicelib.storage.table import Table

KEPT = dt.timedelta(days=60)
"""How long an alarm is remembered; only alarms of the last days are sent."""


class AnnouncedAlarms:
    """The announced alarms of one tenant."""

    def __init__(self, table: Table, tenant: str) -> None:
        self._table = table
        self._partition = table_keys.alarms_partition(tenant)

    def claim(self, day: dt.date, *, now: dt.datetime) -> bool:
        """Record that the alarm of a day is announced; False if it was before."""
        return self._table.put_new(
            {
                "pk": {"S": self._partition},
                "sk": {"S": day.isoformat()},
                "ttl": {"N": str(int((now + KEPT).timestamp()))},
            }
        )
