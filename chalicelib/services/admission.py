"""From raw data to an event that may be stored: a visible list of named steps.

`events.parse_event` says whether the data is an event at all; the steps here depend on the tenant
and the clock. A step enriches the event or refuses it; a refusal is data, never an exception.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.events import (
    Conversion,
    Cost,
    Engagement,
    Event,
    EventRefused,
    parse_event,
)
from chalicelib.money import Money
from chalicelib.storage.events import EventWrite
from chalicelib.storage.tenant_store import TenantStore

FUTURE_TOLERANCE = dt.timedelta(minutes=5)
MAX_MESSAGE_CHARACTERS = 500
"""An event can have more wrong fields than anybody wants to read, or an answer can hold."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a tenant accepts at one moment.

    Attributes
    ----------
    now : datetime
    oldest : datetime
        Events before this are beyond the tenant's retention.
    currency : str
        The tenant's reporting currency.
    user_hash : callable
        Gives what is stored in place of a person's id.
    """

    now: dt.datetime
    oldest: dt.datetime
    currency: str
    user_hash: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event is not stored; the code is one of `events.EVENT_ERROR_CODES`."""

    code: str
    message: str


Step = Callable[[EventWrite, Terms], EventWrite | Refusal]


def terms_of(store: TenantStore, now: dt.datetime) -> Terms:
    """What this tenant accepts at this moment."""
    return Terms(
        now=now,
        oldest=now - dt.timedelta(days=store.config.retention_days),
        currency=store.config.currency,
        user_hash=store.user_hash,
    )


def admit(raw: Any, terms: Terms) -> EventWrite | Refusal:
    """What to store for raw data, or why not.

    Parameters
    ----------
    raw : object
        What a JSON parser or a reader of exports made of one event.
    """
    try:
        event = parse_event(raw)
    except EventRefused as refused:
        return Refusal(refused.code, refused.message[:MAX_MESSAGE_CHARACTERS])
    admitted: EventWrite | Refusal = EventWrite(event)
    for step in STEPS:
        if isinstance(admitted, Refusal):
            return admitted
        admitted = step(admitted, terms)
    return admitted


def refuse_the_future(write: EventWrite, terms: Terms) -> EventWrite | Refusal:
    """More than five minutes ahead of our clock is a mistake, not a fast clock."""
    if write.event.occurred_at > terms.now + FUTURE_TOLERANCE:
        return Refusal("in_the_future", "/occurred_at: more than 5 minutes in the future")
    return write


def refuse_before_retention(write: EventWrite, terms: Terms) -> EventWrite | Refusal:
    """What is older than the tenant keeps events would expire unseen."""
    if write.event.occurred_at < terms.oldest:
        return Refusal(
            "before_retention",
            f"/occurred_at: before {terms.oldest:%Y-%m-%d}, older than this tenant keeps events",
        )
    return write


def refuse_foreign_currency(write: EventWrite, terms: Terms) -> EventWrite | Refusal:
    """Sums of two currencies are no numbers."""
    found = money_of(write.event)
    if found is not None and found[1].currency != terms.currency:
        pointer, money = found
        return Refusal(
            "currency_mismatch",
            f"{pointer}/currency: {money.currency} is not the reporting currency {terms.currency}",
        )
    return write


def pseudonymise(write: EventWrite, terms: Terms) -> EventWrite | Refusal:
    """The keyed hash in place of whatever the sender calls the person."""
    event = write.event
    if isinstance(event, Engagement | Conversion) and event.user_id is not None:
        return replace(write, event=_with_user(event, terms.user_hash(event.user_id)))
    return write


def drop_person_without_consent(write: EventWrite, terms: Terms) -> EventWrite | Refusal:
    """The engagement counts, the person is not stored, and not left behind from before either."""
    event = write.event
    if isinstance(event, Engagement) and not event.consent and event.user_id is not None:
        return EventWrite(_with_user(event, None), withdrawn_user=event.user_id)
    return write


STEPS: tuple[Step, ...] = (
    refuse_the_future,
    refuse_before_retention,
    refuse_foreign_currency,
    pseudonymise,
    drop_person_without_consent,
)
"""In this order; each sees what the ones before have made."""


def money_of(event: Event) -> tuple[str, Money] | None:
    """Where an event holds money, as a JSON pointer, and the money; None if it holds none."""
    match event:
        case Engagement(cost=Money() as money):
            return "/cost", money
        case Conversion(value=Money() as money):
            return "/value", money
        case Cost(amount=money):
            return "/amount", money
    return None


def _with_user(event: Engagement | Conversion, user_id: str | None) -> Event:
    return event.model_copy(update={"user_id": user_id})
