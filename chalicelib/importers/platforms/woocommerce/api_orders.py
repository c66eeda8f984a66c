"""WooCommerce orders as JSON: a webhook body or a response of the REST API."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from chalicelib.importers.outcomes import (
    ClaimedConversions,
    RowRejected,
)
from chalicelib.importers.platforms.woocommerce.statuses import (
    ONE_OF_THEM,
    PLATFORM,
    REFUNDED,
    SOLD,
    UNPAID,
    not_sold,
    status_of,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.records.record_report import RecordReport
from chalicelib.importers.records.records import Converted
from chalicelib.importers.shop_orders import GOAL, Orders, kept
from chalicelib.importers.values.values import (
    amount,
    currency_of,
    first_name,
    instant_of,
    list_of,
    name_of,
    note_unpaid,
    number,
    record_of,
)

_ID = re.compile(r"\d{1,20}")

_DECLARATION = Declaration(
    "WooCommerce: order webhooks and REST API (JSON)",
    "WooCommerce > Settings > Advanced > Webhooks (Einstellungen > Erweitert > Webhooks), topic "
    "*Order updated* (Bestellung aktualisiert); or `GET /wp-json/wc/v3/orders`",
    "JSON with order_key, date_created_gmt, total and line_items",
    (
        Becomes(
            "status `completed` or `processing`",
            f"one `conversion`, goal `{GOAL}`; its value is the total minus refunds",
        ),
        Becomes(
            "status `refunded`",
            "the same `conversion` with `refund` and without a value; it replaces the one "
            "imported when the order was paid and counts as nothing",
        ),
        Becomes("any other status", "nothing: the order is not a sale"),
        Becomes("`total`, `refunds`, `currency`", "the conversion's value"),
        Becomes("`date_created_gmt`", "the time"),
        Becomes("`id`, else `number`", "part of the event id"),
        Becomes(
            "`billing`, `shipping`, `customer_*`, `meta_data`", "nothing: these fields are not read"
        ),
    ),
    (
        ("invalid_date", "`date_created_gmt` is not a time"),
        ("invalid_number", "an amount is not a number"),
        ("malformed_record", "a record is not an order"),
        ("missing_value", "no id, no total, no time, or an unknown status"),
        ("negative", "the total is below zero, or the refund is larger than the total"),
        ("no_currency", "the order has no currency, and you did not pass one"),
        ("undecidable_time", "the order has `date_created` but not `date_created_gmt`"),
    ),
    ("For a rejected order, only its id is shown.", ONE_OF_THEM),
    holds_people=True,
)


def _converted(record: Any, options: Options, unpaid: ClaimedConversions) -> Converted:
    if isinstance(record, dict):
        record = record.get("order", record)
    if not isinstance(record, dict):
        raise RowRejected("malformed_record", "the record is not an order")
    status = status_of(name_of(record.get("status")))
    if status not in SOLD and status != REFUNDED:
        if status in UNPAID:
            note_unpaid(unpaid, record.get("total"), record.get("currency"), options.currency)
        return not_sold(status)
    order_id = first_name(record, "id", "number")
    if not order_id:
        raise RowRejected("missing_value", "the order has neither an id nor a number")
    stamp = name_of(record.get("date_created_gmt"))
    if not stamp and record.get("date_created"):
        raise RowRejected("undecidable_time", "the time of the order has no time zone")
    created = instant_of(f"{stamp.removesuffix('Z')}Z" if stamp else "", "date_created_gmt")
    orders = Orders(PLATFORM, options.account)
    if status == REFUNDED:
        return (orders.undone(order_id, created),)
    total = amount(record.get("total"), "the total")
    if total is None:
        raise RowRejected("missing_value", "the order has no total")
    refunded = sum(map(_refunded, list_of(record.get("refunds"))), Decimal(0))
    value = kept(total, refunded, currency_of(record.get("currency"), options.currency))
    return (orders.sale(order_id, created, value),)


def _refunded(refund: Any) -> Decimal:
    """Return the amount that a refund paid back; it is negative in the file."""
    return abs(number(record_of(refund).get("total"), "a refund's total") or Decimal(0))


def _shown(record: Any) -> str:
    """Return the order's id, the only field to show: orders contain personal data."""
    order = record_of(record)
    order_id = first_name(record_of(order.get("order", order)), "id", "number")
    return f"id={order_id}" if _ID.fullmatch(order_id) else ""


API_ORDERS = RecordReport(
    platform=PLATFORM,
    report="api_orders",
    declaration=_DECLARATION,
    converter=lambda options, unpaid: lambda order: _converted(order, options, unpaid),
    shown=_shown,
    keys=("order_key", "date_created_gmt", "line_items", "total"),
    within=("orders",),
).importer()
