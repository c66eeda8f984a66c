"""Meta Conversions API: the events that a server sends to Meta, kept as the body of the request.

They are the shop's own conversions, not those that Meta claims.
"""

from __future__ import annotations

import json
import re
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.goals import Goals
from chalicelib.importers.outcomes import Reading, ReportDescription, RowRefused
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.records import Converted
from chalicelib.importers.records.shapes import record_outcomes
from chalicelib.importers.records.unread_keys import plain_object
from chalicelib.importers.values.event_identity import digest
from chalicelib.importers.values.values import epoch, first_name, money_of, name_of, record_of

PLATFORM = "meta_conversions"
GOALS = {
    "purchase": "purchase",
    "lead": "lead",
    "completeregistration": "signup",
    "submitapplication": "application",
}
"""Meta's standard event, in lower case -> goal."""

_NEEDED = ("event_name", "event_time")
_TYPICAL = ("action_source", "user_data", "custom_data", "event_source_url", "event_id")
_DIGITS = re.compile(r"\d{1,20}")

_DECLARATION = Declaration(
    "Meta Conversions API: request bodies (JSON)",
    "What your server sends to `/{pixel}/events` (Events Manager > Test events shows it; "
    "Events-Manager > Events testen), logged before it is sent",
    'JSON with event_name, event_time and one of action_source, user_data, custom_data: `{"data": '
    "[...]}`, an array, or one event per line",
    (
        Becomes("`Purchase`", "`conversion`, goal `purchase`"),
        Becomes("`Lead`", "`conversion`, goal `lead`"),
        Becomes("`CompleteRegistration`", "`conversion`, goal `signup`"),
        Becomes("`SubmitApplication`", "`conversion`, goal `application`"),
        Becomes("any other `event_name`", "nothing"),
        Becomes("`event_time`, in seconds", "the time"),
        Becomes("`custom_data.value` and `currency`", "the value; contents are not added up"),
        Becomes(
            "`event_id`, else `custom_data.order_id`, else a digest of the whole event",
            "part of the event id",
        ),
        Becomes("a further event of the same name and id", "nothing: it is the same conversion"),
        Becomes("`user_data`", "nothing: it is not read"),
    ),
    (
        ("invalid_date", "`event_time` is no number of seconds, or one of thousandths"),
        ("invalid_number", "the value is no number"),
        ("malformed_record", "the line is no JSON, or no event"),
        ("missing_value", "no event_time"),
        ("negative", "the value is below zero"),
        ("no_currency", "there is a value without a currency, and none was given"),
    ),
    ("A refused event shows its time only.",),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.is_json or not all(f'"{key}"' in glimpse.text for key in _NEEDED):
        return None
    typical = [key for key in _TYPICAL if f'"{key}"' in glimpse.text]
    if not typical:
        return None
    known = [*_NEEDED, *typical]
    return Recognition(len(known), ", ".join(known), _open)


def _open(source: Source, options: Options) -> Reading:
    goals = Goals(PLATFORM, options.account)

    def convert(event: Any) -> Converted:
        return _converted(event, goals, options)

    description = ReportDescription(PLATFORM, "events", source.encoding)
    return Reading(description, record_outcomes(source, convert, _shown, within=("data",)))


def _converted(event: Any, goals: Goals, options: Options) -> Converted:
    if not isinstance(event, dict) or "event_name" not in event:
        raise RowRefused("malformed_record", "this is no event")
    goal = GOALS.get(name_of(event["event_name"]).casefold())
    if goal is None:
        return "an event that is no goal"
    at = epoch(event.get("event_time"), "event_time")
    details = record_of(event.get("custom_data"))
    value = money_of(details.get("value"), "the value", (details.get("currency"), options.currency))
    identity = first_name(event, "event_id") or first_name(details, "order_id")
    if not identity:
        identity = digest(json.dumps(plain_object(event), default=str, sort_keys=True))
    return goals.reached(goal, at, identity, value)


def _shown(event: Any) -> str:
    seconds = name_of(record_of(event).get("event_time"))
    return f"event_time={seconds}" if _DIGITS.fullmatch(seconds) else ""


IMPORTERS = (Importer(PLATFORM, _DECLARATION, _recognise),)
