"""Stripe's balance: a row per movement of money, of which charges are sales.

There are two layouts: the export of the page *Balance*, and the itemised balance report. The
columns about people are not in the vocabulary.
"""

from __future__ import annotations

from chalicelib.importers.booking import conversion, money
from chalicelib.importers.outcomes import RawEvent, Reading
from chalicelib.importers.platforms.stripe.payments import (
    ID,
    NO_PEOPLE,
    ONE_OF_THEM,
    PLATFORM,
    read_time,
)
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.payment_tables import (
    AMOUNT,
    DAY,
    Convert,
    PaymentRow,
    PaymentTable,
)
from chalicelib.importers.shop_orders import GOAL
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together

SALES = frozenset({"charge", "payment"})
REFUNDS = frozenset(
    {"refund", "payment_refund", "payment_failure_refund", "payment_reversal", "dispute"}
)
"""The charge comes back; `dispute` is the word of the itemised report."""

OTHERS = frozenset(
    {
        "adjustment",
        "application_fee",
        "application_fee_refund",
        "charge_failure",
        "dispute_reversal",
        "fee",
        "network_cost",
        "other_adjustment",
        "payout",
        "payout_cancel",
        "payout_failure",
        "payout_reversal",
        "platform_earning",
        "refund_failure",
        "reserve_transaction",
        "reserved_funds",
        "stripe_fee",
        "stripe_fx_fee",
        "tax",
        "tax_fee",
        "topup",
        "topup_reversal",
        "transfer",
        "transfer_cancel",
        "transfer_failure",
        "transfer_refund",
    }
)
"""What may be said of a row; a word that is not known could be a person's."""

FIELDS = {
    "source": {"en": ["Source"]},
    "kind": {"en": ["Type"]},
    "amount": {"en": ["Amount"]},
    "currency": {"en": ["Currency"]},
    "created": {"en": ["Created (UTC)", "Created date (UTC)"]},
    "available": {"en": ["Available On (UTC)", "Available date (UTC)"]},
    "net": {"en": ["Net"]},
}
ITEMISED_FIELDS = {
    "id": {"en": ["balance_transaction_id"]},
    "source": {"en": ["source_id"]},
    "kind": {"en": ["reporting_category"]},
    "amount": {"en": ["gross"]},
    "currency": {"en": ["currency"]},
    "created": {"en": ["created_utc"]},
    "net": {"en": ["net"]},
}


def _is_of_balance(columns: Columns) -> bool:
    return all(f in columns for f in ("source", "kind", "amount", "created", "available"))


def _is_itemised(columns: Columns) -> bool:
    return all(f in columns for f in ("id", "source", "kind", "amount", "created"))


def _rows(options: Options, reading: Reading) -> Convert:
    account = options.account or "-"

    def convert(row: PaymentRow) -> tuple[RawEvent, ...] | str:
        kind = row.word("kind")
        amount = row.amount("amount")
        is_sale, is_refund = kind in SALES and amount > 0, kind in REFUNDS and amount < 0
        if not is_sale and not is_refund:
            shown = kind if kind in SALES | REFUNDS | OTHERS else "of another kind"
            return f"a movement that is no sale: {shown}"
        number = row.number_of("source", ID)
        what = GOAL if is_sale else "refund"
        value = money(abs(amount), row.currency())
        return (
            conversion(
                GOAL,
                read_time(row, "created"),
                *(PLATFORM, "balance", account, number, what),
                value=value,
                refund=is_refund,
            ),
        )

    return convert


_DECLARATION = Declaration(
    "Stripe: balance transactions, and the itemised balance report (CSV)",
    "Stripe Dashboard > Balances > All activity > Export (Guthaben > Alle Aktivitäten > "
    "Exportieren), or Reports > Balance > Balance change from activity > Itemised",
    "the columns Source, Type, Amount, Created (UTC) and Available On (UTC); or "
    "balance_transaction_id, source_id, reporting_category, gross and created_utc",
    (
        Becomes("`charge`, `payment`", f"one `conversion`, goal `{GOAL}`"),
        Becomes(
            "`refund`, `payment_refund`, `payment_failure_refund`, `dispute`",
            "a `conversion` with `refund`: the money that went back, when it did",
        ),
        Becomes(
            "`payout`, `transfer`, `stripe_fee`, `adjustment`, `dispute_reversal` and all others",
            "nothing: no sale; how many there were of each is counted",
        ),
        Becomes("Amount, Currency / gross, currency", "the value, before Stripe's fee"),
        Becomes("Created (UTC) / created_utc", "the time, to the minute"),
        Becomes("Source / source_id", "part of the event id"),
    ),
    (
        ("invalid_date", "a time in no form that Stripe or a spreadsheet writes"),
        ("undecidable_format", "days that a spreadsheet wrote, day/month or month/day"),
        ("missing_value", "no source"),
        ("no_currency", "the movement names no currency, and none was given"),
    ),
    (
        NO_PEOPLE,
        "Amounts are in the currency of the account.",
        "*adjustment* may be a dispute or a correction: the payments export tells of disputes.",
        ONE_OF_THEM,
        "Both layouts are known from Stripe's documentation.",
    ),
    holds_people=True,
)
_SHOWN = {
    "source": ID,
    "amount": AMOUNT,
    "currency": r"[A-Za-z]{3}",
    "created": DAY,
}
BALANCE = PaymentTable(
    platform=PLATFORM,
    report="balance",
    fields=FIELDS,
    accept=_is_of_balance,
    marks=(together("Created (UTC)", "Available On (UTC)"), together(fields=("available",))),
    amounts=("amount", "net"),
    days=("created",),
    shown=_SHOWN,
    rows=_rows,
    declaration=_DECLARATION,
).importer()
BALANCE_ITEMISED = PaymentTable(
    platform=PLATFORM,
    report="balance",
    fields=ITEMISED_FIELDS,
    accept=_is_itemised,
    marks=(together("balance_transaction_id", "reporting_category"),),
    amounts=("amount", "net"),
    days=("created",),
    shown=_SHOWN,
    rows=_rows,
    declaration=_DECLARATION,
).importer()
