"""The Chalice application: serves declared routes, and every other method and path as well.

API Gateway forwards only the methods that a path has, and answers others with "403 Missing
Authentication Token". So each path has all of them: HEAD and OPTIONS are derived from the declared
routes, and the rest are 405 with `Allow`.
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
from chalicelib.api.quotas import forget_quota, quota_headers
from chalicelib.api.routes import Route
from chalicelib.model.errors import LikeworthError, MethodNotAllowed, NotFound

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Those that API Gateway knows."""

ANY_TYPE = ["*/*"]
"""What Chalice lets through: the views check media types and answer 415 as a problem."""

LINK_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
"""A link opens as much as a key: the page that used it must not pass it on or be indexed."""

NextHandler = Callable[[Any], Response]

log = logging.getLogger(__name__)


class LikeworthApp(Chalice):
    """A Chalice application made of declared routes.

    Parameters
    ----------
    app_name : str
    routes : iterables of Route
        One for each module of views.

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
        for middleware in (record_request, finish_response, self._refuse_unrouted):
            self.register_middleware(middleware, event_type="http")
        for route in self.declared.values():
            self._serve(route.path, [route.method], endpoint(route, self.declared))
        for path in list(self.routes):
            self._serve_other_methods(path)

    def allowed(self, path: str) -> list[str]:
        """The methods of a path, as the header Allow names them."""
        served = {method for method, one in self.declared if one == path}
        return sorted(served | {"OPTIONS"} | ({"HEAD"} if "GET" in served else set()))

    def refuse_path(self) -> Response:
        """The response to a path that does not exist."""
        return problem_response(NotFound("there is no such path"))

    def refuse_method(self, path: str) -> Response:
        """The response to a method that a path does not have."""
        detail = "the path exists, but not with this method"
        return problem_response(MethodNotAllowed(detail, self.allowed(path)))

    def _serve_other_methods(self, path: str) -> None:
        def refuse(**_path: str) -> Response:
            return self.refuse_method(path)

        views, allowed = self.routes[path], self.allowed(path)
        served = sorted(views)
        if "GET" in views:
            self._serve(path, ["HEAD"], views["GET"].view_function)
        self._serve(path, ["OPTIONS"], preflight(served, allowed))
        self._serve(path, [method for method in METHODS if method not in allowed], refuse)

    def _serve(self, path: str, methods: list[str], view: Callable[..., Response]) -> None:
        self.route(path, methods=methods, content_types=ANY_TYPE)(view)

    def _refuse_unrouted(self, request: Request | None, get_response: NextHandler) -> Response:
        """Middleware: answers what no view answers."""
        if request is None:
            return get_response(request)
        if request.path not in self.routes:
            return self.refuse_path()
        if request.method not in self.routes[request.path]:
            return self.refuse_method(request.path)
        return get_response(request)


def record_request(request: Request | None, get_response: NextHandler) -> Response:
    """Middleware around `finish_response`: records every request for the operator."""
    with telemetry.recorded(request_id(request)):
        response = get_response(request)
        if request is not None:
            route = str(request.context.get("resourcePath", "-"))
            telemetry.record_request(request.method, route, response.status_code)
        return response


def finish_response(request: Request | None, get_response: NextHandler) -> Response:
    """Middleware: keeps the request for the view, and completes every response.

    Exceptions that no view expected become problems; HEAD gets no body; if the request was counted,
    headers say how many are left.
    """
    token = current_request.set(request)
    forget_quota()
    try:
        response = get_response(request)
    except Exception:  # a client must get a problem, also for a defect of ours
        log.exception("request %s ended in an unexpected error", request_id(request))
        response = problem_response(LikeworthError("an exception that nothing caught"))
    finally:
        current_request.reset(token)
    if isinstance(response.body, dict) and "Code" in response.body:  # Chalice's own shape
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
