"""Classifies PayPal's transactions as sales, refunds or neither, by type and status.

PayPal has about two hundred transaction types and renames them, so the words in a type decide.
Incoming money with an unknown type is rejected, so that missing sales are visible.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["sale", "refund", "other", ""]

_OTHER = re.compile(
    r"\bhold\b|\bheld\b|authori[sz]ation|currency conversion|withdraw|deposit|\bfees?\b|mass ?pay"
    r"|\border\Z|payout"
    r"|einbehalt|autorisierung|währungsumrechnung|abbuchung|einzahlung|gebühr|entgelt|massenzahlung"
    r"|sammelzahlung|auszahlung",
    re.IGNORECASE,
)
"""Not a sale, whatever other words the type contains."""
_PERHAPS_OTHER = re.compile(
    r"transfer|credit|bank|\btax\b|\bloan\b|bonus|reward|interest|top.?up|adjustment|cash ?back"
    r"|reserve|release"
    r"|überweisung|gutschrift|kredit|darlehen|zinsen|steuer|aufladung|freigabe|korrektur|bestellung",
    re.IGNORECASE,
)
"""Not a sale, unless the type also contains a word for a sale: then it is undecidable."""
_CARD_PAYMENT = re.compile(r"credit card payment|card payment|kreditkartenzahlung", re.IGNORECASE)
_REFUND = re.compile(
    r"refund|reversal|chargeback|charge-back|buyer protection"
    r"|rückzahlung|rückerstattung|rückbuchung|zurückbuchung|käuferschutz",
    re.IGNORECASE,
)
_SALE = re.compile(
    r"payment|donation|checkout|shopping cart|auction|subscription|\bsale\b|invoice"
    r"|virtual terminal"
    r"|zahlung|spende|warenkorb|auktion|abonnement|rechnung|verkauf",
    re.IGNORECASE,
)

DONE = frozenset(
    {
        "",
        "completed",
        "cleared",
        "success",
        "refunded",
        "partially refunded",
        "reversed",
        "partially reversed",
        "abgeschlossen",
        "verrechnet",
        "zurückgezahlt",
        "teilweise zurückgezahlt",
        "rückerstattet",
        "teilweise rückerstattet",
        "erstattet",
        "teilweise erstattet",
        "rückzahlung",
        "teilrückzahlung",
        "zurückgebucht",
    }
)
"""The money moved. Refunds of it have separate rows."""

NOT_DONE = frozenset(
    {
        "pending",
        "processing",
        "unclaimed",
        "uncleared",
        "held",
        "on hold",
        "placed",
        "active",
        "created",
        "denied",
        "canceled",
        "cancelled",
        "expired",
        "failed",
        "removed",
        "returned",
        "voided",
        "under review",
        "offen",
        "ausstehend",
        "in bearbeitung",
        "nicht abgeschlossen",
        "nicht verrechnet",
        "einbehalten",
        "abgelehnt",
        "storniert",
        "abgebrochen",
        "abgelaufen",
        "fehlgeschlagen",
        "gelöscht",
        "entfernt",
        "wird geprüft",
    }
)

AWAITED = frozenset(
    {
        "pending",
        "processing",
        "unclaimed",
        "uncleared",
        "held",
        "on hold",
        "under review",
        "offen",
        "ausstehend",
        "in bearbeitung",
        "nicht verrechnet",
        "einbehalten",
        "wird geprüft",
    }
)
"""Not completed yet, but the money may still arrive."""


def kind_of(text: str) -> Kind:
    """Classify a transaction type; empty if its words do not decide.

    Parameters
    ----------
    text : str
        The type as PayPal writes it, in English or German.
    """
    if _OTHER.search(text):
        return "other"
    if _REFUND.search(text):
        return "refund"
    is_sale = bool(_SALE.search(text))
    if _PERHAPS_OTHER.search(text) and not _CARD_PAYMENT.search(text):
        return "" if is_sale else "other"
    return "sale" if is_sale else ""
