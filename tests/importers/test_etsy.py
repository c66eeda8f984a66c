"""Etsy's sold orders and their items: one conversion for an order."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.importers.platforms.etsy import sold_items
from tests.importers.files import Read, read, table
from tests.importers.test_conservation import check_conservation

ORDERS = (
    *("Sale Date", "Order ID", "Full Name", "Number of Items", "Street 1", "Currency"),
    *("Order Value", "Discount Amount", "Shipping", "Order Total", "Status", "Order Net"),
    *("Adjusted Order Total", "Date Paid"),
)
ITEMS = (
    *("Sale Date", "Item Name", "Buyer", "Quantity", "Price", "Discount Amount"),
    *("Order Shipping", "Item Total", "Currency", "Transaction ID", "Listing ID", "Date Paid"),
    "Order ID",
)
PEOPLE = ("Ada", "Lovelace", "Secret Lane")


def order(**over: object) -> list[object]:
    """A row under `ORDERS`."""
    row = {
        "day": "03/14/26",
        "number": "701",
        "name": "Ada Lovelace",
        "items": 2,
        "street": "12 Secret Lane",
        "currency": "EUR",
        "value": "20.00",
        "discount": "2.00",
        "shipping": "4.00",
        "total": "22.00",
        "status": "",
        "net": "20.00",
        "adjusted": "0.00",
        "paid": "03/14/26",
    }
    return list((row | over).values())


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


def test_an_order_becomes_one_conversion_of_its_total() -> None:
    assert read(table(ORDERS, order())).events == [
        {
            "kind": "conversion",
            "event_id": "etsy:order:-:701:purchase",
            "occurred_at": "2026-03-14T00:00:00Z",
            "goal": "purchase",
            "count": 1,
            "value": {"amount": "22.00", "currency": "EUR"},
        }
    ]


@pytest.mark.parametrize(("adjusted", "value"), [("0", 22), ("", 22), ("22.00", 22), ("15", 15)])
def test_what_was_refunded_in_part_is_in_the_adjusted_total(adjusted: str, value: int) -> None:
    assert value_of(read(table(ORDERS, order(adjusted=adjusted)))) == value


@pytest.mark.parametrize("status", ["Refunded", "Canceled"])
def test_an_order_that_was_undone_takes_the_place_of_the_sale(status: str) -> None:
    sold = read(table(ORDERS, order())).events[0]
    undone = read(table(ORDERS, order(status=status))).events[0]

    assert undone["event_id"] == sold["event_id"]
    assert undone["refund"]
    assert "value" not in undone


@pytest.mark.parametrize("over", [{"paid": ""}, {"status": "Unpaid"}])
def test_an_order_that_is_not_paid_is_counted_with_the_reason(over: dict[str, str]) -> None:
    result = read(table(ORDERS, order(**over)))

    assert not result.events
    assert "not paid" in result.not_data[0].reason


def test_the_items_of_an_order_are_one_conversion() -> None:
    result = read(
        table(
            ITEMS,
            item(),
            item(item="32", total="8.00"),
            item(number="702", item="33", total="5.00"),
        )
    )

    assert [event["value"]["amount"] for event in result.events] == ["20.00", "5.00"]
    assert result.events[0]["event_id"] == "etsy:order:-:701:purchase"
    check_conservation(result, 3)


def test_the_items_of_an_order_that_stand_apart_are_given_out_again_complete() -> None:
    result = read(
        table(ITEMS, item(), item(number="702", item="33"), item(item="32", total="8.00"))
    )

    assert [e["value"]["amount"] for e in result.stored] == ["20.00", "12.00"]
    assert len(result.stored) == 2


def test_the_same_item_twice_counts_once() -> None:
    result = read(table(ITEMS, item(), item()))

    assert value_of(result) == Decimal("12.00")
    assert "twice" in result.not_data[0].reason


def test_an_order_that_was_forgotten_is_refused_rather_than_counted_in_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sold_items, "ORDERS_KEPT", 1)

    result = read(table(ITEMS, item(), item(number="702", item="33"), item(item="32")))

    assert [refused.code for refused in result.refused] == ["malformed_record"]
    assert value_of(result) == Decimal("24.00")


def test_discounts_of_items_are_named_and_not_guessed() -> None:
    result = read(table(ITEMS, item(discount="2.00"), item(item="32", discount="2.00")))

    assert value_of(result) == Decimal("24.00")
    assert len([note for note in result.summary["notes"] if "before discounts" in note]) == 1


def test_orders_and_items_give_the_same_event() -> None:
    of_items, of_orders = read(table(ITEMS, item())), read(table(ORDERS, order()))

    assert of_items.events[0]["event_id"] == of_orders.events[0]["event_id"]
    assert of_items.events[0]["occurred_at"] == of_orders.events[0]["occurred_at"]


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"number": "Ada"}, "missing_value"),
        ({"number": "1.23E+10"}, "damaged_id"),
        ({"day": "Ada"}, "invalid_date"),
        ({"total": "Ada"}, "invalid_number"),
        ({"total": "-1.00"}, "negative"),
        ({"status": "Ada Lovelace"}, "missing_value"),
        ({"currency": "Ada"}, "no_currency"),
    ],
)
def test_an_order_that_cannot_be_read_is_refused_without_its_person(
    over: dict[str, str], code: str
) -> None:
    result = read(table(ORDERS, order(**over)))

    assert [refused.code for refused in result.refused] == [code]
    said = repr(result.outcomes) + json.dumps(result.summary)
    assert not [person for person in PEOPLE if person in said]


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 10**5), st.booleans()), max_size=20)
)
def test_items_are_conserved(rows: list[tuple[int, int, bool]]) -> None:
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


def test_an_order_that_may_still_be_paid_is_summed_up() -> None:
    result = read(table(ORDERS, order(paid="")))

    assert result.summary["unpaid_orders"] == [{"count": "1", "value": "22.00", "currency": "EUR"}]
