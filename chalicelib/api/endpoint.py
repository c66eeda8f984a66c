"""Request handling for all routes: authenticate, parse, run the view, format the answer."""

from __future__ import annotations

import datetime as dt
import functools
import logging
from collections.abc import Callable, Mapping

from chalice.app import Request, Response

from chalicelib import telemetry, wiring
from chalicelib.api.authentication import caller_of, is_by_link
from chalicelib.api.calls import (
    LINK,
    Call,
    checked_query,
    current_request,
    parameters_of,
    request_id,
)
from chalicelib.api.cors import allow_origin
from chalicelib.api.problems import problem_response
from chalicelib.api.quotas import count_request
from chalicelib.api.responses import media_type_for, response_to
from chalicelib.api.routes import Route
from chalicelib.model.errors import AllEventsRejected, Forbidden, LikeworthError, StoreUnavailable

log = logging.getLogger(__name__)


def endpoint(route: Route, routes: Mapping[tuple[str, str], Route]) -> Callable[..., Response]:
    """Wrap the view of a route for Chalice, which passes the parts of the path by name.

    `routes`: (method, path) -> route, of the whole application.
    """

    @functools.wraps(route.view)
    def respond(**path: str) -> Response:
        request = current_request.get()
        if request is None:
            raise RuntimeError("the middleware of `LikeworthApp` has not run")
        return _respond(route, request, path, routes)

    return respond


def _respond(
    route: Route, request: Request, path: dict[str, str], routes: Mapping[tuple[str, str], Route]
) -> Response:
    store = caller = None
    origins = _origins(wiring.settings().cors_origins)
    try:
        now = _now()
        if not route.public:
            caller = caller_of(request, now, linkable=route.linkable)
            telemetry.note(tenant=caller.tenant, key_id=caller.key_id)
            store = wiring.store(caller.tenant)
            if "origin" in request.headers:
                origins = store.config.cors_origins
            count_request(caller, now)
            if not caller.may(route.roles):
                raise Forbidden(f"the role {caller.role} does not allow this call")
        known = (*route.known, LINK) if is_by_link(request) else route.known
        query = checked_query(parameters_of(request), known, route.required)
        query.pop(LINK, None)
        call = Call(route, request, query, now, routes, store, caller)
        media_type = media_type_for(call)
        answer = route.view(call, **path)
        _count(answer.counts)
        response = response_to(call, answer, media_type)
    except LikeworthError as error:
        if route.items_of is not None and isinstance(error, StoreUnavailable):
            error.mark_not_stored(route.items_of(request))
        _count(_counts_of(error))
        response = problem_response(error)
        if response.status_code >= 500:
            log.error("request %s: %s: %s", request_id(request), error.code, error.detail)
    allow_origin(response, request, origins)
    return response


def _counts_of(error: LikeworthError) -> Mapping[str, int]:
    match error:
        case StoreUnavailable():
            return {
                "StoreUnavailable": 1,
                "EventsAccepted": error.accepted,
                "EventsRejected": len(error.rejected),
                "EventsHandedBack": len(error.not_stored),
            }
        case AllEventsRejected():
            return {"EventsRejected": len(error.rejected)}
    return {}


def _count(counts: Mapping[str, int]) -> None:
    for metric, number in counts.items():
        telemetry.count(metric, number)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _origins(listed: str) -> tuple[str, ...]:
    """Parse the origins of the service, for callers without a known tenant."""
    return tuple(origin for one in listed.split(",") if (origin := one.strip()))
