"""moto's DynamoDB, faster, and with one request at a time.

For each query moto sorts the whole table; here it reads one partition. It converts each attribute
of an answer by the description of DynamoDB's API, which is most of the time of a read; here an
answer with items, which is in the form of the API already, becomes JSON at once. The answers stay
the same (`tests/contract` compares them with those of DynamoDB Local).

moto checks the conditions of a transaction before it writes, and another thread can write in
between. DynamoDB excludes that; here each request waits for the one before.
"""

from __future__ import annotations

import base64
import inspect
import json
import threading
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult

_answering = threading.RLock()
_call_action = DynamoHandler.call_action
_asked = threading.local()
_execute_result = ActionResult.execute_result
_WITH_ITEMS = {"Item", "Items", "Responses"}
_query, _all_items = Table.query, Table.all_items
_signature = inspect.signature(_query)


def install() -> None:
    """From now on, in this process."""
    Table.query = _query_of_a_partition  # type: ignore[method-assign]
    Table.all_items = _items_of_the_partition  # type: ignore[method-assign]
    DynamoHandler.call_action = _one_at_a_time  # type: ignore[method-assign]
    DynamoResult.execute_result = _answer  # type: ignore[method-assign]


def _one_at_a_time(*given: Any) -> Any:
    with _answering:
        return _call_action(*given)


def _answer(self: DynamoResult, context: Any) -> Any:
    if not _WITH_ITEMS & self.result.keys():  # type: ignore[attr-defined]
        return _execute_result(self, context)
    body = json.dumps(self.result, default=_binary)
    return 200, {"Content-Type": "application/x-amz-json-1.0"}, body


def _binary(value: bytes) -> str:
    return base64.b64encode(value).decode()


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
