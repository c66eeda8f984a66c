"""Which orders of a WooCommerce shop are sales, by status."""

from __future__ import annotations

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.tables.headings import comparable

PLATFORM = "woocommerce"
SOLD = frozenset({"completed", "processing"})
REFUNDED = "refunded"
UNPAID = frozenset({"pending", "on-hold"})
"""Not paid yet."""

_OTHERS = frozenset(
    {REFUNDED, "pending", "on-hold", "cancelled", "failed", "draft", "checkout-draft", "trash"}
)
_NAMES = {
    "pending payment": "pending",
    "on hold": "on-hold",
    "canceled": "cancelled",
    "abgeschlossen": "completed",
    "fertiggestellt": "completed",
    "in bearbeitung": "processing",
    "wird bearbeitet": "processing",
    "zahlung ausstehend": "pending",
    "ausstehende zahlung": "pending",
    "in wartestellung": "on-hold",
    "wartend": "on-hold",
    "storniert": "cancelled",
    "rückerstattet": "refunded",
    "erstattet": "refunded",
    "fehlgeschlagen": "failed",
    "entwurf": "draft",
}

ONE_OF_THEM = (
    "Import either the report or the orders from the API. The report contains the day and the net "
    "revenue, the API the time and the total."
)


def status_of(text: str) -> str:
    """Return a status as the API writes it.

    Raises
    ------
    RowRejected
        `missing_value`, for an unknown status. The message does not contain it.
    """
    status = comparable(text).removeprefix("wc-")
    status = _NAMES.get(status, status)
    if status not in SOLD and status not in _OTHERS:
        raise RowRejected("missing_value", "the order has no status or an unknown one")
    return status


def not_sold(status: str) -> str:
    """Return why an order with a status is not data."""
    return f"an order that is not a sale: {status}"
