"""Lifetime counters: what a post says of all that happened to it since, without saying when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from chalicelib.importers.booking import engagement
from chalicelib.importers.outcomes import RawEvent, RowRefused
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.dates import start_of
from chalicelib.model.events import MAX_COUNT

NOTHING_YET = "nothing but zeros"


def lifetime_events(
    channel: str,
    posted: dt.datetime,
    counts: Mapping[str, int],
    *parts: str,
    content_id: str = "",
) -> Converted:
    """A post's counters, on the day of the post; or why it is no data.

    Parameters
    ----------
    posted : datetime
        When the post was made, in UTC.
    counts : mapping of str to int
        Type of engagement -> count.
    *parts : str
        What tells the post from every other (as of `booking.engagement`): a later export of the
        post restates the same events.

    Raises
    ------
    RowRefused
        `invalid_number`, for more than a contract's count.
    """
    if any(count > MAX_COUNT for count in counts.values()):
        raise RowRefused("invalid_number", "a counter is larger than any count")
    events: tuple[RawEvent, ...] = tuple(
        engagement(
            channel, kind, start_of(posted.date()), *parts, count=count, content_id=content_id
        )
        | {"lifetime": True}
        for kind, count in counts.items()
        if count
    )
    return events or NOTHING_YET
