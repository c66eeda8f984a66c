"""What has changed in the table since its day totals were derived: from MiniStack's stream."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from chalicelib.embedded.aws import Call, EmbeddedAws
from chalicelib.embedded.resources import TABLE

Record = dict[str, Any]


class Changes(Protocol):
    """Records of a stream, and a memory of how far they have been delivered."""

    def exclusive(self) -> AbstractContextManager[Any]:
        """A lock, to be held while what was read is put somewhere."""

    def unread(self) -> int:
        """How many records (at least, if any) have not been read."""

    def read(self) -> list[Record]:
        """The next records; none where all have been read."""

    def settled(self) -> None:
        """All that was read is delivered, and there was nothing more to read just now."""

    def failed(self, records: list[Record]) -> None:
        """These could not be delivered and are given up."""


class StreamedChanges:
    """The changes of MiniStack's table, by its stream.

    Parameters
    ----------
    aws : EmbeddedAws
    stream_arn : str
    position : callable
        How much has been written to the table, in any unit that grows with it.
    derived : callable
        Told a position once all changes before it have been delivered.
    """

    def __init__(
        self,
        aws: EmbeddedAws,
        stream_arn: str,
        *,
        position: Callable[[], int],
        derived: Callable[[int], None],
    ) -> None:
        self._aws = aws
        self._position = position
        self._derived = derived
        self._read_to = 0
        self._iterator = self._ask(
            "GetShardIterator",
            StreamArn=stream_arn,
            ShardId=self._ask("DescribeStream", StreamArn=stream_arn)["StreamDescription"][
                "Shards"
            ][0]["ShardId"],
            ShardIteratorType="TRIM_HORIZON",
        )["ShardIterator"]

    def exclusive(self) -> AbstractContextManager[Any]:
        """The lock that keeps calls apart."""
        return self._aws.exclusive()

    def unread(self) -> int:
        """1 if there is anything to read."""
        return len(self._ask("GetRecords", ShardIterator=self._iterator, Limit=1)["Records"])

    def read(self) -> list[Record]:
        """At most 1,000 records; the stream forgets them."""
        position = self._position()
        page = self._ask("GetRecords", ShardIterator=self._iterator, Limit=1000)
        records: list[Record] = page["Records"]
        self._iterator = page["NextShardIterator"]
        if records:
            self._aws.drop_read_records(TABLE, records[-1]["dynamodb"]["SequenceNumber"])
        else:
            self._read_to = position
        return records

    def settled(self) -> None:
        """Tell how far the totals have been derived."""
        self._derived(self._read_to)

    def failed(self, records: list[Record]) -> None:
        """They lie with the dead letters."""

    def _ask(self, action: str, **parameters: Any) -> Any:
        call = Call(
            "dynamodb-streams",
            "POST",
            "/",
            {"x-amz-target": f"DynamoDBStreams_20120810.{action}"},
            json.dumps(parameters).encode(),
            {},
        )
        status, _, body = self._aws.answer(call)
        if status != 200:
            raise RuntimeError(f"{action}: {body.decode()}")
        return json.loads(body)
