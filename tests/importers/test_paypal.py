"""PayPal's activity: incoming payments are sales, refunds are subtracted, the rest is skipped."""

import pytest

from chalicelib.importers.platforms.paypal.transaction_kinds import kind_of


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
def test_the_words_of_a_transaction_type_decide_its_kind(text: str, kind: str) -> None:
    assert kind_of(text) == kind
