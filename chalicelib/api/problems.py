"""Turn errors into problems (RFC 9457); every error response of the API is made here."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, cast

from chalice.app import Response
from pydantic import Field
from typing_extensions import TypedDict

from chalicelib import telemetry
from chalicelib.api.authentication import CHALLENGE
from chalicelib.api.json_text import json_of
from chalicelib.api.responses import Headers, text_response
from chalicelib.model import errors
from chalicelib.model.errors import LikeworthError
from chalicelib.model.problem_details import PROBLEM_TYPE, problem_details
from chalicelib.services.answer_fields import Count
from chalicelib.services.ingest import Rejection

STATUS: dict[type[LikeworthError], HTTPStatus] = {
    errors.InvalidRequest: HTTPStatus.BAD_REQUEST,
    errors.UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.NotAcceptable: HTTPStatus.NOT_ACCEPTABLE,
    errors.BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.AllEventsRejected: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    errors.OtherVersion: HTTPStatus.CONFLICT,
    errors.ImportUnfinished: HTTPStatus.CONFLICT,
    errors.ImportRemoved: HTTPStatus.CONFLICT,
    errors.TooManyKeys: HTTPStatus.CONFLICT,
    errors.LastAdminKey: HTTPStatus.CONFLICT,
    errors.StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.UnusableInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.LikeworthError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Class -> status. Subclasses without an entry inherit it."""

SERVER_CODES = ("request_timeout", "not_implemented")
"""Codes that only the server on one machine uses; no class of `errors` has them."""

_HIDDEN = "the service failed; the operator can find the request id in the log"


class FieldError(TypedDict):
    """An error in one field of a request."""

    pointer: Annotated[
        str, Field(description="JSON pointer into the body, or / and a query parameter.")
    ]
    code: str
    message: str


class CommonMembers(TypedDict):
    """Members of every problem; see `problem_details`."""

    type: Annotated[str, Field(json_schema_extra={"format": "uri-reference"})]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    code: Annotated[str, Field(description="Stable and machine-readable.")]


class FurtherMembers(TypedDict, total=False):
    """Additional members of some problems."""

    errors: list[FieldError] | None
    accepted: Count | None
    rejected: list[Rejection] | None
    not_stored: list[Count] | None


class Problem(CommonMembers, FurtherMembers):
    """An error (RFC 9457); `type` links to the documentation of `code`."""


def problem_response(error: LikeworthError) -> Response:
    """Make the response for an error, and add its code to the log record of the request.

    The detail of a server error is not shown.
    """
    status = status_of(type(error))
    telemetry.note(code=error.code)
    detail = _HIDDEN if status == HTTPStatus.INTERNAL_SERVER_ERROR else error.detail
    body = problem_details(error.code, status, detail, **_members_of(error))
    return text_response(status, json_of(body), PROBLEM_TYPE, _headers_of(error))


def status_of(kind: type[LikeworthError]) -> HTTPStatus:
    """Return the HTTP status for a class of errors."""
    return next(STATUS[one] for one in kind.__mro__ if one in STATUS)


def problem_classes() -> list[type[LikeworthError]]:
    """Return every class of errors, each after its base class."""
    kinds = [LikeworthError]
    for kind in kinds:  # grows during the loop
        kinds += kind.__subclasses__()
    return kinds


def problem_codes() -> list[str]:
    """Return every `code` that a problem of a view or of the routing can have, sorted."""
    return sorted({kind.code for kind in problem_classes()})


def _members_of(error: LikeworthError) -> FurtherMembers:
    match error:
        case errors.InvalidFields() if error.errors:
            return {
                "errors": [
                    {"pointer": one.pointer, "code": one.code, "message": one.message}
                    for one in error.errors
                ]
            }
        case errors.AllEventsRejected():
            rejected = cast("list[Rejection]", list(error.rejected))
            return {
                "accepted": 0,
                "rejected": rejected,
                "errors": [
                    {
                        "pointer": f"/events/{one['index']}",
                        "code": one["code"],
                        "message": one["message"],
                    }
                    for one in rejected
                ],
            }
        case errors.StoreUnavailable():
            return {
                "not_stored": list(error.not_stored),
                "accepted": error.accepted,
                "rejected": cast("list[Rejection]", list(error.rejected)),
            }
    return {}


def _headers_of(error: LikeworthError) -> Headers:
    match error:
        case errors.StoreUnavailable() | errors.RateLimited():
            return {"Retry-After": str(error.retry_after_seconds)}
        case errors.Unauthenticated():
            return {"WWW-Authenticate": CHALLENGE}
        case errors.MethodNotAllowed():
            return {"Allow": ", ".join(error.allowed)}
    return {}
