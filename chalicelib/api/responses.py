"""Turn the answer of a view into a response: JSON or CSV, ETags, cache headers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalice.app import Response

from chalicelib.api.calls import Call, wrong_parameter
from chalicelib.api.json_text import json_of
from chalicelib.api.media_types import CSV, JSON
from chalicelib.api.negotiation import preferred
from chalicelib.model.errors import NotAcceptable
from chalicelib.services.csv_text import csv_of

Headers = dict[str, str | list[str]]

CACHED = {"Cache-Control": "public, max-age=300"}
"""For public answers, which are the same for all callers and change only with a deployment."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a view."""

    body: Any
    """Serialised as JSON, or the text of a route that declares a media type."""
    rows: Iterable[Mapping[str, Any]] | None = None
    """The same data as a flat table, for CSV; only read if the caller wants CSV."""
    columns: Sequence[str] = ()
    """Columns of the table."""
    status: int = 200
    headers: Headers = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    """Increments of metrics of `telemetry`."""


def media_type_for(call: Call) -> str:
    """Choose JSON or CSV by the parameter ``format``, else by the Accept header.

    Raises
    ------
    InvalidFields
        If the format is unknown.
    NotAcceptable
        If the header accepts neither.
    """
    if not call.route.tabular:
        return JSON
    match call.query.get("format"):
        case "json":
            return JSON
        case "csv":
            return CSV
        case None:
            found = preferred(call.request.headers.get("accept", "*/*"))
            if found is None:
                raise NotAcceptable("available formats: application/json and text/csv")
            return found
    raise wrong_parameter("format", "unknown_value", "must be json or csv")


def response_to(call: Call, answer: Answer, media_type: str) -> Response:
    """Make the response for an answer; 304 if the caller already has it."""
    if answer.status == 204:
        headers: Headers = {"Cache-Control": "no-store", **answer.headers}
        return Response(body="", status_code=204, headers=_with_vary(headers))
    if call.route.media_type is not None:
        text, content_type = answer.body, call.route.media_type
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
    return text_response(answer.status, text, content_type, headers)


def text_response(status: int, text: str, content_type: str, headers: Headers) -> Response:
    """Make a response with a text; `Vary` keeps caches from sharing it between callers."""
    return Response(
        body=text,
        status_code=status,
        headers=_with_vary({"Content-Type": content_type, **headers}),
    )


def _matches(if_none_match: str | None, etag: str) -> bool:
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag in tags


def _with_vary(headers: Headers) -> Headers:
    return headers | {"Vary": "Accept, Authorization, Origin, x-api-key"}
