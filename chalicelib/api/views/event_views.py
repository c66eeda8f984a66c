"""POST /v1/events."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint, Request

from chalicelib.api.calls import Call
from chalicelib.api.http import ANY_TYPE, Answer, endpoint
from chalicelib.api.request_bodies import JSON, NDJSON, check_object, field_of_type, read_body
from chalicelib.model.admission import read_line
from chalicelib.model.errors import (
    BodyTooLarge,
    FieldError,
    InvalidFields,
    LikeworthError,
)
from chalicelib.model.strict_json import parse_json
from chalicelib.services.ingest import record_events

MAX_EVENTS = 500

blueprint = Blueprint(__name__)


def _handed_over(request: Request) -> int:
    """How many events a request holds; none if they cannot be read."""
    try:
        return len(_events_of(request))
    except LikeworthError:
        return 0


@blueprint.route("/v1/events", methods=["POST"], content_types=ANY_TYPE)
@endpoint("tag", "ingest", handed_over=_handed_over)
def post_events(call: Call) -> Answer:
    """Store events; what is refused is told, what is accepted is stored."""
    recorded = record_events(call.store, _events_of(call.request), now=call.now)
    return Answer(
        {"accepted": recorded.accepted, "rejected": list(recorded.rejected)},
        counts={
            "EventsAccepted": recorded.accepted,
            "EventsRejected": len(recorded.rejected),
        },
    )


def _events_of(request: Request) -> list[Any]:
    media_type, body = read_body(request, (JSON, NDJSON))
    if media_type == NDJSON:
        lines = [line for line in body.split(b"\n") if line.strip()]
        _check_count(len(lines))
        return [read_line(line) for line in lines]
    found = check_object(parse_json(body, unpaired=True), required=("events",))
    if found["events"] is None:
        raise InvalidFields("events", (FieldError("/events", "wrong_type", "must be a list"),))
    events: list[Any] = field_of_type(found, "events", list)
    _check_count(len(events))
    return events


def _check_count(count: int) -> None:
    if count > MAX_EVENTS:
        raise BodyTooLarge(f"{count} events; at most {MAX_EVENTS} are taken at once")
