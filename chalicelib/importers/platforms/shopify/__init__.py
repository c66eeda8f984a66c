"""Shopify: the orders export, the sales report of its analytics, and orders as JSON.

These are the sources of conversions: the shop records its sales, an ad platform only claims them.
"""

from chalicelib.importers.platforms.shopify.bulk_orders import BULK_ORDERS
from chalicelib.importers.platforms.shopify.order_table import ORDER_TABLE
from chalicelib.importers.platforms.shopify.sales import SALES
from chalicelib.importers.platforms.shopify.webhook import WEBHOOK

IMPORTERS = (ORDER_TABLE, SALES, WEBHOOK, BULK_ORDERS)
