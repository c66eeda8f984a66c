"""Chalice's routing behind the local server, instead of API Gateway."""

from __future__ import annotations

import base64
import gzip
from dataclasses import replace
from typing import Any

from chalice.config import Config
from chalice.local import LocalGateway, RouteMatcher

from chalicelib.local.exchanges import Request, Response

API_SECONDS = 30
MIN_COMPRESSED_BYTES = 1024
"""Smaller answers are not compressed, as in API Gateway."""


class ChaliceGateway:
    """A `LikeworthApp` as a function from request to response.

    `app`: its views must not read `app.current_request`, which is one attribute for all threads. A
    middleware can store the request that it receives.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._matcher = RouteMatcher(list(app.routes))
        self._gateway = LocalGateway(app, Config.create(lambda_timeout=API_SECONDS))

    def answer(self, request: Request) -> Response:
        """The application's answer, also to unknown paths and unsupported methods."""
        target = _routable(request.target)
        try:
            self._matcher.match_route(target)
        except ValueError:
            return _response(self._app.reject_path().to_dict())
        # the server omits the body of an answer to HEAD, but needs its length
        method = "GET" if request.method == "HEAD" else request.method
        answer = self._gateway.handle_request(
            method, target, dict(request.headers), request.body or None
        )
        return _compressed(_response(answer), request.headers.get("accept-encoding", ""))


def _compressed(response: Response, accepted: str) -> Response:
    """Compress an answer if the client accepts gzip."""
    codings = {one.strip().lower() for one in accepted.split(",")}
    has_coding = any(name.lower() == "content-encoding" for name, _ in response.headers)
    if "gzip" not in codings or has_coding or len(response.body) < MIN_COMPRESSED_BYTES:
        return response
    headers = (*response.headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
    return replace(response, headers=headers, body=gzip.compress(response.body, 6, mtime=0))


def _routable(target: str) -> str:
    """The target, escaped so that Chalice's URL parser keeps all of it; empty if invalid."""
    path, mark, query = target.partition("?")
    if not path.startswith("/") or path.startswith("//"):
        return ""
    return path.replace(";", "%3B").replace("#", "%23") + mark + query.replace("#", "%23")


def _response(answer: dict[str, Any]) -> Response:
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
    return Response(int(answer["statusCode"]), tuple(headers), content)
