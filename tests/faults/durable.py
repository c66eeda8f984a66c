"""DynamoDB and S3 in files: the effect of a call remains if its process is killed afterwards.

They support only what imports need, and are as strict as the real services where it matters here:
at most 25 writes in a batch, no duplicate keys in it, pages, conditions.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.faulty import client_error

When = Literal["before", "halfway", "after"]
"""When a process is killed: before a call has any effect, with half of a batch written, or after
all effects but before the answer."""

Item = dict[str, Any]
_PAGE = 200


@dataclass
class Death:
    """Kills this process at one of its calls.

    Attributes
    ----------
    at : int
        The number of the call, from 1; 0 for never.
    when : {'before', 'halfway', 'after'}
    calls : int
        Number of calls so far.
    divisible : list of int
        Numbers of the calls so far that have a half.
    """

    at: int = 0
    when: When = "before"
    calls: int = 0
    divisible: list[int] = field(default_factory=list)

    def around(self, call: Callable[[], Any], half: Callable[[], Any] | None = None) -> Any:
        """Make a call, or kill the process at it."""
        self.calls += 1
        if half is not None:
            self.divisible.append(self.calls)
        if self.calls != self.at:
            return call()
        if self.when == "after":
            call()
        elif self.when == "halfway" and half is not None:
            half()
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")


class DurableDynamoDb:
    """A client of DynamoDB with one table, whose writes are lines of a file."""

    def __init__(self, journal: Path, death: Death | None = None) -> None:
        self._death = death or Death()
        self._partitions: dict[str, dict[str, Item]] = {}
        self._file = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for line in journal.read_bytes().splitlines():
            for item in json.loads(line):
                self._apply(item)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def items(self) -> list[Item]:
        """Every item of the table."""
        return [item for partition in self._partitions.values() for item in partition.values()]

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool = False) -> Any:
        """GetItem."""
        partition = self._partitions.get(Key["pk"]["S"], {})
        found = partition.get(Key["sk"]["S"])
        return self._death.around(lambda: {} if found is None else {"Item": found})

    def put_item(self, *, TableName: str, Item: Item, **condition: Any) -> Any:
        """PutItem, with the two conditions that imports use."""

        def put() -> dict[str, Any]:
            there = self._partitions.get(Item["pk"]["S"], {}).get(Item["sk"]["S"])
            match condition:
                case {"ConditionExpression": "attribute_not_exists(#pk)"}:
                    holds = there is None
                case {
                    "ConditionExpression": "#revision = :is0",
                    "ExpressionAttributeValues": {":is0": revision},
                }:
                    holds = there is not None and there["revision"] == revision
                case {}:
                    holds = True
            if not holds:
                raise client_error("ConditionalCheckFailedException")
            self._write([Item])
            return {}

        return self._death.around(put)

    def delete_item(
        self, *, TableName: str, Key: Item, ExpressionAttributeValues: Item, **condition: Any
    ) -> Any:
        """DeleteItem, with the condition that a removal uses."""
        text = "(attribute_not_exists(#pk)) OR (#im = :is0)"
        assert condition["ConditionExpression"] == text

        def delete() -> dict[str, Any]:
            there = self._partitions.get(Key["pk"]["S"], {}).get(Key["sk"]["S"])
            if there is not None and there.get("im") != ExpressionAttributeValues[":is0"]:
                raise client_error("ConditionalCheckFailedException")
            self._write([{**Key, "removed": True}])
            return {}

        return self._death.around(delete)

    def update_item(
        self, *, TableName: str, Key: Item, ExpressionAttributeValues: Item, **more: Any
    ) -> Any:
        """UpdateItem that adds to a count, for the quota of bytes."""
        assert more["UpdateExpression"].startswith("ADD #name :by"), more

        def add() -> dict[str, Any]:
            there = self._partitions.get(Key["pk"]["S"], {}).get(Key["sk"]["S"], {})
            before = int(there.get("counted", {"N": "0"})["N"])
            total = {"N": str(before + int(ExpressionAttributeValues[":by"]["N"]))}
            self._write([{**Key, "counted": total}])
            return {"Attributes": {"counted": total}}

        return self._death.around(add)

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> Any:
        """TransactWriteItems with puts; only the setup of a matrix uses it."""
        for one in TransactItems:
            self.put_item(**one["Put"])
        return {}

    def batch_write_item(self, *, RequestItems: dict[str, list[Item]]) -> Any:
        """BatchWriteItem."""
        (requests,) = RequestItems.values()
        changes = [
            request["PutRequest"]["Item"]
            if "PutRequest" in request
            else {**request["DeleteRequest"]["Key"], "removed": True}
            for request in requests
        ]
        keys = {(change["pk"]["S"], change["sk"]["S"]) for change in changes}
        if not 1 <= len(changes) <= 25 or len(keys) != len(changes):
            raise client_error("ValidationException")

        def write(many: int) -> dict[str, Any]:
            self._write(changes[:many])
            return {"UnprocessedItems": {}}

        return self._death.around(
            lambda: write(len(changes)), half=lambda: write((len(changes) + 1) // 2)
        )

    def query(
        self,
        *,
        ExpressionAttributeValues: Item,
        ScanIndexForward: bool = True,
        ExclusiveStartKey: Item | None = None,
        Limit: int = _PAGE,
        **_more: Any,
    ) -> Any:
        """Query of a whole partition."""

        def read() -> dict[str, Any]:
            partition = self._partitions.get(ExpressionAttributeValues[":pk"]["S"], {})
            sorts = sorted(partition, reverse=not ScanIndexForward)
            if ExclusiveStartKey is not None:
                start = ExclusiveStartKey["sk"]["S"]
                sorts = [s for s in sorts if (s > start if ScanIndexForward else s < start)]
            page = [partition[sort] for sort in sorts[: min(Limit, _PAGE)]]
            answer: dict[str, Any] = {"Items": page}
            if len(page) < len(sorts):
                answer["LastEvaluatedKey"] = {name: page[-1][name] for name in ("pk", "sk")}
            return answer

        return self._death.around(read)

    def _write(self, changes: list[Item]) -> None:
        line = json.dumps(changes, separators=(",", ":")).encode() + b"\n"
        written = os.write(self._file, line)
        assert written == len(line)
        for change in changes:
            self._apply(change)

    def _apply(self, change: Item) -> None:
        partition = self._partitions.setdefault(change["pk"]["S"], {})
        if "removed" in change:
            partition.pop(change["sk"]["S"], None)
        else:
            partition[change["sk"]["S"]] = change


class FileS3:
    """A client of S3 with one object."""

    def __init__(self, body: bytes, death: Death | None = None) -> None:
        self._body = body
        self._death = death or Death()
        self.etag = hashlib.sha256(body).hexdigest()[:32]

    def head_object(self, **_request: Any) -> Any:
        """HeadObject."""
        told = {"ETag": f'"{self.etag}"', "ContentLength": len(self._body)}
        return self._death.around(lambda: told)

    def get_object(self, *, Range: str, IfMatch: str, **_request: Any) -> Any:
        """GetObject of a range."""
        assert IfMatch == f'"{self.etag}"'
        first, _, last = Range.removeprefix("bytes=").partition("-")
        part = self._body[int(first) : int(last) + 1]
        return self._death.around(lambda: {"Body": io.BytesIO(part)})

    def delete_object(self, **_request: Any) -> Any:
        """DeleteObject; nothing reads the object later."""
        return self._death.around(dict)

    def generate_presigned_url(self, *_given: Any, **_options: Any) -> str:
        """A URL, which is never used."""
        return "https://s3.test/"


@dataclass(frozen=True)
class DurableSession:
    """A session that has these two clients."""

    dynamodb: DurableDynamoDb
    s3: FileS3

    def client(self, name: str, **_options: Any) -> Any:
        """A client."""
        return {"dynamodb": self.dynamodb, "s3": self.s3}[name]
