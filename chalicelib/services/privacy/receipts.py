"""The answers about erasures: receipts, which identify the person by their hash only."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from chalicelib.services.answer_fields import Count, Instant
from chalicelib.services.answer_tables import Table
from chalicelib.storage.erasure_items import Receipt


class Erasure(TypedDict):
    """The receipt of an erasure; it knows the person by their hash alone."""

    id: str
    state: Literal["running", "done"]
    asked_at: Instant
    finished_at: Instant | None
    checked_at: Instant | None
    events: Count
    refused_rows: Count
    uploads: Count
    person: str


class Erasures(TypedDict):
    """A page of receipts."""

    erasures: list[Erasure]
    next: str | None


TABLE = Table(Erasure)


def shown_receipt(receipt: Receipt) -> Erasure:
    """A receipt in an answer."""
    return {
        "id": receipt.receipt_id,
        "state": receipt.state,
        "asked_at": receipt.asked_at,
        "finished_at": receipt.finished_at,
        "checked_at": receipt.checked_at,
        "events": receipt.events,
        "refused_rows": receipt.refused_rows,
        "uploads": receipt.uploads,
        "person": receipt.person,
    }
