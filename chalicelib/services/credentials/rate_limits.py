"""How many requests an API key may make: windows of a minute, counted in leases (ADR 25).

One item per key and window is the truth. A process takes some requests of it at a time and serves
them from memory, so that counting costs a small part of a write per request and no read.
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
"""So many of the largest leases make up the limit."""

ASKS_AGAIN_SECONDS = 5
"""How long a process goes without counting after the store has not answered: a call that waits for
it in vain takes seconds, and not every request shall."""

_WINDOW = dt.timedelta(seconds=WINDOW_SECONDS)
_MAX_HELD = 10_000

log = logging.getLogger(__name__)


class Counts(Protocol):
    """Where requests are given out: `storage.rate_limits.RateCounts`."""

    def take(self, key_id: str, window: dt.datetime, requests: int) -> int:
        """Give out requests of a window; how many have been given out with these."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What is known of a key's window after a request.

    Attributes
    ----------
    is_admitted : bool
    limit : int
        Requests per window.
    remaining : int, optional
        How many are left, unless other processes take them; None where it is not known.
    reset_seconds : int
        Until the next window begins, at least 1.
    """

    is_admitted: bool
    limit: int
    remaining: int | None
    reset_seconds: int


@dataclass(slots=True)
class _Held:
    """What a process holds of a key's window: `left` of its lease, `elsewhere` as it was then."""

    window: dt.datetime
    left: int = 0
    elsewhere: int = 0
    next_lease: int = 1
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, window: dt.datetime, limit: int) -> None:
        """Forget the window before."""
        self.window, self.left, self.elsewhere, self.next_lease = window, 0, limit, 1


class RateLimiter:
    """Counts the requests of one process.

    Parameters
    ----------
    limit : int
        Requests per key and window; 0 for as many as come.
    counts_of : callable
        Gives the counts of a tenant.
    """

    def __init__(self, limit: int, counts_of: Callable[[str], Counts]) -> None:
        self._limit = limit
        self._largest_lease = max(1, limit // LEASES_IN_LIMIT)
        self._counts_of = counts_of
        self._held: dict[tuple[str, str], _Held] = {}
        self._adding = threading.Lock()
        self._asks_again_at = dt.datetime.min.replace(tzinfo=dt.UTC)

    def admit(self, tenant: str, key_id: str, now: dt.datetime) -> Quota | None:
        """Count a request, and say whether it may go on.

        While the store does not answer requests go on, uncounted, and the log says so.

        Returns
        -------
        Quota or None
            None where there is no limit.
        """
        if self._limit <= 0:
            return None
        window = _window_of(now)
        held = self._held_of(tenant, key_id, window)
        with held.lock:
            # A thread that took its time a moment before another began the next window stays
            # with that one.
            if not window <= held.window <= window + _WINDOW:
                held.begin(window, self._limit)
            if not held.left and held.elsewhere:
                if now < self._asks_again_at:
                    return self._quota(True, None, held.window, now)
                try:
                    self._take_lease(held, tenant, key_id)
                except StoreUnavailable as error:
                    log.warning("requests of key %s go on uncounted: %s", key_id, error.detail)
                    self._asks_again_at = now + dt.timedelta(seconds=ASKS_AGAIN_SECONDS)
                    return self._quota(True, None, held.window, now)
            is_admitted = held.left > 0
            if is_admitted:
                held.left -= 1
            return self._quota(is_admitted, held.left + held.elsewhere, held.window, now)

    def _take_lease(self, held: _Held, tenant: str, key_id: str) -> None:
        """Take the next lease; of the last one in a window there may be only a part, or nothing.

        A lease is never larger than what the process has used before and one: what idle processes
        hold can never be more than what the key has used.
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
    """The start of the window: whole minutes of the clock, for all keys."""
    return now.astimezone(dt.UTC).replace(second=0, microsecond=0)
