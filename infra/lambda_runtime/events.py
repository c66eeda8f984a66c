"""Events as AWS delivers them to functions."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

Event = dict[str, Any]


def request(method: str, path: str, key: str = "", body: Any = None) -> Event:
    """A request from API Gateway (REST, proxy); `path` may have a query but no path parameters."""
    place, _, query = path.partition("?")
    pairs = [pair.split("=") for pair in query.split("&") if pair]
    headers = {"Host": "api.example.org", "content-type": "application/json"}
    headers |= {"x-api-key": key} if key else {}
    text = None if body is None else json.dumps(body).encode()
    return {
        "resource": place,
        "path": place,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in pairs} or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": place,
            "httpMethod": method,
            "path": f"/api{place}",
            "stage": "api",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "body": None if text is None else base64.b64encode(text).decode(),
        "isBase64Encoded": text is not None,
    }


def page(resource: str, **parameters: str) -> Event:
    """A request without a key for a resource, such as ``/docs/{page}``, and its path parameters."""
    event = request("GET", resource.format(**parameters))
    context = event["requestContext"] | {"resourcePath": resource}
    changed = {"pathParameters": parameters or None, "requestContext": context}
    return event | {"resource": resource} | changed


def messages(bodies: Sequence[str], queue: str) -> Event:
    """A batch of a queue."""
    return {
        "Records": [
            {
                "messageId": f"m{number}",
                "receiptHandle": "x",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "md5OfBody": "x",
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:eu-central-1:123456789012:{queue}",
                "awsRegion": "eu-central-1",
            }
            for number, body in enumerate(bodies)
        ]
    }


def uploaded(bucket: str, key: str, etag: str) -> str:
    """The body of the message that S3 sends for a new object."""
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventTime": "2026-03-15T12:00:00.000Z",
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": {"key": key, "eTag": etag.strip('"')}},
    }
    return json.dumps({"Records": [record]})


def changes(keys: Sequence[tuple[str, str]]) -> Event:
    """A batch of the table's stream, which contains keys only."""
    return {
        "Records": [
            {
                "eventID": f"{number}",
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
                "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/x/stream/y",
                "awsRegion": "eu-central-1",
                "dynamodb": {
                    "Keys": {"pk": {"S": partition}, "sk": {"S": sort}},
                    "SequenceNumber": f"{number}",
                    "StreamViewType": "KEYS_ONLY",
                },
            }
            for number, (partition, sort) in enumerate(keys)
        ]
    }


def clock() -> Event:
    """The event of the daily schedule."""
    return {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-03-15T12:00:00Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:events:eu-central-1:123456789012:rule/x"],
        "detail": {},
    }
