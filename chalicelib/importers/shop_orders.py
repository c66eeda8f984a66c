"""Convert an order of a shop to one conversion, which every later export of the order replaces.

The event id is made of the order's number and the time of the order; a refund changes neither.
A partial refund is subtracted from the value. A fully refunded order becomes a refund without a
value, which counts as no conversion. It replaces the sale that an earlier import may have stored,
and adds nothing if there was none.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from chalicelib.importers.booking import money
from chalicelib.importers.outcomes import RawEvent, RowRejected
from chalicelib.importers.values.event_identity import EventIds
from chalicelib.model.money import Money

GOAL = "purchase"


class Orders:
    """Converts the orders of one shop to events, without data of the customers.

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
        """Return the parts of the id of an order's event."""
        return *self._parts, number, GOAL

    def sale(self, number: str, created: dt.datetime, value: Money | None) -> RawEvent:
        """Return the conversion of a paid order.

        Parameters
        ----------
        number : str
            Number of the order, the same in every export.
        created : datetime
            Time of the order, in UTC.
        value : Money, optional
            The amount that the shop keeps, from `kept`.
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
        """Return the event that replaces the conversion of a fully refunded order."""
        return self.sale(number, created, None) | {"refund": True}


def kept(total: Decimal, refunded: Decimal, currency: str) -> Money:
    """Return the amount that the shop keeps of an order; raise `RowRejected` (`negative`)."""
    value = total - refunded
    if value < 0:
        raise RowRejected("negative", "the refund is larger than the total of the order")
    return money(value, currency)
