"""Orders as JSON: a webhook body or a response of the Admin API (`order`, `orders`)."""

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
    PLATFORM,
    REFUNDED,
    RESTATED,
    UNPAID,
    reason_not_paid,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.records.record_report import RecordReport
from chalicelib.importers.records.records import Converted
from chalicelib.importers.shop_orders import Orders, kept
from chalicelib.importers.values.values import (
    amount,
    currency_of,
    first_name,
    instant_of,
    list_of,
    note_unpaid,
    record_of,
)

_ID = re.compile(r"\d{1,20}")


_DECLARATION = Declaration(
    "Shopify: order webhooks and Admin API (JSON)",
    "Settings > Notifications > Webhooks (Einstellungen > Benachrichtigungen > Webhooks), event "
    "*Order payment* or *Order update*; or `GET /admin/api/.../orders.json?status=any`",
    "JSON with total_price, financial_status, created_at and line_items",
    (
        *RESTATED,
        Becomes("`total_price`, successful `refunds`, `currency`", "the conversion's value"),
        Becomes("`created_at`", "the time"),
        Becomes("`id`, else `name`", "part of the event id"),
        Becomes("orders with `test`", "nothing: test orders are not purchases"),
    ),
    (
        ("invalid_date", "`created_at` is not a time with an offset"),
        ("invalid_number", "an amount is not a number"),
        ("malformed_record", "a record is not an order"),
        ("missing_value", "no id, no total, or a financial status that Shopify does not have"),
        ("negative", "an amount is below zero, or the refund is larger than the total"),
        ("no_currency", "the order has no currency, and you did not pass one"),
    ),
    (NO_PEOPLE, ONE_OF_THEM),
    holds_people=True,
)


def _shown(order: Any) -> str:
    """Return the order's id, the only field to show: orders contain personal data."""
    number = first_name(record_of(order), "id")
    return f"id={number}" if _ID.fullmatch(number) else ""


def convert_order(order: Any, options: Options, unpaid: ClaimedConversions) -> Converted:
    if isinstance(order, dict):
        order = order.get("order", order)
    if not isinstance(order, dict):
        raise RowRejected("malformed_record", "the record is not an order")
    if order.get("test") is True:
        return "a test order"
    status = first_name(order, "financial_status")
    reason = reason_not_paid(status)
    if reason:
        if status in UNPAID:
            note_unpaid(unpaid, order.get("total_price"), order.get("currency"), options.currency)
        return reason
    number = first_name(order, "id") or first_name(order, "name").lstrip("#")
    if not number:
        raise RowRejected("missing_value", "the order has neither an id nor a name")
    created = instant_of(order.get("created_at"), "created_at")
    orders = Orders(PLATFORM, options.account)
    if status == REFUNDED:
        return (orders.undone(number, created),)
    total = amount(order.get("total_price"), "total_price")
    if total is None:
        raise RowRejected("missing_value", "the order has no total_price")
    refunded = sum(map(_refunded, list_of(order.get("refunds"))), Decimal(0))
    value = kept(total, refunded, currency_of(order.get("currency"), options.currency))
    return (orders.sale(number, created, value),)


def _refunded(refund: Any) -> Decimal:
    """Return the amount that a refund paid back: the sum of its successful transactions."""
    paid_back = (
        transaction
        for transaction in map(record_of, list_of(record_of(refund).get("transactions")))
        if transaction.get("kind", "refund") == "refund"
        and transaction.get("status", "success") == "success"
    )
    amounts = (amount(one.get("amount"), "a refund's amount") for one in paid_back)
    return sum((one or Decimal(0) for one in amounts), Decimal(0))


WEBHOOK = RecordReport(
    platform=PLATFORM,
    report="orders",
    declaration=_DECLARATION,
    converter=lambda options, unpaid: lambda order: convert_order(order, options, unpaid),
    shown=_shown,
    keys=("total_price", "financial_status", "line_items", "created_at"),
    within=("orders",),
).importer()
