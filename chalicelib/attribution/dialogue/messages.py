"""Single messages, and the classes of what they say. No text and no person."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints

BRAND = -1
"""`Messages.about` of messages about the brand itself."""
NEGATIVE, NEUTRAL, POSITIVE, UNKNOWN = 0, 1, 2, 3
"""Classes of messages; `UNKNOWN` without a rating or a classification."""
CRITICISM = -0.25
"""A message whose sentiment is at most this is negative, unless the caller chooses otherwise."""
_BAD_STARS, _GOOD_STARS = 2.0, 4.0


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages, in any order. All arrays have shape (n,)."""

    time: Floats
    """Days since 1970-01-01 00:00 UTC."""
    channel: Ints
    thread: Ints
    """The content on which the message was written; the day, if it is unknown."""
    sentiment: Floats
    """The classifier's rating, from -1 to 1; NaN if there is none."""
    rating: Floats
    """Stars of a review, 1 to 5; NaN for other messages."""
    checked: Floats
    """A person's rating of the same text, from -1 to 1; NaN if it was not checked."""
    about: Ints
    """`BRAND`, or the number of another company, from 0."""
    reply_time: Floats
    """Days since 1970, of the brand's first reply in the thread after the message; NaN without."""
    has_replies: bool
    """Whether the data contain any reply of the brand at all."""

    def chosen(self, mask: Bools) -> Messages:
        """The messages of a mask of shape (n,)."""
        return Messages(
            **{
                one.name: getattr(self, one.name)
                if one.name == "has_replies"
                else getattr(self, one.name)[mask]
                for one in fields(self)
            }
        )

    def own(self) -> Messages:
        """The messages about the brand."""
        return self.chosen(self.about == BRAND)


def said_class(sentiment: Floats, threshold: float) -> Ints:
    """Class of each sentiment.

    Parameters
    ----------
    sentiment : array, shape (n,)
        From -1 to 1, or NaN.
    threshold : float
        Between -1 and 0. At most this is negative, at least its opposite is positive.

    Raises
    ------
    ValueError
        If the threshold is not between -1 and 0.
    """
    if not -1.0 <= threshold < 0.0:
        raise ValueError("the threshold of criticism must be at least -1 and below 0")
    with np.errstate(invalid="ignore"):
        classes = np.where(sentiment <= threshold, NEGATIVE, NEUTRAL)
        classes = np.where(sentiment >= -threshold, POSITIVE, classes)
    return np.where(np.isnan(sentiment), UNKNOWN, classes).astype(np.int64)


def star_class(rating: Floats) -> Ints:
    """Class of each rating: up to two stars negative, from four on positive, else neutral."""
    with np.errstate(invalid="ignore"):
        classes = np.where(rating <= _BAD_STARS, NEGATIVE, NEUTRAL)
        classes = np.where(rating >= _GOOD_STARS, POSITIVE, classes)
    return np.where(np.isnan(rating), UNKNOWN, classes).astype(np.int64)


def known_class(messages: Messages, threshold: float) -> Ints:
    """What a message truly says, shape (n,): a person's check, else the stars, else `UNKNOWN`."""
    checked = said_class(messages.checked, threshold)
    return np.where(checked == UNKNOWN, star_class(messages.rating), checked)


def is_criticism(messages: Messages, threshold: float) -> Bools:
    """Whether a message is known, or else said, to be negative; shape (n,)."""
    known = known_class(messages, threshold)
    said = said_class(messages.sentiment, threshold)
    critical: Bools = np.where(known == UNKNOWN, said, known) == NEGATIVE
    return critical
