"""Meta Conversions API: logged request bodies of the events that a server sends to Meta.

These are the shop's own conversions, not conversions that Meta claims.
"""

from __future__ import annotations

import json
import re
from typing import Any

from chalicelib.importers.goals import Goals
from chalicelib.importers.outcomes import ClaimedConversions, RowRejected
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options, Recognition
from chalicelib.importers.records.record_report import Convert, RecordReport
from chalicelib.importers.records.records import Converted
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
    "The requests that your server sends to `/{pixel}/events`, logged before they are sent. "
    "Events Manager > Test events (Events-Manager > Events testen) shows them",
    'JSON with event_name, event_time and one of action_source, user_data, custom_data: `{"data": '
    "[...]}`, an array, or one event per line",
    (
        Becomes("`Purchase`", "`conversion`, goal `purchase`"),
        Becomes("`Lead`", "`conversion`, goal `lead`"),
        Becomes("`CompleteRegistration`", "`conversion`, goal `signup`"),
        Becomes("`SubmitApplication`", "`conversion`, goal `application`"),
        Becomes("any other `event_name`", "nothing"),
        Becomes("`event_time`, in seconds", "the time"),
        Becomes(
            "`custom_data.value` and `currency`",
            "the value; the prices in `contents` are not summed",
        ),
        Becomes(
            "`event_id`, else `custom_data.order_id`, else a digest of the whole event",
            "part of the event id",
        ),
        Becomes(
            "another event with the same name and id", "nothing: it repeats the same conversion"
        ),
        Becomes("`user_data`", "nothing: this field is not read"),
    ),
    (
        ("invalid_date", "`event_time` is not a Unix time in seconds, or is in milliseconds"),
        ("invalid_number", "the value is not a number"),
        ("malformed_record", "the line is not JSON or not an event"),
        ("missing_value", "`event_time` is missing"),
        ("negative", "the value is negative"),
        ("no_currency", "the event has a value but no currency, and you did not pass one"),
    ),
    ("For a rejected event, only its time is shown.",),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.is_json or not all(f'"{key}"' in glimpse.text for key in _NEEDED):
        return None
    typical = [key for key in _TYPICAL if f'"{key}"' in glimpse.text]
    if not typical:
        return None
    known = [*_NEEDED, *typical]
    return Recognition(len(known), ", ".join(known), _REPORT.open)


def _converter(options: Options, unpaid: ClaimedConversions) -> Convert:
    goals = Goals(PLATFORM, options.account)
    return lambda event: _converted(event, goals, options)


def _converted(event: Any, goals: Goals, options: Options) -> Converted:
    if not isinstance(event, dict) or "event_name" not in event:
        raise RowRejected("malformed_record", "the record is not an event")
    goal = GOALS.get(name_of(event["event_name"]).casefold())
    if goal is None:
        return "an event that is not one of the imported goals"
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


_REPORT = RecordReport(
    platform=PLATFORM,
    report="events",
    declaration=_DECLARATION,
    converter=_converter,
    shown=_shown,
    within=("data",),
)
IMPORTERS = (_REPORT.importer(_recognise),)
