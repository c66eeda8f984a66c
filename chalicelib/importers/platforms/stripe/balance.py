"""Stripe's balance: one row per balance transaction, of which charges are sales.

There are two layouts: the export of the page *Balance*, and the itemised balance report. The
columns with personal data are not in the vocabulary.
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
"""The charge is returned. `dispute` occurs in the itemised report."""

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
"""Types that messages may show. Unknown words are hidden, because they could be personal data."""

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
            shown = kind if kind in SALES | REFUNDS | OTHERS else "another type"
            return f"a balance transaction that is not a sale: {shown}"
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


def _declaration(
    title: str, where: str, looks_for: str, names: tuple[str, str, str]
) -> Declaration:
    """The description of a layout; `names`: its columns of the amount, the time and the source."""
    amount, created, source = names
    return Declaration(
        title,
        where,
        looks_for,
        (
            Becomes("`charge`, `payment`", f"one `conversion`, goal `{GOAL}`"),
            Becomes(
                "`refund`, `payment_refund`, `payment_failure_refund`, `dispute`",
                "a `conversion` with `refund`: the money paid back, on the day it was paid back",
            ),
            Becomes(
                "`payout`, `transfer`, `stripe_fee`, `adjustment`, `dispute_reversal` and all "
                "others",
                "nothing: not a sale; the summary counts each type",
            ),
            Becomes(amount, "the value, before Stripe's fee"),
            Becomes(created, "the time, to the minute"),
            Becomes(source, "part of the event id"),
        ),
        (
            ("invalid_date", "a time in an unknown format"),
            (
                "undecidable_format",
                "dates changed by a spreadsheet that could be day/month or month/day",
            ),
            ("missing_value", "no source"),
            ("no_currency", "the transaction has no currency, and you did not pass one"),
        ),
        (
            NO_PEOPLE,
            "Amounts are in the account's currency.",
            "*adjustment* can be a dispute or a correction. To include disputes, import the "
            "payments export.",
            ONE_OF_THEM,
            "The layout comes from Stripe's documentation.",
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
    declaration=_declaration(
        "Stripe: balance transactions (CSV)",
        "Stripe Dashboard > Balances > All activity > Export (Guthaben > Alle Aktivitäten > "
        "Exportieren)",
        "the columns Source, Type, Amount, Created (UTC) and Available On (UTC)",
        ("Amount, Currency", "Created (UTC)", "Source"),
    ),
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
    declaration=_declaration(
        "Stripe: itemised balance report (CSV)",
        "Stripe Dashboard > Reports > Balance > Balance change from activity > Itemised",
        "the columns balance_transaction_id, source_id, reporting_category, gross and created_utc",
        ("gross, currency", "created_utc", "source_id"),
    ),
).importer()
