"""A DynamoDB client that fails as DynamoDB does: throttles, leaves items over, loses answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from chalicelib.storage.writer import Patience

Fault = Callable[[Any, dict[str, Any]], dict[str, Any]]


def client_error(code: str, status: int = 400) -> ClientError:
    """An error as botocore makes it from an answer."""
    return ClientError(
        {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}},
        "BatchWriteItem",
    )


def works(client: Any, request: dict[str, Any]) -> dict[str, Any]:
    """The call goes through."""
    return client.batch_write_item(**request)


def leaves_over(count: int) -> Fault:
    """The last `count` items of the batch come back as unprocessed."""

    def fault(client: Any, request: dict[str, Any]) -> dict[str, Any]:
        ((table, requests),) = request["RequestItems"].items()
        taken, left = requests[: len(requests) - count], requests[len(requests) - count :]
        if taken:
            client.batch_write_item(RequestItems={table: taken})
        return {"UnprocessedItems": {table: left} if left else {}}

    return fault


def fails(error: Exception) -> Fault:
    """Nothing is written, the error is raised."""

    def fault(_client: Any, _request: dict[str, Any]) -> dict[str, Any]:
        raise error

    return fault


def throttled(_client: Any, _request: dict[str, Any]) -> dict[str, Any]:
    """Nothing is written, the table is throttled."""
    raise client_error("ProvisionedThroughputExceededException")


def unreachable(_client: Any, _request: dict[str, Any]) -> dict[str, Any]:
    """Nothing is written, there is no connection."""
    raise EndpointConnectionError(endpoint_url="https://dynamodb")


def answer_lost(client: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Everything is written, but the answer never comes."""
    client.batch_write_item(**request)
    raise ReadTimeoutError(endpoint_url="https://dynamodb")


@dataclass
class FaultyClient:
    """A client whose batch writes follow a script; behind its end every call works.

    Attributes
    ----------
    client : botocore client
        What does the work.
    script : iterable of Fault
        One per call of ``batch_write_item``.
    calls : list of list
        The requests of each batch.
    """

    client: Any
    script: Iterator[Fault]
    calls: list[list[dict[str, Any]]] = field(default_factory=list)

    def batch_write_item(self, **request: Any) -> dict[str, Any]:
        """Follow the script."""
        (requests,) = request["RequestItems"].values()
        self.calls.append(requests)
        return next(self.script)(self.client, request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


def scripted(client: Any, *faults: Fault, then: Fault = works) -> FaultyClient:
    """A client that fails so, and then always like `then`."""
    return FaultyClient(client, chain(faults, repeat(then)))


@dataclass(frozen=True)
class FaultySession:
    """A session like another, but for its client of DynamoDB."""

    session: Any
    dynamodb: FaultyClient

    def client(self, name: str, **options: Any) -> Any:
        """A client."""
        return self.dynamodb if name == "dynamodb" else self.session.client(name, **options)


@dataclass
class FakeTime:
    """A clock that only sleeping moves; draws are always the same."""

    now: float = 1000.0
    draw: float = 0.5
    pauses: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.pauses.append(seconds)
        self.now += seconds

    def patience(self, budget_seconds: float = 8.0) -> Patience:
        """Patience on this clock."""
        return Patience(
            budget_seconds=budget_seconds,
            sleep=self.sleep,
            jitter=lambda: self.draw,
            monotonic=lambda: self.now,
        )
