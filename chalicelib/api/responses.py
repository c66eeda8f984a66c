"""From what a view answers to a response: JSON or CSV, ETags, headers for caches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalice.app import Response

from chalicelib.api.calls import Call, wrong_parameter
from chalicelib.api.csv_tables import csv_of, preferred
from chalicelib.api.json_text import json_of
from chalicelib.api.media_types import CSV, JSON
from chalicelib.model.errors import NotAcceptable

Headers = dict[str, str | list[str]]

CACHED = {"Cache-Control": "public, max-age=300"}
"""For public answers: they are the same for all callers and change with a deployment."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view answers.

    Attributes
    ----------
    body : object
        Becomes JSON, or is the text of a route that declares a media type.
    rows : iterable of dict, optional
        The same as a flat table, for callers who want CSV; read only if they do.
    columns : sequence of str
        Of the table.
    status : int
    headers : dict
    counts : dict
        What to add to metrics of `telemetry`.
    """

    body: Any
    rows: Iterable[Mapping[str, Any]] | None = None
    columns: Sequence[str] = ()
    status: int = 200
    headers: Headers = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


def media_type_for(call: Call) -> str:
    """JSON or CSV, as the parameter ``format`` or else the header Accept wants it.

    Raises
    ------
    InvalidFields
        For another format.
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
                raise NotAcceptable("this exists as application/json and as text/csv")
            return found
    raise wrong_parameter("format", "unknown_value", "one of json, csv")


def response_to(call: Call, answer: Answer, media_type: str) -> Response:
    """The response with an answer; 304 if the caller has the same one already."""
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
    """A response with a text, which no cache may give to another caller."""
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
