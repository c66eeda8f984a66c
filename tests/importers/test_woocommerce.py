"""WooCommerce: the orders report in two languages, and orders of the API."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model.errors import ExportRefused
from tests.importers.files import Read, read, table
from tests.importers.test_conservation import cents, check_conservation

HEADER = ("Date", "Order #", "Status", "Customer", "Customer type", "Product(s)", "N. Revenue")
GERMAN = ("Datum", "Bestellung #", "Status", "Kunde", "Kundentyp", "Produkt(e)", "Nettoumsatz")
PEOPLE = ("Lovelace", "ada@example.org", "Secret")


def make_row(**over: object) -> list[object]:
    row = {
        "day": "2026-05-12 23:15:00",
        "number": 1234,
        "status": "completed",
        "customer": "Ada Lovelace",
        "type": "new",
        "products": "1× Chair",
        "revenue": "49.9",
    }
    return list((row | over).values())


def make_order(**over: Any) -> dict[str, Any]:
    return {
        "id": 1234,
        "number": "1234",
        "order_key": "wc_order_x",
        "status": "completed",
        "currency": "EUR",
        "date_created": "2026-05-13T01:15:00",
        "date_created_gmt": "2026-05-12T23:15:00",
        "total": "59.90",
        "billing": {"last_name": "Lovelace", "email": "ada@example.org", "address_1": "Secret"},
        "refunds": [],
        "line_items": [{"name": "Chair", "total": "49.90"}],
    } | over


def value_of(result: Read) -> Decimal:
    values = (
        Decimal(e["value"]["amount"]) * (-1 if e.get("refund") else 1)
        for e in result.stored
        if "value" in e
    )
    return sum(values, Decimal(0))


def everything_shown(result: Read) -> str:
    return repr(result.outcomes) + json.dumps(result.summary)


def test_an_order_is_a_purchase_on_its_day_since_its_time_has_no_zone() -> None:
    assert read("\ufeff" + table(HEADER, make_row()), currency="EUR").events == [
        {
            "kind": "conversion",
            "event_id": "woocommerce:order:-:1234:purchase",
            "occurred_at": "2026-05-12T00:00:00Z",
            "goal": "purchase",
            "count": 1,
            "value": {"amount": "49.9", "currency": "EUR"},
        }
    ]


def test_a_german_report_is_read_in_german() -> None:
    rows = (
        make_row(day="12.05.2026", status="Abgeschlossen", revenue="1.049,90"),
        make_row(number=1235, status="In Bearbeitung", revenue="5,00"),
        make_row(number=1236, status="Storniert", revenue="7,00"),
    )

    result = read(table(GERMAN, *rows, delimiter=";"), currency="EUR")

    assert value_of(result) == Decimal("1054.90")
    assert len(result.not_data) == 1


@pytest.mark.parametrize(
    ("status", "count"),
    [
        ("completed", 1),
        ("wc-processing", 1),
        ("Completed", 1),
        ("refunded", 0),
        ("cancelled", 0),
        ("pending", 0),
        ("failed", 0),
        ("on-hold", 0),
        ("Rückerstattet", 0),
    ],
)
def test_only_orders_that_are_sales_are_conversions(status: str, count: int) -> None:
    result = read(table(HEADER, make_row(status=status)), currency="EUR")

    assert (len(result.events), len(result.not_data)) == (count, 1 - count)


def test_a_row_below_zero_is_a_refund_and_two_of_a_day_are_two() -> None:
    back = make_row(revenue="-10")

    result = read(table(HEADER, make_row(), back, back), currency="EUR")

    assert value_of(result) == Decimal("29.9")
    assert [event.get("refund", False) for event in result.events] == [False, True, True]


def test_revenue_without_a_currency_is_refused_as_a_whole() -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(table(HEADER, make_row()))

    assert refusal.value.code == "no_currency"
    assert read(table(HEADER, make_row(revenue="€49.90"))).events[0]["value"]["currency"] == "EUR"


def test_a_report_without_revenue_has_conversions_without_a_value() -> None:
    result = read(table(HEADER[:-1], make_row()[:-1]))

    assert "value" not in result.events[0]


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"status": "Lovelace"}, "missing_value"),
        ({"number": ""}, "missing_value"),
        ({"day": "Lovelace"}, "invalid_date"),
        ({"revenue": "Lovelace"}, "invalid_number"),
        ({"revenue": "9" * 40}, "invalid_number"),
    ],
)
def test_a_bad_row_is_refused_without_showing_the_person(over: dict[str, Any], code: str) -> None:
    result = read(table(HEADER, make_row(), make_row(**over)), currency="EUR")

    assert [(outcome.row, outcome.code) for outcome in result.refused] == [(3, code)]
    assert not [text for text in PEOPLE if text in everything_shown(result)]


def test_an_order_of_the_api_is_a_purchase_at_its_time() -> None:
    event = read(json.dumps(make_order())).events[0]

    assert event["occurred_at"] == "2026-05-12T23:15:00Z"
    assert event["value"] == {"amount": "59.90", "currency": "EUR"}


def test_refunds_of_the_api_are_taken_off_and_restate_the_order() -> None:
    before = read(json.dumps(make_order())).events[0]
    after = read(json.dumps(make_order(refunds=[{"total": "-9.90"}]))).events[0]
    undone = read(json.dumps([make_order(status="refunded")])).events[0]

    assert after["value"]["amount"] == "50.00"
    assert (undone["refund"], "value" in undone) == (True, False)
    for event in after, undone:
        assert (event["event_id"], event["occurred_at"]) == (
            before["event_id"],
            before["occurred_at"],
        )


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"status": "Lovelace"}, "missing_value"),
        ({"status": None}, "missing_value"),
        ({"id": None, "number": {}}, "missing_value"),
        ({"total": None}, "missing_value"),
        ({"date_created_gmt": None, "date_created": None}, "missing_value"),
        ({"date_created_gmt": None}, "undecidable_time"),
        ({"date_created_gmt": "Lovelace"}, "invalid_date"),
        ({"total": "Lovelace"}, "invalid_number"),
        ({"total": "-1"}, "negative"),
        ({"refunds": [{"total": "-100"}]}, "negative"),
        ({"currency": "Lovelace"}, "no_currency"),
    ],
)
def test_a_bad_order_is_refused_without_showing_the_person(over: dict[str, Any], code: str) -> None:
    result = read(json.dumps([make_order(), make_order(**over), "Lovelace"]))

    assert [outcome.code for outcome in result.refused] == [code, "malformed_record"]
    assert not [text for text in PEOPLE if text in everything_shown(result)]


statuses = st.sampled_from(["completed", "processing", "cancelled", "nonsense"])


@settings(max_examples=100, deadline=None)
@given(orders=st.lists(st.tuples(statuses, cents), min_size=1, max_size=15), as_json=st.booleans())
def test_orders_are_conserved(orders: list[tuple[str, Decimal]], as_json: bool) -> None:
    if as_json:
        content = json.dumps(
            [
                make_order(id=n, status=status, total=f"{total:.2f}")
                for n, (status, total) in enumerate(orders, start=1)
            ]
        )
    else:
        rows = [
            make_row(number=n, status=status, revenue=f"{total:.2f}")
            for n, (status, total) in enumerate(orders)
        ]
        content = table(HEADER, *rows)

    result = read(content, currency="EUR")

    sold = [total for status, total in orders if status in ("completed", "processing")]
    check_conservation(result, len(orders))
    assert len(result.events) == len(sold)
    assert value_of(result) == sum(sold)
    assert len(result.refused) == sum(status == "nonsense" for status, _ in orders)


@pytest.mark.parametrize(
    "header",
    [
        ("Date", "Order number", "Status", "Products", "Net sales", "Total"),
        ("Datum", "Bestellnummer", "Status", "Produkte", "Nettoumsatz", "Gesamtbetrag"),
    ],
)
def test_a_list_of_orders_as_any_shop_writes_it_is_not_woocommerces(
    header: tuple[str, ...],
) -> None:
    row = ["2026-03-01", "1001", "completed", "Mug", "20.00", "23.80"]

    with pytest.raises(ExportRefused) as refusal:
        read(table(header, row), currency="EUR")

    assert refusal.value.code == "unknown_platform"
