"""When an event is rejected, and what is stored of it: the only way in.

HTTP, imports and the command `estimate` all call `admit`. `events.parse_event` decides whether data
is an event; the named steps below depend on the tenant and the clock, which come as `Terms`.
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
    EventRefused,
    Span,
    parse_event,
    start_of_day,
)
from chalicelib.model.money import Money
from chalicelib.model.strict_json import parse_json

_ONE_DAY = dt.timedelta(days=1)
FUTURE_TOLERANCE = dt.timedelta(minutes=5)
MAX_MESSAGE_CHARACTERS = 500
"""An event can have more wrong fields than anybody reads, or than an answer can hold."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is accepted, of one tenant at one moment.

    Attributes
    ----------
    oldest, latest : datetime
        Events before `oldest` are beyond the retention, events after `latest` are in the future.
    currency : str or None
        The reporting currency; None accepts every currency.
    user_hash : callable
        Returns what is stored in place of a person's id.
    trace_of_erased : callable
        Returns what is stored in place of the hash of an erased person, None for everybody else.
    """

    oldest: dt.datetime
    latest: dt.datetime
    currency: str | None
    user_hash: Callable[[str], str]
    trace_of_erased: Callable[[str, Event], str | None] = lambda user, event: None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event is rejected; the code is one of `events.EVENT_ERROR_CODES`."""

    code: str
    message: str


class Withdrawn(NamedTuple):
    """An event of a person who refuses consent.

    Attributes
    ----------
    event : Event
        Without the person.
    user : str
        Hash of the person. The same event may be stored under it already; that item is removed.
    trace : str
        Of an erased person: the trace under which the event may be stored already.
    """

    event: Event
    user: str
    trace: str = ""


class Erased(NamedTuple):
    """An event of an erased person: it counts, without the person.

    Attributes
    ----------
    event : Event
        Without the person.
    user : str
        Hash of the person. The same event may be stored under it already; that item is removed.
    trace : str
        Stored in place of the person (`pseudonyms.trace_of_event`).
    """

    event: Event
    user: str
    trace: str


Storable = Event | Withdrawn | Erased
"""What is stored of an admitted event; its `user_id` is the keyed hash, or None."""


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    """A line of NDJSON that is not JSON, with the reason."""

    message: str


def read_line(line: bytes) -> Any:
    """Decode a line of NDJSON for `admit`; a line that is not JSON becomes `UnreadableLine`.

    Halves of surrogate pairs are left in: `admit` rejects the fields that hold them.
    """
    try:
        return parse_json(line, unpaired=True)
    except MalformedJson as error:
        return UnreadableLine(error.detail)


def admit(raw: Any, terms: Terms) -> Storable | Refusal:
    """Decide what to store of an event.

    Parameters
    ----------
    raw : object
        Decoded JSON, the dict of an importer, or an `UnreadableLine`.
    """
    if isinstance(raw, UnreadableLine):
        return Refusal("malformed_json", raw.message)
    try:
        event = parse_event(raw)
    except EventRefused as refused:
        return Refusal(refused.code, refused.message[:MAX_MESSAGE_CHARACTERS])
    for check in CHECKS:
        refusal = check(event, terms)
        if refusal is not None:
            return refusal
    if not isinstance(event, OF_PEOPLE) or event.user_id is None:
        return event
    write: Storable = event
    for step in PERSON_STEPS:
        write = step(write, terms)
    return write


def event_of(write: Storable) -> Event:
    """The event that is stored, without the instructions about an earlier copy of it."""
    return write.event if isinstance(write, Withdrawn | Erased) else write


# --- checks: reject an event or let it pass ---------------------------------------------------


def drop_future(event: Event, terms: Terms) -> Refusal | None:
    """Reject times more than five minutes ahead: a mistake, not a clock that runs fast."""
    if event.occurred_at > terms.latest:
        return Refusal("in_the_future", "/occurred_at: more than 5 minutes in the future")
    if isinstance(event, Coverage) and start_of_day(event.last) > terms.latest + _ONE_DAY:
        return Refusal("in_the_future", "/to: there are no data yet for days in the future")
    return None


def drop_before_retention(event: Event, terms: Terms) -> Refusal | None:
    """Reject what is older than the retention: it would expire before anybody sees it.

    The age of a coverage or an annotation is that of its last day.
    """
    field, last = "occurred_at", event.occurred_at
    if isinstance(event, Span):
        field, last = "to", start_of_day(event.last) + _ONE_DAY
    if last < terms.oldest:
        return Refusal(
            "before_retention",
            f"/{field}: before {terms.oldest:%Y-%m-%d}, older than this tenant keeps events",
        )
    return None


def drop_other_currency(event: Event, terms: Terms) -> Refusal | None:
    """Reject amounts in another currency: sums over two currencies mean nothing."""
    found = money_of(event)
    if found is None or terms.currency is None or found[1].currency == terms.currency:
        return None
    pointer, money = found
    return Refusal(
        "currency_mismatch",
        f"{pointer}/currency: {money.currency} is not the reporting currency {terms.currency}",
    )


# --- steps for an event with a person: change what is stored -----------------------------------


def put_pseudonym(write: Storable, terms: Terms) -> Storable:
    """Replace the person's id by its keyed hash."""
    if isinstance(write, OF_PEOPLE) and write.user_id is not None:
        return _with_user(write, terms.user_hash(write.user_id))
    return write


def drop_person_without_consent(write: Storable, _terms: Terms) -> Storable:
    """Count the engagement without its person, and remove an earlier copy with the person."""
    if isinstance(write, Engagement) and not write.consent and write.user_id is not None:
        user = write.user_id
        return Withdrawn(_with_user(write, None), user)
    return write


def drop_erased_person(write: Storable, terms: Terms) -> Storable:
    """Count the event of an erased person without bringing the person back."""
    if isinstance(write, Withdrawn):
        trace = terms.trace_of_erased(write.user, write.event)
        return write if trace is None else write._replace(trace=trace)
    if isinstance(write, OF_PEOPLE) and write.user_id is not None:
        user = write.user_id
        trace = terms.trace_of_erased(user, write)
        if trace is not None:
            return Erased(_with_user(write, None), user, trace)
    return write


CHECKS: tuple[Callable[[Event, Terms], Refusal | None], ...] = (
    drop_future,
    drop_before_retention,
    drop_other_currency,
)
"""In this order; the first rejection counts."""

PERSON_STEPS: tuple[Callable[[Storable, Terms], Storable], ...] = (
    put_pseudonym,
    drop_person_without_consent,
    drop_erased_person,
)
"""In this order; each step receives the result of the one before."""


def money_of(event: Event) -> tuple[str, Money] | None:
    """The JSON pointer and the money of an event; None if it has none."""
    if isinstance(event, Engagement):
        return None if event.cost is None else ("/cost", event.cost)
    if isinstance(event, Conversion):
        return None if event.value is None else ("/value", event.value)
    return ("/amount", event.amount) if isinstance(event, Cost) else None


def _with_user(event: Engagement | Conversion, user_id: str | None) -> Engagement | Conversion:
    """Change the person in place: `admit` has made the event, and nobody else has it yet.

    A copy would cost more than half of what the event's validation costs.
    """
    event.__dict__["user_id"] = user_id  # the model is frozen
    return event
