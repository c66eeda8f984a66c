"""Etsy: the sold orders, and the items of them."""

from chalicelib.importers.platforms.etsy.sold_items import SOLD_ITEMS
from chalicelib.importers.platforms.etsy.sold_orders import SOLD_ORDERS

IMPORTERS = (SOLD_ORDERS, SOLD_ITEMS)
