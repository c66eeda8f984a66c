"""Orders as JSON: the body of a webhook, or an answer of the Admin API (`order`, `orders`)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from chalicelib.errors import ExportRefused
from chalicelib.exports.dates import parse_instant
from chalicelib.exports.declarations import Declaration
from chalicelib.exports.decoding import Source
from chalicelib.exports.documents import read_document
from chalicelib.exports.outcomes import (
    Imported,
    NotData,
    Reading,
    Refused,
    ReportDescription,
    RowOutcome,
    RowRefused,
)
from chalicelib.exports.platforms.shopify.orders import (
    CURRENCY,
    PLATFORM,
    Order,
    order_event,
    reason_not_paid,
)
from chalicelib.exports.recognition import Glimpse, Importer, Options, Recognition

_KEYS = ("total_price", "financial_status", "line_items", "created_at")
_ID = re.compile(r"\d{1,20}")


_DECLARATION = Declaration(
    "Shopify: order webhooks and Admin API",
    "",
    "JSON with total_price, financial_status, created_at and line_items",
    (),
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.is_json or not all(f'"{key}"' in glimpse.text for key in _KEYS):
        return None
    return Recognition(len(_KEYS), ", ".join(_KEYS), _open)


def _open(source: Source, options: Options) -> Reading:
    document = read_document(source)
    if isinstance(document, dict):
        document = document.get("orders", document.get("order", document))
    orders = document if isinstance(document, list) else [document]
    if not all(isinstance(order, dict) for order in orders):
        raise ExportRefused("unreadable_file", "the file holds something else than orders")
    description = ReportDescription(PLATFORM, "orders", source.encoding)
    return Reading(description, _outcomes(orders, options))


def _outcomes(orders: list[dict[str, Any]], options: Options) -> Iterator[RowOutcome]:
    for number, order in enumerate(orders, start=1):
        try:
            yield _convert(number, order, options)
        except RowRefused as error:
            # The order is full of the person who placed it: only its own number is shown.
            shown = str(order.get("id"))
            raw = f"id={shown}" if _ID.fullmatch(shown) else ""
            yield Refused(number, raw, error.code, error.message)


def _convert(number: int, order: dict[str, Any], options: Options) -> RowOutcome:
    if order.get("test") is True:
        return NotData(number, "a test order")
    reason = reason_not_paid(str(order.get("financial_status")))
    if reason:
        return NotData(number, reason)
    currency = order.get("currency")
    if not isinstance(currency, str) or not CURRENCY.fullmatch(currency):
        raise RowRefused("no_currency", "the order has no currency")
    name = order.get("id") or str(order.get("name") or "").lstrip("#")
    if not name:
        raise RowRefused("missing_value", "the order has neither an id nor a name")
    event = order_event(
        Order(
            number=str(name),
            created=_created(order),
            total=_amount(order.get("total_price")),
            refunded=sum(map(_refunded, _list(order, "refunds")), Decimal(0)),
            currency=currency,
        ),
        options.account,
    )
    return Imported(number, (event,))


def _created(order: dict[str, Any]) -> dt.datetime:
    try:
        return parse_instant(str(order.get("created_at")))
    except ValueError:
        raise RowRefused("invalid_date", "created_at is no time with an offset") from None


def _refunded(refund: Any) -> Decimal:
    """What a refund paid back: its successful transactions."""
    paid_back = (
        transaction
        for transaction in _list(refund, "transactions")
        if isinstance(transaction, dict)
        and transaction.get("kind", "refund") == "refund"
        and transaction.get("status", "success") == "success"
    )
    return sum((_amount(transaction.get("amount")) for transaction in paid_back), Decimal(0))


def _list(holder: Any, key: str) -> list[Any]:
    value = holder.get(key) if isinstance(holder, dict) else None
    return value if isinstance(value, list) else []


def _amount(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise RowRefused("missing_value", "the order has no total_price")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise RowRefused("invalid_number", "an amount of the order is no number") from None
    if not amount.is_finite():
        raise RowRefused("invalid_number", "an amount of the order is no number")
    if amount < 0:
        raise RowRefused("negative", "an amount of the order is below zero")
    return amount


WEBHOOK = Importer(PLATFORM, _DECLARATION, _recognise)
