"""Errors as RFC 9457 problem details: the one shape of everything that goes wrong."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from chalicelib.api.authentication import CHALLENGE
from chalicelib.model import errors
from chalicelib.model.errors import LikeworthError

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[LikeworthError], HTTPStatus] = {
    errors.InvalidRequest: HTTPStatus.BAD_REQUEST,
    errors.UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.NotAcceptable: HTTPStatus.NOT_ACCEPTABLE,
    errors.BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.AllEventsRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.OtherVersion: HTTPStatus.CONFLICT,
    errors.ImportUnfinished: HTTPStatus.CONFLICT,
    errors.ImportRemoved: HTTPStatus.CONFLICT,
    errors.TooManyKeys: HTTPStatus.CONFLICT,
    errors.LastAdminKey: HTTPStatus.CONFLICT,
    errors.StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.UnusableInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.LikeworthError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Class -> status, for the class and those below it that have no line of their own."""

GATEWAY_CODES = {
    "method_not_allowed": "The path exists, but not with this method.",
    "request_timeout": "The body did not arrive in time.",
    "not_implemented": "A transfer encoding that no server here knows.",
    "internal_error": "Something went wrong that is our fault; the log knows what.",
}
"""Codes that no class of `errors` has: what the server and the routing before the views say."""

_HIDDEN = "something went wrong on our side; the request id leads to it in the log"

_ROUTING = {
    405: ("method_not_allowed", "the path exists, but not with this method"),
    404: ("not_found", "there is no such path"),
}
"""What Chalice's routing finds itself: status -> code and detail."""


def problem(code: str, status: int, detail: str, **more: Any) -> dict[str, Any]:
    """The body of a problem; `type` leads to the code's line in the documentation."""
    return {
        "type": f"/docs/errors#{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": int(status),
        "detail": detail,
        "code": code,
        **more,
    }


def problem_of(error: LikeworthError) -> tuple[dict[str, Any], dict[str, str | list[str]]]:
    """Body and headers for an error that was raised on purpose.

    Errors that are ours, not the caller's, keep their details to themselves.
    """
    status = _status(type(error))
    headers: dict[str, str | list[str]] = {}
    more: dict[str, Any] = {}
    match error:
        case errors.InvalidFields() if error.errors:
            more["errors"] = [
                {"pointer": one.pointer, "code": one.code, "message": one.message}
                for one in error.errors
            ]
        case errors.AllEventsRefused():
            more |= {
                "accepted": 0,
                "rejected": list(error.rejected),
                "errors": [
                    {
                        "pointer": f"/events/{one['index']}",
                        "code": one["code"],
                        "message": one["message"],
                    }
                    for one in error.rejected
                ],
            }
        case errors.StoreUnavailable():
            headers["Retry-After"] = str(error.retry_after_seconds)
            more |= {
                "not_stored": list(error.not_stored),
                "accepted": error.accepted,
                "rejected": list(error.rejected),
            }
        case errors.RateLimited():
            headers["Retry-After"] = str(error.retry_after_seconds)
        case errors.Unauthenticated():
            headers["WWW-Authenticate"] = CHALLENGE
    detail = _HIDDEN if status == HTTPStatus.INTERNAL_SERVER_ERROR else error.detail
    return problem(error.code, status, detail, **more), headers


def problem_codes() -> list[str]:
    """Every `code` that a problem can have, sorted."""
    kinds = [LikeworthError]
    for kind in kinds:  # grows while it is read
        kinds += kind.__subclasses__()
    return sorted({kind.code for kind in kinds} | {code for code, _ in _ROUTING.values()})


def gateway_problem(status: int) -> dict[str, Any]:
    """The body for an error that Chalice's routing made itself."""
    code, detail = _ROUTING.get(status, ("internal_error", _HIDDEN))
    return problem(code, status, detail)


def _status(kind: type[LikeworthError]) -> HTTPStatus:
    return next(STATUS[one] for one in kind.__mro__ if one in STATUS)
