"""WooCommerce, Analytics > Orders (CSV): one row per order, and one per refund of an order.

The customer's name and the coupons are not in the vocabulary, so they are never read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from chalicelib.importers.booking import conversion, money
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.covered import Covered, noting
from chalicelib.importers.outcomes import (
    ClaimedConversions,
    Imported,
    Reading,
    ReportDescription,
    RowOutcome,
    RowRejected,
    Skipped,
)
from chalicelib.importers.platforms.woocommerce.statuses import (
    ONE_OF_THEM,
    PLATFORM,
    SOLD,
    UNPAID,
    not_sold,
    status_of,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.shop_orders import GOAL, Orders
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.heading_tables import read_headings
from chalicelib.importers.tables.headings import Vocabulary
from chalicelib.importers.tables.marks import Marks, together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Row, Table
from chalicelib.importers.values.cells import bare_id
from chalicelib.importers.values.dates import DateFormat, decide_day_order, start_of
from chalicelib.importers.values.event_identity import Ordinals
from chalicelib.importers.values.numerals import NumberFormat, decide_number_format
from chalicelib.model.errors import ExportRejected

VOCABULARY = Vocabulary(read_headings(Path(__file__).with_name("order_report_columns.tsv")))
MARKS = Marks(
    (
        together(fields=("number", "status"), any_of=("customer_type", "items")),
        together("Product(s)", fields=("number", "status")),
        together("Produkt(e)", fields=("number", "status")),
        together("N. Revenue", fields=("number", "status")),
        together("N. Umsatz", fields=("number", "status")),
        together("Order #", fields=("number", "status", "revenue")),
        together("Bestellung #", fields=("number", "status", "revenue")),
    ),
    vocabulary=VOCABULARY,
)
_REQUIRED = ("day", "number", "status")
_TYPICAL = ("revenue", "customer_type", "products", "items")
_SHOWN = {
    "number": re.compile(r"#?\d{1,12}"),
    "day": re.compile(r"[\d.:/ -]{6,20}"),
    "revenue": re.compile(r"-?[\d.,]{1,15}"),
}
_ZERO = Decimal(0)

_DECLARATION = Declaration(
    "WooCommerce Analytics: orders (CSV)",
    "Analytics > Orders > Download (Analysen > Bestellungen > Herunterladen)",
    "the columns Date, Order # and Status (Datum, Bestellung #, Status) and one of N. Revenue or "
    "Net sales, Customer type, Product(s), Items sold (Nettoumsatz, Kundentyp, Produkt(e), "
    "Verkaufte Artikel)",
    (
        Becomes(
            "status `completed` or `processing` (Abgeschlossen, In Bearbeitung)",
            f"one `conversion`, goal `{GOAL}`",
        ),
        Becomes(
            "a row of such an order with negative revenue",
            "a `conversion` with `refund`: the money paid back",
        ),
        Becomes("any other status", "nothing: not a sale, or a sale that was undone"),
        Becomes("N. Revenue, Net sales / Nettoumsatz", "the conversion's value"),
        Becomes("Date / Datum", "the day only, because the time of day has no time zone"),
        Becomes("Order # / Bestellung #", "part of the event id"),
        Becomes(
            "Customer, Coupon(s), Product(s), Attribution", "nothing: these columns are not read"
        ),
    ),
    (
        ("no_currency", "the file has no currency, and you did not pass one"),
        ("undecidable_format", "the days could be day/month or month/day"),
        ("invalid_date", "the date cannot be read"),
        ("invalid_number", "the revenue does not fit the file's number format"),
        ("missing_value", "no order number, or an unknown status"),
    ),
    (
        "Net revenue excludes taxes and shipping.",
        "If an order was imported as completed and is fully refunded later, its conversion "
        "remains, because this report no longer contains the order as a sale. Import the orders "
        "from the API to correct it.",
        ONE_OF_THEM,
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, VOCABULARY, _is_of_orders)
    if head is None:
        return None
    return claim_to(head, MARKS, lambda source, options: _open(source, head, options))


def _is_of_orders(head: TableHead) -> bool:
    columns = head.columns
    return all(f in columns for f in _REQUIRED) and any(f in columns for f in _TYPICAL)


def _open(source: Source, head: TableHead, options: Options) -> Reading:
    columns = head.columns
    at = dict(columns.positions)
    table = Table(source, head, public_text=lambda row: _public_text(row, at))
    numbers = decide_number_format(
        columns.language, table.sample("revenue"), given=options.decimal_mark
    )
    order = options.day_order or decide_day_order(columns.language, table.sample("day"), None)
    currency = columns.currencies.get("revenue", options.currency)
    _check_currency(table, numbers, currency)
    orders = Orders(PLATFORM, options.account)
    rows = _OrderRows(at, DateFormat(order), numbers, currency, orders, Ordinals())
    description = ReportDescription(
        PLATFORM,
        "orders",
        source.encoding,
        head.delimiter,
        numbers.decimal_mark,
        notes=("Days are in the shop's time zone.",),
    )
    table.decimal_mark = numbers.decimal_mark
    reading = Reading(description, iter(()), unpaid=rows.unpaid)
    reading.outcomes = table.outcomes(lambda row: "", rows.convert, reading)
    covered = Covered((PLATFORM, "orders", options.account or "-"), lists_all_days=False)
    reading.outcomes = noting(reading.outcomes, reading, covered)
    return reading


def _check_currency(table: Table, numbers: NumberFormat, currency: str) -> None:
    """Reject a file with revenue but no currency as a whole, rather than row by row."""
    if currency:
        return
    for cell in table.sample("revenue"):
        try:
            amount, named = numbers.money(cell)
        except ValueError:
            continue
        if amount and not named:
            raise ExportRejected(
                "no_currency", "the report has revenue but no currency. Pass the currency"
            )


def _public_text(row: Row, at: dict[str, int]) -> str:
    """Return the cells of a rejected row to show: only those without personal data."""
    cells = {field: row.cells[at[field]].strip() for field in _SHOWN if field in at}
    return ", ".join(f"{f}={cell}" for f, cell in cells.items() if _SHOWN[f].fullmatch(cell))


@dataclass(frozen=True, slots=True)
class _OrderRows:
    """Converts the rows of the report. Messages never contain a cell."""

    at: dict[str, int]
    dates: DateFormat
    numbers: NumberFormat
    currency: str
    orders: Orders
    refunds: Ordinals
    unpaid: ClaimedConversions = field(default_factory=ClaimedConversions)

    def convert(self, row: Row) -> RowOutcome:
        """Return the conversion or refund of a row; raise `RowRejected`."""
        number = bare_id(row.cells[self.at["number"]]).lstrip("#")
        if not number:
            raise RowRejected("missing_value", "the order has no number")
        status = status_of(row.cells[self.at["status"]])
        if status not in SOLD:
            if status in UNPAID:
                self._note_unpaid(row)
            return Skipped(row.line, not_sold(status))
        try:
            day = self.dates.day(row.cells[self.at["day"]])
        except ValueError:
            raise RowRejected("invalid_date", "the order's date cannot be read") from None
        created = start_of(day)
        revenue, currency = self._revenue(row)
        if revenue is not None and revenue < _ZERO:
            value = money(-revenue, currency)
            ordinal = self.refunds.next_of(number, day)
            parts = (*self.orders.parts(number), "refund", day.isoformat(), str(ordinal))
            undone = conversion(GOAL, created, *parts, value=value, refund=True)
            return Imported(row.line, (undone,))
        value_or_none = None if revenue is None else money(revenue, currency)
        return Imported(row.line, (self.orders.sale(number, created, value_or_none),))

    def _note_unpaid(self, row: Row) -> None:
        """Add an order to the unpaid ones; without readable revenue, it counts with value zero."""
        try:
            revenue, currency = self._revenue(row)
        except RowRejected:
            revenue, currency = None, ""
        self.unpaid.add(Decimal(1), max(revenue or _ZERO, _ZERO), currency)

    def _revenue(self, row: Row) -> tuple[Decimal | None, str]:
        position = self.at.get("revenue")
        if position is None:
            return None, ""
        try:
            revenue, named = self.numbers.money(row.cells[position])
        except ValueError:
            raise RowRejected("invalid_number", "the order's revenue is not an amount") from None
        currency = named or self.currency
        if revenue is not None and not currency:
            raise RowRejected("no_currency", "the order's revenue has no currency")
        return revenue, currency


ORDER_REPORT = Importer(PLATFORM, _DECLARATION, _recognise, MARKS, _is_of_orders)
