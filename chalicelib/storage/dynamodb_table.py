"""The table in DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage.attributes import Attribute, Item
from chalicelib.storage.conditions import Condition, expression_of
from chalicelib.storage.outages import TRANSIENT_REASONS, code_of, outages_named
from chalicelib.storage.table import ConditionalPut, Request, Table

_LOST_RACES = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


class DynamoDbTable(Table):
    """A DynamoDB table behind a low-level client.

    Parameters
    ----------
    client : botocore client
        A ``dynamodb`` client.
    name : str
        Name of the table. Its keys are ``pk`` and ``sk``.
    """

    batch_size = 25
    deletes_at_once = 1

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self.name = name

    def get(self, partition: str, sort: str, *, consistent: bool = False) -> Item | None:
        with outages_named():
            answer = self._client.get_item(
                TableName=self.name,
                Key={"pk": {"S": partition}, "sk": {"S": sort}},
                ConsistentRead=consistent,
            )
        item: Item | None = answer.get("Item")
        return item

    def put(self, item: Item, *, only_if: Condition | None = None) -> bool:
        try:
            with outages_named():
                self._client.put_item(TableName=self.name, Item=item, **_condition(only_if))
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def update(
        self,
        partition: str,
        sort: str,
        *,
        only_if: Condition,
        assign: Mapping[str, Attribute],
        where_missing: Mapping[str, Attribute] | None = None,
        remove: Sequence[str] = (),
    ) -> bool:
        condition = _condition(only_if)
        names = dict(condition["ExpressionAttributeNames"])
        values = dict(condition.get("ExpressionAttributeValues", {}))
        parts = []
        for given, text in ((assign, "#{0} = :{0}"), (where_missing or {}, _IF_MISSING)):
            for name, value in given.items():
                names[f"#{name}"] = name
                values[f":{name}"] = value
                parts.append(text.format(name))
        expression = "SET " + ", ".join(parts)
        if remove:
            names |= {f"#{name}": name for name in remove}
            expression += " REMOVE " + ", ".join(f"#{name}" for name in remove)
        try:
            with outages_named():
                self._client.update_item(
                    TableName=self.name,
                    Key={"pk": {"S": partition}, "sk": {"S": sort}},
                    UpdateExpression=expression,
                    ConditionExpression=condition["ConditionExpression"],
                    ExpressionAttributeNames=names,
                    ExpressionAttributeValues=values,
                )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def delete(self, partition: str, sorts: Sequence[str], *, only_if: Condition) -> list[str]:
        """Delete items one by one, because DynamoDB's batches do not support conditions."""
        not_deleted = []
        for sort in sorts:
            try:
                with outages_named():
                    self._client.delete_item(
                        TableName=self.name,
                        Key={"pk": {"S": partition}, "sk": {"S": sort}},
                        **_condition(only_if),
                    )
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise
                not_deleted.append(sort)
        return not_deleted

    def count(
        self,
        partition: str,
        sort: str,
        by: int,
        *,
        name: str = "counted",
        expires_at: int | None = None,
    ) -> int:
        expression, names, values = "ADD #name :by", {"#name": name}, {":by": {"N": str(by)}}
        if expires_at is not None:
            expression += " SET #ttl = :expires_at"
            names["#ttl"] = "ttl"
            values[":expires_at"] = {"N": str(expires_at)}
        with outages_named():
            answer = self._client.update_item(
                TableName=self.name,
                Key={"pk": {"S": partition}, "sk": {"S": sort}},
                UpdateExpression=expression,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                ReturnValues="UPDATED_NEW",
            )
        return int(answer["Attributes"][name]["N"])

    def put_together(self, *puts: ConditionalPut) -> bool:
        """Write several items in one transaction.

        A call that botocore retries because its response was lost is applied once: botocore sends
        an idempotency token.
        """
        writes = [
            {"Put": {"TableName": self.name, "Item": item, **_condition(only_if)}}
            for item, only_if in puts
        ]
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
                raise StoreUnavailable(
                    "the store is unavailable for this write; try again later"
                ) from error
            raise
        return True

    def write_batch(self, requests: Sequence[Request]) -> Sequence[Request]:
        """Send one batch; return the requests that DynamoDB did not process."""
        with outages_named():
            answer = self._client.batch_write_item(RequestItems={self.name: requests})
        left_over: Sequence[Request] = answer.get("UnprocessedItems", {}).get(self.name, ())
        return left_over

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


_IF_MISSING = "#{0} = if_not_exists(#{0}, :{0})"


def _condition(only_if: Condition | None) -> dict[str, Any]:
    if only_if is None:
        return {}
    expression = expression_of(only_if)
    parameters: dict[str, Any] = {
        "ConditionExpression": expression.text,
        "ExpressionAttributeNames": expression.names,
    }
    if expression.values:
        parameters["ExpressionAttributeValues"] = expression.values
    return parameters
