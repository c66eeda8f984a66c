"""Star ratings of reviews: the rating and the sentiment of their events."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from chalicelib.importers.booking import engagement
from chalicelib.importers.outcomes import RawEvent, RowRejected
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.records.record_fields import moment

STARS = Becomes(
    "stars (1 to 5)",
    "`rating` of the review; its `sentiment` is (rating - 3) / 2: -1 for one star, 0 for three, 1 "
    "for five",
)


def rating_of(stars: Decimal | None) -> float | None:
    """Return stars as a rating; raise `RowRejected` if they are not between 1 and 5."""
    if stars is None:
        return None
    if not 1 <= stars <= 5:
        raise RowRejected("invalid_number", "a review has one to five stars")
    return float(stars)


def sentiment_of(rating: float) -> float:
    """Return the sentiment of a rating: -1 for one star, 1 for five."""
    return (rating - 3) / 2


def answered(review: RawEvent, time: Any, *parts: str) -> tuple[RawEvent, ...]:
    """Return the business's reply to a review, as a tuple; empty if it has no time.

    A reply without a readable time says nothing about the response time, and must not cost the
    review.

    Parameters
    ----------
    review : dict
        From `review`.
    time : object
        As for `record_fields.moment`.
    *parts : str
        As those of the review.
    """
    try:
        at = moment(time)
    except RowRejected:
        return ()
    return (
        engagement(
            review["channel"],
            "reply",
            at,
            *parts,
            content_id=review.get("content_id", ""),
            parent=review["event_id"],
        ),
    )


def review(
    channel: str, at: dt.datetime, rating: float | None, *parts: str, content_id: str = ""
) -> RawEvent:
    """Return the review of a record; `parts` as in `booking.engagement`."""
    event = engagement(channel, "review", at, *parts, content_id=content_id, rating=rating)
    if rating is not None:
        event["sentiment"] = sentiment_of(rating)
    return event
