"""Delete expired rows and files of a data directory at intervals."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from chalicelib.local.database import Database
from chalicelib.local.database_rows import Transaction
from chalicelib.local.event_sources import Source
from chalicelib.local.versioned_files import Files

EVERY_SECONDS = 600.0
GRACE_SECONDS = 86_400
"""How long expired rows are kept, in case the clock was ahead for a while."""

AT_ONCE = 2_000


class Housekeeper(Source):
    """Deletes expired rows and files.

    `clock`: seconds since 1970.
    """

    def __init__(
        self,
        database: Database,
        files: Files,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("housekeeping", poll_seconds=1.0)
        self._database = database
        self._files = files
        self._clock = clock
        self._monotonic = monotonic
        self._next = monotonic() + EVERY_SECONDS

    def work(self) -> bool:
        """Delete expired data if it is time."""
        if self._monotonic() < self._next:
            return False
        self._next = self._monotonic() + EVERY_SECONDS
        self.tidy()
        return False

    def tidy(self) -> None:
        """Delete everything that expired more than `GRACE_SECONDS` ago."""
        expired = int(self._clock()) - GRACE_SECONDS
        self._files.remove_expired(expired)
        due = self._database.rows(
            "SELECT pk FROM partitions WHERE expires_from IS NOT NULL AND expires_from <= ?",
            (expired,),
        )
        for (partition,) in due:
            while self._database.write(partial(_remove, partition=partition, until=expired)):
                if self._stopping.is_set():
                    return


def _remove(transaction: Transaction, *, partition: str, until: int) -> bool:
    """Delete some expired rows of a partition; return whether there may be more."""
    found = transaction.connection.execute(
        "SELECT sk FROM items WHERE pk = ? AND expires_at <= ? LIMIT ?", (partition, until, AT_ONCE)
    ).fetchall()
    for (sort,) in found:
        transaction.delete(partition, sort, expired=True)
    if len(found) == AT_ONCE:
        return True
    (earliest,) = transaction.connection.execute(
        "SELECT MIN(expires_at) FROM items WHERE pk = ?", (partition,)
    ).fetchone()
    transaction.expires_from(partition, earliest)
    return False
