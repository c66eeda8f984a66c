"""Shopify Analytics, sales by day (CSV): orders and total sales of each day.

A row is a product on a day. Shipping has a separate row, with money but without an order. So the
rows of a day are summed. The last of them carries the day's events; the others are imported without
events. If the rows of a day are not adjacent, each group carries the sums so far under the same
event ids, so that the last one is complete.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from chalicelib.importers.booking import conversion, money
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.covered import Covered, noting
from chalicelib.importers.outcomes import (
    Imported,
    RawEvent,
    Reading,
    Rejected,
    ReportDescription,
    RowOutcome,
    RowRejected,
)
from chalicelib.importers.platforms.shopify.shopify_rest_orders import ONE_OF_THEM, PLATFORM
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.shop_orders import GOAL
from chalicelib.importers.tables.header_search import claim_to, find_head
from chalicelib.importers.tables.heading_tables import read_headings
from chalicelib.importers.tables.headings import Vocabulary, comparable
from chalicelib.importers.tables.marks import Marks
from chalicelib.importers.tables.table_heads import TableHead
from chalicelib.importers.tables.tables import Row, Table
from chalicelib.importers.values.dates import DateFormat, decide_day_order, start_of
from chalicelib.importers.values.numerals import FractionalCount, NumberFormat, decide_number_format
from chalicelib.model.errors import ExportRejected
from chalicelib.model.events import MAX_COUNT

VOCABULARY = Vocabulary(read_headings(Path(__file__).with_name("sales_columns.tsv")))
_DAYS = frozenset({"day", "tag"})
"""Shopify's headings of the day; other shops write *Date* above the same sums."""


def _has_shopifys_day(head: TableHead) -> bool:
    columns = head.columns
    has_sums = all(field in columns for field in ("orders", "sales", "parts"))
    return has_sums and ("day" not in columns or comparable(columns.name("day")) in _DAYS)


MARKS = Marks((), _has_shopifys_day, VOCABULARY)
_TOO_MUCH = Decimal(10**15)
_MAX_WAITING = 10_000
"""The most rejected or skipped rows that are held back until a day is complete."""

_WAY_OUT = "In Shopify: Analytics > Reports > Total sales over time, grouped by Day, then Export"


_DECLARATION = Declaration(
    "Shopify: sales by day (CSV)",
    "Analytics > Reports > Total sales over time (Analysen > Berichte > Gesamtumsatz im "
    "Zeitverlauf), grouped by *Day* (Tag), then Export",
    "Orders (Bestellungen), Total sales (Gesamtumsatz) and one of Net sales, Gross sales, "
    "Discounts and Returns (Nettoumsatz, Bruttoumsatz, Rabatte, Rückgaben)",
    (
        Becomes("Day / Tag", "the day"),
        Becomes(
            "Orders / Bestellungen, Total sales / Gesamtumsatz",
            "one `conversion` per day, goal `purchase`, with the orders of all its rows and the "
            "positive sales",
        ),
        Becomes(
            "Total sales / Gesamtumsatz below zero",
            "one `conversion` per day with `refund`: the money paid back",
        ),
        Becomes(
            "other columns, such as products and Net sales",
            "nothing: they are parts of the same sales",
        ),
    ),
    (
        ("aggregate_period", "the report is grouped by week, month or more"),
        ("no_date", "the report has no day column"),
        ("no_currency", "the heading contains no currency, and you did not pass one"),
        ("value_without_order", "a day has sales but no orders"),
        ("not_whole", "a number of orders is not a whole number"),
    ),
    (
        "The rows of a day are summed, because shipping has separate rows without an order.",
        "Days are in the shop's time zone.",
        ONE_OF_THEM,
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    head = find_head(
        glimpse,
        VOCABULARY,
        lambda head: all(f in head.columns for f in ("orders", "sales", "parts")),
    )
    if head is None:
        return None
    return claim_to(head, MARKS, lambda source, options: _open(source, head, options))


def _open(source: Source, head: TableHead, options: Options) -> Reading:
    columns = head.columns
    if "day" not in columns:
        code = "aggregate_period" if "longer" in columns else "no_date"
        raise ExportRejected(code, f"the rows have no day. {_WAY_OUT}")
    currency = columns.currencies.get("sales", options.currency)
    if not currency:
        raise ExportRejected(
            "no_currency", "the report has sales but no currency. Pass the currency"
        )
    table = Table(source, head)
    numbers = decide_number_format(
        columns.language, table.sample("sales"), given=options.decimal_mark
    )
    order = options.day_order or decide_day_order(columns.language, table.sample("day"), None)
    rows = _SalesRows(head, DateFormat(order), numbers)
    description = ReportDescription(
        PLATFORM,
        "sales",
        source.encoding,
        head.delimiter,
        numbers.decimal_mark,
        notes=("Days are in the shop's time zone.",),
    )
    table.decimal_mark = numbers.decimal_mark
    reading = Reading(description, iter(()))
    outcomes = table.outcomes(rows.reason_to_skip, rows.convert, reading)
    reading.outcomes = _with_totals(outcomes, rows, currency, options.account)
    covered = Covered((PLATFORM, "sales", options.account or "-"), lists_all_days=False)
    reading.outcomes = noting(reading.outcomes, reading, covered)
    return reading


@dataclass(frozen=True, slots=True)
class _DaySales:
    """Sums of a day's rows: orders, money taken and money paid back (both at least zero)."""

    orders: int = 0
    taken: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)

    def plus(self, orders: int, sales: Decimal) -> _DaySales:
        return _DaySales(
            self.orders + orders,
            self.taken + max(sales, Decimal(0)),
            self.returned + max(-sales, Decimal(0)),
        )


class _SalesRows:
    """Converts the rows of a sales report. Keeps the sums of the days, not the rows."""

    def __init__(self, head: TableHead, dates: DateFormat, numbers: NumberFormat) -> None:
        self._columns = head.columns
        self._dates = dates
        self._numbers = numbers
        self.days: dict[dt.date, _DaySales] = {}
        self.day: dt.date | None = None

    def reason_to_skip(self, row: Row) -> str:
        """Return why a row is not data: it contains the totals."""
        cell = comparable(row.cells[self._columns.positions["day"]])
        return "totals row" if cell in ("total", "totals", "summary", "gesamt") else ""

    def convert(self, row: Row) -> RowOutcome:
        """Add a row to its day; raise `RowRejected`."""
        try:
            day = self._dates.day(row.cells[self._columns.positions["day"]])
        except ValueError as error:
            raise RowRejected("invalid_date", f"{self._columns.name('day')}: {error}") from None
        try:
            orders = self._numbers.count(row.cells[self._columns.positions["orders"]]) or 0
            sales, _ = self._numbers.money(row.cells[self._columns.positions["sales"]])
        except FractionalCount as error:
            raise RowRejected("not_whole", f"{self._columns.name('orders')}: {error}") from None
        except ValueError as error:
            raise RowRejected("invalid_number", f"orders or sales: {error}") from None
        if orders < 0:
            raise RowRejected("negative", "the number of orders is below zero")
        sums = self.days.get(day, _DaySales()).plus(orders, sales or Decimal(0))
        if max(sums.taken, sums.returned) >= _TOO_MUCH or sums.orders > MAX_COUNT:
            raise RowRejected("invalid_number", "orders or sales: the sum of the day is too large")
        self.days[day] = sums
        self.day = day
        return Imported(row.line, ())


def _with_totals(
    outcomes: Iterator[RowOutcome], rows: _SalesRows, currency: str, account: str
) -> Iterator[RowOutcome]:
    """Yield the outcomes and add the day's events to the last row of each day."""
    held: tuple[Imported, dt.date] | None = None
    waiting: list[RowOutcome] = []
    for outcome in outcomes:
        if isinstance(outcome, Imported) and rows.day is not None:
            if held is not None:
                yield held[0] if held[1] == rows.day else _closed(*held, rows, currency, account)
                yield from waiting
                waiting.clear()
            held = outcome, rows.day
        elif held is None:
            yield outcome
        else:  # wait, so that outcomes keep the order of the rows
            waiting.append(outcome)
            if len(waiting) > _MAX_WAITING:
                yield _closed(*held, rows, currency, account)
                yield from waiting
                waiting.clear()
                held = None
    if held is not None:
        yield _closed(*held, rows, currency, account)
    yield from waiting


def _closed(
    row: Imported, day: dt.date, rows: _SalesRows, currency: str, account: str
) -> RowOutcome:
    try:
        return _totalled(row, day, rows, currency, account)
    except RowRejected as error:
        return Rejected(row.row, "", error.code, f"{day}: {error.message}")


def _totalled(
    row: Imported, day: dt.date, rows: _SalesRows, currency: str, account: str
) -> RowOutcome:
    sales = rows.days[day]
    if not sales.orders:
        net = sales.taken - sales.returned
        if net > 0:
            raise RowRejected("value_without_order", "the day has sales but no orders")
        sales = replace(sales, taken=Decimal(0), returned=-net)
    events: list[RawEvent] = []
    for what, count, value in (
        ("purchase", sales.orders, sales.taken),
        ("refund", 1 if sales.returned else 0, sales.returned),
    ):
        if not count:
            continue
        parts = (PLATFORM, "sales", account or "-", day.isoformat(), what)
        events.append(
            conversion(
                GOAL,
                start_of(day),
                *parts,
                value=money(value, currency),
                count=count,
                refund=what == "refund",
            )
        )
    return row._replace(events=tuple(events))


SALES = Importer(PLATFORM, _DECLARATION, _recognise, MARKS)
