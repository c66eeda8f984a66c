"""An order of a shop -> one conversion; the same from the orders export and from a webhook."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.exports.booking import conversion, money
from chalicelib.exports.outcomes import RawEvent, RowRefused

PLATFORM = "shopify"
GOAL = "purchase"
PAID = frozenset({"paid", "partially_refunded"})
STATUSES = PAID | {
    "pending",
    "authorized",
    "partially_paid",
    "refunded",
    "voided",
    "expired",
    "unpaid",
}
CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Order:
    """What of an order becomes an event: nothing of the person who placed it.

    Attributes
    ----------
    number : str
        Shopify's id of the order, or the order's name where an export has no ids.
    created : datetime
        When it was placed; never changes, so that an order that is exported again after a refund
        replaces the conversion of the first export.
    total, refunded : Decimal
        Amounts in `currency`.
    currency : str
    """

    number: str
    created: dt.datetime
    total: Decimal
    refunded: Decimal
    currency: str


def order_event(order: Order, account: str) -> RawEvent:
    """The conversion that an order is; its value is what the shop keeps.

    Raises
    ------
    RowRefused
        `negative`.
    """
    value = order.total - order.refunded
    if value < 0:
        raise RowRefused("negative", "more was refunded than the order's total")
    parts = (PLATFORM, "order", account or "-", order.number, GOAL)
    return conversion(GOAL, order.created, *parts, value=money(value, order.currency))


def reason_not_paid(status: str) -> str:
    """Why an order is no conversion, or an empty text. `status` is Shopify's financial status.

    Raises
    ------
    RowRefused
        `missing_value`, for a status that Shopify does not have. The message does not repeat it.
    """
    if status in PAID:
        return ""
    if status not in STATUSES:
        raise RowRefused("missing_value", "the order has no financial status that is known")
    return f"an order that is not paid: {status}"
