"""Goals that a tracker tells of, each of them once.

A browser and a server may both report an order, and a page that is loaded again reports it again, a
little later. An event's identity has its time in it, so that the second would not replace the first
but add to it.
"""

from __future__ import annotations

import datetime as dt

from chalicelib.importers.booking import conversion
from chalicelib.importers.outcomes import RawEvent
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.event_identity import Ordinals, object_key
from chalicelib.model.money import Money

SEEN_BEFORE = "a further report of a conversion that the file has already"


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
        """The conversion, or why it is no data.

        Parameters
        ----------
        identity : str
            What tells it from every other of its goal: an order's number, else a message's id.
        """
        what = "refund" if refund else goal
        if self._seen.next_of(object_key((what, identity)), dt.date.min):
            return SEEN_BEFORE
        event: RawEvent = conversion(
            goal, at, self._platform, self._account, identity, what, value=value, refund=refund
        )
        return (event,)
