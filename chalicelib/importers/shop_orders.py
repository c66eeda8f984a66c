"""An order of a shop -> one conversion that every later export of the order restates.

The event's identity is the order's number and the time at which it was placed, neither of which a
refund changes. What was refunded in part is taken off the value; an order that was refunded in full
is restated as a refund of nothing, which counts as no conversion and is worth nothing. So the sale
that an earlier import may have stored does not stay, and none is invented where there was none.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from chalicelib.importers.booking import money
from chalicelib.importers.outcomes import RawEvent, RowRefused
from chalicelib.importers.values.event_identity import EventIds
from chalicelib.model.money import Money

GOAL = "purchase"


class Orders:
    """Orders of one shop -> events; nothing of the people who placed them.

    Parameters
    ----------
    platform : str
        The shop's software.
    account : str
        The shop, empty if unknown.
    """

    def __init__(self, platform: str, account: str) -> None:
        self._parts = platform, "order", account or "-"
        self._ids = EventIds(*self._parts)

    def parts(self, number: str) -> tuple[str, ...]:
        """What the id of an order's event is made of."""
        return *self._parts, number, GOAL

    def sale(self, number: str, created: dt.datetime, value: Money | None) -> RawEvent:
        """The conversion that a paid order is.

        Parameters
        ----------
        number : str
            The order's, the same in every export.
        created : datetime
            When it was placed, in UTC.
        value : Money, optional
            What the shop keeps, as `kept` gives it.
        """
        event: RawEvent = {
            "kind": "conversion",
            "event_id": self._ids.of(number, GOAL),
            "occurred_at": created,
            "goal": GOAL,
            "count": 1,
        }
        if value is not None:
            event["value"] = value
        return event

    def undone(self, number: str, created: dt.datetime) -> RawEvent:
        """What takes the place of the conversion of an order that was refunded in full."""
        return self.sale(number, created, None) | {"refund": True}


def kept(total: Decimal, refunded: Decimal, currency: str) -> Money:
    """What the shop keeps of an order; raises `RowRefused`, `negative`."""
    value = total - refunded
    if value < 0:
        raise RowRefused("negative", "more was refunded than the order's total")
    return money(value, currency)
