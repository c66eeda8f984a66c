"""WooCommerce: the orders report of its analytics, and orders from its API and webhooks."""

from chalicelib.importers.platforms.woocommerce.api_orders import API_ORDERS
from chalicelib.importers.platforms.woocommerce.order_report import ORDER_REPORT

IMPORTERS = (API_ORDERS, ORDER_REPORT)
