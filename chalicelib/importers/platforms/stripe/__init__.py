"""Stripe: payments and balance transactions.

Both contain the same sales. Payments are in the currency of the buyer and include later refunds and
disputes. The balance is in the currency of the account.
"""

from chalicelib.importers.platforms.stripe.balance import BALANCE, BALANCE_ITEMISED
from chalicelib.importers.platforms.stripe.payments import PAYMENTS

IMPORTERS = (PAYMENTS, BALANCE, BALANCE_ITEMISED)
