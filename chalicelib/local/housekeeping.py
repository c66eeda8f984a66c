"""What a data directory needs from time to time: what has expired is removed."""

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
"""Rows stay for so long after they have expired: a clock that jumped on for an hour costs none."""

AT_ONCE = 2_000


class Housekeeper(Source):
    """Removes what has expired.

    Parameters
    ----------
    database : Database
    files : Files
    clock : callable
        Seconds since 1970.
    monotonic : callable
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
        """Tidy up if it is time."""
        if self._monotonic() < self._next:
            return False
        self._next = self._monotonic() + EVERY_SECONDS
        self.tidy()
        return False

    def tidy(self) -> None:
        """Remove what expired more than `GRACE_SECONDS` ago."""
        over = int(self._clock()) - GRACE_SECONDS
        self._files.remove_expired(over)
        due = self._database.rows(
            "SELECT pk FROM partitions WHERE expires_from IS NOT NULL AND expires_from <= ?",
            (over,),
        )
        for (partition,) in due:
            while self._database.write(partial(_remove, partition=partition, over=over)):
                if self._stopping.is_set():
                    return


def _remove(transaction: Transaction, *, partition: str, over: int) -> bool:
    """Remove some rows of a partition; whether there may be more."""
    found = transaction.connection.execute(
        "SELECT sk FROM items WHERE pk = ? AND expires_at <= ? LIMIT ?", (partition, over, AT_ONCE)
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
