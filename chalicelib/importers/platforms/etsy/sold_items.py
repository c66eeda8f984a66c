"""Etsy's sold order items (CSV): one row per item; the items of an order are one conversion.

Each further item of an order yields the conversion again with the new sum under the same event id.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from chalicelib.importers.booking import money
from chalicelib.importers.outcomes import RawEvent, Reading, RowRejected
from chalicelib.importers.platforms.etsy.sold_orders import (
    ENGLISH,
    ID,
    NO_PEOPLE,
    ONE_OF_THEM,
    PLATFORM,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.payment_tables import (
    AMOUNT,
    DAY,
    Convert,
    PaymentRow,
    PaymentTable,
)
from chalicelib.importers.shop_orders import GOAL, Orders
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together
from chalicelib.importers.values.dates import start_of
from chalicelib.importers.values.event_identity import Ordinals, object_key

ORDERS_KEPT = 50_000
"""Number of orders whose items are summed at the same time. In a longer file, an item of an order
that is no longer kept is rejected."""

FIELDS = {
    "day": {"en": ["Sale Date"]},
    "number": {"en": ["Order ID"]},
    "item": {"en": ["Transaction ID"]},
    "listing": {"en": ["Listing ID"]},
    "currency": {"en": ["Currency"]},
    "total": {"en": ["Item Total"]},
    "discount": {"en": ["Discount Amount"]},
    "paid": {"en": ["Date Paid"]},
}


@dataclass(slots=True)
class _Items:
    """The items of an order that were read so far."""

    currency: str
    value: Decimal = Decimal(0)
    known: set[str] = field(default_factory=set)


def _is_of_items(columns: Columns) -> bool:
    return all(f in columns for f in ("day", "number", "item", "total", "listing"))


def _rows(options: Options, reading: Reading) -> Convert:
    orders, begun = Orders(PLATFORM, options.account), Ordinals()
    kept: dict[str, _Items] = {}

    def convert(row: PaymentRow) -> tuple[RawEvent, ...] | str:
        if row.has("paid") and not row.text("paid"):
            return "an item of an order that is not paid"
        number, created, item = (
            row.number_of("number", ID),
            start_of(row.day("day")),
            row.number_of("item", ID),
        )
        total = row.amount("total")
        if total < 0:
            raise RowRejected("negative", "the total of the item is below zero")
        key, currency = object_key((number, created.date().isoformat())), row.currency()
        items = kept.get(key) or _Items(currency)
        if items.currency != currency:
            raise RowRejected("no_currency", "the items of the order have several currencies")
        if item in items.known:
            return "an item that is in the file twice"
        value = money(items.value + total, currency)
        if key not in kept:
            if begun.next_of(key, created.date()):
                raise RowRejected(
                    "malformed_record", "the items of the order are too far apart in the file"
                )
            if len(kept) >= ORDERS_KEPT:
                del kept[next(iter(kept))]
            kept[key] = items
        items.known.add(item)
        items.value += total
        if row.amount("discount") and not reading.notes:
            reading.notes.append(
                "The values are the item totals before discounts, because the file does not show "
                "which item a coupon applies to. For the amounts paid, import the sold orders."
            )
        return (orders.sale(number, created, value),)

    return convert


SOLD_ITEMS = PaymentTable(
    platform=PLATFORM,
    report="order-items",
    fields=FIELDS,
    accept=_is_of_items,
    marks=(together("Sale Date", "Transaction ID", "Listing ID"),),
    amounts=("total", "discount"),
    days=("day",),
    english="mdy",
    adds_up=True,
    shown={"number": ID, "item": ID, "day": DAY, "total": AMOUNT, "currency": r"[A-Z]{3}"},
    rows=_rows,
    declaration=Declaration(
        "Etsy: sold order items (CSV)",
        "Etsy > Shop Manager > Settings > Options > Download Data > Order Items (Einstellungen > "
        "Optionen > Daten herunterladen > Bestellte Artikel): EtsySoldOrderItems….csv",
        "the columns Sale Date, Order ID, Transaction ID, Listing ID and Item Total",
        (
            Becomes(
                "the items of an order",
                f"one `conversion`, goal `{GOAL}`, on the day of the sale; its value is the sum of "
                "Item Total",
            ),
            Becomes(
                "an item with an empty Date Paid, if the file has the column",
                "not imported: not paid",
            ),
            Becomes("Sale Date", "the day"),
            Becomes("Order ID", "part of the event id"),
            Becomes(
                "Order Shipping, Order Sales Tax, Discount Amount",
                "not imported: they belong to the order and are repeated with each item",
            ),
            Becomes("buyer, names, addresses, item", "not read"),
        ),
        (
            ("invalid_date", "Sale Date is not a valid date"),
            (
                "malformed_record",
                f"items of an order with {ORDERS_KEPT:,} or more other orders between them",
            ),
            ("missing_value", "the order id or the transaction id is missing"),
            ("no_currency", "no currency, or an order with several currencies"),
        ),
        (
            NO_PEOPLE,
            ENGLISH,
            "This file does not contain refunds.",
            ONE_OF_THEM,
        ),
        holds_people=True,
    ),
).importer()
