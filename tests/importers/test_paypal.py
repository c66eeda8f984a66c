"""PayPal's activity: payments in are sales, what went back is taken off, the rest is neither."""

import json
from decimal import Decimal

import pytest

from chalicelib.importers.platforms.paypal.transaction_kinds import kind_of
from chalicelib.model.errors import ExportRefused
from tests.importers.files import Read, read, table

ENGLISH = (
    *("Date", "Time", "TimeZone", "Name", "Type", "Status", "Currency", "Gross", "Fee", "Net"),
    *("From Email Address", "Transaction ID", "Reference Txn ID", "Balance Impact"),
)
GERMAN = (
    *("Datum", "Uhrzeit", "Zeitzone", "Name", "Typ", "Status", "Währung", "Brutto", "Gebühr"),
    *("Netto", "Absender E-Mail-Adresse", "Transaktionscode", "Zugehöriger Transaktionscode"),
    "Auswirkung auf Guthaben",
)
PEOPLE = ("Ada", "Lovelace", "example.org")


def activity(**over: object) -> list[object]:
    """A row under `ENGLISH`."""
    row = {
        "day": "25/03/2026",
        "time": "10:11:12",
        "zone": "CET",
        "name": "Ada Lovelace",
        "type": "Express Checkout Payment",
        "status": "Completed",
        "currency": "EUR",
        "gross": "40.00",
        "fee": "-1.40",
        "net": "38.60",
        "from": "ada@example.org",
        "number": "1AB",
        "reference": "",
        "impact": "Credit",
    }
    return list((row | over).values())


def value_of(result: Read, currency: str = "EUR") -> Decimal:
    return sum(
        (
            Decimal(e["value"]["amount"]) * (-1 if e.get("refund") else 1)
            for e in result.stored
            if e["value"]["currency"] == currency
        ),
        Decimal(0),
    )


def test_a_payment_becomes_a_conversion_of_its_gross_at_its_second() -> None:
    result = read(table(ENGLISH, activity()))

    assert result.events == [
        {
            "kind": "conversion",
            "event_id": "paypal:order:-:1AB:purchase",
            "occurred_at": "2026-03-25T09:11:12Z",
            "goal": "purchase",
            "count": 1,
            "value": {"amount": "40.00", "currency": "EUR"},
        }
    ]


def test_german_activity_says_the_same() -> None:
    row = activity(
        day="25.03.2026",
        zone="Europe/Berlin",
        type="PayPal Express-Zahlung",
        status="Abgeschlossen",
        gross="40,00",
        fee="-1,40",
        net="38,60",
        impact="Haben",
    )

    assert read(table(GERMAN, row)).events == read(table(ENGLISH, activity())).events


def test_a_refund_is_linked_to_its_payment_and_taken_off_on_its_day() -> None:
    back = activity(
        day="27/03/2026", type="Payment Refund", gross="-10.00", number="2AB", reference="1AB"
    )

    result = read(table(ENGLISH, activity(status="Partially Refunded"), back))

    assert value_of(result) == Decimal("30.00")
    assert result.events[1]["event_id"] == "paypal:order:-:1AB:purchase:refund:2AB"
    assert result.events[1]["occurred_at"].startswith("2026-03-27")


def test_a_payment_in_another_currency_counts_once() -> None:
    rows = [
        activity(currency="USD", gross="20.00"),
        activity(type="General Currency Conversion", currency="USD", gross="-20.00", number="3AB"),
        activity(type="General Currency Conversion", gross="18.00", number="4AB"),
    ]

    result = read(table(ENGLISH, *rows))

    assert len(result.events) == 1
    assert value_of(result, "USD") == Decimal("20.00")


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"type": "General Withdrawal", "gross": "-100.00"}, "no sale"),
        ({"type": "Bank Deposit to PP Account"}, "no sale"),
        ({"type": "Account Hold for Open Authorization", "gross": "-5.00"}, "no sale"),
        ({"type": "PreApproved Payment Bill User Payment", "gross": "-9.99"}, "sent"),
        ({"type": "Payment Refund", "gross": "9.99"}, "came back from others"),
        ({"status": "Pending"}, "not completed: pending"),
        ({"status": "Denied"}, "not completed: denied"),
        ({"impact": "Memo"}, "memo"),
        ({"gross": "0.00"}, "no money"),
    ],
)
def test_what_is_no_sale_is_counted_with_the_reason(over: dict[str, str], reason: str) -> None:
    result = read(table(ENGLISH, activity(**over)))

    assert not result.events
    assert [reason in line.reason for line in result.not_data] == [True]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Website Payment", "sale"),
        ("Mobile Payment", "sale"),
        ("Donation Payment", "sale"),
        ("Direct Credit Card Payment", "sale"),
        ("eBay-Auktionszahlung", "sale"),
        ("Spendenzahlung", "sale"),
        ("Payment Reversal", "refund"),
        ("Chargeback", "refund"),
        ("Rückzahlung", "refund"),
        ("Zahlungsrückbuchung", "refund"),
        ("Reversal of General Account Hold", "other"),
        ("Rückbuchung allgemeiner Einbehaltung", "other"),
        ("Allgemeine Währungsumrechnung", "other"),
        ("Payment Fee", "other"),
        ("Mass Pay Payment", "other"),
        ("Allgemeine Abbuchung", "other"),
        ("User Initiated Transfer", "other"),
        ("Transfer payment", ""),
        ("Strange Thing", ""),
    ],
)
def test_the_words_of_a_type_tell_what_it_is(text: str, kind: str) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"type": "Ada Lovelace"}, "unknown_type"),
        ({"status": "Ada Lovelace"}, "missing_value"),
        ({"number": "Ada"}, "missing_value"),
        ({"zone": "CST"}, "undecidable_time"),
        ({"zone": "Ada/Lovelace"}, "undecidable_time"),
        ({"time": "25:00:00"}, "invalid_date"),
        ({"day": "Ada"}, "invalid_date"),
        ({"gross": "Ada"}, "invalid_number"),
        ({"currency": ""}, "no_currency"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_without_its_person(
    over: dict[str, str], code: str
) -> None:
    result = read(table(ENGLISH, activity(**over), activity(number="9AB")))

    assert [refused.code for refused in result.refused] == [code]
    said = repr(result.outcomes) + json.dumps(result.summary)
    assert not [person for person in PEOPLE if person in said]


@pytest.mark.parametrize(
    ("time", "zone", "hour"),
    [
        ("10:11:12", "PDT", "17:11:12"),
        ("10:11:12 PM", "GMT", "22:11:12"),
        ("12:11:12 AM", "GMT", "00:11:12"),
        ("10:11:12", "GMT+02:00", "08:11:12"),
        ("10:11:12", "America/New_York", "14:11:12"),
    ],
)
def test_times_are_those_of_the_zone_beside_them(time: str, zone: str, hour: str) -> None:
    result = read(table(ENGLISH, activity(time=time, zone=zone)))

    assert result.events[0]["occurred_at"] == f"2026-03-25T{hour}Z"


def test_days_that_may_be_others_are_a_question() -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(table(ENGLISH, activity(day="03/04/2026")))

    assert refusal.value.code == "undecidable_format"


def test_a_payment_that_may_still_be_paid_is_summed_up() -> None:
    result = read(table(ENGLISH, activity(status="Pending"), activity(status="Denied")))

    assert result.summary["unpaid_orders"] == [{"count": "1", "value": "40.00", "currency": "EUR"}]
