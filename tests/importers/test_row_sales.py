"""The conversions of a row: sales, refunds and reversed sales."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.importers.rows.number_cells import Counts
from chalicelib.importers.rows.row_plan import NumberColumn, SaleColumns
from chalicelib.importers.rows.row_sales import Sale, Sales
from chalicelib.importers.values.numerals import NumberFormat
from tests.importers.row_plans import money, rejection_of

ORDERS = NumberColumn(0, "Orders")
REVENUE = NumberColumn(1, "Revenue", "GBP")
REFUNDED = NumberColumn(2, "Refunded", "GBP")
BOTH = {"conversions": ORDERS, "value": REVENUE}
KEPT = {"value": REVENUE, "refunded": REFUNDED}
ALL = BOTH | KEPT
BY_STATUS = {"is_refund": lambda cells: cells[3] == "refund"}
REVERSED = {"is_reversed": lambda cells: cells[3] == "reversed"}
BY_SIGN = {"refund_if_negative": True}
EACH = {"each_row": True}
BACK = Sale(1, None, is_refund=True)
"""A fully reversed sale."""


def make_sales(**columns: Any) -> Sales:
    """Return a reader of rows of orders, revenue, refunded amount and status."""
    numbers = NumberFormat(".")
    return Sales(SaleColumns(**columns), Counts(numbers), numbers)


def row(orders: str = "", revenue: str = "", refunded: str = "", status: str = "") -> list[str]:
    return [orders, revenue, refunded, status]


@pytest.mark.parametrize(
    ("columns", "cells", "sale"),
    [
        pytest.param(BOTH, row("3", "90.00"), Sale(3, money("90.00")), id="orders and revenue"),
        pytest.param(BOTH, row("3"), Sale(3, None), id="orders without revenue"),
        pytest.param(BOTH, row("3", "0.00"), Sale(3, None), id="revenue of zero"),
        pytest.param(BOTH, row("0", "0.00"), None, id="zeros"),
        pytest.param(BOTH, row(), None, id="empty cells"),
        pytest.param({"conversions": ORDERS}, row("3", "90"), Sale(3, None), id="only orders"),
        pytest.param({"value": REVENUE}, row("3", "90"), Sale(1, money("90")), id="only revenue"),
        pytest.param({"value": REVENUE}, row("3"), None, id="only an empty revenue"),
        pytest.param(EACH, row("3", "90"), Sale(1, None), id="each row"),
        pytest.param(EACH | BOTH, row("3", "9"), Sale(1, money("9")), id="each row has priority"),
        pytest.param(EACH | {"value": REVENUE}, row(), Sale(1, None), id="each row, no revenue"),
    ],
)
def test_a_row_becomes_its_number_of_conversions_with_their_value(
    columns: dict[str, Any], cells: list[str], sale: Sale | None
) -> None:
    assert make_sales(**columns).of(cells, "EUR") == sale


@pytest.mark.parametrize(
    ("columns", "cells", "sale"),
    [
        (BY_STATUS, row("2", "90", "", "refund"), Sale(2, money("90"), is_refund=True)),
        (BY_STATUS, row("-2", "-90", "", "refund"), Sale(2, money("90"), is_refund=True)),
        (BY_STATUS, row("0", "90", "", "refund"), Sale(1, money("90"), is_refund=True)),
        (BY_STATUS, row("2", "90", "", "sale"), Sale(2, money("90"))),
        (BY_SIGN, row("2", "-90"), Sale(2, money("90"), is_refund=True)),
        (BY_SIGN, row("-2", "90"), Sale(2, money("90"), is_refund=True)),
        (BY_SIGN, row("2", "90"), Sale(2, money("90"))),
        (BY_SIGN, row("2", ""), Sale(2, None)),
        (BY_SIGN, row("", ""), None),
        (
            BY_SIGN | BY_STATUS,
            row("2", "90", "", "refund"),
            Sale(2, money("90"), is_refund=True),
        ),
    ],
)
def test_a_refund_is_marked_by_its_status_or_by_its_sign(
    columns: dict[str, Any], cells: list[str], sale: Sale
) -> None:
    assert make_sales(**BOTH, **columns).of(cells, "EUR") == sale


def test_a_reversed_sale_has_no_value() -> None:
    sales = make_sales(**BOTH, **REVERSED)

    assert sales.of(row("4", "90", "", "reversed"), "EUR") == BACK
    assert sales.of(row("", "", "", "reversed"), "EUR") == BACK
    assert sales.of(row("4", "90", "", "sale"), "EUR") == Sale(4, money("90"))


def test_only_a_refund_with_an_amount_is_paid_back() -> None:
    assert [
        one.is_paid_back for one in (Sale(1, money("9"), is_refund=True), BACK, Sale(1, money("9")))
    ] == [True, False, False]


@pytest.mark.parametrize(
    ("columns", "cells", "sale"),
    [
        (KEPT, row("", "90", "20.50"), Sale(1, money("69.50"))),
        (KEPT, row("", "90", "-20.50"), Sale(1, money("69.50"))),
        (KEPT, row("", "90", ""), Sale(1, money("90"))),
        (KEPT, row("", "90", "0.00"), Sale(1, money("90"))),
        (KEPT, row("", "90", "90.00"), BACK),
        (KEPT, row("", "", ""), None),
        (ALL, row("3", "90", "0.50"), Sale(3, money("89.50"))),
        (ALL, row("3", "90", "90.00"), BACK),
        (ALL, row("3", "", ""), Sale(3, None)),
    ],
)
def test_the_refunded_part_reduces_the_value(
    columns: dict[str, Any], cells: list[str], sale: Sale | None
) -> None:
    assert make_sales(**columns).of(cells, "EUR") == sale


def test_the_currency_of_the_row_applies_before_the_symbol_and_the_column() -> None:
    sales = make_sales(**KEPT)

    assert sales.of(row("", "£90", "€20"), "USD") == Sale(1, money("70", "USD"))
    assert sales.of(row("", "€90", "€20"), "") == Sale(1, money("70", "EUR"))
    assert sales.of(row("", "90", "20"), "") == Sale(1, money("70", "GBP"))


TOO_LARGE = "the refunded amount is larger than the value, or in another currency"
VALUE_BELOW_ZERO = "the value is below zero"


@pytest.mark.parametrize(
    ("columns", "cells", "code", "message"),
    [
        (BY_STATUS, row("2", "", "", "refund"), "missing_value", "the refund has no amount"),
        (BY_SIGN, row("-2", ""), "missing_value", "the refund has no amount"),
        ({}, row("-1", "90"), "negative", "the number of conversions is below zero"),
        ({}, row("1", "-0.01"), "negative", VALUE_BELOW_ZERO),
        (
            {},
            row("0", "0.01"),
            "value_without_order",
            "the row has an amount but no conversion",
        ),
        (
            {},
            row("1", "", "5"),
            "missing_value",
            "the row has a refunded amount but no value",
        ),
        ({}, row("1", "90", "90.01"), "negative", TOO_LARGE),
        ({}, row("1", "90", "-90.01"), "negative", TOO_LARGE),
        ({}, row("1", "£90", "€20"), "negative", TOO_LARGE),
    ],
)
def test_a_contradictory_row_is_rejected_with_what_is_wrong(
    columns: dict[str, Any], cells: list[str], code: str, message: str
) -> None:
    sales = make_sales(**ALL, **columns, negative_value=VALUE_BELOW_ZERO)

    assert rejection_of(lambda: sales.of(cells, "")) == (code, message)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (row("1.5", "90"), "Orders: not a whole number"),
        (row("1", "ninety"), "Revenue: not a number with the decimal mark '.'"),
        (row("1", "90", "twenty"), "Refunded: not a number with the decimal mark '.'"),
    ],
)
def test_a_rejection_names_the_column_of_the_number(cells: list[str], message: str) -> None:
    assert rejection_of(lambda: make_sales(**ALL).of(cells, "EUR"))[1] == message
