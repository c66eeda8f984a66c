"""POST /v1/events."""

from __future__ import annotations

from typing import Any

from chalice.app import Request

from chalicelib.api.calls import Call
from chalicelib.api.media_types import JSON, NDJSON
from chalicelib.api.request_bodies import check_object, field_of_type, read_body
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Body, Routes
from chalicelib.model.admission import read_line
from chalicelib.model.errors import (
    AllEventsRejected,
    BodyTooLarge,
    FieldError,
    InvalidFields,
    LikeworthError,
)
from chalicelib.model.strict_json import parse_json
from chalicelib.services.ingest import Recorded, record_events

MAX_EVENTS = 500

views = Routes("ingestion", "Sending events.")
BODY = Body("EventsBody", required=("events",), media_types=(JSON, NDJSON))


def _items_of(request: Request) -> int:
    """Count the events of a request; 0 if they cannot be parsed."""
    try:
        return len(_events_of(request))
    except LikeworthError:
        return 0


@views.route(
    "POST",
    "/v1/events",
    roles=("tag", "ingest"),
    body=BODY,
    answer=Recorded,
    raises=(AllEventsRejected,),
    items_of=_items_of,
)
def post_events(call: Call) -> Answer:
    """Store events; rejected events are listed, the others are stored."""
    recorded = record_events(call.store, _events_of(call.request), now=call.now)
    return Answer(
        recorded,
        counts={
            "EventsAccepted": recorded["accepted"],
            "EventsRejected": len(recorded["rejected"]),
        },
    )


def _events_of(request: Request) -> list[Any]:
    media_type, body = read_body(request, BODY.media_types)
    if media_type == NDJSON:
        lines = [line for line in body.split(b"\n") if line.strip()]
        _check_count(len(lines))
        return [read_line(line) for line in lines]
    found = check_object(parse_json(body, unpaired=True), BODY)
    if found["events"] is None:
        raise InvalidFields("events", (FieldError("/events", "wrong_type", "must be a list"),))
    events: list[Any] = field_of_type(found, "events", list)
    _check_count(len(events))
    return events


def _check_count(count: int) -> None:
    if count > MAX_EVENTS:
        raise BodyTooLarge(f"the request has {count} events; the limit is {MAX_EVENTS}")
