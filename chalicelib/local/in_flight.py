"""Count the requests in progress."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator


class InFlight:
    """Counts the requests in progress, so that a stop can wait for them."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0
        self._rejecting = False

    @contextlib.contextmanager
    def one(self) -> Iterator[bool]:
        """Count a request while the block runs; yields False if it must be rejected."""
        with self._condition:
            accepted = not self._rejecting
            self._count += accepted
        try:
            yield accepted
        finally:
            with self._condition:
                self._count -= accepted
                self._condition.notify_all()

    def reject_new(self) -> None:
        """Reject new requests from now on."""
        with self._condition:
            self._rejecting = True

    def wait(self, seconds: float) -> None:
        """Wait until no request is in progress, for at most `seconds`."""
        with self._condition:
            self._condition.wait_for(lambda: self._count == 0, seconds)
