"""PayPal's activity download (CSV): one row per transaction; incoming payments are sales.

The columns with personal data (names, e-mail addresses, postal addresses, subjects, notes) are not
in the vocabulary, so they are never read.
"""

from __future__ import annotations

import datetime as dt

from chalicelib.importers.booking import conversion, money
from chalicelib.importers.outcomes import RawEvent, Reading, RowRejected
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
            return "a transfer, conversion, fee or hold, not a sale"
        if row.word("impact") in _MEMO:
            return "a memo, which moves no money"
        if not gross or (kind != "refund" and gross < 0):
            return "money sent, not a sale" if gross else "no money moved"
        if kind == "refund" and gross > 0:
            return "money returned by others, not a sale"
        if not kind:
            raise RowRejected("unknown_type", "money came in, but its transaction type is unknown")
        status = row.word("status")
        if status in NOT_DONE:
            what = "payment" if kind == "sale" else "refund"
            if kind == "sale" and status in AWAITED:
                row.note_unpaid(reading.unpaid, "gross")
            return f"a {what} that is not completed: {status}"
        if status not in DONE:
            raise RowRejected("missing_value", "the payment has no status or an unknown one")
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
                "a completed incoming payment / eingegangene Zahlung, Abgeschlossen",
                f"one `conversion`, goal `{GOAL}`; its value is Gross / Brutto",
            ),
            Becomes(
                "a refund, reversal or chargeback / Rückzahlung, Rückbuchung",
                "a `conversion` with `refund` and that value; its event id contains the payment "
                "in Reference Txn ID / Zugehöriger Transaktionscode",
            ),
            Becomes(
                "pending, denied, canceled / ausstehend, abgelehnt, storniert",
                "nothing: not completed; the summary counts them by status",
            ),
            Becomes(
                "currency conversions, withdrawals, deposits, holds, authorisations, fees, mass "
                "payments / Währungsumrechnung, Abbuchung, Einbehaltung, Autorisierung, Gebühr",
                "nothing: not a sale",
            ),
            Becomes("payments with a Gross / Brutto below zero", "nothing: you sent this money"),
            Becomes("Date, Time, TimeZone / Datum, Uhrzeit, Zeitzone", "the time"),
            Becomes("Transaction ID / Transaktionscode", "part of the event id"),
            Becomes(
                "names, e-mail, addresses, subject, note", "nothing: these columns are not read"
            ),
        ),
        (
            ("undecidable_format", "the days could be day/month or month/day"),
            ("unknown_type", "money came in, but its transaction type is unknown"),
            ("missing_value", "no transaction id, or an unknown status"),
            ("undecidable_time", "an unknown time zone, or an ambiguous one such as CST"),
            ("invalid_number", "an amount whose number format differs from the others"),
        ),
        (
            "No personal data is read. Events and messages contain no names, e-mail addresses or "
            "postal addresses.",
            "A payment in another currency is booked once, in that currency. PayPal's conversions "
            "are separate rows, which are not sales.",
            "A payment keeps its full value. A refund is subtracted on its own day and does not "
            "change the number of conversions.",
            "Do not import both PayPal and the orders of the shop whose payments it received. "
            "They contain the same sales.",
        ),
        holds_people=True,
    ),
).importer()
