"""Shopify orders, sales reports and webhooks. Nothing of a person may come out of them."""

import json
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.model.errors import ExportRefused
from tests.importers.files import (
    SHOP_HEADER,
    Read,
    lines,
    read,
    shop_export,
    shop_item,
    shop_row,
    table,
)
from tests.importers.pipeline_files import landed, shopify_order

SALES = ("Day", "Product title", "Gross sales", "Returns", "Net sales", "Total sales", "Orders")
PEOPLE = ("Lovelace", "Ada", "example.org", "Secret", "7946", "gift for")


def value_of(result: Read) -> Decimal:
    return sum(
        (
            Decimal(event["value"]["amount"]) * (-1 if event.get("refund") else 1)
            for event in result.stored
        ),
        Decimal(0),
    )


def everything_shown(result: Read) -> str:
    return repr(result.outcomes) + json.dumps(result.summary)


def sales_row(day: str = "2026-06-01", sales: object = "99.00", orders: object = 1) -> list[Any]:
    return [day, "Chair", "90.00", "0", "90.00", sales, orders]


def make_order(**over: Any) -> dict[str, Any]:
    return {
        "id": 5001,
        "name": "#1001",
        "email": "ada@example.org",
        "created_at": "2026-05-13T00:30:12+02:00",
        "currency": "EUR",
        "financial_status": "paid",
        "total_price": "100.00",
        "test": False,
        "refunds": [],
        "line_items": [{"title": "Chair"}],
        "customer": {"first_name": "Ada", "last_name": "Lovelace"},
    } | over


def test_an_order_becomes_one_conversion_in_utc() -> None:
    result = read(shop_export(shop_row(), shop_item(), shop_item()))

    assert result.events == [
        {
            "kind": "conversion",
            "event_id": "shopify:order:-:5001:purchase",
            "occurred_at": "2026-05-12T22:30:12Z",
            "goal": "purchase",
            "value": {"amount": "100.00", "currency": "EUR"},
            "count": 1,
        }
    ]
    assert len(result.not_data) == 2


@pytest.mark.parametrize(
    ("status", "count"),
    [
        ("paid", 1),
        ("partially_refunded", 1),
        ("pending", 0),
        ("authorized", 0),
        ("voided", 0),
    ],
)
def test_only_orders_that_are_paid_are_conversions(status: str, count: int) -> None:
    assert len(read(shop_export(shop_row(status=status))).events) == count


def test_a_refund_restates_the_order() -> None:
    before = read(shop_export(shop_row())).events[0]
    after = read(shop_export(shop_row(status="partially_refunded", refunded="30.50"))).events[0]

    assert after["value"]["amount"] == "69.50"
    assert (before["event_id"], before["occurred_at"]) == (after["event_id"], after["occurred_at"])


def test_an_order_refunded_in_full_replaces_its_sale_by_nothing() -> None:
    before = read(shop_export(shop_row())).events[0]
    result = read(shop_export(shop_row(status="refunded", refunded="100.00")))

    assert result.events == [
        {
            "kind": "conversion",
            "event_id": before["event_id"],
            "occurred_at": before["occurred_at"],
            "goal": "purchase",
            "count": 1,
            "refund": True,
        }
    ]
    assert read(json.dumps(make_order(financial_status="refunded"))).events == result.events


def test_notes_may_span_lines() -> None:
    rows = shop_row(notes="a gift for\nmy aunt"), shop_row(name="#1002", id="5002")

    result = read(shop_export(*rows))

    assert [outcome.row for outcome in result.outcomes] == [2, 4]


def test_an_export_without_ids_takes_the_orders_name() -> None:
    at = SHOP_HEADER.index("Id")
    header, row = list(SHOP_HEADER), shop_row()
    del header[at], row[at]

    assert read(table(header, row)).events[0]["event_id"] == "shopify:order:-:1001:purchase"


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"total": "1,00"}, "invalid_number"),
        ({"total": "Ada Lovelace"}, "invalid_number"),
        ({"total": ""}, "missing_value"),
        ({"total": "-5.00"}, "negative"),
        ({"refunded": "500.00"}, "negative"),
        ({"created": "Ada Lovelace"}, "invalid_date"),
        ({"created": "2026-05-13"}, "invalid_date"),
        ({"currency": "Ada"}, "no_currency"),
        ({"status": "12 Secret Lane"}, "missing_value"),
        ({"name": ""}, "missing_value"),
        ({"email": "ada@example.org\0"}, "unreadable_text"),
    ],
)
def test_a_bad_order_is_refused_without_showing_the_person(over: dict[str, str], code: str) -> None:
    result = read(shop_export(shop_row(name="#999", id="1"), shop_row(**over)))

    assert [(outcome.row, outcome.code) for outcome in result.refused] == [(3, code)]
    assert not [text for text in PEOPLE if text in everything_shown(result)]


def test_a_shifted_row_shows_nothing_of_the_person() -> None:
    shifted = ",".join(map(str, ["Ada Lovelace", *shop_row(notes="gift for Ada")]))

    result = read(shop_export(shop_row()) + shifted + "\n")

    assert [outcome.code for outcome in result.refused] == ["wrong_cell_count"]
    assert not [text for text in PEOPLE if text in everything_shown(result)]


def test_good_orders_show_nothing_of_the_person_either() -> None:
    result = read(shop_export(shop_row(notes="gift for Ada"), shop_item()))

    assert not [text for text in PEOPLE if text in everything_shown(result)]


def test_a_further_line_item_without_its_order_is_refused() -> None:
    result = read(shop_export(shop_item("#7"), shop_row()))

    assert [outcome.code for outcome in result.refused] == ["missing_value"]


def test_a_refused_order_shows_what_is_needed_to_find_it() -> None:
    result = read(shop_export(shop_row(currency="")))

    assert "name=#1001" in result.refused[0].raw


def test_a_webhook_restates_the_order_of_the_export() -> None:
    assert read(json.dumps(make_order())).events == read(shop_export(shop_row())).events


def test_refunds_of_a_webhook_are_taken_off() -> None:
    refunds = [
        {
            "transactions": [
                {"kind": "refund", "status": "success", "amount": "30.50"},
                {"kind": "refund", "status": "failure", "amount": "9.00"},
            ]
        }
    ]

    result = read(json.dumps(make_order(refunds=refunds, financial_status="partially_refunded")))

    assert value_of(result) == Decimal("69.50")


@pytest.mark.parametrize("over", [{"test": True}, {"financial_status": "voided"}])
def test_test_orders_and_voided_ones_are_no_data(over: dict[str, Any]) -> None:
    result = read(json.dumps(make_order(**over)))

    assert len(result.not_data) == 1
    assert result.events == []


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"currency": None}, "no_currency"),
        ({"created_at": "Ada"}, "invalid_date"),
        ({"total_price": None}, "missing_value"),
        ({"total_price": "Ada"}, "invalid_number"),
        ({"total_price": "NaN"}, "missing_value"),
        ({"total_price": "Infinity"}, "invalid_number"),
        ({"total_price": [100]}, "invalid_number"),
        ({"refunds": [{"transactions": [{"amount": {}}]}]}, "invalid_number"),
        ({"total_price": "-1"}, "negative"),
        ({"financial_status": "Ada"}, "missing_value"),
        ({"id": None, "name": ""}, "missing_value"),
    ],
)
def test_a_bad_webhook_is_refused_without_showing_the_person(
    over: dict[str, Any], code: str
) -> None:
    result = read(json.dumps(make_order(**over)))

    assert [outcome.code for outcome in result.refused] == [code]
    assert not [text for text in PEOPLE if text in everything_shown(result)]


@pytest.mark.parametrize("wrap", [lambda o: o, lambda o: {"orders": o}])
def test_a_list_of_orders_is_read_order_by_order(wrap: Any) -> None:
    orders = [make_order(id=n) for n in range(1, 4)]

    assert len(read(json.dumps(wrap(orders))).events) == 3


def test_the_rows_of_a_day_are_added_up_with_the_shipping() -> None:
    rows = sales_row(), sales_row(sales="27.92", orders=0), sales_row(day="2026-06-02", orders=2)

    result = read(table(SALES, *rows), currency="AUD")

    assert [(event["count"], event["value"]["amount"]) for event in result.events] == [
        (1, "126.92"),
        (2, "99.00"),
    ]
    assert [outcome.row for outcome in result.outcomes] == [2, 3, 4]
    assert result.days == ["2026-06-01", "2026-06-02"]


def test_money_given_back_is_a_refund() -> None:
    result = read(table(SALES, sales_row(), sales_row(sales="-20.00", orders=0)), currency="AUD")

    assert [(e.get("refund", False), e["value"]["amount"]) for e in result.events] == [
        (False, "99.00"),
        (True, "20.00"),
    ]


def test_a_day_of_returns_only_is_a_refund_of_what_went_back() -> None:
    rows = sales_row(sales="5.00", orders=0), sales_row(sales="-20.00", orders=0)

    result = read(table(SALES, *rows), currency="AUD")

    assert [(e.get("refund"), e["value"]["amount"]) for e in result.events] == [(True, "15.00")]


def test_money_on_a_day_without_orders_is_refused_and_not_made_an_order() -> None:
    result = read(table(SALES, sales_row(orders=0), sales_row(day="2026-06-02")), currency="AUD")

    assert [outcome.code for outcome in result.refused] == ["value_without_order"]
    assert value_of(result) == Decimal("99.00")


def test_a_day_whose_rows_stand_apart_is_given_out_complete_in_the_end() -> None:
    rows = sales_row(), sales_row(day="2026-06-02"), sales_row(sales="1.00")

    result = read(table(SALES, *rows), currency="AUD")

    assert len(result.events) == 3
    assert value_of(result) == Decimal("199.00")
    assert sum(event["count"] for event in result.stored) == 3


def test_sales_need_a_currency_and_a_day() -> None:
    with pytest.raises(ExportRefused) as no_currency:
        read(table(SALES, sales_row()))
    with pytest.raises(ExportRefused) as no_day:
        read(table(("Month", *SALES[1:]), sales_row()), currency="AUD")

    assert (no_currency.value.code, no_day.value.code) == ("no_currency", "aggregate_period")


def test_bad_rows_of_a_sales_report_keep_their_place() -> None:
    rows = sales_row(), sales_row(sales="x"), sales_row(sales="1.00", orders=0), ["Total"]

    result = read(table(SALES, *rows), currency="AUD")

    assert [outcome.row for outcome in result.outcomes] == [2, 3, 4, 5]
    assert [outcome.code for outcome in result.refused] == ["invalid_number"]
    assert value_of(result) == Decimal("100.00")


@pytest.mark.parametrize("over", [{"sales": "9" * 20}, {"orders": 10**13}])
def test_sales_beyond_all_reason_are_refused_with_their_row(over: dict[str, Any]) -> None:
    result = read(table(SALES, sales_row(), sales_row(**over), sales_row()), currency="AUD")

    assert [(outcome.row, outcome.code) for outcome in result.refused] == [(3, "invalid_number")]
    assert value_of(result) == Decimal("198.00")


def test_abandoned_checkouts_are_refused_once_and_not_row_by_row() -> None:
    rows = [shop_row(name=f"#{n}", id=n, status="", paid_at="") for n in range(3)]

    with pytest.raises(ExportRefused, match="abandoned checkouts") as refused:
        read(shop_export(*rows))

    assert refused.value.code == "no_counts"
    assert read(shop_export(*rows, shop_row(name="#9"))).stored


def test_an_id_that_a_spreadsheet_rounded_is_refused() -> None:
    result = read(shop_export(shop_row(id="5.55E+12"), shop_row(name="#1002", id="5,55E+12")))

    assert [outcome.code for outcome in result.refused] == ["damaged_id", "damaged_id"]


def test_an_order_is_one_event_in_the_export_an_answer_of_the_api_and_a_pipeline() -> None:
    order = shopify_order(id=5001, created_at="2026-05-13T00:30:12+02:00") | {"line_items": []}

    told = [read(shop_export(shop_row())), read(json.dumps({"orders": [order]}))]
    told += [read(landed(order, wrapper=wrapper)) for wrapper in ("airbyte", "singer target")]

    assert {(e["event_id"], e["occurred_at"]) for result in told for e in result.events} == {
        ("shopify:order:-:5001:purchase", "2026-05-12T22:30:12Z")
    }
    assert [len(result.events) for result in told] == [1, 1, 1, 1]


def test_sales_by_date_as_any_shop_writes_them_are_shopifys_only_if_the_user_names_shopify() -> (
    None
):
    file = table(["Date", "Orders", "Net sales", "Total sales"], ["2026-03-01", 3, "110", "130"])

    with pytest.raises(ExportRefused) as refusal:
        read(file, currency="EUR")

    assert refusal.value.code == "unknown_platform"
    assert len(read(file, platform="shopify", currency="EUR").events) == 1


def test_a_line_item_apart_from_its_order_says_what_to_do() -> None:
    result = read(shop_export(shop_item("#1001"), shop_item("#7"), shop_row()))

    assert len(result.events) == 1
    assert all("sort the file" in outcome.message for outcome in result.refused)


def bulk_order(number: int, status: str, **over: Any) -> dict[str, Any]:
    """An order as a bulk operation writes it."""
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "createdAt": "2026-05-12T22:30:12Z",
        "displayFinancialStatus": status,
        "test": False,
        "email": "ada@example.org",
        "totalPriceSet": {"shopMoney": {"amount": "100.0", "currencyCode": "EUR"}},
        "totalRefundedSet": {"shopMoney": {"amount": "0.0", "currencyCode": "EUR"}},
    } | over


def test_orders_of_a_bulk_operation_are_those_of_the_export() -> None:
    item = {"id": "gid://shopify/LineItem/1", "__parentId": "gid://shopify/Order/5001"}
    back = {"shopMoney": {"amount": "40.0", "currencyCode": "EUR"}}
    part = bulk_order(5002, "PARTIALLY_REFUNDED", totalRefundedSet=back)

    result = read(lines(bulk_order(5001, "PAID"), item, part, bulk_order(5003, "PENDING")))

    assert [(e["event_id"], e["value"]["amount"]) for e in result.events] == [
        ("shopify:order:-:5001:purchase", "100.0"),
        ("shopify:order:-:5002:purchase", "60.0"),
    ]
    assert result.events[0]["occurred_at"] == read(shop_export(shop_row())).events[0]["occurred_at"]
    assert result.summary["unpaid_orders"] == [{"count": "1", "value": "100.0", "currency": "EUR"}]


@pytest.mark.parametrize(
    ("over", "code"),
    [
        (
            {"totalRefundedSet": None, "displayFinancialStatus": "PARTIALLY_REFUNDED"},
            "missing_value",
        ),
        ({"totalPriceSet": {}}, "missing_value"),
        ({"displayFinancialStatus": "Ada"}, "missing_value"),
        ({"createdAt": "2026-05-12"}, "invalid_date"),
        ({"id": "Ada"}, "missing_value"),
    ],
)
def test_an_order_of_a_bulk_operation_that_cannot_be_read_shows_no_person(
    over: dict[str, Any], code: str
) -> None:
    result = read(lines(bulk_order(5001, "PAID"), bulk_order(5002, "PAID", **over)))

    assert [outcome.code for outcome in result.refused] == [code]
    assert not [text for text in PEOPLE if text in everything_shown(result)]
