"""The layer itself: its rejections, its units, and its faults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from moto import mock_aws

from tests.conftest import REGION, TABLE, create_table
from tests.faults.capacity import item_bytes, number_bytes, read_units, write_units
from tests.faults.layer import FaultLayer, Faults

ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})


@pytest.fixture
def layered() -> Iterator[tuple[Any, FaultLayer]]:
    """A client of an empty table, with a layer without faults."""
    with mock_aws():
        session = boto3.Session("testing", "testing", region_name=REGION)
        client = session.client("dynamodb", config=ONCE)
        create_table(client, stream=False)
        layer = FaultLayer(seed=1)
        layer.attach(client)
        yield client, layer


def item(number: int, **more: Any) -> dict[str, Any]:
    return {"pk": {"S": f"acme#{number % 3}"}, "sk": {"S": f"{number:04}"}, **more}


def puts(*items: dict[str, Any]) -> dict[str, Any]:
    return {"RequestItems": {TABLE: [{"PutRequest": {"Item": one}} for one in items]}}


def stored(client: Any, layer: FaultLayer) -> int:
    layer.faults = Faults()
    return int(client.scan(TableName=TABLE)["Count"])


@pytest.mark.parametrize(
    "items",
    [
        [item(n) for n in range(26)],
        [item(1), item(2), item(1)],
        [item(1, n={"N": "1" * 39})],
        [item(1, n={"N": "1e130"})],
        [item(1, n={"N": "NaN"})],
        [item(1, n={"M": {"deep": {"L": [{"N": "inf"}]}}})],
        [item(1, s={"S": "x" * 410_000})],
    ],
    ids=["26 writes", "a key twice", "39 digits", "1e130", "NaN", "deep", "400 kB"],
)
def test_the_layer_rejects_what_dynamodb_rejects(
    layered: tuple[Any, FaultLayer], items: list[dict[str, Any]]
) -> None:
    client, layer = layered
    with pytest.raises(ClientError, match="ValidationException"):
        client.batch_write_item(**puts(*items))
    assert stored(client, layer) == 0
    assert layer.bill.write_units == 0


@pytest.mark.parametrize("name", ["throttled", "failed", "cut"])
def test_these_faults_have_no_effect_on_the_store(
    layered: tuple[Any, FaultLayer], name: str
) -> None:
    client, layer = layered
    layer.faults = Faults(**{name: 1.0})
    with pytest.raises((ClientError, BotoCoreError)):
        client.put_item(TableName=TABLE, Item=item(1))
    assert layer.suffered == [name]
    assert stored(client, layer) == 0


def test_a_call_with_a_lost_answer_took_effect(layered: tuple[Any, FaultLayer]) -> None:
    client, layer = layered
    layer.faults = Faults(lost=1.0)
    for number in range(4):
        with pytest.raises(HTTPClientError):
            client.put_item(TableName=TABLE, Item=item(number))
    assert stored(client, layer) == 4


def test_unprocessed_items_of_a_batch_are_exactly_those_not_written(
    layered: tuple[Any, FaultLayer],
) -> None:
    client, layer = layered
    layer.faults = Faults(left_over=1.0)
    answer = client.batch_write_item(**puts(*map(item, range(20))))
    left = answer["UnprocessedItems"][TABLE]
    assert 0 < len(left) <= 20
    written = stored(client, layer)
    assert written == 20 - len(left)
    assert layer.bill.write_units == written


def test_the_seed_determines_which_calls_fail() -> None:
    def run() -> list[str]:
        layer = FaultLayer(Faults(throttled=0.3, lost=0.2), seed=7)
        for _ in range(2000):
            layer._fault("PutItem")
        return layer.suffered

    first = run()
    assert first == run()
    assert 500 < first.count("throttled") < 700
    assert 320 < first.count("lost") < 480


def test_item_sizes_follow_the_documentation() -> None:
    assert item_bytes({"pk": {"S": "ab"}, "n": {"N": "27"}}) == 2 + 2 + 1 + 2
    assert number_bytes("-27") == 3
    assert number_bytes("1e100") == 2
    assert number_bytes("123456.789") == 6
    assert item_bytes({"m": {"M": {"a": {"BOOL": True}}}}) == 1 + 3 + 1 + 1 + 1
    assert [write_units(size) for size in (0, 1, 1024, 1025, 2048)] == [1, 1, 1, 2, 2]
    assert read_units(4097, consistent=True) == 2
    assert read_units(100, consistent=False) == 0.5


def test_a_write_is_charged_for_the_larger_of_old_and_new_item(
    layered: tuple[Any, FaultLayer],
) -> None:
    client, layer = layered
    client.put_item(TableName=TABLE, Item=item(1, s={"S": "x" * 3000}))
    client.put_item(TableName=TABLE, Item=item(1))  # replaces three units
    assert layer.bill.write_units == 6
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        client.put_item(
            TableName=TABLE, Item=item(1), ConditionExpression="attribute_not_exists(pk)"
        )
    assert layer.bill.write_units == 7
    client.delete_item(TableName=TABLE, Key=item(1))
    assert layer.bill.write_units == 8
    client.get_item(TableName=TABLE, Key=item(1), ConsistentRead=True)
    assert layer.bill.read_units == 1
    assert layer.bill.calls == {"PutItem": 3, "DeleteItem": 1, "GetItem": 1}
    assert layer.bill.writes == {"acme#1": 8}
