"""Stripe: its payments, and the movements of its balance.

Both tell of the same sales: the payments in the currency that people paid, with what became of each
of them; the balance in the currency of the account.
"""

from chalicelib.importers.platforms.stripe.balance import BALANCE, BALANCE_ITEMISED
from chalicelib.importers.platforms.stripe.payments import PAYMENTS

IMPORTERS = (PAYMENTS, BALANCE, BALANCE_ITEMISED)
