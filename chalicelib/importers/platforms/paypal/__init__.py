"""PayPal: the activity download of a business account, in English and German."""

from chalicelib.importers.platforms.paypal.paypal_activity import ACTIVITY

IMPORTERS = (ACTIVITY,)
