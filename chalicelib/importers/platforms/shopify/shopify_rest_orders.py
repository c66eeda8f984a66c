"""Shared by the exports of Shopify's orders: which orders are paid, and what they become."""

from __future__ import annotations

import re

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.shop_orders import GOAL

PLATFORM = "shopify"
PARTLY_REFUNDED = "partially_refunded"
PAID = frozenset({"paid", PARTLY_REFUNDED})
REFUNDED = "refunded"
UNPAID = frozenset({"pending", "authorized", "partially_paid", "unpaid"})
"""Not paid yet. Voided and expired orders are never paid."""

STATUSES = PAID | UNPAID | {REFUNDED, "voided", "expired"}
CURRENCY = re.compile(r"[A-Z]{3}")

RESTATED = (
    Becomes(
        "financial status `paid` or `partially_refunded`",
        f"one `conversion`, goal `{GOAL}`, at the time of the order; its value is the total minus "
        "refunds",
    ),
    Becomes(
        "financial status `refunded`",
        "the same `conversion` with `refund` and without a value; it replaces the one imported "
        "when the order was paid and counts as nothing",
    ),
    Becomes("any other financial status", "nothing: the order is not paid"),
)
NO_PEOPLE = (
    "No personal data is read. Events and messages contain no e-mail address, name, postal "
    "address, phone number or note. For a rejected row, only order number, status, times, amounts "
    "and currency are shown."
)
ONE_OF_THEM = "Import either the orders or the sales by day. They contain the same sales."


def reason_not_paid(status: str) -> str:
    """Return why an order is not a conversion; empty if it is.

    Parameters
    ----------
    status : str
        Shopify's financial status.

    Raises
    ------
    RowRejected
        `missing_value`, for an unknown status. The message does not contain it.
    """
    if status in PAID or status == REFUNDED:
        return ""
    if status not in STATUSES:
        raise RowRejected("missing_value", "the order has no financial status or an unknown one")
    return f"an order that is not paid: {status}"
