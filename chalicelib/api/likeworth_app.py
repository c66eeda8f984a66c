"""The Chalice application: serves declared routes, and answers all other methods and paths.

API Gateway only forwards methods that a path declares, and answers others with "403 Missing
Authentication Token". Therefore each path declares all methods: HEAD and OPTIONS are derived from
the declared routes, and the rest return 405 with `Allow`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from chalice.app import Chalice, Request, Response

from chalicelib import telemetry
from chalicelib.api.calls import LINK, current_request, parameters_of, request_id
from chalicelib.api.cors import preflight
from chalicelib.api.endpoint import endpoint
from chalicelib.api.problems import problem_response
from chalicelib.api.quotas import quota_headers, reset_quota
from chalicelib.api.routes import Route
from chalicelib.model.errors import LikeworthError, MethodNotAllowed, NotFound

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""The methods that API Gateway supports."""

ANY_TYPE = ["*/*"]
"""Chalice accepts every media type; `request_bodies` checks it and returns 415 as a problem."""

LINK_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
"""A link is as sensitive as a key: its URL must not appear in a referrer or a search index."""

NextHandler = Callable[[Any], Response]

log = logging.getLogger(__name__)


class LikeworthApp(Chalice):
    """A Chalice application that serves declared routes.

    `routes`: one iterable for each module of views.

    Attributes
    ----------
    declared : dict
        (method, path) -> route.
    """

    def __init__(self, app_name: str, *routes: Iterable[Route]) -> None:
        super().__init__(app_name=app_name)
        self.declared: dict[tuple[str, str], Route] = {
            (route.method, route.path): route for module in routes for route in module
        }
        for middleware in (record_request, finish_response, self._reject_unrouted):
            self.register_middleware(middleware, event_type="http")
        for route in self.declared.values():
            self._serve(route.path, [route.method], endpoint(route, self.declared))
        for path in list(self.routes):
            self._serve_other_methods(path)

    def allowed(self, path: str) -> list[str]:
        """Return the methods of a path, for the `Allow` header."""
        served = {method for method, one in self.declared if one == path}
        return sorted(served | {"OPTIONS"} | ({"HEAD"} if "GET" in served else set()))

    def reject_path(self) -> Response:
        """Return the response to an unknown path."""
        return problem_response(NotFound("this path does not exist"))

    def reject_method(self, path: str) -> Response:
        """Return the response to a method that a path does not support."""
        detail = "this path does not support this method"
        return problem_response(MethodNotAllowed(detail, self.allowed(path)))

    def _serve_other_methods(self, path: str) -> None:
        def reject(**_path: str) -> Response:
            return self.reject_method(path)

        views, allowed = self.routes[path], self.allowed(path)
        served = sorted(views)
        if "GET" in views:
            self._serve(path, ["HEAD"], views["GET"].view_function)
        self._serve(path, ["OPTIONS"], preflight(served, allowed))
        self._serve(path, [method for method in METHODS if method not in allowed], reject)

    def _serve(self, path: str, methods: list[str], view: Callable[..., Response]) -> None:
        self.route(path, methods=methods, content_types=ANY_TYPE)(view)

    def _reject_unrouted(self, request: Request | None, get_response: NextHandler) -> Response:
        """Middleware: answers requests without a view."""
        if request is None:
            return get_response(request)
        if request.path not in self.routes:
            return self.reject_path()
        if request.method not in self.routes[request.path]:
            return self.reject_method(request.path)
        return get_response(request)


def record_request(request: Request | None, get_response: NextHandler) -> Response:
    """Middleware around `finish_response`: records every request in the log and metrics."""
    with telemetry.recorded(request_id(request)):
        response = get_response(request)
        if request is not None:
            route = str(request.context.get("resourcePath", "-"))
            telemetry.record_request(request.method, route, response.status_code)
        return response


def finish_response(request: Request | None, get_response: NextHandler) -> Response:
    """Middleware: provides the request to the view, and completes every response.

    Unexpected exceptions become problems. HEAD gets no body. If the request was counted, headers
    report the remaining requests.
    """
    token = current_request.set(request)
    reset_quota()
    try:
        response = get_response(request)
    except Exception:  # clients must get a problem even if the service has a bug
        log.exception("request %s ended in an unexpected error", request_id(request))
        response = problem_response(LikeworthError("an exception that nothing caught"))
    finally:
        current_request.reset(token)
    if isinstance(response.body, dict) and "Code" in response.body:  # Chalice's own error format
        log.error("request %s ended in an unexpected error", request_id(request))
        response = problem_response(LikeworthError("an exception that Chalice caught"))
    if request is not None and request.method == "HEAD":
        response.body = ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.update(quota_headers())
    if request is not None and LINK in parameters_of(request):
        response.headers.update(LINK_HEADERS)
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
