"""Etsy: sold orders and sold order items."""

from chalicelib.importers.platforms.etsy.sold_items import SOLD_ITEMS
from chalicelib.importers.platforms.etsy.sold_orders import SOLD_ORDERS

IMPORTERS = (SOLD_ORDERS, SOLD_ITEMS)
