"""Shopify's orders export (CSV): a line per line item, of which an order's first has its totals.

The columns about people (e-mail, names, addresses, phones, notes, payment) are not in the
vocabulary, so that nothing of them is read; a refused row shows only cells that have the form of
an order number, a time, an amount, a currency or a status.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from chalicelib.exports.cells import bare_id, is_blank
from chalicelib.exports.dates import parse_instant
from chalicelib.exports.declarations import Becomes, Declaration
from chalicelib.exports.decoding import Source
from chalicelib.exports.headings import Vocabulary
from chalicelib.exports.numerals import NumberFormat
from chalicelib.exports.orders import Order, sale, undone_sale
from chalicelib.exports.outcomes import (
    Imported,
    NotData,
    Reading,
    ReportDescription,
    RowOutcome,
    RowRefused,
)
from chalicelib.exports.platforms.shopify.orders import (
    CURRENCY,
    NO_PEOPLE,
    ONE_OF_THEM,
    PLATFORM,
    REFUNDED,
    RESTATED,
    STATUSES,
    reason_not_paid,
)
from chalicelib.exports.recognition import Glimpse, Importer, Options, Recognition
from chalicelib.exports.tables import Row, Table, TableHead, find_head

VOCABULARY = Vocabulary(
    {
        "name": {"en": ["Name"]},
        "status": {"en": ["Financial Status"]},
        "currency": {"en": ["Currency"]},
        "total": {"en": ["Total"]},
        "refunded": {"en": ["Refunded Amount"]},
        "created": {"en": ["Created at"]},
        "id": {"en": ["Id"]},
        "line_item": {"en": ["Lineitem quantity", "Lineitem name"]},
    }
)
_REQUIRED = ("name", "status", "total", "created", "line_item")
_POINT = NumberFormat(".")  # the export is English whatever the shop's language
_SHOWABLE = {
    "name": re.compile(r"#?\w{0,8}-?\d{1,12}(?:-\w{1,6})?"),
    "status": re.compile("|".join(sorted(STATUSES))),
    "currency": CURRENCY,
    "total": re.compile(r"-?\d{1,12}\.\d\d"),
    "refunded": re.compile(r"-?\d{1,12}\.\d\d"),
    "created": re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}"),
}


_DECLARATION = Declaration(
    "Shopify: orders export (CSV)",
    "Orders > Export (Bestellungen > Exportieren), *CSV for Excel* or *Plain CSV file*; its "
    "headings are English in every shop",
    "the columns Name, Financial Status, Total, Created at and Lineitem name or quantity",
    (
        *RESTATED,
        Becomes("Total, Refunded Amount, Currency", "the conversion's value"),
        Becomes("Created at", "the time"),
        Becomes("Id, else Name", "part of the event id"),
        Becomes("further line items of an order", "nothing: the first line has the totals"),
        Becomes("e-mail, names, addresses, phone, notes, payment", "nothing: they are not read"),
    ),
    (
        ("invalid_date", "Created at is no time with an offset"),
        ("invalid_number", "Total or Refunded Amount is no amount with a decimal point"),
        ("negative", "an amount is below zero, or more was refunded than the total"),
        ("missing_value", "no name, no total, or a financial status that Shopify does not have"),
        ("no_currency", "the order names no currency, and none was given"),
    ),
    (
        NO_PEOPLE,
        "An export with the column Id and a webhook of the same order give the same event.",
        ONE_OF_THEM,
    ),
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, VOCABULARY, lambda head: all(f in head.columns for f in _REQUIRED))
    if head is None:
        return None
    return Recognition(
        len(head.columns.positions),
        head.describe(),
        lambda source, options: _open(source, head, options),
    )


def _open(source: Source, head: TableHead, options: Options) -> Reading:
    rows = _OrderRows(head, options)
    table = Table(source, head, public_text=rows.public_text)
    description = ReportDescription(
        PLATFORM, "orders", source.encoding, head.delimiter, _POINT.decimal_mark
    )
    reading = Reading(description, iter(()))
    reading.outcomes = table.outcomes(lambda row: "", rows.convert, reading)
    return reading


class _OrderRows:
    """What the lines of an orders export mean. No message repeats a cell."""

    def __init__(self, head: TableHead, options: Options) -> None:
        self._at = head.columns.positions
        self._options = options
        self._name_before = ""

    def convert(self, row: Row) -> RowOutcome:
        """The conversion of an order's first line; raises `RowRefused`."""
        name = self._cell(row, "name")
        is_next_line = bool(name) and name == self._name_before
        self._name_before = name
        status = self._cell(row, "status").casefold()
        if not status and is_next_line:
            return NotData(row.line, "a further line item of the order above")
        if not name:
            raise RowRefused("missing_value", "the order has no name")
        reason = reason_not_paid(status)
        if reason:
            return NotData(row.line, reason)
        number = bare_id(self._cell(row, "id")) or name.lstrip("#")
        order = Order(PLATFORM, self._options.account, number, self._created(row))
        if status == REFUNDED:
            return Imported(row.line, (undone_sale(order),))
        total = self._amount(row, "total", required=True)
        refunded = self._amount(row, "refunded", required=False)
        return Imported(row.line, (sale(order, total, refunded, self._currency(row)),))

    def public_text(self, row: Row) -> str:
        """What a refusal may show of a row: cells that cannot be about a person."""
        shown = []
        for field, form in _SHOWABLE.items():
            cell = self._cell(row, field)
            if cell:
                shown.append(f"{field}={cell if form.fullmatch(cell) else '(withheld)'}")
        return ", ".join(shown)

    def _cell(self, row: Row, field: str) -> str:
        position = self._at.get(field)
        return "" if position is None else row.cells[position].strip()

    def _created(self, row: Row) -> dt.datetime:
        try:
            return parse_instant(self._cell(row, "created"))
        except ValueError:
            raise RowRefused("invalid_date", "Created at is no time with an offset") from None

    def _amount(self, row: Row, field: str, *, required: bool) -> Decimal:
        try:
            amount = _POINT.number(self._cell(row, field))
        except ValueError:
            raise RowRefused("invalid_number", f"the order's {field} is no amount") from None
        if amount is None and required:
            raise RowRefused("missing_value", f"the order has no {field}")
        if amount is not None and amount < 0:
            raise RowRefused("negative", f"the order's {field} is below zero")
        return amount or Decimal(0)

    def _currency(self, row: Row) -> str:
        currency = self._cell(row, "currency")
        if is_blank(currency):
            currency = self._options.currency
        if not CURRENCY.fullmatch(currency):
            raise RowRefused("no_currency", "the order has no currency")
        return currency


ORDER_TABLE = Importer(PLATFORM, _DECLARATION, _recognise)
