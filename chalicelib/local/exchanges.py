"""HTTP requests and responses of the service on one machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.model.problem_details import PROBLEM_TYPE, problem_details


@dataclass(frozen=True, slots=True)
class Request:
    """One request."""

    method: str
    target: str
    """As received: percent-encoded, with the query."""
    headers: Mapping[str, str]
    """Lower-case names; repeated headers are joined by a comma."""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; `Content-Length` is added when it is sent."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)


CODES = {
    400: "invalid_request",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "body_too_large",
    414: "invalid_request",
    500: "internal_error",
    501: "not_implemented",
    505: "invalid_request",
}
"""Status -> code of requests that the server rejects before they reach a view."""


def problem(
    status: int, code: str, detail: str, headers: tuple[tuple[str, str], ...] = ()
) -> Response:
    """An error as RFC 9457 problem details."""
    return Response(
        status,
        (
            ("Content-Type", PROBLEM_TYPE),
            ("X-Content-Type-Options", "nosniff"),
            *headers,
        ),
        json.dumps(problem_details(code, status, detail)).encode(),
    )


class RejectedError(Exception):
    """The request is rejected before it is read; the connection is closed after the answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response
