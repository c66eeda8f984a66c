"""Shopify's orders export (CSV): one line per line item; the first of an order has the totals.

The columns with personal data (e-mail, names, addresses, phones, notes, payment) are not in the
vocabulary, so they are never read. A rejected row shows only cells that look like an order number,
a time, an amount, a currency or a status.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter

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
from chalicelib.importers.platforms.shopify.shopify_rest_orders import (
    CURRENCY,
    NO_PEOPLE,
    ONE_OF_THEM,
    PLATFORM,
    REFUNDED,
    RESTATED,
    STATUSES,
    UNPAID,
    reason_not_paid,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.shop_orders import Orders, kept
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.headings import Vocabulary
from chalicelib.importers.tables.marks import Marks, together
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Row, Table
from chalicelib.importers.values.cells import checked_id, is_blank
from chalicelib.importers.values.dates import parse_instant
from chalicelib.importers.values.numerals import NumberFormat
from chalicelib.model.errors import ExportRejected
from chalicelib.model.money import Money

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
MARKS = Marks(
    (
        together("Financial Status", "Lineitem quantity"),
        together("Financial Status", "Lineitem name"),
    ),
    vocabulary=VOCABULARY,
)
REMEMBERED = 50_000
"""Size of the cache of parsed amounts: most orders of a shop have one of a few amounts."""

_REQUIRED = ("name", "status", "total", "created", "line_item")
_POINT = NumberFormat(".")  # the export is always in English
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
    "Orders > Export (Bestellungen > Exportieren), *CSV for Excel* or *Plain CSV file*. The "
    "headings are in English in every shop",
    "the columns Name, Financial Status, Total, Created at and Lineitem name or quantity",
    (
        *RESTATED,
        Becomes("Total, Refunded Amount, Currency", "the conversion's value"),
        Becomes("Created at", "the time"),
        Becomes("Id, else Name", "part of the event id"),
        Becomes(
            "additional line items of an order", "nothing: the order's first line has the totals"
        ),
        Becomes(
            "e-mail, names, addresses, phone, notes, payment", "nothing: these columns are not read"
        ),
    ),
    (
        ("no_counts", "the file is a list of abandoned checkouts: no row has a financial status"),
        (
            "invalid_date",
            "Created at is not a time with an offset, for example after saving in a spreadsheet",
        ),
        ("damaged_id", "an Id that a spreadsheet has rounded, such as 5.55E+12"),
        ("invalid_number", "Total or Refunded Amount is not an amount with a decimal point"),
        ("negative", "an amount is below zero, or the refund is larger than the total"),
        ("missing_value", "no name, no total, or a financial status that Shopify does not have"),
        ("no_currency", "the order has no currency, and you did not pass one"),
    ),
    (
        NO_PEOPLE,
        "An export with the column Id, an API response, a webhook and a pipeline record of the "
        "same order produce the same event. Without the column Id, the order is identified by its "
        "Name, and importing another of these files counts it again.",
        ONE_OF_THEM,
    ),
    holds_people=True,
)


def _has_required(head: TableHead) -> bool:
    return all(field in head.columns for field in _REQUIRED)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(glimpse, VOCABULARY, _has_required)
    if head is None:
        return None
    return claim_to(head, MARKS, lambda source, options: _open(source, head, options))


def _open(source: Source, head: TableHead, options: Options) -> Reading:
    rows = _OrderRows(head, options)
    table = Table(source, head, public_text=rows.public_text)
    _check_statuses(table)
    description = ReportDescription(
        PLATFORM, "orders", source.encoding, head.delimiter, _POINT.decimal_mark
    )
    reading = Reading(description, iter(()), unpaid=rows.unpaid)
    reading.outcomes = table.cell_outcomes(lambda cells: "", rows.convert, reading)
    covered = Covered((PLATFORM, "orders", options.account or "-"), lists_all_days=False)
    reading.outcomes = noting(reading.outcomes, reading, covered)
    return reading


def _check_statuses(table: Table) -> None:
    """Reject a list of checkouts, which has the columns of orders but no status."""
    statuses = list(table.sample("status"))
    if statuses and not any(map(str.strip, statuses)):
        raise ExportRejected(
            "no_counts",
            "no row has a financial status. These are abandoned checkouts, not sales. Export "
            "Orders (Bestellungen) instead",
        )


class _OrderRows:
    """Converts the lines of an orders export. Messages never contain a cell."""

    def __init__(self, head: TableHead, options: Options) -> None:
        self._at = at = head.columns.positions
        self._currency = options.currency
        self._orders = Orders(PLATFORM, options.account)
        self.unpaid = ClaimedConversions()
        self._name_before = ""
        self._name, self._status, self._created = at["name"], at["status"], at["created"]
        self._id, self._total = at.get("id", at["name"]), at["total"]
        money_at = [at[field] for field in ("total", "refunded", "currency") if field in at]
        self._money_fields = [field for field in ("total", "refunded", "currency") if field in at]
        self._money_cells = itemgetter(*money_at)
        self._value = lru_cache(REMEMBERED)(self._read_value)

    def convert(self, line: int, cells: Sequence[str]) -> RowOutcome:
        """Return the conversion of an order's first line; raise `RowRejected`."""
        name = cells[self._name].strip()
        if not name and not any(map(str.strip, cells)):
            return Skipped(line, "blank line")
        is_next_line = bool(name) and name == self._name_before
        self._name_before = name
        status = cells[self._status].strip().casefold().replace(" ", "_")
        if not status and is_next_line:
            return Skipped(line, "another line item of the order above")
        if not name:
            raise RowRejected("missing_value", "the order has no name")
        if not status and not cells[self._total].strip():
            raise RowRejected(
                "missing_value",
                "a line item separated from the first line of its order, which has the total. "
                "Import the file in the order in which Shopify exported it",
            )
        reason = reason_not_paid(status)
        if reason:
            if status in UNPAID and not is_next_line:
                self._note_unpaid(cells)
            return Skipped(line, reason)
        number = checked_id(cells[self._id]) if self._id != self._name else ""
        number = number or name.lstrip("#")
        created = _instant(cells[self._created])
        if status == REFUNDED:
            return Imported(line, (self._orders.undone(number, created),))
        value = self._value(self._money_cells(cells))
        return Imported(line, (self._orders.sale(number, created, value),))

    def _note_unpaid(self, cells: Sequence[str]) -> None:
        """Add an order to the unpaid ones; without a readable total, it counts with value zero."""
        try:
            value = self._value(self._money_cells(cells))
        except RowRejected:
            self.unpaid.add(Decimal(1), Decimal(0), None)
        else:
            self.unpaid.add(Decimal(1), value.amount, value.currency)

    def public_text(self, row: Row) -> str:
        """Return the cells of a rejected row to show: only those without personal data."""
        shown = []
        for field, form in _SHOWABLE.items():
            position = self._at.get(field)
            cell = "" if position is None else row.cells[position].strip()
            if cell:
                shown.append(f"{field}={cell if form.fullmatch(cell) else '(withheld)'}")
        return ", ".join(shown)

    def _read_value(self, cells: tuple[str, ...] | str) -> Money:
        texts = (cells,) if isinstance(cells, str) else cells
        found = dict(zip(self._money_fields, texts, strict=True))
        total = _amount(found["total"], "total")
        if total is None:
            raise RowRejected("missing_value", "the order has no total")
        refunded = _amount(found.get("refunded", ""), "refunded") or Decimal(0)
        currency = found.get("currency", "").strip()
        if is_blank(currency):
            currency = self._currency
        if not CURRENCY.fullmatch(currency):
            raise RowRejected("no_currency", "the order has no currency")
        return kept(total, refunded, currency)


def _instant(cell: str) -> dt.datetime:
    try:
        return parse_instant(cell)
    except ValueError:
        raise RowRejected(
            "invalid_date",
            "Created at is not a time with an offset, such as 2026-05-13 11:01:12 +0200. Import "
            "the file as Shopify exported it",
        ) from None


def _amount(cell: str, field: str) -> Decimal | None:
    try:
        amount = _POINT.number(cell.strip())
    except ValueError:
        raise RowRejected("invalid_number", f"the order's {field} is not an amount") from None
    if amount is not None and amount < 0:
        raise RowRejected("negative", f"the order's {field} is below zero")
    return amount


ORDER_TABLE = Importer(PLATFORM, _DECLARATION, _recognise, MARKS, _has_required)
