"""moto's DynamoDB, quicker and one request at a time.

It sorts the whole table at each query to read one partition of it; here it reads that one. What it
answers stays the same. Tables of some thousand items would else take most of the time that tests
take. And it checks the conditions of a transaction before it writes, with nothing to keep another
thread from writing in between, which DynamoDB has; here requests wait for each other.
"""

from __future__ import annotations

import inspect
import threading
from typing import Any

from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

_answering = threading.RLock()
_call_action = DynamoHandler.call_action
_asked = threading.local()
_query, _all_items = Table.query, Table.all_items
_signature = inspect.signature(_query)


def install() -> None:
    """From now on, in this process."""
    Table.query = _query_of_a_partition  # type: ignore[method-assign]
    Table.all_items = _items_of_the_partition  # type: ignore[method-assign]
    DynamoHandler.call_action = _one_at_a_time  # type: ignore[method-assign]


def _one_at_a_time(*given: Any) -> Any:
    with _answering:
        return _call_action(*given)


def _query_of_a_partition(*given: Any, **more: Any) -> Any:
    asked = _signature.bind(*given, **more).arguments
    _asked.partition = None if asked.get("index_name") else asked["hash_key"]
    try:
        return _query(*given, **more)
    finally:
        _asked.partition = None


def _items_of_the_partition(self: Table) -> list[Any]:
    partition = getattr(_asked, "partition", None)
    if partition is None or not self.range_key_attr:
        return _all_items(self)
    return list(self.items[partition].values()) if partition in self.items else []
