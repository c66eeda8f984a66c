"""Stripe: charges, from the API and its connectors."""

from __future__ import annotations

import re
from decimal import Decimal

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.platforms.pipelines.landed import Landed
from chalicelib.importers.platforms.pipelines.streams import Ledger, Names, Stream, Subject
from chalicelib.importers.platforms.stripe.payments import PLATFORM, to_the_minute
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.records.records import Converted
from chalicelib.importers.shop_orders import GOAL, Orders, kept
from chalicelib.importers.values.values import name_of
from chalicelib.model.currencies import is_currency

_NO_DECIMALS = frozenset(
    {
        *("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV"),
        *("XAF", "XOF", "XPF"),
    }
)
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
_KEYS = {
    *("amount", "amount_refunded", "captured", "refunded", "status", "currency", "created"),
}
_STATUSES = frozenset({"succeeded", "pending", "failed"})


def minor_units(currency: str) -> int:
    """Return the number of Stripe's smallest units per currency unit; 100 for ISK and UGX, too."""
    if currency in _NO_DECIMALS:
        return 1
    return 1000 if currency in _THREE_DECIMALS else 100


def _recognise(names: Names) -> int:
    return 9 if names >= _KEYS else 0


def _reason(landed: Landed) -> str:
    if landed.is_true("livemode") is False:
        return "a charge in test mode"
    if landed.name("object") not in ("", "charge"):
        return "not a charge"
    status = landed.name("status")
    if status not in _STATUSES:
        raise RowRejected("missing_value", "the charge has no status or an unknown one")
    if status != "succeeded":
        return f"a charge that is not paid: {status}"
    return "" if landed.is_true("captured") else "a charge that is authorised but not captured"


def _subject(landed: Landed) -> Subject:
    number = landed.name("id")
    if not number:
        raise RowRejected("missing_value", "the charge has no id")
    return Subject(number)


def _convert(landed: Landed, subject: Subject, ledger: Ledger) -> Converted:
    created = to_the_minute(landed.instant("created"))
    orders = Orders(PLATFORM, landed.name("account_id") or ledger.options.account)
    currency = name_of(landed.value("currency")).upper()
    if not is_currency(currency):
        raise RowRejected("no_currency", "the charge has no currency")
    units = minor_units(currency)
    left = _left(landed)
    if landed.is_true("refunded") or not left:
        return (orders.undone(subject.key, created),)
    if landed.is_true("disputed"):
        ledger.note("the charge is disputed and counts until it is refunded")
    return (orders.sale(subject.key, created, kept(left / units, Decimal(0), currency)),)


def _left(landed: Landed) -> Decimal:
    """Return the amount of a charge minus refunds, in the smallest unit.

    If a charge was captured partially, the rest counts as refunded.
    """
    amount, refunded = _whole(landed, "amount"), _whole(landed, "amount_refunded")
    if refunded > amount:
        raise RowRejected("negative", "the refund is larger than the amount")
    captured = _whole(landed, "amount_captured") if landed.has("amount_captured") else amount
    if refunded >= amount - captured:
        return amount - refunded
    if refunded > captured:
        raise RowRejected("negative", "the refund is larger than the captured amount")
    return captured - refunded


def _whole(landed: Landed, name: str) -> Decimal:
    """Return an amount in the smallest unit; reject decimals, which imply another unit."""
    found = landed.amount(name)
    if found is None:
        if name == "amount":
            raise RowRejected("missing_value", "the charge has no amount")
        return Decimal(0)
    if found != found.to_integral_value():
        raise RowRejected("not_whole", f"{name} is not a whole number of the smallest unit")
    return found


STRIPE_CHARGES = Stream(
    platform=PLATFORM,
    holds_people=True,
    report="charges",
    title="Stripe: charges landed by a pipeline",
    looks_for="`amount`, `amount_refunded`, `captured`, `refunded`, `status` and `created`",
    hint=re.compile(r"amount_?refunded", re.IGNORECASE),
    recognise=_recognise,
    reason=_reason,
    subject=_subject,
    convert=_convert,
    becomes=(
        Becomes(
            "`status` `succeeded` and `captured`",
            f"one `conversion`, goal `{GOAL}`; its value is `amount` minus `amount_refunded`",
        ),
        Becomes(
            "`refunded`",
            "the same `conversion` with `refund` and without a value; it replaces the one "
            "imported when the charge was paid and counts as nothing",
        ),
        Becomes(
            "`amount` in `currency`",
            "hundredths; whole units for currencies such as JPY and KRW; thousandths for BHD, "
            "KWD, …",
        ),
        Becomes("`created`", "the time, to the minute"),
        Becomes("`id`", "part of the event id, which is the same as in the payments export"),
        Becomes("`pending`, `failed`, not captured, `livemode` false", "nothing"),
    ),
    rejected=(
        ("missing_value", "no id, no amount, or an unknown status"),
        ("not_whole", "an amount has decimals, so it is not in the smallest unit"),
        ("no_currency", "the charge has no currency"),
        ("negative", "an amount is below zero, or the refund is larger than the amount"),
    ),
    notes=(
        "No personal data is read. A shop that is paid through Stripe has the same sales in its "
        "orders. Import only one of the two.",
        "API responses (`GET /v1/charges`) are read, too. The payments export (CSV) produces the "
        "same events.",
    ),
    is_report=False,
    covers=False,
)
