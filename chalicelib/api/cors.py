"""Cross-origin requests: preflights, and the header that allows a page to read an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chalice.app import Request, Response

from chalicelib.api.calls import current_request

EXPOSED_HEADERS = "ETag, Location, RateLimit, RateLimit-Policy, Retry-After"
ALLOWED_HEADERS = "authorization, content-encoding, content-type, if-none-match, x-api-key"
PREFLIGHT_SECONDS = 600


def preflight(methods: Sequence[str], allowed: Sequence[str]) -> Callable[..., Response]:
    """Make the view for OPTIONS of a path.

    A preflight has no API key, so the tenant and its allowed origins are unknown. Every preflight
    succeeds; the headers of the real answer decide whether the page may read it.

    `methods`: methods that a page may use; HEAD never needs a preflight.
    """

    def answer_preflight(**_path: str) -> Response:
        request = current_request.get()
        origin = request.headers.get("origin") if request is not None else None
        headers: dict[str, str | list[str]] = {"Allow": ", ".join(allowed), "Vary": "Origin"}
        if origin:
            headers |= {
                "Access-Control-Allow-Origin": origin,
                "Access-Control-Allow-Methods": ", ".join(methods),
                "Access-Control-Allow-Headers": ALLOWED_HEADERS,
                "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
            }
        return Response(body="", status_code=204, headers=headers)

    return answer_preflight


def allow_origin(response: Response, request: Request, allowed: Sequence[str]) -> None:
    """Allow the calling page to read the response if its origin is allowed."""
    origin = request.headers.get("origin")
    if origin and ("*" in allowed or origin in allowed):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
