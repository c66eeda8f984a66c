"""Convert product reviews to events, in the same way for every data set."""

from __future__ import annotations

import datetime as dt

from chalicelib.importers.outcomes import RawEvent, RowRejected
from chalicelib.importers.values.event_identity import EventIds, short_name
from chalicelib.importers.values.stars import sentiment_of

CHANNEL = "amazon"
OPENED = 1995
"""The year in which Amazon opened. An earlier time must be in another unit."""

NO_PEOPLE = (
    "Events contain nothing about the reviewer: no name, no text, no id. A rejected row shows only "
    "the product, the time and the numbers."
)
VOTES_ADD_UP = (
    "Helpful votes are the total at the time of the export. They are booked on the day of the "
    "review, and a later export restates them."
)


class Reviews:
    """Converts the reviews of one account to events.

    Parameters
    ----------
    account : str
        May be empty.
    """

    def __init__(self, account: str) -> None:
        self._ids = EventIds(CHANNEL, account or "-")

    def events(
        self, review: str, product: str, at: dt.datetime, rating: float | None, helpful: int
    ) -> tuple[RawEvent, ...]:
        """Return a review event, and a like event if the review has helpful votes.

        Parameters
        ----------
        review : str
            Amazon's id of the review, or a digest that is unique to it.
        product : str
            The ASIN.
        at : datetime
            In UTC; midnight if only the day is known.
        rating : float, optional
            As returned by `stars.rating_of`.
        helpful : int
            Number of helpful votes.

        Raises
        ------
        RowRejected
            `invalid_date`, if the review is older than Amazon.
        """
        if at.year < OPENED:
            raise RowRejected("invalid_date", f"the review is older than Amazon ({OPENED})")
        content = short_name(product)
        written = self._event(review, "review", at, content, 1)
        if rating is not None:
            written["rating"] = rating
            written["sentiment"] = sentiment_of(rating)
        if not helpful:
            return (written,)
        return written, self._event(review, "like", at, content, helpful)

    def _event(self, review: str, kind: str, at: dt.datetime, content: str, count: int) -> RawEvent:
        return {
            "kind": "engagement",
            "event_id": self._ids.of(review, kind),
            "occurred_at": at,
            "channel": CHANNEL,
            "type": kind,
            "paid": False,
            "count": count,
            "content_id": content,
        }
