"""PayPal: the activity download of a business account, in English and German."""

from chalicelib.exports.platforms.paypal.activity import ACTIVITY

IMPORTERS = (ACTIVITY,)
