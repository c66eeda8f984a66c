"""From raw data to an event that may be stored: a visible list of named steps.

`events.parse_event` says whether the data is an event at all; the steps here depend on the tenant
and the clock. A check refuses an event or lets it pass, a step for people changes what is stored of
one who is known; a refusal is data, never an exception.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from chalicelib.model.events import (
    OF_PEOPLE,
    Conversion,
    Cost,
    Coverage,
    Engagement,
    Event,
    EventRefused,
    Span,
    parse_events,
    parse_json_events,
    start_of_day,
    with_user,
)
from chalicelib.model.money import Money
from chalicelib.services.privacy.retention import oldest_instant
from chalicelib.storage.event_store import Erased, Storable, Withdrawn
from chalicelib.storage.tenant_store import TenantStore

_ONE_DAY = dt.timedelta(days=1)
FUTURE_TOLERANCE = dt.timedelta(minutes=5)
MAX_MESSAGE_CHARACTERS = 500
"""An event can have more wrong fields than anybody wants to read, or an answer can hold."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a tenant accepts at one moment.

    Attributes
    ----------
    now : datetime
    oldest, latest : datetime
        Events before are beyond the tenant's retention, events after are in the future.
    currency : str
        The tenant's reporting currency.
    user_hash : callable
        Gives what is stored in place of a person's id.
    trace_of_erased : callable
        Gives what is stored in place of the hash of a person who was erased, None of anybody else.
    """

    now: dt.datetime
    oldest: dt.datetime
    latest: dt.datetime
    currency: str
    user_hash: Callable[[str], str]
    trace_of_erased: Callable[[str, Event], str | None] = lambda user, event: None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event is not stored; the code is one of `events.EVENT_ERROR_CODES`."""

    code: str
    message: str


Check = Callable[[Event, Terms], Refusal | None]
PersonStep = Callable[[Storable, Terms], Storable]


def terms_of(store: TenantStore, now: dt.datetime) -> Terms:
    """What this tenant accepts at this moment."""
    return Terms(
        now=now,
        oldest=oldest_instant(store.config, now),
        latest=now + FUTURE_TOLERANCE,
        currency=store.config.currency,
        user_hash=store.user_hash,
        trace_of_erased=store.trace_of_erased,
    )


def admit_all(raws: Sequence[Any], terms: Terms) -> Sequence[Storable | Refusal]:
    """What to store of each of a report's events, or why not.

    Parameters
    ----------
    raws : sequence
        What a reader of exports made of each.
    """
    return _admitted(parse_events(raws), terms)


def admit_json(raws: Sequence[Any], terms: Terms) -> Sequence[Storable | Refusal]:
    """As `admit_all`, of data that a parser of JSON made: events of people, mostly."""
    return _admitted(parse_json_events(raws), terms)


def _refusal(refused: EventRefused) -> Refusal:
    return Refusal(refused.code, refused.message[:MAX_MESSAGE_CHARACTERS])


def _admitted(parsed: Sequence[Event | EventRefused], terms: Terms) -> Sequence[Storable | Refusal]:
    if _all_pass(parsed, terms):
        return parsed
    return [
        _refusal(one) if isinstance(one, EventRefused) else admit_event(one, terms)
        for one in parsed
    ]


def admit_event(event: Event, terms: Terms) -> Storable | Refusal:
    """What to store of an event, or why not."""
    if not _is_welcome(event, terms):
        for check in CHECKS:
            refusal = check(event, terms)
            if refusal is not None:
                return refusal
    write: Storable = event
    for step in PERSON_STEPS:
        write = step(write, terms)
    return write


def _is_welcome(event: Event, terms: Terms) -> bool:
    """Whether no check can refuse the event, where that is seen at a glance."""
    if type(event) is Engagement:
        money = event.cost
    elif type(event) is Conversion:
        money = event.value
    else:
        return False
    user_id = event.user_id
    return (
        terms.oldest <= event.occurred_at <= terms.latest
        and (money is None or money.currency == terms.currency)
        and (user_id is None or not user_id.isspace())
    )


def _all_pass(parsed: Sequence[Event | EventRefused], terms: Terms) -> TypeGuard[Sequence[Event]]:
    """Whether no check can refuse any of the events and no step can change it: most exports."""
    oldest, latest, currency = terms.oldest, terms.latest, terms.currency
    known_at = None
    for event in parsed:
        if type(event) is Engagement:
            money = event.cost
        elif type(event) is Conversion:
            money = event.value
        else:
            return False
        at = event.occurred_at
        if at is not known_at:  # the events of a row, and often of a day, share their instant
            if not oldest <= at <= latest:
                return False
            known_at = at
        if event.user_id is not None or not (money is None or money.currency == currency):
            return False
    return True


def refuse_the_future(event: Event, terms: Terms) -> Refusal | None:
    """More than five minutes ahead of our clock is a mistake, not a fast clock."""
    if event.occurred_at > terms.latest:
        return Refusal("in_the_future", "/occurred_at: more than 5 minutes in the future")
    if isinstance(event, Coverage) and start_of_day(event.last) > terms.latest + _ONE_DAY:
        return Refusal("in_the_future", "/to: there are no data yet for days in the future")
    return None


def refuse_before_retention(event: Event, terms: Terms) -> Refusal | None:
    """What is older than the tenant keeps events would expire unseen.

    A coverage or annotation is as old as its last day.
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


def refuse_foreign_currency(event: Event, terms: Terms) -> Refusal | None:
    """Sums of two currencies are no numbers."""
    found = money_of(event)
    if found is not None and found[1].currency != terms.currency:
        pointer, money = found
        return Refusal(
            "currency_mismatch",
            f"{pointer}/currency: {money.currency} is not the reporting currency {terms.currency}",
        )
    return None


def refuse_blank_person(event: Event, _terms: Terms) -> Refusal | None:
    """All whose id is blank would be one person."""
    user_id = event.user_id if isinstance(event, OF_PEOPLE) else None
    if user_id is not None and not user_id.strip():
        return Refusal("too_short", "/user_id: nothing but blanks")
    return None


def pseudonymise(write: Storable, terms: Terms) -> Storable:
    """The keyed hash in place of whatever the sender calls the person."""
    if isinstance(write, OF_PEOPLE) and write.user_id is not None:
        return with_user(write, terms.user_hash(write.user_id))
    return write


def drop_person_without_consent(write: Storable, _terms: Terms) -> Storable:
    """The engagement counts, the person is not stored, and not left behind from before either."""
    if isinstance(write, Engagement) and not write.consent and write.user_id is not None:
        return Withdrawn(with_user(write, None), write.user_id)
    return write


def leave_out_the_erased(write: Storable, terms: Terms) -> Storable:
    """An event of a person who was erased counts and does not bring the person back."""
    if isinstance(write, Withdrawn):
        trace = terms.trace_of_erased(write.user, write.event)
        return write if trace is None else write._replace(trace=trace)
    if isinstance(write, OF_PEOPLE) and write.user_id is not None:
        trace = terms.trace_of_erased(write.user_id, write)
        if trace is not None:
            return Erased(with_user(write, None), write.user_id, trace)
    return write


CHECKS: tuple[Check, ...] = (
    refuse_the_future,
    refuse_before_retention,
    refuse_foreign_currency,
    refuse_blank_person,
)
"""In this order; the first that refuses an event has said why."""

PERSON_STEPS: tuple[PersonStep, ...] = (
    pseudonymise,
    drop_person_without_consent,
    leave_out_the_erased,
)
"""For events of a person who is known; each sees what the one before has made."""


def money_of(event: Event) -> tuple[str, Money] | None:
    """Where an event holds money, as a JSON pointer, and the money; None if it holds none."""
    if isinstance(event, Engagement):
        return None if event.cost is None else ("/cost", event.cost)
    if isinstance(event, Conversion):
        return None if event.value is None else ("/value", event.value)
    return ("/amount", event.amount) if isinstance(event, Cost) else None
