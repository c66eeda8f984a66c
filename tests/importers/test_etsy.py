"""Etsy's sold orders and sold order items: one conversion per order."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers.platforms.etsy import sold_items
from tests.importers.files import Read, read, table
from tests.importers.test_conservation import check_conservation

ITEMS = (
    *("Sale Date", "Item Name", "Buyer", "Quantity", "Price", "Discount Amount"),
    *("Order Shipping", "Item Total", "Currency", "Transaction ID", "Listing ID", "Date Paid"),
    "Order ID",
)


def item(**over: object) -> list[object]:
    """A row under `ITEMS`."""
    row = {
        "day": "03/14/26",
        "name": "Chair",
        "buyer": "Ada Lovelace",
        "quantity": 1,
        "price": "12.00",
        "discount": "0.00",
        "shipping": "4.00",
        "total": "12.00",
        "currency": "EUR",
        "item": "31",
        "listing": "9",
        "paid": "03/14/26",
        "number": "701",
    }
    return list((row | over).values())


def value_of(result: Read) -> Decimal:
    return sum((Decimal(e["value"]["amount"]) for e in result.stored), Decimal(0))


def test_an_item_far_from_the_others_of_its_order_is_rejected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sold_items, "ORDERS_KEPT", 1)

    result = read(table(ITEMS, item(), item(number="702", item="33"), item(item="32")))

    assert [rejected.code for rejected in result.rejected] == ["malformed_record"]
    assert value_of(result) == Decimal("24.00")


@given(
    rows=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 10**5), st.booleans()), max_size=20)
)
def test_no_item_is_lost_or_invented(rows: list[tuple[int, int, bool]]) -> None:
    cells = [
        item(
            number=str(number),
            item=str(100 + index),
            total=f"{cents / 100:.2f}",
            paid="03/14/26" if is_paid else "",
        )
        for index, (number, cents, is_paid) in enumerate(rows)
    ]

    result = read(table(ITEMS, *cells))

    check_conservation(result, len(cells))
    paid = [(number, cents) for number, cents, is_paid in rows if is_paid]
    assert value_of(result) == Decimal(sum(cents for _, cents in paid)) / 100
    assert len(result.stored) == len({number for number, _ in paid})
