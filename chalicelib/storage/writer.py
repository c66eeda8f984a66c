"""Batch writes with retries and backoff, and an exact list of the items that were not written.

Every write puts or deletes a whole item, so it is idempotent. A batch whose response was lost can
be sent again.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage.attributes import Item
from chalicelib.storage.table import Request, Table

Key = tuple[str, str]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Patience:
    """Time limit and pauses for retries."""

    budget_seconds: float = 8.0
    """No call starts later than this after the first call."""
    base_seconds: float = 0.05
    cap_seconds: float = 2.0
    """The n-th consecutive pause is drawn from [0, min(cap, base * 2**n)] ("full jitter")."""
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    monotonic: Callable[[], float] = time.monotonic
    """Replaced in tests; `jitter` draws from [0, 1)."""

    def pause_seconds(self, failures: int) -> float:
        """Return the pause after this number of consecutive failures."""
        return self.jitter() * min(self.cap_seconds, self.base_seconds * 2.0 ** min(failures, 30))


def put_request(item: Item) -> Request:
    """Return a request that writes a whole item."""
    return {"PutRequest": {"Item": item}}


def delete_request(partition: str, sort: str) -> Request:
    """Return a request that deletes an item; it does nothing if the item does not exist."""
    return {"DeleteRequest": {"Key": {"pk": {"S": partition}, "sk": {"S": sort}}}}


def key_of(request: Request) -> Key:
    """Return the partition key and sort key of a request."""
    keys = request["PutRequest"]["Item"] if "PutRequest" in request else None
    if keys is None:
        keys = request["DeleteRequest"]["Key"]
    return keys["pk"]["S"], keys["sk"]["S"]


def persist(call: Callable[[], _T], patience: Patience) -> _T:
    """Return the result of a call; retry it while the store is unavailable.

    `call`: must be idempotent.

    Raises
    ------
    StoreUnavailable
        If the store is still unavailable when the time limit is reached.
    """
    give_up_at = patience.monotonic() + patience.budget_seconds
    failures = 0
    while True:
        try:
            return call()
        except StoreUnavailable:
            pause = patience.pause_seconds(failures)
            if patience.monotonic() + pause >= give_up_at:
                raise
        failures += 1
        patience.sleep(pause)


def write_all(table: Table, requests: Sequence[Request], patience: Patience) -> frozenset[Key]:
    """Write all requests; return the keys of those that were not written.

    Of several requests for one key only the last is sent. DynamoDB rejects a batch that contains a
    key twice, and the last request determines the final item.

    `requests`: from `put_request` and `delete_request`.

    Returns
    -------
    frozenset of (str, str)
        Keys for which no write was confirmed when the time limit was reached.

    Raises
    ------
    Exception
        The store's error, if a retry cannot help: the table does not exist, access is denied, an
        item is too large.
    """
    latest = {key_of(request): request for request in requests}
    waiting = deque(latest.items())
    give_up_at = patience.monotonic() + patience.budget_seconds
    failures = 0
    first = True
    while waiting:
        if not first and patience.monotonic() >= give_up_at:
            break
        first = False
        batch = [waiting.popleft() for _ in range(min(table.batch_size, len(waiting)))]
        unwritten = _send(table, batch)
        waiting.extend(unwritten)
        if not unwritten:
            failures = 0
            continue
        pause = patience.pause_seconds(failures)
        failures += 1
        if patience.monotonic() + pause >= give_up_at:
            break
        patience.sleep(pause)
    return frozenset(key for key, _ in waiting)


def _send(table: Table, batch: list[tuple[Key, Request]]) -> list[tuple[Key, Request]]:
    """Send one batch; return the requests whose write was not confirmed."""
    try:
        left_over = table.write_batch([request for _, request in batch])
    except StoreUnavailable:
        return batch
    left = {key_of(request) for request in left_over}
    return [(key, request) for key, request in batch if key in left]
