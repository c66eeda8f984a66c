"""The input of the estimator of virality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Shares:
    """Share events (mentions are not shares), one row per event, in any order.

    Raises
    ------
    ValueError
        If the arrays differ in length, a time is not finite, or an index is out of range.
    """

    time: Floats
    """Days since a fixed origin, with a resolution of seconds. Shape (n,)."""
    parent: Ints
    """Row of the share that brought this one; -1 if there is none or it is not in the data.
    Shape (n,).
    """
    names_parent: Bools
    """Whether the event names a parent, also one that is not in the data. Shape (n,)."""
    channel: Ints
    """Shape (n,), from 0 to ``n_channels - 1``."""
    n_channels: int
    person: Ints
    """-1 if anonymous. Shape (n,)."""
    content: Ints
    """-1 if unknown. Shape (n,)."""
    count: Floats
    """1 for a single share, more for a daily total of a platform. Totals have no edges and only
    count for the growth. Shape (n,).
    """
    reach: Floats
    """Followers of the person who shares; NaN if unknown. Shape (n,). Not used yet."""
    complete: Bools
    """Whether it was declared that shares of the channel name their parents. Shape
    ``(n_channels,)``.
    """
    follows_page: Bools
    """Whether the person followed the page at that time. Shape (n,)."""

    def __post_init__(self) -> None:
        n = self.time.shape[0]
        columns = (
            self.time, self.parent, self.names_parent, self.channel, self.person,
            self.content, self.count, self.reach, self.follows_page,
        )  # fmt: skip
        if any(column.shape != (n,) for column in columns):
            raise ValueError("all columns of shares must have the same length")
        if self.complete.shape != (self.n_channels,):
            raise ValueError("`complete` must have one entry per channel")
        if not np.isfinite(self.time).all():
            raise ValueError("times of shares must be finite")
        if n and (self.parent.min() < -1 or self.parent.max() >= n):
            raise ValueError("`parent` must be -1 or the index of a share")
        if n and (self.channel.min() < 0 or self.channel.max() >= self.n_channels):
            raise ValueError("`channel` must be below `n_channels`")
