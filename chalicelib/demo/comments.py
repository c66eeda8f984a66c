"""Simulation of comments on a page: what people mean, what a classifier reads, and the replies.

A comment is negative, neutral or positive. A classifier reads some of them wrongly, and people
check a part of them by lot. The brand answers most of the comments that the classifier reads as
negative, after a log-normal delay, and a few of the others. During a storm there are more comments,
and most are negative.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints

NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2
SENTIMENTS = (-0.6, 0.0, 0.6)
"""The sentiment of the three classes."""
CONTENT_DAYS = 5
"""The page has a new post every so many days."""


@dataclass(frozen=True, slots=True)
class Comments:
    """How people comment, and how the brand answers."""

    engagement: str = "facebook/comment"
    """``channel/type``."""
    shares: tuple[float, float, float] = (0.20, 0.50, 0.30)
    """Shares of negative, neutral and positive comments."""
    storm_shares: tuple[float, float, float] = (0.75, 0.20, 0.05)
    """The same during a storm."""
    read_as: tuple[tuple[float, float, float], ...] = (
        (0.68, 0.27, 0.05),
        (0.08, 0.84, 0.08),
        (0.04, 0.26, 0.70),
    )
    """Chance that the classifier reads a class (row) as another (column)."""
    checked: int = 240
    """Number of comments that people checked, drawn by lot."""
    answered: tuple[float, float, float] = (0.85, 0.10, 0.05)
    """Chance that the brand answers a comment, by what the classifier read."""
    delay_hours: float = 9.0
    """Median delay of an answer."""
    delay_sigma: float = 1.1
    """Standard deviation of the logarithm of the delay."""
    storm_at: float = 0.85
    """When the storm begins, as a share of the window."""
    storm_days: int = 3
    storm_factor: float = 6.0
    """How many times the usual comments people write during the storm."""

    def in_storm(self, day: Ints, n_days: int) -> Bools:
        """Whether days of a window are days of the storm; same shape as `day`."""
        begin = int(self.storm_at * n_days)
        return np.asarray((day >= begin) & (day < begin + self.storm_days))


@dataclass(frozen=True, slots=True)
class Conversation:
    """The comments of a history and their replies, by row of the history's engagements."""

    row: Ints
    """Engagement of each comment. Shape (M,)."""
    meant: Ints
    """True class. Shape (M,)."""
    read: Ints
    """Class that the classifier read. Shape (M,)."""
    checked: Bools
    """Whether a person checked it. Shape (M,)."""
    delay: Floats
    """Hours to the reply; infinite without one. Shape (M,)."""

    @property
    def negative(self) -> float:
        """True share of negative comments."""
        return float(np.mean(self.meant == NEGATIVE))

    @property
    def read_as_negative(self) -> float:
        """Share of comments that the classifier read as negative."""
        return float(np.mean(self.read == NEGATIVE))

    @property
    def missed(self) -> int:
        """Number of negative comments that the classifier read otherwise."""
        return int(np.sum((self.meant == NEGATIVE) & (self.read != NEGATIVE)))

    def answered_within(self, hours: float) -> float:
        """Share of the comments read as negative that are answered within so many hours."""
        return float(np.mean(self.delay[self.read == NEGATIVE] <= hours))


def converse(
    comments: Comments, row: Ints, in_storm: Bools, rng: np.random.Generator
) -> Conversation:
    """Draw what the comments mean, how they are read, and when they are answered.

    Parameters
    ----------
    row : int array, shape (M,)
        Engagement of each comment.
    in_storm : bool array, shape (M,)
        Whether it was written during the storm.
    """
    number = row.size
    shares = np.where(in_storm[:, None], comments.storm_shares, comments.shares)
    meant = _draw(shares, rng)
    read = _draw(np.asarray(comments.read_as)[meant], rng)
    checked = np.zeros(number, dtype=bool)
    checked[rng.permutation(number)[: comments.checked]] = True
    delay = comments.delay_hours * np.exp(comments.delay_sigma * rng.standard_normal(number))
    is_answered = rng.random(number) < np.asarray(comments.answered)[read]
    return Conversation(row, meant, read, checked, np.where(is_answered, delay, np.inf))


def _draw(shares: Floats, rng: np.random.Generator) -> Ints:
    """Draw a class for each row of shares, shape (M, 3); returns shape (M,)."""
    return np.asarray((rng.random((len(shares), 1)) > np.cumsum(shares, axis=1)).sum(axis=1))
