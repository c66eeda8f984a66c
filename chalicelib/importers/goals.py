"""Conversions that a tracker reports, each counted once.

Browser and server may both report an order, and a page that is reloaded reports it again a little
later. Time is part of an event's identity, so the second report would add to the first instead of
replacing it.
"""

from __future__ import annotations

import datetime as dt

from chalicelib.importers.booking import conversion
from chalicelib.importers.outcomes import RawEvent
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.event_identity import Ordinals, object_key
from chalicelib.model.money import Money

SEEN_BEFORE = "a repeated report of a conversion that is already in the file"


class Goals:
    """The conversions of a file.

    Parameters
    ----------
    platform, account : str
        The account may be empty.
    """

    def __init__(self, platform: str, account: str) -> None:
        self._platform = platform
        self._account = account or "-"
        self._seen = Ordinals()

    def reached(
        self,
        goal: str,
        at: dt.datetime,
        identity: str,
        value: Money | None,
        *,
        refund: bool = False,
    ) -> Converted:
        """Return the conversion, or why the record is not data.

        Parameters
        ----------
        identity : str
            Identifies it within its goal: the order's number, else the id of the message.
        """
        what = "refund" if refund else goal
        if self._seen.next_of(object_key((what, identity)), dt.date.min):
            return SEEN_BEFORE
        event: RawEvent = conversion(
            goal, at, self._platform, self._account, identity, what, value=value, refund=refund
        )
        return (event,)
