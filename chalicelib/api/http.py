"""From a Chalice request to a view's arguments, and from its answer to a response.

`endpoint` is what every view wears: it finds out who calls, refuses what the call does not take,
and gives every answer and every error its one shape.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from chalice.app import Request, Response

from chalicelib import telemetry, wiring
from chalicelib.api import problems
from chalicelib.api.authentication import caller_of, is_by_link
from chalicelib.api.calls import (
    LINK,
    Call,
    checked_query,
    current_request,
    parameters_of,
    read_query,
    wrong_parameter,
)
from chalicelib.api.cors import allow_origin
from chalicelib.api.csv_tables import CSV, JSON, csv_of, preferred
from chalicelib.api.json_text import json_of
from chalicelib.api.quotas import count_request, forget_quota, quota_headers
from chalicelib.model.errors import (
    AllEventsRefused,
    Forbidden,
    LikeworthError,
    NotAcceptable,
    NotFound,
    StoreUnavailable,
)
from chalicelib.storage.tenants import Role

ANY_TYPE = ["*/*"]
"""What routes tell Chalice that they take; the views decide, and say so as a problem."""

Headers = dict[str, str | list[str]]

CACHED = {"Cache-Control": "public, max-age=300"}
"""Public answers are the same for all callers and change with a deployment."""

LINK_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
"""A link is as good as a key: where it was used, it must not be passed on or found."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view answers.

    Attributes
    ----------
    body : object
        Becomes JSON; of an answer with status 204, nothing.
    rows : iterable of dict, optional
        The same as a flat table, for callers who want CSV; read only if they do.
    columns : sequence of str
        Of the table.
    status : int
    headers : dict
    media_type : str, optional
        Of a body that is a text already, in place of JSON.
    counts : dict
        What is to be added to metrics of `telemetry`.
    """

    body: Any
    rows: Iterable[Mapping[str, Any]] | None = None
    columns: Sequence[str] = ()
    status: int = 200
    headers: Headers = field(default_factory=dict)
    media_type: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Declared:
    """What a view says of itself: what `endpoint` enforces, and the API's description tells.

    Attributes
    ----------
    roles : tuple of str
        Beside the admin.
    params : tuple of str
        Query parameters.
    tabular, public : bool
    """

    roles: tuple[Role, ...]
    params: tuple[str, ...]
    tabular: bool
    public: bool

    @property
    def linkable(self) -> bool:
        """Whether a signed link may ask this: a whole table, no page of one, for readers."""
        return self.tabular and "read" in self.roles and "cursor" not in self.params


View = Callable[..., Answer]


def endpoint(
    *roles: Role,
    params: Sequence[str] = (),
    tabular: bool = False,
    public: bool = False,
    handed_over: Callable[[Request], int] | None = None,
) -> Callable[[View], Callable[..., Response]]:
    """A view as Chalice calls it.

    Parameters
    ----------
    roles : str
        Roles that may call; an admin always may.
    params : sequence of str
        Query parameters that the view knows; any other is an error.
    tabular : bool
        Whether the answer has rows and can be had as CSV.
    public : bool
        Whether no API key is asked for.
    handed_over : callable, optional
        Of a view that stores: how many things a request hands over. If the store fails before any
        of them is stored, be it while the key is looked up, all are handed back by index.
    """
    known = (*params, "format") if tabular else tuple(params)
    declared = Declared(roles, known, tabular, public)

    def decorate(view: View) -> Callable[..., Response]:
        @functools.wraps(view)
        def respond(**path: str) -> Response:
            request = current_request.get()
            if request is None:
                raise RuntimeError("the middleware `bind_request` is not registered")
            store = None
            origins = _origins(wiring.settings().cors_origins)
            try:
                now = _now()
                if not public:
                    caller = caller_of(request, now, linkable=declared.linkable)
                    telemetry.note(tenant=caller.tenant, key_id=caller.key_id)
                    store = wiring.store(caller.tenant)
                    if "origin" in request.headers:
                        origins = store.config.cors_origins
                    count_request(caller, now)
                    if not caller.may(roles):
                        raise Forbidden(f"a key with the role {caller.role} may not do this")
                query = read_query(request, (*known, LINK) if is_by_link(request) else known)
                query.pop(LINK, None)
                call = Call(request, query, now, store)
                media_type = _negotiated(call) if tabular else JSON
                answer = view(call, **path)
                _count(answer.counts)
                response = _shaped(call, answer, media_type)
            except LikeworthError as error:
                if handed_over is not None and isinstance(error, StoreUnavailable):
                    error.hand_back(handed_over(request))
                _count(_counts_of(error))
                telemetry.note(code=error.code)
                body, headers = problems.problem_of(error)
                if body["status"] >= 500:
                    log.error("request %s: %s: %s", _id(request), error.code, error.detail)
                response = _response(body["status"], json_of(body), problems.MEDIA_TYPE, headers)
            allow_origin(response, request, origins)
            return response

        respond.declared = declared  # type: ignore[attr-defined]
        return respond

    return decorate


def record_request(request: Request | None, get_response: Callable[[Any], Response]) -> Response:
    """Chalice middleware, outside of `bind_request`: tells the operator of every answer."""
    with telemetry.recorded(_id(request)):
        response = get_response(request)
        if request is not None:
            route = str(request.context.get("resourcePath", "-"))
            telemetry.tell_request(request.method, route, response.status_code)
        return response


def bind_request(request: Request | None, get_response: Callable[[Any], Response]) -> Response:
    """Chalice middleware: keeps the request for the view, and gives every answer its last touch.

    Chalice's own errors, and what nobody foresaw, become problems; HEAD gets no body; where the
    request was counted, the answer tells what is left.
    """
    token = current_request.set(request)
    forget_quota()
    try:
        response = get_response(request)
    except Exception:  # a client must get a problem, also after a mistake of ours
        log.exception("request %s ended in an unexpected error", _id(request))
        response = problem_response(HTTPStatus.INTERNAL_SERVER_ERROR)
    finally:
        current_request.reset(token)
    if isinstance(response.body, dict) and "Code" in response.body:
        if response.status_code >= 500:
            log.error("request %s ended in an unexpected error", _id(request))
        response = problem_response(response.status_code, dict(response.headers))
    if request is not None and request.method == "HEAD":
        response.body = ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.update(quota_headers())
    if request is not None and LINK in parameters_of(request):
        response.headers.update(LINK_HEADERS)
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def problem_response(status: int, headers: Headers | None = None) -> Response:
    """A problem that no view raised: of the routing, or what nobody foresaw."""
    body = problems.gateway_problem(status)
    telemetry.note(code=body["code"])
    return _response(status, json_of(body), problems.MEDIA_TYPE, headers or {})


def try_question(view: Callable[..., Response], call: Call, query: Mapping[str, list[str]]) -> None:
    """Ask what a link would ask, by the code that answers it, for its errors alone.

    Raises
    ------
    InvalidFields
        If this can only be refused; what depends on a fit can be told once there is one.
    """
    declared: Declared = view.declared  # type: ignore[attr-defined]
    asked = replace(call, query=checked_query(query, declared.params))
    if "format" in asked.query:
        _negotiated(asked)
    try:
        view.__wrapped__(asked)  # type: ignore[attr-defined]
    except NotFound:
        log.debug("a link is made to an answer that there is not yet")


def _counts_of(error: LikeworthError) -> Mapping[str, int]:
    """What an error adds to metrics."""
    match error:
        case StoreUnavailable():
            return {
                "StoreUnavailable": 1,
                "EventsAccepted": error.accepted,
                "EventsRejected": len(error.rejected),
                "EventsHandedBack": len(error.not_stored),
            }
        case AllEventsRefused():
            return {"EventsRejected": len(error.rejected)}
    return {}


def _count(counts: Mapping[str, int]) -> None:
    for metric, number in counts.items():
        telemetry.count(metric, number)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _origins(listed: str) -> tuple[str, ...]:
    """The service's own origins: for callers whose tenant is not known."""
    return tuple(origin for one in listed.split(",") if (origin := one.strip()))


def _negotiated(call: Call) -> str:
    match call.query.get("format"):
        case "json":
            return JSON
        case "csv":
            return CSV
        case None:
            found = preferred(call.request.headers.get("accept", "*/*"))
            if found is None:
                raise NotAcceptable("this exists as application/json and as text/csv")
            return found
    raise wrong_parameter("format", "unknown_value", "one of json, csv")


def _shaped(call: Call, answer: Answer, media_type: str) -> Response:
    if answer.status == 204:
        headers: Headers = {"Cache-Control": "no-store", **answer.headers}
        return Response(body="", status_code=204, headers=_with_vary(headers))
    if answer.media_type is not None:
        text, content_type = answer.body, answer.media_type
    elif media_type == CSV and answer.rows is not None:
        text, content_type = csv_of(answer.rows, answer.columns), f"{CSV}; charset=utf-8"
    else:
        text, content_type = json_of(answer.body), JSON
    headers = {"Cache-Control": "no-store", **answer.headers}
    if call.request.method in ("GET", "HEAD") and answer.status == 200:
        etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        headers = {"Cache-Control": "private, no-cache", **answer.headers, "ETag": etag}
        if _matches(call.request.headers.get("if-none-match"), etag):
            return Response(body="", status_code=304, headers=_with_vary(headers))
    return _response(answer.status, text, content_type, headers)


def _matches(if_none_match: str | None, etag: str) -> bool:
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag in tags


def _response(status: int, text: str, content_type: str, headers: Headers) -> Response:
    return Response(
        body=text,
        status_code=status,
        headers=_with_vary({"Content-Type": content_type, **headers}),
    )


def _with_vary(headers: Headers) -> Headers:
    return headers | {"Vary": "Accept, Authorization, Origin, x-api-key"}


def _id(request: Request | None) -> str:
    if request is None:
        return "-"
    made_by_lambda = getattr(request.lambda_context, "aws_request_id", None)
    return str(request.context.get("requestId") or made_by_lambda or "-")
