"""Landing files of data pipelines: orders, charges, and sessions of Google Analytics."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.importers.files import read
from tests.importers.pipeline_files import (
    FORMS,
    Record,
    codes,
    ga4_sessions,
    landed,
    reasons,
    shopify_order,
    stripe_charge,
    value_of,
)


def test_an_order_that_is_refunded_later_is_restated() -> None:
    refunds = [{"transactions": [{"kind": "refund", "status": "success", "amount": "20.00"}]}]
    paid = shopify_order()
    partly = shopify_order(financial_status="partially_refunded", refunds=refunds)
    refunded = shopify_order(financial_status="refunded")

    results = [read(landed(paid, *later)) for later in ((), (partly,), (partly, refunded))]

    assert [value_of(result) for result in results] == [Decimal("84.90"), Decimal("64.90"), 0]
    assert results[2].events[0]["refund"] is True
    assert len({result.events[0]["event_id"] for result in results}) == 1


def test_orders_of_a_pipeline_and_of_a_webhook_are_the_same_orders() -> None:
    webhook = json.dumps(shopify_order() | {"line_items": []})

    assert read(webhook).events == read(landed(shopify_order())).events


def test_refunds_in_another_table_are_refused_unless_the_total_says_them() -> None:
    order = shopify_order(financial_status="partially_refunded", current_total_price="50.00")
    del order["refunds"]
    unknown = {key: value for key, value in order.items() if key != "current_total_price"}

    assert value_of(read(landed(order, wrapper="fivetran", form="csv"))) == Decimal("50.00")
    assert codes(read(landed(unknown, wrapper="fivetran", form="csv"))) == ["missing_value"]


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"test": True}, "a test order"),
        ({"financial_status": "pending"}, "an order that is not paid: pending"),
        ({"financial_status": "voided", "cancelled_at": "2026-06-02T00:00:00Z"}, "voided"),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_orders_that_nobody_paid_are_no_data(over: Record, reason: str, form: str) -> None:
    result = read(landed(shopify_order(**over), form=form))

    assert not result.events
    assert reasons(result)[0].endswith(reason)


def test_times_without_a_zone_are_utc_where_the_pipeline_says_so() -> None:
    order = shopify_order(created_at="2026-06-01 09:30:00")

    assert (
        read(landed(order, wrapper="fivetran")).events[0]["occurred_at"] == "2026-06-01T09:30:00Z"
    )
    assert codes(read(landed(order, wrapper="airbyte"))) == ["undecidable_time"]


@pytest.mark.parametrize(
    ("currency", "amount", "value"),
    [
        ("eur", 7350, "73.5"),
        ("jpy", 7350, "7350"),
        ("kwd", 7350, "7.35"),
        ("ugx", 735000, "7350"),
    ],
)
def test_amounts_of_stripe_are_in_the_smallest_unit(currency: str, amount: int, value: str) -> None:
    text = landed(stripe_charge(currency=currency, amount=amount, amount_captured=amount))

    assert value_of(read(text)) == Decimal(value)


@pytest.mark.parametrize(
    ("over", "value"),
    [
        ({"amount_refunded": 2350}, "50"),
        ({"refunded": True, "amount_refunded": 7350}, "0"),
        ({"amount_captured": 5000, "amount_refunded": 2350}, "50"),
        ({"amount_captured": 5000, "amount_refunded": 3350}, "40"),
        ({"amount_captured": 5000, "amount_refunded": 0}, "50"),
        ({"amount_captured": 5000, "amount_refunded": 1000}, "40"),
        ({"created": "2026-06-01T11:00:00Z"}, "73.5"),
        ({"amount": "7350", "amount_captured": None}, "73.5"),
    ],
)
def test_what_is_left_of_a_charge_is_its_value(over: Record, value: str) -> None:
    result = read(landed(stripe_charge(**over)))

    assert value_of(result) == Decimal(value)
    assert result.events[0]["event_id"] == "stripe:order:-:ch_3Q0001:purchase"
    assert result.events[0]["occurred_at"] == "2026-06-01T11:00:00Z"


@pytest.mark.parametrize(
    "over",
    [
        {"status": "failed"},
        {"status": "pending"},
        {"captured": False},
        {"livemode": False},
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_charges_that_bring_nothing_are_no_data(over: Record, form: str) -> None:
    result = read(landed(stripe_charge(**over), form=form))

    assert (len(result.events), len(result.not_data)) == (0, 1)


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"amount": 73.5}, "not_whole"),
        ({"amount": -5}, "negative"),
        ({"amount": "many"}, "invalid_number"),
        ({"amount": None}, "missing_value"),
        ({"amount_refunded": 9999}, "negative"),
        ({"currency": None}, "no_currency"),
        ({"status": "odd"}, "missing_value"),
        ({"created": None}, "missing_value"),
        ({"id": None}, "missing_value"),
    ],
)
def test_charges_that_say_nonsense_are_refused(over: Record, code: str) -> None:
    result = read(landed(stripe_charge(), stripe_charge(id="ch_2") | over))

    assert codes(result) == [code]
    assert len(result.events) == 1


@pytest.mark.parametrize("date", ["20260601", "2026-06-01"])
def test_ga4_sessions_are_clicks_of_their_channels(date: str) -> None:
    paid = ga4_sessions(date=date, sessionDefaultChannelGroup="Paid Search", ecommercePurchases=0)
    paid |= {"purchaseRevenue": 0}

    result = read(landed(ga4_sessions(date=date), paid), currency="EUR")

    clicks = {(e["channel"], e["paid"], e["count"]) for e in result.events if "type" in e}
    assert clicks == {("organic_search", False, 210), ("google_ads", True, 210)}
    assert [e["count"] for e in result.events if e["kind"] == "conversion"] == [3]
    assert value_of(result) == Decimal("260.5")


def test_ga4_page_views_come_from_the_report_without_dimensions() -> None:
    overview = {"property_id": "310001", "date": "20260601", "sessions": 500}
    overview |= {"screenPageViews": 900, "screenPageViewsPerSession": 1.8}
    pages = {**overview, "pagePathPlusQueryString": "/a", "hostName": "x.example"}
    devices = {**overview, "deviceCategory": "mobile", "operatingSystem": "7"}

    result = read(landed(overview, pages, devices, ga4_sessions()), currency="EUR")

    assert result.counts == {"impression": 900, "click": 210}
    assert len(result.not_data) == 2
    assert [read(landed(one)).events for one in (pages, devices)] == [[], []]


def test_ga4_by_source_and_by_channel_are_not_counted_both() -> None:
    by_source = ga4_sessions(sessionSource="google", sessionMedium="organic")
    del by_source["sessionDefaultChannelGroup"]

    result = read(landed(ga4_sessions(), by_source), currency="EUR")

    assert result.counts == {"click": 210}


def test_ga4_revenue_needs_a_currency_and_an_order() -> None:
    assert codes(read(landed(ga4_sessions()))) == ["no_currency"]
    assert codes(read(landed(ga4_sessions(ecommercePurchases=0)))) == ["value_without_order"]
