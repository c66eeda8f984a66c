"""Etsy's sold orders (CSV): one row per order.

The columns about people (buyer, names, addresses) are not in the vocabulary, so they are not read.
"""

from __future__ import annotations

from decimal import Decimal

from chalicelib.importers.outcomes import RawEvent, Reading, RowRejected
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.payment_tables import (
    AMOUNT,
    DAY,
    Convert,
    PaymentRow,
    PaymentTable,
)
from chalicelib.importers.shop_orders import GOAL, Orders, kept
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together
from chalicelib.importers.values.dates import start_of

PLATFORM = "etsy"
PAID = frozenset(
    {
        "",
        "paid",
        "complete",
        "completed",
        "shipped",
        "dispatched",
        "delivered",
        "open",
        "processing",
        "partially refunded",
    }
)
REFUNDED = frozenset({"refunded", "fully refunded", "canceled", "cancelled"})
NOT_PAID = frozenset({"unpaid", "not paid", "payment processing", "payment pending", "pending"})

NO_PEOPLE = "Personal data is not read: events and messages contain no buyer, name or address."
ONE_OF_THEM = (
    "Sold orders and sold order items give the same event for an order; the later import replaces "
    "the earlier one. Prefer the orders: they include shipping, discounts and refunds."
)
ENGLISH = "Etsy writes English headings and dates as month/day/year in every language."

ID = r"\d{1,20}"
ZERO = Decimal(0)

FIELDS = {
    "day": {"en": ["Sale Date"]},
    "number": {"en": ["Order ID"]},
    "status": {"en": ["Status"]},
    "currency": {"en": ["Currency"]},
    "total": {"en": ["Order Total"]},
    "adjusted": {"en": ["Adjusted Order Total"]},
    "value": {"en": ["Order Value"]},
    "net": {"en": ["Order Net", "Card Processing Fees"]},
    "paid": {"en": ["Date Paid"]},
}


def _is_of_orders(columns: Columns) -> bool:
    required = all(field in columns for field in ("day", "number", "total"))
    return required and any(field in columns for field in ("adjusted", "value", "net"))


def _rows(options: Options, reading: Reading) -> Convert:
    orders = Orders(PLATFORM, options.account)

    def convert(row: PaymentRow) -> tuple[RawEvent, ...] | str:
        status = row.word("status")
        if status not in PAID | REFUNDED | NOT_PAID:
            raise RowRejected("missing_value", "the status of the order is unknown")
        if status in NOT_PAID or (row.has("paid") and not row.text("paid")):
            row.note_unpaid(reading.unpaid, "total")
            return f"an order that is not paid: {status or 'Date Paid is empty'}"
        number, created = row.number_of("number", ID), start_of(row.day("day"))
        total, adjusted = row.amount("total"), row.amount("adjusted")
        if total < 0 or adjusted < 0:
            raise RowRejected("negative", "the total of the order is below zero")
        if status in REFUNDED:
            return (orders.undone(number, created),)
        # Without an adjustment, some files have 0 as the adjusted total and others the total.
        refunded = max(total - adjusted, ZERO) if adjusted else ZERO
        return (orders.sale(number, created, kept(total, refunded, row.currency())),)

    return convert


SOLD_ORDERS = PaymentTable(
    platform=PLATFORM,
    report="orders",
    fields=FIELDS,
    accept=_is_of_orders,
    marks=(together(fields=("day", "number", "total"), any_of=("adjusted", "value", "net")),),
    amounts=("total", "adjusted", "value"),
    days=("day",),
    english="mdy",
    shown={
        "number": rf"#?{ID}",
        "day": DAY,
        "total": AMOUNT,
        "adjusted": AMOUNT,
        "currency": r"[A-Z]{3}",
    },
    rows=_rows,
    declaration=Declaration(
        "Etsy: sold orders (CSV)",
        "Etsy > Shop Manager > Settings > Options > Download Data > Orders (Einstellungen > "
        "Optionen > Daten herunterladen > Bestellungen): EtsySoldOrders….csv",
        "the columns Sale Date, Order ID and Order Total, and one of Adjusted Order Total, Order "
        "Value, Order Net, Card Processing Fees",
        (
            Becomes(
                "an order",
                f"one `conversion`, goal `{GOAL}`, on the day of the sale; its value is Order "
                "Total, or Adjusted Order Total after a partial refund",
            ),
            Becomes(
                "status refunded or canceled",
                "the same `conversion` with `refund` and without a value: it replaces the sale and "
                "is not counted",
            ),
            Becomes(
                "an order that is not paid, or has no Date Paid",
                "not imported; the summary reports it in `unpaid_orders`",
            ),
            Becomes("Sale Date", "the day"),
            Becomes("Order ID", "part of the event id"),
            Becomes("buyer, names, addresses, coupon", "not read"),
        ),
        (
            ("invalid_date", "Sale Date is not a valid date"),
            ("missing_value", "the order id is missing, or the status is unknown"),
            ("no_currency", "the order has no currency, and `--currency` was not given"),
        ),
        (
            NO_PEOPLE,
            ENGLISH,
            "Order Total includes shipping and taxes. An Adjusted Order Total of 0 means that the "
            "order was not adjusted.",
            ONE_OF_THEM,
        ),
        holds_people=True,
    ),
).importer()
