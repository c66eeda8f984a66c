"""What the exports of Shopify's orders share: which orders are paid, and what they become."""

from __future__ import annotations

import re

from chalicelib.importers.outcomes import RowRefused
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.shop_orders import GOAL

PLATFORM = "shopify"
PARTLY_REFUNDED = "partially_refunded"
PAID = frozenset({"paid", PARTLY_REFUNDED})
REFUNDED = "refunded"
UNPAID = frozenset({"pending", "authorized", "partially_paid", "unpaid"})
"""Not paid yet; a voided or expired order never will be."""

STATUSES = PAID | UNPAID | {REFUNDED, "voided", "expired"}
CURRENCY = re.compile(r"[A-Z]{3}")

RESTATED = (
    Becomes(
        "financial status `paid` or `partially_refunded`",
        f"one `conversion`, goal `{GOAL}`, at the time at which the order was placed; its value is "
        "the total less what was refunded",
    ),
    Becomes(
        "financial status `refunded`",
        "the same `conversion` with `refund` and without a value: it replaces the one that was "
        "imported when the order was paid, and counts nothing",
    ),
    Becomes("any other financial status", "nothing: the order is not paid"),
)
NO_PEOPLE = (
    "Nothing of a person is read: no e-mail, name, address, phone or note is in an event or a "
    "message, and a refused row shows only order number, status, times, amounts and currency."
)
ONE_OF_THEM = "Import the orders or the sales by day, not both: they hold the same sales."


def reason_not_paid(status: str) -> str:
    """Why an order is no conversion, or an empty text. `status` is Shopify's financial status.

    Raises
    ------
    RowRefused
        `missing_value`, for a status that Shopify does not have. The message does not repeat it.
    """
    if status in PAID or status == REFUNDED:
        return ""
    if status not in STATUSES:
        raise RowRefused("missing_value", "the order has no financial status that is known")
    return f"an order that is not paid: {status}"
