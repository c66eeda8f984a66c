"""PayPal's activity download (CSV): a row per movement of money, of which payments in are sales.

The columns about people (names, e-mail addresses, postal addresses, subjects, notes) are not in the
vocabulary, so that nothing of them is read.
"""

from __future__ import annotations

import datetime as dt

from chalicelib.importers.booking import conversion, money
from chalicelib.importers.outcomes import RawEvent, Reading, RowRefused
from chalicelib.importers.platforms.paypal.moments import moment_of
from chalicelib.importers.platforms.paypal.transaction_kinds import AWAITED, DONE, NOT_DONE, kind_of
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.reports.payment_tables import (
    AMOUNT,
    DAY,
    Convert,
    PaymentRow,
    PaymentTable,
)
from chalicelib.importers.shop_orders import GOAL, Orders
from chalicelib.importers.tables.headings import Columns
from chalicelib.importers.tables.marks import together
from chalicelib.importers.values.dates import start_of

PLATFORM = "paypal"

FIELDS = {
    "day": {"en": ["Date"], "de": ["Datum"]},
    "time": {"en": ["Time"], "de": ["Uhrzeit"]},
    "zone": {"en": ["TimeZone", "Time Zone"], "de": ["Zeitzone"]},
    "kind": {"en": ["Type", "Description"], "de": ["Typ", "Beschreibung"]},
    "status": {"en": ["Status"], "de": ["Status"]},
    "currency": {"en": ["Currency"], "de": ["Währung"]},
    "gross": {"en": ["Gross"], "de": ["Brutto"]},
    "fee": {"en": ["Fee"], "de": ["Gebühr", "Entgelt"]},
    "net": {"en": ["Net"], "de": ["Netto"]},
    "number": {"en": ["Transaction ID"], "de": ["Transaktionscode"]},
    "reference": {
        "en": ["Reference Txn ID", "Reference Transaction ID"],
        "de": ["Zugehöriger Transaktionscode", "Txn-Referenzkennung"],
    },
    "impact": {"en": ["Balance Impact"], "de": ["Auswirkung auf Guthaben"]},
    "balance": {"en": ["Balance"], "de": ["Guthaben"]},
}
_REQUIRED = ("day", "kind", "currency", "gross", "number")
_TYPICAL = ("reference", "impact", "zone")
ID = r"(?=[^\d]*\d)[0-9A-Z-]{1,30}"
_MEMO = frozenset({"memo", "hinweis", "vermerk"})


def _is_activity(columns: Columns) -> bool:
    return all(f in columns for f in _REQUIRED) and any(f in columns for f in _TYPICAL)


def _rows(options: Options, reading: Reading) -> Convert:
    orders = Orders(PLATFORM, options.account)

    def convert(row: PaymentRow) -> tuple[RawEvent, ...] | str:
        kind, gross = kind_of(row.word("kind")), row.amount("gross")
        if kind == "other":
            return "a transfer, conversion, fee or hold, and no sale"
        if row.word("impact") in _MEMO:
            return "a memo, which moves no money"
        if not gross or (kind != "refund" and gross < 0):
            return "money that was sent, and no sale" if gross else "no money was moved"
        if kind == "refund" and gross > 0:
            return "money that came back from others, and no sale"
        if not kind:
            raise RowRefused("unknown_type", "money came in, and its type is none that is known")
        status = row.word("status")
        if status in NOT_DONE:
            what = "payment" if kind == "sale" else "refund"
            if kind == "sale" and status in AWAITED:
                row.note_unpaid(reading.unpaid, "gross")
            return f"a {what} that is not completed: {status}"
        if status not in DONE:
            raise RowRefused("missing_value", "the payment has no status that is known")
        number, at = row.number_of("number", ID), _moment(row)
        value = money(abs(gross), row.currency())
        if kind == "sale":
            return (orders.sale(number, at, value),)
        sold = row.number_of("reference", ID) if row.text("reference") else number
        parts = (*orders.parts(sold), "refund", number)
        return (conversion(GOAL, at, *parts, value=value, refund=True),)

    return convert


def _moment(row: PaymentRow) -> dt.datetime:
    day = row.day("day")
    if not row.has("zone") or not row.has("time"):
        return start_of(day)
    return moment_of(day, row.text("time"), row.text("zone"))


ACTIVITY = PaymentTable(
    platform=PLATFORM,
    report="activity",
    fields=FIELDS,
    accept=_is_activity,
    marks=(together(fields=("gross", "number"), any_of=_TYPICAL),),
    amounts=("gross", "net"),
    days=("day",),
    shown={
        "number": ID,
        "day": DAY,
        "time": r"[\d:]{4,8}(?: ?[APap]\.?[Mm]\.?)?",
        "gross": AMOUNT,
        "currency": r"[A-Z]{3}",
    },
    rows=_rows,
    declaration=Declaration(
        "PayPal: activity download (CSV)",
        "PayPal Business > Reports > Activity download > All transactions or Balance affecting "
        "(Berichte > Aktivitäten herunterladen > Alle Transaktionen), CSV; English or German",
        "the columns Date, Type, Currency, Gross and Transaction ID (Datum, Typ, Währung, Brutto, "
        "Transaktionscode), and one of Reference Txn ID, Balance Impact, TimeZone (Zugehöriger "
        "Transaktionscode, Auswirkung auf Guthaben, Zeitzone)",
        (
            Becomes(
                "a payment in that is completed / eingegangene Zahlung, Abgeschlossen",
                f"one `conversion`, goal `{GOAL}`; its value is Gross / Brutto",
            ),
            Becomes(
                "a refund, reversal or chargeback / Rückzahlung, Rückbuchung",
                "a `conversion` with `refund` and that value; its event id names the payment that "
                "Reference Txn ID / Zugehöriger Transaktionscode says",
            ),
            Becomes(
                "pending, denied, canceled / ausstehend, abgelehnt, storniert",
                "nothing: not completed, counted with the status",
            ),
            Becomes(
                "currency conversions, withdrawals, deposits, holds, authorisations, fees, mass "
                "payments / Währungsumrechnung, Abbuchung, Einbehaltung, Autorisierung, Gebühr",
                "nothing: no sale",
            ),
            Becomes("payments with a Gross / Brutto below zero", "nothing: money that was sent"),
            Becomes("Date, Time, TimeZone / Datum, Uhrzeit, Zeitzone", "the time"),
            Becomes("Transaction ID / Transaktionscode", "part of the event id"),
            Becomes("names, e-mail, addresses, subject, note", "nothing: they are not read"),
        ),
        (
            ("undecidable_format", "days that may be day/month or month/day"),
            ("unknown_type", "money came in under a type whose words are not known"),
            ("missing_value", "no transaction id, or a status that is not known"),
            ("undecidable_time", "a time zone that is not known, as CST, which means several"),
            ("invalid_number", "an amount in another format than the others"),
        ),
        (
            "Nothing of a person is read: no name, e-mail or address is in an event or a message.",
            "A payment in another currency is booked in that currency, once: what PayPal made of "
            "it are rows of their own, which are no sales.",
            "A payment keeps its full value, and a refund takes it off on its own day: the count "
            "of conversions stays.",
            "Do not import PayPal beside the orders of the shop whose payments it received: both "
            "hold the same sales.",
        ),
        holds_people=True,
    ),
).importer()
