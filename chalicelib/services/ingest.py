"""Record events from HTTP: accepted events are stored even if others are rejected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from typing_extensions import TypedDict

from chalicelib.model.admission import EventRejection, Storable, admit
from chalicelib.model.errors import AllEventsRejected, StoreUnavailable
from chalicelib.services.answer_fields import Count
from chalicelib.services.tenant_terms import terms_of
from chalicelib.storage.tenant_store import TenantStore

MAX_ECHOED_ID = 128


class Rejection(TypedDict):
    """An event that was rejected."""

    index: Count
    event_id: str | None
    code: str
    message: str


class Recorded(TypedDict):
    """What became of events."""

    accepted: Count
    rejected: list[Rejection]


def record_events(store: TenantStore, raw_events: Sequence[Any], *, now: dt.datetime) -> Recorded:
    """Check and store events.

    `raw_events`: Decoded JSON values, or `UnreadableLine` for lines that are not JSON.

    Raises
    ------
    AllEventsRejected
        If there are events and all are rejected.
    StoreUnavailable
        If some accepted events are not stored; `not_stored` has their indexes.
    """
    writes: list[Storable] = []
    indexes: list[int] = []
    rejected: list[Rejection] = []
    for index, (raw, verdict) in enumerate(
        zip(raw_events, _verdicts(store, raw_events, now), strict=True)
    ):
        if isinstance(verdict, EventRejection):
            rejected.append(_rejection(index, raw, verdict))
        else:
            writes.append(verdict)
            indexes.append(index)
    if rejected and not writes:
        raise AllEventsRejected(
            f"none of the {len(rejected)} events could be accepted", tuple(rejected)
        )
    missed = store.events.write(writes)
    if missed:
        raise StoreUnavailable(
            f"{len(missed)} of {len(raw_events)} events are not stored; send those again",
            not_stored=tuple(indexes[position] for position in missed),
            accepted=len(writes) - len(missed),
            rejected=tuple(rejected),
        )
    return {"accepted": len(writes), "rejected": rejected}


def _verdicts(
    store: TenantStore, raw_events: Sequence[Any], now: dt.datetime
) -> list[Storable | EventRejection]:
    """Admit each event; raises StoreUnavailable for all of them if the terms cannot be read."""
    try:
        terms = terms_of(store, now)
        return [admit(raw, terms) for raw in raw_events]
    except StoreUnavailable as error:
        raise StoreUnavailable(
            "no event is stored; send all of them again", not_stored=tuple(range(len(raw_events)))
        ) from error


def _rejection(index: int, raw: Any, rejection: EventRejection) -> Rejection:
    event_id = raw.get("event_id") if isinstance(raw, dict) else None
    return {
        "index": index,
        "event_id": event_id[:MAX_ECHOED_ID] if isinstance(event_id, str) else None,
        "code": rejection.code,
        "message": rejection.message,
    }
