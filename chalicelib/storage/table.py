"""The one table: reads with pagination, conditional writes, outages under one name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.errors import StoreUnavailable
from chalicelib.storage.attributes import Item
from chalicelib.storage.outages import TRANSIENT_REASONS, code_of, outages_named

_LOST_RACES = frozenset({"ConditionalCheckFailed", "TransactionConflict"})

ConditionalPut = tuple[Item, str, Item]
"""An item, the condition on what lies under its key, and the values that the condition names."""


class Table:
    """A DynamoDB table behind a low-level client.

    Every method but `write_batch` raises `StoreUnavailable` for a failure that passes by itself.

    Parameters
    ----------
    client : botocore client
        Of ``dynamodb``.
    name : str
        Of the table; its keys are ``pk`` and ``sk``.
    """

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self.name = name

    def get(self, partition: str, sort: str, *, consistent: bool = False) -> Item | None:
        """One item, or None."""
        with outages_named():
            answer = self._client.get_item(
                TableName=self.name,
                Key={"pk": {"S": partition}, "sk": {"S": sort}},
                ConsistentRead=consistent,
            )
        item: Item | None = answer.get("Item")
        return item

    def put(
        self,
        item: Item,
        *,
        only_if: str | None = None,
        names: dict[str, str] | None = None,
        values: Item | None = None,
    ) -> bool:
        """Write one item whole.

        Parameters
        ----------
        only_if : str, optional
            A condition expression over `names` and `values`.

        Returns
        -------
        bool
            False if the condition did not hold.
        """
        condition: dict[str, Any] = {}
        if only_if is not None:
            condition["ConditionExpression"] = only_if
        if names:
            condition["ExpressionAttributeNames"] = names
        if values:
            condition["ExpressionAttributeValues"] = values
        try:
            with outages_named():
                self._client.put_item(TableName=self.name, Item=item, **condition)
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def update(
        self, partition: str, sort: str, expression: str, *, only_if: str, values: Item
    ) -> bool:
        """Change attributes of one item; False if the condition did not hold."""
        try:
            with outages_named():
                self._client.update_item(
                    TableName=self.name,
                    Key={"pk": {"S": partition}, "sk": {"S": sort}},
                    UpdateExpression=expression,
                    ConditionExpression=only_if,
                    ExpressionAttributeValues=values,
                )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def count(self, partition: str, sort: str, by: int, *, expires_at: int) -> int:
        """Add to the attribute `counted` of an item, which is made where there is none.

        Parameters
        ----------
        expires_at : int
            When the item may go, in seconds since 1970.

        Returns
        -------
        int
            What is counted then; no two calls get the same.
        """
        with outages_named():
            answer = self._client.update_item(
                TableName=self.name,
                Key={"pk": {"S": partition}, "sk": {"S": sort}},
                UpdateExpression="ADD counted :by SET #ttl = :expires_at",
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues={
                    ":by": {"N": str(by)},
                    ":expires_at": {"N": str(expires_at)},
                },
                ReturnValues="UPDATED_NEW",
            )
        return int(answer["Attributes"]["counted"]["N"])

    def put_new(self, item: Item) -> bool:
        """Write an item unless there is one under its key; False if there is."""
        return self.put(item, only_if="attribute_not_exists(pk)")

    def put_together(self, *puts: ConditionalPut) -> bool:
        """Write several items in one transaction, all or none.

        A call that is repeated because its answer was lost counts once: botocore gives it a token.

        Returns
        -------
        bool
            False if a condition did not hold, or another transaction was about the same items.
        """
        writes = []
        for item, only_if, values in puts:
            put: dict[str, Any] = {
                "TableName": self.name,
                "Item": item,
                "ConditionExpression": only_if,
            }
            writes.append({"Put": put | ({"ExpressionAttributeValues": values} if values else {})})
        try:
            with outages_named():
                self._client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if code_of(error) != "TransactionCanceledException":
                raise
            reasons = {one.get("Code") for one in error.response.get("CancellationReasons", ())}
            if reasons & _LOST_RACES:
                return False
            if reasons & TRANSIENT_REASONS:
                raise StoreUnavailable("the store cannot write this at the moment") from error
            raise
        return True

    def write_batch(self, requests: Sequence[Item]) -> Sequence[Item]:
        """Send one batch of writes as it is; those that the store has left over.

        Raises
        ------
        ClientError, BotoCoreError
            As they come: what passes by itself is for the caller to tell.
        """
        answer = self._client.batch_write_item(RequestItems={self.name: requests})
        left_over: Sequence[Item] = answer.get("UnprocessedItems", {}).get(self.name, ())
        return left_over

    def query(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        after: str | None = None,
        descending: bool = False,
        consistent: bool = False,
        limit: int | None = None,
    ) -> Iterator[Item]:
        """The items of a partition in the order of their sort keys, page by page.

        Parameters
        ----------
        between : (str, str), optional
            First and last sort key, both inclusive.
        after : str, optional
            Sort key behind which to go on (in the direction of reading).
        limit : int, optional
            How many items at most.
        """
        left = limit
        while left is None or left > 0:
            items, after = self.page(
                partition,
                between=between,
                after=after,
                descending=descending,
                consistent=consistent,
                limit=left,
            )
            yield from items
            if after is None:
                return
            if left is not None:
                left -= len(items)

    def page(
        self,
        partition: str,
        *,
        between: tuple[str, str] | None = None,
        after: str | None = None,
        descending: bool = False,
        consistent: bool = False,
        limit: int | None = None,
    ) -> tuple[list[Item], str | None]:
        """What one call gives of `query`, and the `after` of the next; None where there is none."""
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition}},
            "ScanIndexForward": not descending,
            "ConsistentRead": consistent,
        }
        if between is not None:
            request["KeyConditionExpression"] += " AND sk BETWEEN :first AND :last"
            request["ExpressionAttributeValues"] |= {
                ":first": {"S": between[0]},
                ":last": {"S": between[1]},
            }
        if after is not None:
            request["ExclusiveStartKey"] = {"pk": {"S": partition}, "sk": {"S": after}}
        if limit is not None:
            request["Limit"] = limit
        with outages_named():
            answer = self._client.query(**request)
        last = answer.get("LastEvaluatedKey")
        return answer["Items"], None if last is None else last["sk"]["S"]
