"""The writer loses no item: it writes every item or returns its key."""

from __future__ import annotations

import math
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage.dynamodb_table import DynamoDbTable
from chalicelib.storage.writer import delete_request, key_of, persist, put_request, write_all
from tests.faulty import (
    FakeTime,
    Fault,
    FaultyClient,
    answer_lost,
    client_error,
    fails,
    leaves_over,
    scripted,
    throttled,
    unreachable,
    works,
)


class Shelf:
    """A minimal table that rejects the same batches as DynamoDB."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], dict[str, Any]] = {}

    def batch_write_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        (requests,) = RequestItems.values()
        keys = [self._key(request) for request in requests]
        assert 1 <= len(requests) <= 25
        assert len(set(keys)) == len(keys), "DynamoDB rejects a key twice in a batch"
        for key, request in zip(keys, requests, strict=True):
            if "PutRequest" in request:
                self.items[key] = request["PutRequest"]["Item"]
            else:
                self.items.pop(key, None)
        return {"UnprocessedItems": {}}

    @staticmethod
    def _key(request: dict[str, Any]) -> tuple[str, str]:
        ((_, what),) = request.items()
        keys = what.get("Item") or what["Key"]
        return keys["pk"]["S"], keys["sk"]["S"]


def put(number: int, value: str = "x") -> dict[str, Any]:
    return put_request({"pk": {"S": "p"}, "sk": {"S": f"{number:03d}"}, "v": {"S": value}})


def write(
    *faults: Fault, count: int = 60, then: Fault | None = None, time: FakeTime | None = None
) -> tuple[Shelf, FaultyClient, frozenset[tuple[str, str]]]:
    shelf = Shelf()
    client = scripted(shelf, *faults, **({"then": then} if then else {}))
    unwritten = write_all(
        DynamoDbTable(client, "t"), [put(n) for n in range(count)], (time or FakeTime()).patience()
    )
    return shelf, client, unwritten


def numbers(batch: list[dict[str, Any]]) -> list[int]:
    return [int(key_of(request)[1]) for request in batch]


def test_everything_goes_out_in_batches_of_25() -> None:
    shelf, client, unwritten = write()
    assert [len(batch) for batch in client.calls] == [25, 25, 10]
    assert len(shelf.items) == 60
    assert unwritten == frozenset()


def test_only_the_last_of_two_writes_to_a_key_is_sent() -> None:
    shelf = Shelf()
    requests = [put(1, "old"), put(2), delete_request("p", "002"), put(1, "new")]
    assert write_all(DynamoDbTable(shelf, "t"), requests, FakeTime().patience()) == frozenset()
    assert [item["v"]["S"] for item in shelf.items.values()] == ["new"]


@pytest.mark.parametrize(
    "fault",
    [
        leaves_over(3),
        leaves_over(25),
        throttled,
        unreachable,
        answer_lost,
        fails(client_error("ThrottlingException")),
        fails(client_error("RequestLimitExceeded")),
        fails(client_error("InternalServerError", 500)),
        fails(client_error("WhateverElse", 503)),
    ],
)
def test_transient_failures_are_retried_until_the_write_succeeds(fault: Fault) -> None:
    shelf, _, unwritten = write(fault, fault, fault)
    assert len(shelf.items) == 60
    assert unwritten == frozenset()


def test_only_unprocessed_writes_are_sent_again() -> None:
    _, client, _ = write(leaves_over(3), count=25)
    assert [len(batch) for batch in client.calls] == [25, 3]


def test_unprocessed_writes_are_retried_after_all_other_writes() -> None:
    _, client, _ = write(leaves_over(3), count=30)
    assert [numbers(batch) for batch in client.calls] == [
        [*range(25)],
        [*range(25, 30), 22, 23, 24],
    ]


def test_an_unavailable_store_stops_the_writer_within_its_time_limit() -> None:
    time = FakeTime()
    shelf, _, unwritten = write(then=unreachable, time=time)
    assert len(unwritten) == 60
    assert shelf.items == {}
    assert time.now <= 1000 + 8


@pytest.mark.parametrize("left", [1, 10, 24])
def test_the_result_lists_exactly_the_unwritten_keys(left: int) -> None:
    shelf, _, unwritten = write(leaves_over(left), leaves_over(0), then=throttled)
    written = {("p", f"{number:03d}") for number in range(60)} - unwritten
    assert written == set(shelf.items)
    assert 0 < len(unwritten) < 60


@pytest.mark.parametrize("seconds", [4, 5])
def test_no_batch_is_sent_after_the_time_limit(seconds: int) -> None:
    time = FakeTime()

    def slow(client: Any, request: dict[str, Any]) -> dict[str, Any]:
        time.now += seconds
        return works(client, request)

    shelf, client, unwritten = write(then=slow, time=time)
    assert (len(client.calls), len(shelf.items), len(unwritten)) == (2, 50, 10)


def test_one_batch_is_sent_even_with_a_time_limit_of_zero() -> None:
    shelf = Shelf()
    requests = [put(number) for number in range(30)]
    left = write_all(DynamoDbTable(shelf, "t"), requests, FakeTime().patience(0.0))
    assert (len(shelf.items), len(left)) == (25, 5)


@pytest.mark.parametrize(("budget", "pauses"), [(0.05, []), (0.051, [0.05])])
def test_the_writer_stops_before_a_pause_beyond_the_time_limit(
    budget: float, pauses: list[float]
) -> None:
    time = FakeTime(draw=1.0)
    client = scripted(Shelf(), throttled)
    write_all(DynamoDbTable(client, "t"), [put(1)], time.patience(budget))
    assert time.pauses == pytest.approx(pauses)


def test_pauses_are_reset_after_a_successful_batch() -> None:
    time = FakeTime()
    write(throttled, throttled, works, throttled, time=time, count=30)
    assert time.pauses == [0.025, 0.05, 0.025]


def test_pauses_have_a_maximum_length() -> None:
    assert FakeTime().patience().pause_seconds(5_000) == 1.0


def test_pauses_grow_exponentially_with_full_jitter() -> None:
    half, none = FakeTime(draw=0.5), FakeTime(draw=0.0)
    for time in (half, none):
        write(*[throttled] * 8, time=time, count=1)
    assert half.pauses == [0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    assert none.pauses == [0.0] * 8


@pytest.mark.parametrize(
    "code", ["ValidationException", "ResourceNotFoundException", "AccessDeniedException"]
)
def test_permanent_errors_are_raised(code: str) -> None:
    with pytest.raises(ClientError, match=code):
        write(fails(client_error(code)))


# --- retries of one call ----------------------------------------------------------------------


class Flaky:
    """A call that fails a number of times before it answers."""

    def __init__(self, failures: float, error: Exception | None = None) -> None:
        self.calls, self._failures = 0, failures
        self._error = error or StoreUnavailable("no answer")

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self._failures:
            raise self._error
        return "answer"


def test_a_call_is_retried_until_the_store_answers() -> None:
    time, call = FakeTime(), Flaky(3)
    assert persist(call, time.patience()) == "answer"
    assert time.pauses == [0.025, 0.05, 0.1]


def test_a_call_fails_before_a_pause_beyond_the_time_limit() -> None:
    time, call = FakeTime(draw=1.0), Flaky(math.inf)
    with pytest.raises(StoreUnavailable, match="no answer"):
        persist(call, time.patience(0.05 + 0.1 + 0.2))
    assert (call.calls, time.pauses) == (3, [0.05, 0.1])


def test_a_call_with_a_permanent_error_is_not_retried() -> None:
    call = Flaky(1, ValueError("wrong"))
    with pytest.raises(ValueError, match="wrong"):
        persist(call, FakeTime().patience())
    assert call.calls == 1
