"""moto's DynamoDB, faster, and with one request at a time.

A test that uses the table spends most of its time around it. moto matches a request with the URLs
of all services, parses it as a web server does, reads a partition from the whole sorted table, and
converts each attribute of the answer by the description of DynamoDB's API; botocore signs what
never leaves the process, and checks each time how it describes itself. Here a request goes to
moto's handler at once, a query reads one partition, and the answer, which has the form of the API
already, becomes JSON. The answers stay the same: what the handler rejects goes the long way again,
for moto's own error, and `tests/contract` compares the table with DynamoDB Local.

What moto answers to other HTTP clients, for a thousand patterns of URLs, is made once, not whenever
moto starts, and requests to this machine are not compared with the patterns.

moto checks the conditions of a transaction before it writes, and another thread can write in
between. DynamoDB excludes that; here each request waits for the one before.
"""

from __future__ import annotations

import base64
import inspect
import json
import pickle
import threading
from typing import Any
from urllib.parse import urlsplit

from botocore import useragent
from botocore.signers import RequestSigner
from moto.core import DEFAULT_ACCOUNT_ID, responses_custom_registry
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.custom_responses_mock import CallbackResponse
from moto.core.models import MockAWS, botocore_stubber, responses_mock
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from tests import quick_items

_answering = threading.RLock()
_asked = threading.local()
_call_action = DynamoHandler.call_action
_process_request = BotocoreStubber.process_request
_sign = RequestSigner.sign
_find = responses_custom_registry.CustomRegistry.find
_enable_patching = MockAWS._enable_patching
_query, _all_items = Table.query, Table.all_items
_signature = inspect.signature(_query)

_AT_ONCE = {
    *("GetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem"),
    *("BatchGetItem", "BatchWriteItem", "TransactWriteItems"),
}
_HEADERS = {"Content-Type": "application/x-amz-json-1.0"}


def install() -> None:
    """From now on, in this process."""
    quick_items.install()
    Table.query = _query_of_a_partition  # type: ignore[method-assign]
    Table.all_items = _items_of_the_partition  # type: ignore[method-assign]
    DynamoHandler.call_action = _one_at_a_time  # type: ignore[method-assign]
    BotocoreStubber.process_request = _at_once  # type: ignore[method-assign]
    RequestSigner.sign = _sign_unless_dynamodb
    useragent.UserAgentString.to_string = lambda self: "likeworth-tests"
    MockAWS._enable_patching = _start_with_kept_responses
    responses_custom_registry.CustomRegistry.find = _find_unless_local


def is_empty(table: str, region: str) -> bool:
    """Whether a table has no items."""
    return not any(_table(table, region).items.values())


def copy_items(table: str, region: str) -> bytes:
    """All items of a table, for `put_items_back`; a thousand times faster than writing them."""
    return pickle.dumps(_table(table, region).items)


def put_items_back(table: str, region: str, items: bytes) -> None:
    """Replace all items of a table by those that `copy_items` returned."""
    _table(table, region).items = pickle.loads(items)  # noqa: S301 - made by this process


def _table(name: str, region: str) -> Table:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][region].tables[name]


class _Handler(DynamoHandler):
    """A handler of a request that has only its parameters."""

    current_account = DEFAULT_ACCOUNT_ID

    def __init__(self, region: str, parameters: dict[str, Any]) -> None:
        super().__init__()
        self.region = region
        self.body = self.params = parameters


def _at_once(self: BotocoreStubber, request: Any) -> Any:
    version, _, operation = _text(request.headers.get("X-Amz-Target", "")).partition(".")
    if version != "DynamoDB_20120810" or operation not in _AT_ONCE:
        return _process_request(self, request)
    region = (urlsplit(request.url).hostname or "").split(".")[1]
    hook = _decoded if b'"B":' in request.body else None
    handler = _Handler(region, json.loads(request.body, object_hook=hook))
    with _answering:
        try:
            result: ActionResult = getattr(handler, camelcase_to_underscores(operation))()
        except Exception:  # noqa: BLE001
            return _process_request(self, request)
    return 200, dict(_HEADERS), json.dumps(result.result or {}, default=_binary)


def _decoded(value: dict[str, Any]) -> dict[str, Any]:
    """A binary value as bytes; a map that has an attribute of this name holds no text there."""
    if len(value) == 1 and isinstance(value.get("B"), str):
        return {"B": base64.b64decode(value["B"])}
    return value


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _binary(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _sign_unless_dynamodb(
    self: RequestSigner, operation_name: str, request: Any, *more: Any
) -> Any:
    if ".amazonaws.com" in request.url and "://dynamodb." in request.url:
        return None
    return _sign(self, operation_name, request, *more)


def _one_at_a_time(*given: Any) -> Any:
    with _answering:
        return _call_action(*given)


_registered: dict[str, list[CallbackResponse]] = {}


def _start_with_kept_responses(self: MockAWS, *, reset: bool = True) -> None:
    if not _registered:
        _enable_patching(self, reset=reset)
        of_methods = responses_mock._registry._registered
        _registered.update((method, list(responses)) for method, responses in of_methods.items())
        return
    botocore_stubber.enabled = True
    if reset:
        self.reset()
    responses_mock.start()
    for method, responses in _registered.items():
        responses_mock._registry._registered[method].extend(responses)


def _find_unless_local(self: Any, request: Any) -> Any:
    if urlsplit(request.url).hostname == "127.0.0.1":
        return None, []
    return _find(self, request)


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
