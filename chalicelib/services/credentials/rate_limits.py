"""Rate limits of API keys: requests per window of one minute, counted in leases (ADR 25).

One item per key and window holds the count. A process leases several requests at a time and counts
them in memory, so that a request costs a fraction of a write and no read.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from chalicelib.model.errors import StoreUnavailable

WINDOW_SECONDS = 60
LEASES_IN_LIMIT = 20
"""The limit divided by the size of the largest lease."""

RETRY_SECONDS = 5
"""How long a process admits requests uncounted after the store failed to answer.

A call to an unavailable store takes seconds; not every request should wait for one.
"""

_WINDOW = dt.timedelta(seconds=WINDOW_SECONDS)
_MAX_HELD = 10_000

log = logging.getLogger(__name__)


class Counts(Protocol):
    """The counts of requests per window: `storage.rate_limits.RateCounts`."""

    def take(self, key_id: str, window: dt.datetime, requests: int) -> int:
        """Lease requests of a window; return the number leased in it so far, with these."""


@dataclass(frozen=True, slots=True)
class Quota:
    """The state of a key's window after a request."""

    is_admitted: bool
    limit: int
    """Requests per window."""
    remaining: int | None
    """Requests left, unless other processes use them; None if unknown."""
    reset_seconds: int
    """Seconds until the next window begins, at least 1."""


@dataclass(slots=True)
class _Held:
    """A process's lease of a key's window: requests `left` in it, and `elsewhere` outside it."""

    window: dt.datetime
    left: int = 0
    elsewhere: int = 0
    next_lease: int = 1
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, window: dt.datetime, limit: int) -> None:
        """Replace the previous window."""
        self.window, self.left, self.elsewhere, self.next_lease = window, 0, limit, 1


class RateLimiter:
    """Counts the requests of one process.

    Parameters
    ----------
    limit : int
        Requests per key and window; 0 for no limit.
    counts_of : callable
        Returns the counts of a tenant.
    """

    def __init__(self, limit: int, counts_of: Callable[[str], Counts]) -> None:
        self._limit = limit
        self._largest_lease = max(1, limit // LEASES_IN_LIMIT)
        self._counts_of = counts_of
        self._held: dict[tuple[str, str], _Held] = {}
        self._adding = threading.Lock()
        self._retry_at = dt.datetime.min.replace(tzinfo=dt.UTC)

    def admit(self, tenant: str, key_id: str, now: dt.datetime) -> Quota | None:
        """Count a request and decide whether to admit it.

        While the store does not answer, requests are admitted uncounted and a warning is logged.

        The result is None if there is no limit.
        """
        if self._limit <= 0:
            return None
        window = _window_of(now)
        held = self._held_of(tenant, key_id, window)
        with held.lock:
            # A thread that read the clock just before another thread began the next window uses
            # the newer window.
            if not window <= held.window <= window + _WINDOW:
                held.begin(window, self._limit)
            if not held.left and held.elsewhere:
                if now < self._retry_at:
                    return self._quota(True, None, held.window, now)
                try:
                    self._take_lease(held, tenant, key_id)
                except StoreUnavailable as error:
                    log.warning(
                        "requests of key %s are admitted uncounted: %s", key_id, error.detail
                    )
                    self._retry_at = now + dt.timedelta(seconds=RETRY_SECONDS)
                    return self._quota(True, None, held.window, now)
            is_admitted = held.left > 0
            if is_admitted:
                held.left -= 1
            return self._quota(is_admitted, held.left + held.elsewhere, held.window, now)

    def _take_lease(self, held: _Held, tenant: str, key_id: str) -> None:
        """Take the next lease; the last one in a window may be partial or empty.

        A lease is at most one larger than the number of requests that the process used before.
        Idle processes therefore never hold more requests than the key has used.
        """
        lease = min(held.next_lease, self._largest_lease)
        taken = self._counts_of(tenant).take(key_id, held.window, lease)
        held.left = max(0, min(lease, self._limit - (taken - lease)))
        held.elsewhere = max(0, self._limit - taken)
        held.next_lease = 2 * lease

    def _held_of(self, tenant: str, key_id: str, window: dt.datetime) -> _Held:
        held = self._held.get((tenant, key_id))
        if held is not None:
            return held
        with self._adding:
            if len(self._held) >= _MAX_HELD:
                self._held = {one: it for one, it in self._held.items() if it.window >= window}
            fresh = _Held(window, elsewhere=self._limit)
            return self._held.setdefault((tenant, key_id), fresh)

    def _quota(
        self, is_admitted: bool, remaining: int | None, window: dt.datetime, now: dt.datetime
    ) -> Quota:
        left = (window + _WINDOW - now).total_seconds()
        return Quota(is_admitted, self._limit, remaining, max(1, math.ceil(left)))


def _window_of(now: dt.datetime) -> dt.datetime:
    """Return the start of the window: whole UTC minutes, for all keys."""
    return now.astimezone(dt.UTC).replace(second=0, microsecond=0)
