"""What every path answers beside what its views do: HEAD, OPTIONS, and methods that it has not.

API Gateway forwards only the methods that a path has, and answers others with "403 Missing
Authentication Token". So each path has all of them; those without a view refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Any

from chalice.app import Chalice, Request, Response

from chalicelib.api.cors import preflight
from chalicelib.api.http import ANY_TYPE, problem_response

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Those that API Gateway knows."""


def answer_every_method(app: Chalice) -> None:
    """Give every path of the application an answer to each method; unknown paths one, too.

    A view that refuses has the attribute ``refuses_method``, so that whoever looks at the routes
    can tell it from one that serves.
    """
    for path, views in list(app.routes.items()):
        served = sorted(views)
        allowed = _allowed(served)
        if "GET" in views:
            app.route(path, methods=["HEAD"], content_types=ANY_TYPE)(views["GET"].view_function)
        app.route(path, methods=["OPTIONS"], content_types=ANY_TYPE)(preflight(served, allowed))
        refused = [method for method in METHODS if method not in allowed]
        app.route(path, methods=refused, content_types=ANY_TYPE)(_refusal(allowed))

    def refuse_unknown_path(
        request: Request | None, get_response: Callable[[Any], Response]
    ) -> Response:
        if request is not None and request.path not in app.routes:
            return problem_response(HTTPStatus.NOT_FOUND)
        return get_response(request)

    app.register_middleware(refuse_unknown_path, event_type="http")


def _allowed(served: Collection[str]) -> list[str]:
    """What the header Allow names."""
    also = {"OPTIONS", "HEAD"} if "GET" in served else {"OPTIONS"}
    return sorted({*served, *also})


def _refusal(allowed: list[str]) -> Callable[..., Response]:
    def refuse(**_path: str) -> Response:
        headers: dict[str, str | list[str]] = {"Allow": ", ".join(allowed)}
        return problem_response(HTTPStatus.METHOD_NOT_ALLOWED, headers)

    refuse.refuses_method = True  # type: ignore[attr-defined]
    return refuse
