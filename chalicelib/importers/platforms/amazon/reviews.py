"""A review of a product -> events; the same whichever data set it stands in."""

from __future__ import annotations

import datetime as dt

from chalicelib.importers.outcomes import RawEvent, RowRefused
from chalicelib.importers.values.event_identity import EventIds, short_name
from chalicelib.importers.values.stars import sentiment_of

CHANNEL = "amazon"
OPENED = 1995
"""The year in which Amazon opened: an earlier review has its time in another unit."""

NO_PEOPLE = (
    "Nothing of a reviewer is in an event: no name, no text, no id. A refused row shows the "
    "product, the time and the numbers."
)
VOTES_ADD_UP = (
    "Helpful votes are what a review has gathered until the export; they are booked on the day of "
    "the review, and a later export restates them."
)


class Reviews:
    """Reviews of one account -> events.

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
        """A review, and the votes that it got as likes.

        Parameters
        ----------
        review : str
            Amazon's id of the review, or a digest of what tells it from every other.
        product : str
            The ASIN.
        at : datetime
            In UTC; midnight where only the day is known.
        rating : float, optional
            As `stars.rating_of` gives it.
        helpful : int
            How many found it helpful.

        Raises
        ------
        RowRefused
            `invalid_date`.
        """
        if at.year < OPENED:
            raise RowRefused("invalid_date", f"the review is older than Amazon ({OPENED})")
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
