"""Stripe's payments and balance: which are sales, and what went back."""

import json
from decimal import Decimal

import pytest

from chalicelib.model.errors import ExportRefused
from tests.importers.files import Read, read, table
from tests.importers.pipeline_files import landed, stripe_charge

PAYMENTS = (
    *("id", "Created date (UTC)", "Amount", "Amount Refunded", "Currency", "Captured"),
    *("Converted Amount", "Converted Currency", "Description", "Status", "Customer Email"),
    *("Disputed Amount", "Dispute Status", "Mode", "PaymentIntent ID"),
)
BALANCE = (
    *("id", "Type", "Source", "Amount", "Fee", "Net", "Currency", "Created (UTC)"),
    *("Available On (UTC)", "Description"),
)
PEOPLE = ("Ada", "Lovelace", "example.org")


def payment(**over: object) -> list[object]:
    """A row under `PAYMENTS`."""
    row = {
        "id": "ch_1",
        "created": "2026-03-01 10:11:12",
        "amount": "25.00",
        "refunded": "0.00",
        "currency": "eur",
        "captured": "true",
        "converted": "27.10",
        "converted_currency": "usd",
        "description": "Ada Lovelace",
        "status": "Paid",
        "email": "ada@example.org",
        "disputed": "",
        "dispute": "",
        "mode": "Live",
        "intent": "pi_1",
    }
    return list((row | over).values())


def payments(*rows: list[object]) -> Read:
    return read(table(PAYMENTS, *rows))


def movement(kind: str, amount: str, source: str = "ch_1") -> list[object]:
    created, available = "2026-03-01 10:11:12", "2026-03-03 00:00:00"
    return ["txn_1", kind, source, amount, "0.90", amount, "eur", created, available, "Ada"]


def value_of(result: Read) -> Decimal:
    return sum(
        (
            Decimal(e["value"]["amount"]) * (-1 if e.get("refund") else 1)
            for e in result.stored
            if "value" in e
        ),
        Decimal(0),
    )


def test_a_paid_payment_becomes_a_conversion_at_its_minute() -> None:
    assert payments(payment()).events == [
        {
            "kind": "conversion",
            "event_id": "stripe:order:-:ch_1:purchase",
            "occurred_at": "2026-03-01T10:11:00Z",
            "goal": "purchase",
            "count": 1,
            "value": {"amount": "25.00", "currency": "EUR"},
        }
    ]


def test_what_was_refunded_in_part_is_taken_off() -> None:
    result = payments(payment(refunded="5.00", status="Partially refunded"))

    assert value_of(result) == Decimal("20.00")


@pytest.mark.parametrize(
    "over", [{"status": "Refunded", "refunded": "25.00"}, {"refunded": "25.00"}]
)
def test_a_refund_in_full_takes_the_place_of_the_sale(over: dict[str, str]) -> None:
    sold, undone = payments(payment()).events[0], payments(payment(**over)).events[0]

    assert (undone["event_id"], undone["occurred_at"]) == (sold["event_id"], sold["occurred_at"])
    assert undone["refund"]
    assert "value" not in undone


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"status": "Failed", "captured": "false"}, "failed"),
        ({"status": "requires_payment_method"}, "requires payment method"),
        ({"status": "Canceled"}, "canceled"),
        ({"captured": "FALSE"}, "not captured"),
        ({"mode": "Test"}, "test mode"),
    ],
)
def test_a_payment_that_is_not_paid_is_counted_with_the_reason(
    over: dict[str, str], reason: str
) -> None:
    result = payments(payment(**over))

    assert not result.events
    assert [reason in line.reason for line in result.not_data] == [True]


def test_payments_that_may_still_be_paid_are_summed_up() -> None:
    waiting = [payment(status="Pending", id="ch_2"), payment(captured="false", id="ch_3")]

    result = payments(*waiting, payment(status="Failed"), payment(status="Pending", mode="test"))

    assert result.summary["unpaid_orders"] == [{"count": "2", "value": "50.00", "currency": "EUR"}]


@pytest.mark.parametrize(
    ("status", "value"), [("lost", "0"), ("needs_response", "25.00"), ("won", "25.00")]
)
def test_a_dispute_counts_when_it_is_lost(status: str, value: str) -> None:
    result = payments(payment(disputed="25.00", dispute=status))

    assert value_of(result) == Decimal(value)


def test_a_currency_without_decimals_is_read_as_it_is_written() -> None:
    result = payments(payment(currency="jpy", amount="2500", refunded="500"))

    assert result.events[0]["value"] == {"amount": "2000", "currency": "JPY"}


def test_an_account_that_writes_commas_is_read_with_commas() -> None:
    result = payments(payment(amount="1.025,50", refunded="0,00"))

    assert value_of(result) == Decimal("1025.50")


def test_payments_without_an_id_are_told_apart_by_their_second() -> None:
    rows = [
        payment(id="", intent="", created="2026-03-01 10:11:12"),
        payment(id="", intent="", created="2026-03-01 10:11:13"),
        payment(id="", intent="", created="2026-03-01 10:11:13"),
        payment(id="", intent="pi_9"),
    ]

    result = payments(*rows)

    assert len(result.stored) == 4
    assert payments(*rows).events == result.events


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"status": "Ada Lovelace"}, "missing_value"),
        ({"id": "Ada"}, "missing_value"),
        ({"created": "yesterday"}, "invalid_date"),
        ({"amount": "Ada"}, "invalid_number"),
        ({"amount": "-25.00"}, "negative"),
        ({"refunded": "26.00"}, "negative"),
        ({"currency": ""}, "no_currency"),
    ],
)
def test_a_payment_that_cannot_be_read_is_refused_without_its_person(
    over: dict[str, str], code: str
) -> None:
    result = payments(payment(**over))

    assert [refused.code for refused in result.refused] == [code]
    said = repr(result.outcomes) + json.dumps(result.summary)
    assert not [person for person in PEOPLE if person in said]


def test_a_list_of_payouts_is_not_one_of_payments() -> None:
    header = (*PAYMENTS, "Arrival Date (UTC)")

    with pytest.raises(ExportRefused):
        read(table(header, [*payment(), "2026-03-03"]))


@pytest.mark.parametrize(
    ("headings", "named"),
    [
        (["Arrival Date (UTC)", "Balance Transaction", "Destination"], "payouts"),
        (["Charge ID", "PaymentIntent ID", "Reason"], "refunds"),
        (["Disputed Amount", "Evidence due by (UTC)"], "disputes"),
        (["Plan", "Current Period Start (UTC)", "Current Period End (UTC)"], "subscriptions"),
        (["Delinquent", "Total Spend", "Payment Count"], "customers"),
    ],
)
def test_lists_without_sales_are_refused_by_their_name(headings: list[str], named: str) -> None:
    header = ["id", "Amount", "Currency", "Created (UTC)", "Status", *headings]

    with pytest.raises(ExportRefused, match=f"Stripe's {named}") as refusal:
        read(table(header, ["x_1", "9.00", "eur", "2026-03-01 10:11", "paid", *headings]))

    assert refusal.value.code == "no_counts"


@pytest.mark.parametrize(
    "written",
    ["2026-03-01 10:11", "01.03.2026 10:11", "1/3/2026 10:11", "2026-03-01 10:11:12 UTC"],
)
def test_a_time_without_seconds_is_of_the_same_event(written: str) -> None:
    other_day = payment(id="ch_2", created=written.replace("1/3", "25/3"))

    result = payments(payment(created=written), other_day)

    assert result.events[0] == payments(payment()).events[0]


@pytest.mark.parametrize(("half", "hour"), [("AM", 0), ("PM", 12)])
def test_clocks_of_twelve_hours_are_read(half: str, hour: int) -> None:
    result = payments(payment(created=f"3/25/2026 12:11 {half}"))

    assert result.events[0]["occurred_at"] == f"2026-03-25T{hour:02}:11:00Z"


def test_days_that_could_be_exchanged_are_asked_about() -> None:
    with pytest.raises(ExportRefused) as refusal:
        payments(payment(created="3/1/2026 10:11"))

    assert refusal.value.code == "undecidable_format"


def test_a_charge_is_one_event_in_the_payments_export_a_pipeline_and_the_api() -> None:
    charge = stripe_charge(id="ch_1", created=1772359872, amount=2500, amount_captured=2500)
    page = {"object": "list", "url": "/v1/charges", "has_more": False, "data": [charge]}

    told = [
        read(file).events
        for file in (
            table(PAYMENTS, payment()),
            landed(charge),
            json.dumps(page),
            json.dumps(page, indent=1),
        )
    ]

    assert {(e["event_id"], e["occurred_at"]) for events in told for e in events} == {
        ("stripe:order:-:ch_1:purchase", "2026-03-01T10:11:00Z")
    }
    assert [len(events) for events in told] == [1, 1, 1, 1]


def test_a_row_of_totals_is_no_payment() -> None:
    totals = ["Total", "", "25.00", *[""] * (len(PAYMENTS) - 3)]

    result = payments(payment(), totals)

    assert not result.refused
    assert [line.reason for line in result.not_data] == ["totals row"]


def test_the_balance_has_sales_and_what_went_back_and_nothing_else() -> None:
    result = read(
        table(
            BALANCE,
            movement("charge", "25.00"),
            movement("refund", "-5.00", "re_1"),
            movement("payout", "-20.00", "po_1"),
            movement("stripe_fee", "-0.30", ""),
            movement("Ada Lovelace", "10.00", "x1"),
        )
    )

    assert value_of(result) == Decimal("20.00")
    assert [event.get("refund", False) for event in result.events] == [False, True]
    assert [line.reason.rpartition(": ")[2] for line in result.not_data] == [
        "payout",
        "stripe_fee",
        "of another kind",
    ]


def test_the_balance_and_the_payments_do_not_share_event_ids() -> None:
    balance = read(table(BALANCE, movement("charge", "25.00")))

    assert balance.events[0]["event_id"] != payments(payment()).events[0]["event_id"]


def test_the_itemised_report_says_the_same_as_the_balance() -> None:
    header = (
        *("balance_transaction_id", "created_utc", "available_on_utc", "currency", "gross"),
        *("fee", "net", "reporting_category", "source_id"),
    )
    row = ["txn_1", "2026-03-01 10:11:12", "2026-03-03 00:00:00", "eur", "25.00", "0.90", "24.10"]

    itemised = read(table(header, [*row, "charge", "ch_1"]))

    assert itemised.events == read(table(BALANCE, movement("charge", "25.00"))).events
