"""Lifetime counters of posts: all engagement since publication, without dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from chalicelib.importers.booking import engagement
from chalicelib.importers.outcomes import RawEvent, RowRejected
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.dates import start_of
from chalicelib.model.events import MAX_COUNT

NOTHING_YET = "all counts are zero"


def lifetime_events(
    channel: str,
    posted: dt.datetime,
    counts: Mapping[str, int],
    *parts: str,
    content_id: str = "",
) -> Converted:
    """Return a post's counters as events on the day of the post, or why the record is not data.

    Parameters
    ----------
    posted : datetime
        Time of the post, in UTC.
    counts : mapping of str to int
        Engagement type -> count.
    *parts : str
        Identify the post (as in `booking.engagement`): a later export of the post replaces the
        same events.

    Raises
    ------
    RowRejected
        `invalid_number`, for a count above the contract's maximum.
    """
    if any(count > MAX_COUNT for count in counts.values()):
        raise RowRejected("invalid_number", "a counter is too large for a count")
    events: tuple[RawEvent, ...] = tuple(
        engagement(
            channel, kind, start_of(posted.date()), *parts, count=count, content_id=content_id
        )
        | {"lifetime": True}
        for kind, count in counts.items()
        if count
    )
    return events or NOTHING_YET
