"""A layer under botocore that injects faults, is as strict as DynamoDB, and counts units.

moto and DynamoDB Local accept calls that DynamoDB rejects, never throttle, and never lose an
answer. This layer is between a client and either of them, at botocore's `before-send`. A seed
determines the faults, so that a failed run can be repeated.
"""

from __future__ import annotations

import io
import json
import os
import random
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from moto.core.models import botocore_stubber

from tests.faults.capacity import Bill, Item, item_bytes, key_of, significant_digits

MAX_BATCH = 25
MAX_BATCH_BYTES = 16 * 1024 * 1024
MAX_ITEM_BYTES = 400 * 1024
MAX_DIGITS = 38
MAX_EXPONENT = 125

Backend = Callable[[AWSPreparedRequest], AWSResponse]


class Crash(BaseException):
    """Stands for the end of the process: no code may catch it."""


@dataclass(frozen=True)
class Faults:
    """The share of calls with each fault; a call has at most one fault.

    Attributes
    ----------
    throttled : float
        Rejected with ``ProvisionedThroughputExceededException``, without effect.
    failed : float
        Answered with 500, without effect.
    cut : float
        The connection breaks before the call has any effect.
    lost : float
        The call takes effect, then the connection breaks or times out.
    left_over : float
        Some writes of a batch, sometimes all, are returned as unprocessed.
    slow : float
        Answered after `slow_seconds`.
    """

    throttled: float = 0.0
    failed: float = 0.0
    cut: float = 0.0
    lost: float = 0.0
    left_over: float = 0.0
    slow: float = 0.0
    slow_seconds: float = 2.5


@dataclass
class FaultLayer:
    """The layer of one client.

    Attributes
    ----------
    faults : Faults
        May be replaced at any time.
    seed : int
    dies_at : int
        Kills this process with SIGKILL at this call, from 1, before it has any effect; 0 for never.
    crashes_in : int
        Raises `Crash` after this number of calls, before or after the call takes effect, depending
        on the seed; 0 for never. For tests that continue in the same process.
    page : int
        Maximum items of a query page, to test paging; 0 for the engine's limit.
    now : callable, optional
        A clock. With it, the layer checks that a batch after a rejected one comes later.
    changed : list of (str, str)
        Keys of written or deleted items, like the records of a stream.
    sleep : callable, optional
        Advances the time for slow answers.
    bill : Bill
    suffered : list of str
        The names of the faults, in their order.
    """

    faults: Faults = field(default_factory=Faults)
    seed: int = 0
    dies_at: int = 0
    crashes_in: int = 0
    page: int = 0
    now: Callable[[], float] | None = None
    changed: list[tuple[str, str]] = field(default_factory=list)
    sleep: Callable[[float], None] | None = None
    bill: Bill = field(default_factory=Bill)
    suffered: list[str] = field(default_factory=list)
    calls: int = 0

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)
        self._backend: Backend | None = None
        self._not_taken_at = float("-inf")

    def attach(self, client: Any) -> None:
        """Attach to a client of DynamoDB; behind it is moto if active, or a real endpoint."""
        events = client.meta.events
        if "://dynamodb." in client.meta.endpoint_url:
            events.unregister("before-send", botocore_stubber)
            self._backend = lambda request: botocore_stubber("before-send.dynamodb", request)
        else:
            self._backend = client._endpoint.http_session.send
        events.register_first("before-send.dynamodb", self._answer)

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        text = target.decode() if isinstance(target, bytes) else target
        operation = text.rpartition(".")[2]
        body = json.loads(request.body)
        self.calls += 1
        self.bill.calls[operation] += 1
        if self.calls == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.crashes_in:
            self.crashes_in -= 1
            if not self.crashes_in:
                if self._draw.random() < 0.5:
                    self._pass_on(request, operation, body)
                raise Crash
        if operation == "BatchWriteItem" and self.now is not None:
            assert self.now() > self._not_taken_at, "a batch is sent again without a pause"
        if operation == "Query" and self.page:
            body["Limit"] = min(body.get("Limit", self.page), self.page)
            request = _with_body(request, body)
        wrong = _wrong_with(operation, body, len(request.body))
        if wrong:
            return _error(request, "ValidationException", wrong)
        fault = self._fault(operation)
        if fault not in ("", "slow", "lost") and operation == "BatchWriteItem" and self.now:
            self._not_taken_at = self.now()
        match fault:
            case "throttled":
                return _error(request, "ProvisionedThroughputExceededException", "too fast")
            case "failed":
                return _error(request, "InternalServerError", "our fault", status=500)
            case "cut":
                raise EndpointConnectionError(endpoint_url=request.url)
            case "lost":
                self._pass_on(request, operation, body)
                if self._draw.random() < 0.5:
                    raise ReadTimeoutError(endpoint_url=request.url)
                raise ConnectionClosedError(endpoint_url=request.url)
            case "left_over":
                return self._leave_over(request, body)
            case "slow":
                if self.sleep is not None:
                    self.sleep(self.faults.slow_seconds)
        return self._pass_on(request, operation, body)

    def _fault(self, operation: str) -> str:
        drawn = self._draw.random()
        for name in ("throttled", "failed", "cut", "lost", "slow", "left_over"):
            share = getattr(self.faults, name)
            if name == "left_over" and operation != "BatchWriteItem":
                continue
            if drawn < share:
                self.suffered.append(name)
                return name
            drawn -= share
        return ""

    def _pass_on(
        self, request: AWSPreparedRequest, operation: str, body: dict[str, Any]
    ) -> AWSResponse:
        assert self._backend is not None, "the layer is attached to no client"
        response = self._backend(request)
        told = json.loads(response.content or b"{}")
        self._charge(operation, body, told, response.status_code)
        return response

    def _leave_over(self, request: AWSPreparedRequest, body: dict[str, Any]) -> AWSResponse:
        """Write some items of a batch in random order; return the others as unprocessed."""
        ((table, writes),) = body["RequestItems"].items()
        shuffled = self._draw.sample(writes, len(writes))
        left = shuffled[: self._draw.randint(1, len(writes))]
        taken = shuffled[len(left) :]
        if taken:
            smaller = body | {"RequestItems": {table: taken}}
            self._pass_on(_with_body(request, smaller), "BatchWriteItem", smaller)
        return _response(request, 200, {"UnprocessedItems": {table: left}})

    def _charge(self, operation: str, body: dict[str, Any], told: Item, status: int) -> None:
        rejected = "ConditionalCheckFailed" in str(told.get("__type", ""))
        consistent = bool(body.get("ConsistentRead"))
        match operation:
            case "PutItem" if status == 200:
                self.changed.append(key_of(body["Item"]))
                self.bill.written(body["Item"])
            case "TransactWriteItems" if status == 200:
                for put in body["TransactItems"]:
                    self.changed.append(key_of(put["Put"]["Item"]))
                    self.bill.written_together(put["Put"]["Item"])
            case "PutItem" if rejected:
                self.bill.rejected(body["Item"])
            case "UpdateItem" if status == 200:
                self.changed.append(key_of(body["Key"]))
                self.bill.updated(body["Key"])
            case "UpdateItem" if rejected:
                self.bill.rejected(body["Key"])
            case "DeleteItem" if status == 200:
                self.changed.append(key_of(body["Key"]))
                self.bill.removed(body["Key"])
            case "DeleteItem" if rejected:
                self.bill.rejected(body["Key"])
            case "BatchWriteItem" if status == 200:
                for write in _writes_of(body):
                    if "PutRequest" in write:
                        item = write["PutRequest"]["Item"]
                        self.bill.written(item)
                    else:
                        item = write["DeleteRequest"]["Key"]
                        self.bill.removed(item)
                    self.changed.append(key_of(item))
            case "GetItem" if status == 200:
                found = [told["Item"]] if "Item" in told else []
                self.bill.read(body["Key"]["pk"]["S"], found, consistent=consistent)
            case "Query" if status == 200:
                partition = body["ExpressionAttributeValues"][":pk"]["S"]
                self.bill.read(partition, told["Items"], consistent=consistent)


def _writes_of(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for writes in body["RequestItems"].values():
        yield from writes


def _wrong_with(operation: str, body: dict[str, Any], size: int) -> str:
    """The reason why DynamoDB would reject a call; empty if it would not."""
    items: list[Item] = []
    if operation == "BatchWriteItem":
        writes = list(_writes_of(body))
        if not 1 <= len(writes) <= MAX_BATCH:
            return f"{len(writes)} writes in a batch; from 1 to {MAX_BATCH} are allowed"
        if size > MAX_BATCH_BYTES:
            return "a batch above 16 MB"
        keys = [
            key_of(
                write["PutRequest"]["Item"]
                if "PutRequest" in write
                else write["DeleteRequest"]["Key"]
            )
            for write in writes
        ]
        if len(set(keys)) != len(keys):
            return "Provided list of item keys contains duplicates"
        items = [write["PutRequest"]["Item"] for write in writes if "PutRequest" in write]
    elif operation == "PutItem":
        items = [body["Item"]]
    for item in items:
        if item_bytes(item) > MAX_ITEM_BYTES:
            return "Item size has exceeded the maximum allowed size"
        for value in item.values():
            wrong = _wrong_number(value)
            if wrong:
                return wrong
    return ""


def _wrong_number(value: Item) -> str:
    ((kind, held),) = value.items()
    match kind:
        case "N":
            try:
                exponent = f"{float(held):e}".rpartition("e")[2]
            except ValueError:
                return "The parameter cannot be converted to a numeric value"
            if not exponent.lstrip("+-").isdigit() or abs(int(exponent)) > MAX_EXPONENT:
                return "Number overflow"
            if len(significant_digits(held)) > MAX_DIGITS:
                return "Attempting to store more than 38 significant digits in a Number"
        case "NS":
            return next(filter(None, (_wrong_number({"N": one}) for one in held)), "")
        case "L":
            return next(filter(None, map(_wrong_number, held)), "")
        case "M":
            return next(filter(None, map(_wrong_number, held.values())), "")
    return ""


class _Raw(io.BytesIO):
    """A response body for botocore."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield the whole body."""
        if left := self.read():
            yield left


def _response(request: AWSPreparedRequest, status: int, told: dict[str, Any]) -> AWSResponse:
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-RequestId": "FAULT"}
    return AWSResponse(request.url, status, headers, _Raw(json.dumps(told).encode()))


def _error(
    request: AWSPreparedRequest, code: str, message: str, *, status: int = 400
) -> AWSResponse:
    told = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message}
    return _response(request, status, told)


def _with_body(request: AWSPreparedRequest, body: dict[str, Any]) -> AWSPreparedRequest:
    data = json.dumps(body).encode()
    headers = request.headers
    headers["Content-Length"] = str(len(data))
    return AWSPreparedRequest(request.method, request.url, headers, data, False)
