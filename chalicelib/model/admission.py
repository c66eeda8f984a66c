"""Admission: decides whether an event is rejected, and what is stored of it.

HTTP, imports and the command `estimate` all call `admit`. `events.parse_event` validates the event;
the steps below depend on the tenant and the clock, which `Terms` provides.
A rejection is data with a code from `events.EVENT_ERROR_CODES`, never an exception.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from chalicelib.model.errors import MalformedJson
from chalicelib.model.events import (
    OF_PEOPLE,
    Conversion,
    Cost,
    Coverage,
    Engagement,
    Event,
    EventRejected,
    Span,
    parse_event,
    start_of_day,
)
from chalicelib.model.money import Money
from chalicelib.model.strict_json import parse_json

_ONE_DAY = dt.timedelta(days=1)
FUTURE_TOLERANCE = dt.timedelta(minutes=5)
MAX_MESSAGE_CHARACTERS = 500
"""Longer messages are cut off, because an event can have any number of invalid fields."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The conditions for events of one tenant at one moment."""

    oldest: dt.datetime
    latest: dt.datetime
    """Events before `oldest` exceed the retention, events after `latest` are in the future."""
    currency: str | None
    """The reporting currency; None accepts every currency."""
    user_hash: Callable[[str], str]
    """Returns the hash that replaces a person's id."""
    trace_of_erased: Callable[[str, Event], str | None] = lambda user, event: None
    """Returns the trace that replaces the hash of an erased person, None for everyone else."""


@dataclass(frozen=True, slots=True)
class EventRejection:
    """Why an event is rejected; the code is one of `events.EVENT_ERROR_CODES`."""

    code: str
    message: str


class Withdrawn(NamedTuple):
    """An event of a person without consent."""

    event: Event
    """The event without the person."""
    user: str
    """Hash of the person. An earlier copy of the event under this hash is deleted."""
    trace: str = ""
    """For an erased person, the trace under which an earlier copy may be stored."""


class Erased(NamedTuple):
    """An event of an erased person, which is counted without the person."""

    event: Event
    """The event without the person."""
    user: str
    """Hash of the person. An earlier copy of the event under this hash is deleted."""
    trace: str
    """Stored instead of the person (`pseudonyms.trace_of_event`)."""


Storable = Event | Withdrawn | Erased
"""An admitted event, ready to store; its `user_id` is the keyed hash or None."""


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    """A line of NDJSON that is not valid JSON, with the reason."""

    message: str


def read_line(line: bytes) -> Any:
    """Decode a line of NDJSON for `admit`; a line that is not JSON becomes `UnreadableLine`.

    Halves of surrogate pairs are kept, because `admit` rejects the fields that contain them.
    """
    try:
        return parse_json(line, unpaired=True)
    except MalformedJson as error:
        return UnreadableLine(error.detail)


def admit(raw: Any, terms: Terms) -> Storable | EventRejection:
    """Decide what to store of an event.

    `raw`: Decoded JSON, the dict of an importer, or an `UnreadableLine`.
    """
    if isinstance(raw, UnreadableLine):
        return EventRejection("malformed_json", raw.message)
    try:
        event = parse_event(raw)
    except EventRejected as rejected:
        return EventRejection(rejected.code, rejected.message[:MAX_MESSAGE_CHARACTERS])
    for check in CHECKS:
        rejection = check(event, terms)
        if rejection is not None:
            return rejection
    if not isinstance(event, OF_PEOPLE):
        return event
    if event.user_id is None:
        is_withdrawn = isinstance(event, Engagement) and not event.consent
        return _with_user(event, None) if is_withdrawn else event
    write: Storable = event
    for step in PERSON_STEPS:
        write = step(write, terms)
    return write


def event_of(write: Storable) -> Event:
    """Return the event to store, without the data about an earlier copy."""
    return write.event if isinstance(write, Withdrawn | Erased) else write


# --- checks: reject an event or accept it -----------------------------------------------------


def drop_future(event: Event, terms: Terms) -> EventRejection | None:
    """Reject times more than five minutes ahead, which no inaccurate clock explains."""
    if event.occurred_at > terms.latest:
        return EventRejection("in_the_future", "/occurred_at: more than 5 minutes in the future")
    if isinstance(event, Coverage) and start_of_day(event.last) > terms.latest + _ONE_DAY:
        return EventRejection("in_the_future", "/to: a coverage cannot end in the future")
    return None


def drop_before_retention(event: Event, terms: Terms) -> EventRejection | None:
    """Reject events older than the retention, because they would expire immediately.

    The last day of a coverage or an annotation counts.
    """
    field, last = "occurred_at", event.occurred_at
    if isinstance(event, Span):
        field, last = "to", start_of_day(event.last) + _ONE_DAY
    if last < terms.oldest:
        return EventRejection(
            "before_retention",
            f"/{field}: before {terms.oldest:%Y-%m-%d}, older than the tenant's retention",
        )
    return None


def drop_other_currency(event: Event, terms: Terms) -> EventRejection | None:
    """Reject amounts in another currency, because sums over two currencies are meaningless."""
    found = money_of(event)
    if found is None or terms.currency is None or found[1].currency == terms.currency:
        return None
    pointer, money = found
    return EventRejection(
        "currency_mismatch",
        f"{pointer}/currency: {money.currency} is not the reporting currency {terms.currency}",
    )


# --- steps for an event with a person: change what is stored -----------------------------------


def put_pseudonym(write: Storable, terms: Terms) -> Storable:
    """Replace the person's id with its keyed hash."""
    if isinstance(write, OF_PEOPLE) and write.user_id is not None:
        return _with_user(write, terms.user_hash(write.user_id))
    return write


def drop_person_without_consent(write: Storable, _terms: Terms) -> Storable:
    """Keep the engagement without its person, and mark an earlier copy for deletion."""
    if isinstance(write, Engagement) and not write.consent and write.user_id is not None:
        user = write.user_id
        return Withdrawn(_with_user(write, None), user)
    return write


def drop_erased_person(write: Storable, terms: Terms) -> Storable:
    """Keep the event of an erased person without the person."""
    if isinstance(write, Withdrawn):
        trace = terms.trace_of_erased(write.user, write.event)
        return write if trace is None else write._replace(trace=trace)
    if isinstance(write, OF_PEOPLE) and write.user_id is not None:
        user = write.user_id
        trace = terms.trace_of_erased(user, write)
        if trace is not None:
            return Erased(_with_user(write, None), user, trace)
    return write


CHECKS: tuple[Callable[[Event, Terms], EventRejection | None], ...] = (
    drop_future,
    drop_before_retention,
    drop_other_currency,
)
"""Run in this order; the first rejection ends the checks."""

PERSON_STEPS: tuple[Callable[[Storable, Terms], Storable], ...] = (
    put_pseudonym,
    drop_person_without_consent,
    drop_erased_person,
)
"""Run in this order; each step receives the result of the previous one."""


def money_of(event: Event) -> tuple[str, Money] | None:
    """Return the JSON pointer and the amount of an event; None if it has no amount."""
    if isinstance(event, Engagement):
        return None if event.cost is None else ("/cost", event.cost)
    if isinstance(event, Conversion):
        return None if event.value is None else ("/value", event.value)
    return ("/amount", event.amount) if isinstance(event, Cost) else None


def _with_user(event: Engagement | Conversion, user_id: str | None) -> Engagement | Conversion:
    """Set the person in place, which is safe because `admit` has just created the event.

    Without the person there is no reach either: few people have exactly so many followers.
    A copy would add more than half of the cost of validation.
    """
    event.__dict__["user_id"] = user_id  # the model is frozen
    if user_id is None and isinstance(event, Engagement):
        event.__dict__["reach"] = None
    return event
