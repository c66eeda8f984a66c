"""Shopify: the orders export, the sales report of its analytics, and order webhooks.

They are where conversions come from: the shop knows its sales, an ad platform only claims them.
"""

from chalicelib.exports.platforms.shopify.order_table import OrderTableImporter
from chalicelib.exports.platforms.shopify.sales import SalesImporter
from chalicelib.exports.platforms.shopify.webhook import WebhookImporter

IMPORTERS = (OrderTableImporter(), SalesImporter(), WebhookImporter())
