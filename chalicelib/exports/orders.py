"""An order of a shop -> one conversion that every later export of the order restates.

The event's identity is the order's number and the time at which it was placed, neither of which a
refund changes. What was refunded in part is taken off the value; an order that was refunded in full
is restated as a refund of nothing, which counts as no conversion and is worth nothing. So the sale
that an earlier import may have stored does not stay, and none is invented where there was none.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.exports.booking import conversion, money
from chalicelib.exports.outcomes import RawEvent, RowRefused

GOAL = "purchase"


@dataclass(frozen=True, slots=True)
class Order:
    """What of an order becomes an event: nothing of the person who placed it.

    Attributes
    ----------
    platform, account : str
        The shop's software; the shop, empty if unknown.
    number : str
        The same in every export.
    created : datetime
        When it was placed, in UTC.
    """

    platform: str
    account: str
    number: str
    created: dt.datetime

    @property
    def parts(self) -> tuple[str, ...]:
        """What the event's id is made of."""
        return self.platform, "order", self.account or "-", self.number, GOAL


def sale(order: Order, total: Decimal, refunded: Decimal, currency: str) -> RawEvent:
    """The conversion that a paid order is; its value is what the shop keeps.

    Raises
    ------
    RowRefused
        `negative`.
    """
    value = total - refunded
    if value < 0:
        raise RowRefused("negative", "more was refunded than the order's total")
    return conversion(GOAL, order.created, *order.parts, value=money(value, currency))


def undone_sale(order: Order) -> RawEvent:
    """What takes the place of the conversion of an order that was refunded in full."""
    return conversion(GOAL, order.created, *order.parts, refund=True)
