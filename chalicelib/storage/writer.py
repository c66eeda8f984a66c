"""Writing many items without losing one: batches, backoff, and the exact list of what is missing.

Every write is a put or a delete of a whole item, so repeating one changes nothing; that is why a
batch whose answer was lost may simply be sent again.
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
    """How long and how politely the writer tries.

    Attributes
    ----------
    budget_seconds : float
        No call is started later than this after the first.
    base_seconds, cap_seconds : float
        The n-th pause in a row is drawn from [0, min(cap, base * 2**n)] ("full jitter").
    sleep, jitter, monotonic : callable
        Injected by tests; `jitter` draws from [0, 1).
    """

    budget_seconds: float = 8.0
    base_seconds: float = 0.05
    cap_seconds: float = 2.0
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    monotonic: Callable[[], float] = time.monotonic

    def pause_seconds(self, failures: int) -> float:
        """The pause after so many failures in a row."""
        return self.jitter() * min(self.cap_seconds, self.base_seconds * 2.0 ** min(failures, 30))


def put_request(item: Item) -> Request:
    """A request that writes an item whole."""
    return {"PutRequest": {"Item": item}}


def delete_request(partition: str, sort: str) -> Request:
    """A request that removes an item; fine if there is none."""
    return {"DeleteRequest": {"Key": {"pk": {"S": partition}, "sk": {"S": sort}}}}


def key_of(request: Request) -> Key:
    """Partition and sort key that a request writes to."""
    keys = request["PutRequest"]["Item"] if "PutRequest" in request else None
    if keys is None:
        keys = request["DeleteRequest"]["Key"]
    return keys["pk"]["S"], keys["sk"]["S"]


def persist(call: Callable[[], _T], patience: Patience) -> _T:
    """What a call gives, tried again while the store does not answer.

    Parameters
    ----------
    call : callable
        Doing it twice must change nothing.
    patience : Patience
        When to give up.

    Raises
    ------
    StoreUnavailable
        If the store still does not answer when the budget is used up.
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
    """Write everything, or say exactly what is not written.

    Of several requests for one key only the last is sent (DynamoDB refuses a batch that names a
    key twice, and the last one is what would remain).

    Parameters
    ----------
    table : Table
    requests : sequence of requests
        From `put_request` and `delete_request`.
    patience : Patience
        When to give up.

    Returns
    -------
    frozenset of (str, str)
        Keys that are not known to be written when the budget is used up.

    Raises
    ------
    Exception
        Of the store, where trying again cannot help: no such table, access denied, an item too
        large.
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
    """Send one batch; what of it is not known to be written."""
    try:
        left_over = table.write_batch([request for _, request in batch])
    except StoreUnavailable:
        return batch
    left = {key_of(request) for request in left_over}
    return [(key, request) for key, request in batch if key in left]
