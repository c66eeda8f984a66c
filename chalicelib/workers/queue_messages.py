"""Messages as SQS delivers them, and the partial batch response to them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from chalicelib import telemetry
from chalicelib.model.errors import LikeworthError, StoreUnavailable, UnprocessableMessage

LambdaEvent = dict[str, Any]

log = logging.getLogger(__name__)


def each_message(event: LambdaEvent, handle: Callable[[dict[str, Any]], None]) -> LambdaEvent:
    """Handle every message of an SQS event; SQS delivers those that failed again.

    Return a partial batch response.
    """
    failed = []
    for record in event["Records"]:
        try:
            handle(_message(record["body"]))
        except LikeworthError as error:
            log.warning("message %s: %s: %s", record["messageId"], error.code, error.detail)
            if isinstance(error, StoreUnavailable):
                telemetry.count("StoreUnavailable")
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def tries_of(record: LambdaEvent) -> int:
    """How often a message has been delivered, including this time."""
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))


def _message(body: str) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except ValueError as error:
        raise UnprocessableMessage("the message is not JSON") from error
    if not isinstance(message, dict):
        raise UnprocessableMessage("the message is not a JSON object")
    return message
