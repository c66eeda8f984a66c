"""Detection of transient AWS errors, and their conversion to `StoreUnavailable`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    IncompleteReadError,
)

from chalicelib.model.errors import StoreUnavailable

TRANSIENT_CODES = frozenset(
    {
        "InternalServerError",
        "InternalError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottlingException",
        "Throttling",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)

TRANSIENT_REASONS = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError"})
"""Transient reasons for which DynamoDB cancels a transaction."""


def is_transient(error: ClientError | BotoCoreError) -> bool:
    """Return whether a retry may succeed: after throttling, a 5xx or a lost connection."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or error.response.get("Error", {}).get("Code") in TRANSIENT_CODES
    return isinstance(error, HTTPClientError | ConnectionError | IncompleteReadError)


@contextmanager
def outages_named(service: str = "the store") -> Iterator[None]:
    """Convert transient errors in the block to `StoreUnavailable`; other errors pass unchanged."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        if is_transient(error):
            raise StoreUnavailable(
                f"{service} is unavailable; this call may have been completed only in part"
            ) from error
        raise


def code_of(error: ClientError) -> str:
    """Return the AWS code of an error, e.g. ``ConditionalCheckFailedException``."""
    return str(error.response.get("Error", {}).get("Code", ""))
