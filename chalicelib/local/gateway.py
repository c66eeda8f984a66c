"""Chalice's own routing behind the local server, and what a gateway itself has to answer."""

from __future__ import annotations

import base64
import json
from typing import Any

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import LocalGateway, LocalGatewayException, RouteMatcher

from chalicelib.local.exchanges import Request, Response, problem

API_SECONDS = 30


class ChaliceGateway:
    """A Chalice application as a function from request to response.

    Parameters
    ----------
    app : Chalice
        Its views must not read `app.current_request`, which Chalice keeps once for all threads; a
        middleware may keep the request it is given.
    """

    def __init__(self, app: Chalice) -> None:
        self._app = app
        self._matcher = RouteMatcher(list(app.routes))
        self._gateway = LocalGateway(app, Config.create(lambda_timeout=API_SECONDS))

    def answer(self, request: Request) -> Response:
        """The application's answer, or problem+json where no view is reached."""
        target = _routable(request.target)
        if target is None:
            return problem(404, "not_found", "there is no such path")
        try:
            route = self._matcher.match_route(target).route
        except ValueError:
            return problem(404, "not_found", "there is no such path")
        methods = {
            method
            for method, entry in self._app.routes[route].items()
            if not getattr(entry.view_function, "refuses_method", False)
        }
        method = "GET" if request.method == "HEAD" and "GET" in methods else request.method
        if method not in methods:
            allowed = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
            allow = (("Allow", ", ".join(sorted(allowed))),)
            if method == "OPTIONS" and not any(e.cors for e in self._app.routes[route].values()):
                return Response(204, allow)
            if method != "OPTIONS":
                return problem(405, "method_not_allowed", f"no {method} here", allow)
        try:
            answer = self._gateway.handle_request(
                method, target, dict(request.headers), request.body or None
            )
        except LocalGatewayException as error:
            code = _CODES.get(error.CODE, "internal_error")
            return problem(error.CODE, code, "an authorizer refused the request")
        return _response(answer)


def _routable(target: str) -> str | None:
    """The target in a form from which Chalice's URL parser drops nothing."""
    path, mark, query = target.partition("?")
    if not path.startswith("/") or path.startswith("//"):
        return None
    return path.replace(";", "%3B").replace("#", "%23") + mark + query.replace("#", "%23")


def _response(answer: dict[str, Any]) -> Response:
    status = int(answer["statusCode"])
    headers = [(name, str(value)) for name, value in (answer.get("headers") or {}).items()]
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        headers.extend((name, str(value)) for value in values)
    body = answer.get("body")
    if body is None:
        content = b""
    elif answer.get("isBase64Encoded"):
        content = base64.b64decode(body)
    else:
        content = body if isinstance(body, bytes) else str(body).encode()
    if status >= 400:
        detail = _chalice_error(content)
        if detail is not None:
            return problem(status, _CODES.get(status, "internal_error"), detail)
    if content and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    return Response(status, tuple(headers), content)


_CODES = {
    400: "invalid_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    415: "unsupported_media_type",
}


def _chalice_error(content: bytes) -> str | None:
    """What is wrong according to Chalice itself; None for an answer that a view made."""
    if not content.startswith(b"{"):
        return None
    document = json.loads(content)
    return str(document["Message"]) if set(document) == {"Code", "Message"} else None
