"""Orders from a bulk operation of the GraphQL Admin API: one object per line.

Line items, refunds and other parts are separate lines with the order's id as ``__parentId``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from chalicelib.importers.outcomes import (
    ClaimedConversions,
    RowRejected,
)
from chalicelib.importers.platforms.shopify.shopify_rest_orders import (
    NO_PEOPLE,
    ONE_OF_THEM,
    PARTLY_REFUNDED,
    PLATFORM,
    REFUNDED,
    RESTATED,
    UNPAID,
    reason_not_paid,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.records.record_report import Convert, RecordReport
from chalicelib.importers.records.records import Converted
from chalicelib.importers.shop_orders import Orders, kept
from chalicelib.importers.values.values import (
    amount,
    currency_of,
    first_name,
    instant_of,
    name_of,
    note_unpaid,
    record_of,
)

_ORDER = re.compile(r"gid://shopify/Order/(\d{1,20})(?:\?.*)?")
_KEYS = ("displayFinancialStatus", "totalPriceSet", "createdAt")

_DECLARATION = Declaration(
    "Shopify: orders of a bulk operation (GraphQL Admin API, JSON Lines)",
    "`bulkOperationRunQuery` with orders and their id, createdAt, displayFinancialStatus, test, "
    "totalPriceSet and totalRefundedSet (shopMoney); then the file at the URL in the response",
    "JSON with gid://shopify/Order/, displayFinancialStatus, totalPriceSet and createdAt",
    (
        *RESTATED,
        Becomes("`totalPriceSet`, `totalRefundedSet` (shopMoney)", "the conversion's value"),
        Becomes("`createdAt`", "the time"),
        Becomes("the number in `id`", "part of the event id, as in webhooks"),
        Becomes("orders with `test`, and lines with `__parentId`", "nothing"),
    ),
    (
        ("invalid_date", "`createdAt` is not a time with an offset"),
        ("invalid_number", "an amount is not a number"),
        ("malformed_record", "a record is not an order"),
        ("missing_value", "no id, no total, an unknown status, or no refunded amount"),
        ("negative", "an amount is below zero, or the refund is larger than the total"),
        ("no_currency", "the order has no currency, and you did not pass one"),
    ),
    (NO_PEOPLE, ONE_OF_THEM),
    holds_people=True,
)


def _converter(options: Options, unpaid: ClaimedConversions) -> Convert:
    orders = Orders(PLATFORM, options.account)
    return lambda order: _convert(order, orders, options, unpaid)


def _number_of(order: Any) -> str:
    match = _ORDER.fullmatch(first_name(record_of(order), "id"))
    return match[1] if match else ""


def _shown(order: Any) -> str:
    number = _number_of(order)
    return f"id={number}" if number else ""


def _convert(order: Any, orders: Orders, options: Options, unpaid: ClaimedConversions) -> Converted:
    if not isinstance(order, dict):
        raise RowRejected("malformed_record", "the record is not an order")
    if "__parentId" in order:
        return "part of an order, such as a line item"
    if order.get("test") is True:
        return "a test order"
    total, currency = _money(order, "totalPriceSet")
    status = name_of(order.get("displayFinancialStatus")).casefold()
    reason = reason_not_paid(status)
    if reason:
        if status in UNPAID:
            note_unpaid(unpaid, total, currency, options.currency)
        return reason
    number = _number_of(order)
    if not number:
        raise RowRejected("missing_value", "the order has no Shopify id")
    created = instant_of(order.get("createdAt"), "createdAt")
    if status == REFUNDED:
        return (orders.undone(number, created),)
    paid = amount(total, "totalPriceSet")
    if paid is None:
        raise RowRejected("missing_value", "the order has no totalPriceSet in shopMoney")
    back, _ = _money(order, "totalRefundedSet")
    refunded = amount(back, "totalRefundedSet")
    if refunded is None and status == PARTLY_REFUNDED:
        raise RowRejected(
            "missing_value", "the order was partially refunded. Add totalRefundedSet to the query"
        )
    value = kept(paid, refunded or Decimal(0), currency_of(currency, options.currency))
    return (orders.sale(number, created, value),)


def _money(order: dict[str, Any], key: str) -> tuple[Any, Any]:
    """Return the amount in the shop's currency, and that currency."""
    shop = record_of(record_of(order.get(key)).get("shopMoney"))
    return shop.get("amount"), shop.get("currencyCode")


BULK_ORDERS = RecordReport(
    platform=PLATFORM,
    report="orders",
    declaration=_DECLARATION,
    converter=_converter,
    shown=_shown,
    keys=_KEYS,
    patterns=(re.compile("gid://shopify/Order/"),),
    hits=len(_KEYS) + 1,
).importer()
