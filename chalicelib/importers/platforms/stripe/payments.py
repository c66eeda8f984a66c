"""Stripe's payments export (CSV): one row per payment, paid or not.

The columns with personal data (customer, e-mail, card, description, addresses, metadata) are not in
the vocabulary, so they are never read.
"""

from __future__ import annotations

import datetime as dt
import re

from chalicelib.importers.outcomes import RawEvent, Reading, RowRejected
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.payment_tables import (
    AMOUNT,
    DAY,
    Convert,
    PaymentRow,
    PaymentTable,
)
from chalicelib.importers.shop_orders import GOAL, Orders, kept
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together
from chalicelib.importers.values.dates import parse_instant
from chalicelib.importers.values.event_identity import Ordinals, object_key

PLATFORM = "stripe"
PAID = frozenset(
    {
        "paid",
        "succeeded",
        "partially refunded",
        "partial refund",
        "disputed",
        "early fraud warning",
        "dispute needs response",
        "dispute under review",
        "dispute won",
        "dispute lost",
        "inquiry closed",
    }
)
REFUNDED = frozenset({"refunded", "refund pending"})
NOT_PAID = frozenset(
    {
        "failed",
        "pending",
        "processing",
        "canceled",
        "cancelled",
        "blocked",
        "expired",
        "incomplete",
        "uncaptured",
        "requires action",
        "requires capture",
        "requires confirmation",
        "requires payment method",
    }
)
NEVER_PAID = frozenset({"failed", "canceled", "cancelled", "blocked", "expired"})
"""Not paid, and never will be."""

ONE_OF_THEM = (
    "Import only one of the payments, the balance, and the orders of the shop that is paid "
    "through Stripe. They contain the same sales."
)
NO_PEOPLE = (
    "No personal data is read. Events and messages contain no name, e-mail address, card or "
    "postal address."
)
ID = r"[A-Za-z]{2,8}_?\w*\d\w*"
"""The id of a charge, payment or refund. It needs a digit, so that names do not match."""

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d?:\d\d(?::\d\d)?)(?:\.\d+)?(?: ?(?:UTC|Z))?")

_SPREADSHEET_TIME = re.compile(
    r"(\d\d?[./-]\d\d?[./-]\d{2,4}),? (\d\d?):(\d\d)(?::\d\d)?(?: ?([AP])\.?M\.?)?", re.IGNORECASE
)

FIELDS = {
    "id": {"en": ["id"]},
    "intent": {"en": ["PaymentIntent ID"]},
    "created": {"en": ["Created date (UTC)", "Created (UTC)"]},
    "amount": {"en": ["Amount"]},
    "refunded": {"en": ["Amount Refunded"]},
    "currency": {"en": ["Currency"]},
    "captured": {"en": ["Captured"]},
    "mode": {"en": ["Mode"]},
    "status": {"en": ["Status"]},
    "disputed": {"en": ["Disputed Amount"]},
    "dispute": {"en": ["Dispute Status"]},
    "converted": {"en": ["Converted Amount", "Converted Currency"]},
    "decline": {"en": ["Decline Reason", "Seller Message"]},
    "payout": {"en": ["Arrival Date (UTC)", "Arrival Date"]},
}
_REQUIRED = ("id", "created", "amount", "currency", "status")
_TYPICAL = ("refunded", "captured", "converted")


def to_the_minute(time: dt.datetime) -> dt.datetime:
    """Return the time of a payment without seconds.

    Older exports, the balance and files saved in a spreadsheet have minutes only. With seconds, the
    same payment would be a different event in other files.
    """
    return time.replace(second=0, microsecond=0)


def read_time(row: PaymentRow, field: str) -> dt.datetime:
    """Return a time `to_the_minute`; raise `RowRejected` with `invalid_date`."""
    return to_the_minute(_exact_time(row, field))


def _exact_time(row: PaymentRow, field: str) -> dt.datetime:
    """Return a UTC time that Stripe or a spreadsheet has written without an offset."""
    text = row.text(field)
    try:
        if match := _TIME.fullmatch(text):
            return parse_instant(f"{match[1]} {match[2]:0>5}Z")
        if match := _SPREADSHEET_TIME.fullmatch(text):
            hour, minute, half = int(match[2]), int(match[3]), (match[4] or "").casefold()
            if half:
                hour = hour % 12 + 12 * (half == "p")
            return dt.datetime.combine(row.day_in(match[1]), dt.time(hour, minute, tzinfo=dt.UTC))
    except ValueError:
        pass
    raise RowRejected(
        "invalid_date",
        "the time of the payment is in an unknown format. Import the file as you downloaded it",
    )


def _is_of_payments(columns: Columns) -> bool:
    is_payout = "payout" in columns
    required = all(f in columns for f in _REQUIRED)
    return required and not is_payout and any(f in columns for f in _TYPICAL)


def _rows(options: Options, reading: Reading) -> Convert:
    orders, ordinals = Orders(PLATFORM, options.account), Ordinals()

    def number_of(row: PaymentRow) -> str:
        """Return the payment's id; empty if it has none yet."""
        field = "id" if row.text("id") or not row.text("intent") else "intent"
        return row.number_of(field, ID) if row.text(field) else ""

    def numbered(row: PaymentRow, created: dt.datetime) -> str:
        """Return an id for a payment without one, from its second and its amount."""
        key = object_key((created.isoformat(), f"{row.amount('amount'):f}", row.word("currency")))
        return f"without-id:{key}:{ordinals.next_of(key, created.date())}"

    def convert(row: PaymentRow) -> tuple[RawEvent, ...] | str:
        reason = _reason_not_paid(row)
        if reason:
            is_test = row.word("mode") == "test"
            if not is_test and row.word("status").replace("_", " ") not in NEVER_PAID:
                row.note_unpaid(reading.unpaid, "amount")
            return reason
        exact = _exact_time(row, "created")
        created, number = to_the_minute(exact), number_of(row)
        amount, refunded = row.amount("amount"), row.amount("refunded")
        if amount < 0 or refunded < 0:
            raise RowRejected("negative", "the payment's amount or refund is below zero")
        if row.word("dispute") == "lost":
            refunded = min(amount, refunded + row.amount("disputed"))
        is_undone = row.word("status") in REFUNDED or bool(amount and refunded == amount)
        value = None if is_undone else kept(amount, refunded, row.currency())
        number = number or numbered(row, exact)  # last: rejected rows must not use up an ordinal
        return (
            orders.undone(number, created) if is_undone else orders.sale(number, created, value),
        )

    return convert


def _reason_not_paid(row: PaymentRow) -> str:
    """Return why a payment is not a conversion, empty if it is; raise `RowRejected`."""
    status = row.word("status").replace("_", " ")
    if status in NOT_PAID:
        return f"a payment that is not paid: {status}"
    if status not in PAID and status not in REFUNDED:
        raise RowRejected("missing_value", "the payment has no status or an unknown one")
    if row.word("mode") == "test":
        return "a payment in test mode"
    if row.word("captured") in ("false", "no", "0", "falsch", "faux", "falso", "onwaar", "fałsz"):
        return "a payment that is not paid: authorised, not captured"
    return ""


PAYMENTS = PaymentTable(
    platform=PLATFORM,
    report="payments",
    fields=FIELDS,
    accept=_is_of_payments,
    marks=(
        together("Created date (UTC)", "Amount Refunded"),
        together("Created (UTC)", "Amount Refunded"),
        together("Created date (UTC)", "Captured"),
        together("Created (UTC)", "Captured"),
        together("Converted Amount", "Converted Currency"),
    ),
    amounts=("amount", "refunded", "disputed"),
    days=("created",),
    shown={
        "id": ID,
        "created": DAY,
        "amount": AMOUNT,
        "refunded": AMOUNT,
        "currency": r"[A-Za-z]{3}",
    },
    rows=_rows,
    declaration=Declaration(
        "Stripe: payments (CSV)",
        "Stripe Dashboard > Payments > Export (Zahlungen > Exportieren), columns *Default* or "
        "*All*. The headings are in English in every account",
        "the columns id, Created date (UTC), Amount, Currency and Status, and one of Amount "
        "Refunded, Captured, Converted Amount",
        (
            Becomes(
                "status `Paid`, also partially refunded or disputed",
                f"one `conversion`, goal `{GOAL}`, at the time of the payment; its value is the "
                "amount minus refunds and lost disputes",
            ),
            Becomes(
                "status `Refunded`, or everything refunded",
                "the same `conversion` with `refund` and without a value; it replaces the one "
                "imported when the payment was paid and counts as nothing",
            ),
            Becomes(
                "`Failed`, `Pending`, `Canceled`, `requires_…`, not captured, test mode",
                "nothing: not paid, or not paid yet",
            ),
            Becomes("Amount, Amount Refunded, Disputed Amount, Currency", "the conversion's value"),
            Becomes("Created date (UTC), Created (UTC)", "the time, to the minute"),
            Becomes("id, else PaymentIntent ID, else time and amount", "part of the event id"),
            Becomes(
                "Converted Amount, Fee, Taxes On Fee",
                "nothing: amounts in another currency, and fees",
            ),
            Becomes(
                "customer, e-mail, card, description, metadata",
                "nothing: these columns are not read",
            ),
        ),
        (
            ("invalid_date", "a time in an unknown format"),
            (
                "undecidable_format",
                "dates changed by a spreadsheet that could be day/month or month/day",
            ),
            ("missing_value", "an unknown status"),
            ("negative", "an amount is below zero, or the refund is larger than the payment"),
            ("no_currency", "the payment has no currency, and you did not pass one"),
        ),
        (
            NO_PEOPLE,
            "Amounts are in the buyer's currency, as written in the file. Currencies without "
            "decimals have none.",
            "A payment with an open dispute still counts as a sale. The amount of a lost dispute "
            "is subtracted.",
            ONE_OF_THEM,
        ),
        holds_people=True,
    ),
).importer()
