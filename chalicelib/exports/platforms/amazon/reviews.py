"""A review of a product -> events; the same whichever data set it stands in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.exports.booking import engagement
from chalicelib.exports.declarations import Becomes
from chalicelib.exports.outcomes import RawEvent, RowRefused

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
STARS = Becomes(
    "stars (1 to 5)",
    "`rating` of the review; its `sentiment` is (rating - 3) / 2: -1 for one star, 0 for three, 1 "
    "for five",
)


@dataclass(frozen=True, slots=True)
class Review:
    """What of a review becomes events.

    Attributes
    ----------
    id : str
        Amazon's id of the review, or a digest of what tells it from every other.
    product : str
        The ASIN.
    at : datetime
        In UTC; midnight where only the day is known.
    stars : Decimal, optional
    helpful : int
        How many found it helpful.
    """

    id: str
    product: str
    at: dt.datetime
    stars: Decimal | None
    helpful: int


def review_events(review: Review, account: str) -> tuple[RawEvent, ...]:
    """The review, and the votes that it got as likes.

    Raises
    ------
    RowRefused
        `invalid_number`, for more or fewer stars than there are; `invalid_date`.
    """
    if review.at.year < OPENED:
        raise RowRefused("invalid_date", f"the review is older than Amazon ({OPENED})")
    parts = (account or "-", review.id)
    rating: float | None = None
    if review.stars is not None:
        if not 1 <= review.stars <= 5:
            raise RowRefused("invalid_number", "a review has one to five stars")
        rating = float(review.stars)
    written = engagement(
        CHANNEL, "review", review.at, *parts, content_id=review.product, rating=rating
    )
    if rating is not None:
        written["sentiment"] = (rating - 3) / 2
    if not review.helpful:
        return (written,)
    likes = engagement(
        CHANNEL, "like", review.at, *parts, count=review.helpful, content_id=review.product
    )
    return written, likes
