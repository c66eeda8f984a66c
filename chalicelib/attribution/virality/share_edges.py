"""The usable edges of share events: which share came after which.

Recorded parents contain mistakes: a parent later than its child, a share that names itself,
parents in a circle, the same person twice. An edge that cannot be true is cut, and the child
counts as one whose parent is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.virality.share_clock import share_clock
from chalicelib.attribution.virality.shares import Shares

SECOND = 1.0 / 86_400
_SAME_TIME_OF_DAY = 0.5 * SECOND


@dataclass(frozen=True, slots=True)
class Edges:
    """Single shares until a point in time, each person at most once per content."""

    time: Floats
    """Days. Ascending. Shape (n,)."""
    clock: Floats
    """The same on a clock without hours of the day (`share_clock`). Shape (n,)."""
    parent: Ints
    """Row in these arrays; -1 without a usable parent. Shape (n,)."""
    brought: Bools
    """Whether the share names a parent, also a missing one. Shape (n,)."""
    channel: Ints
    person: Ints
    content: Ints
    follows_page: Bools
    """Each of shape (n,)."""
    clock_end: float
    """The last moment of the data, on that clock."""

    @property
    def age(self) -> Floats:
        """Days until the end of the data, by the clock. Shape (n,)."""
        return np.asarray(np.maximum(self.clock_end - self.clock, 0.0))

    @property
    def linked(self) -> Bools:
        """Whether the parent is known. Shape (n,)."""
        return np.asarray(self.parent >= 0)

    @property
    def delay(self) -> Floats:
        """Days after the parent, by the clock, at least half a second; NaN without a parent.
        Shape (n,).
        """
        after = self.clock - self.clock[self.parent]
        return np.where(self.linked, np.maximum(after, SECOND / 2), np.nan)


def is_total(shares: Shares) -> Bools:
    """Which rows are totals of a day, shape (n,).

    A count other than 1 is a total. So is a count of 1 that looks like one: anonymous, without a
    parent, in a channel with totals and at their time of day.
    """
    total: Bools = shares.count != 1.0
    if not total.any():
        return total
    with_totals = np.zeros(shares.n_channels, dtype=bool)
    with_totals[shares.channel[total]] = True
    doubtful = ~total & with_totals[shares.channel] & (shares.person < 0) & ~shares.names_parent
    doubtful &= shares.parent < 0
    for channel in np.unique(shares.channel[doubtful]):
        grid = np.unique(shares.time[total & (shares.channel == channel)] % 1.0)
        grid = np.concatenate([grid - 1.0, grid, grid + 1.0])
        rows = np.flatnonzero(doubtful & (shares.channel == channel))
        times = shares.time[rows] % 1.0
        at = np.clip(np.searchsorted(grid, times), 1, grid.size - 1)
        apart = np.minimum(np.abs(times - grid[at - 1]), np.abs(times - grid[at]))
        total[rows[apart < _SAME_TIME_OF_DAY]] = True
    return total


def use_edges(shares: Shares, *, as_of: float) -> Edges:
    """Single shares until `as_of`, with the edges that can be true.

    A person counts once per content, with the first share; children of later shares of the same
    person count for the first. A share whose parent is by the same person is a repetition, too.

    Parameters
    ----------
    shares : Shares
    as_of : float
        Days. Later shares do not exist yet.
    """
    rows = np.flatnonzero(~is_total(shares) & (shares.time <= as_of))
    # shares of the same moment: those with a parent first, then in an order of their content
    rows = rows[
        np.lexsort(
            (
                shares.channel[rows],
                shares.content[rows],
                shares.person[rows],
                shares.parent[rows] < 0,
                shares.time[rows],
            )
        )
    ]
    names = (shares.names_parent | (shares.parent >= 0))[rows]
    position = np.full(shares.time.size + 1, -1)  # the last entry serves a parent of -1
    position[rows] = np.arange(rows.size)
    parent = position[shares.parent[rows]]
    time, person, content = shares.time[rows], shares.person[rows], shares.content[rows]
    parent = _cut_impossible(parent, time)

    first = _first_of_person(person, content)
    earlier = (parent >= 0) & (parent < np.arange(rows.size))
    same = earlier & (person >= 0) & (person == person[parent])
    stands_for = _roots(np.where(first < np.arange(rows.size), first, np.where(same, parent, -1)))
    kept = stands_for == np.arange(rows.size)
    parent = np.where(parent >= 0, stands_for[parent], -1)
    # a child of a later share of a person is after the first one, too; a share is never its own
    parent = np.where(parent == np.arange(rows.size), -1, parent)
    new = np.cumsum(kept) - 1
    parent = np.where(parent[kept] >= 0, new[parent[kept]], -1)
    rows = rows[kept]
    clock = share_clock(shares.time[rows], np.append(shares.time[rows], as_of))
    return Edges(
        time=shares.time[rows],
        clock=clock[:-1],
        parent=_cut_impossible(parent, shares.time[rows]),
        brought=names[kept],
        channel=shares.channel[rows],
        person=shares.person[rows],
        content=shares.content[rows],
        follows_page=shares.follows_page[rows],
        clock_end=float(clock[-1]),
    )


def _first_of_person(person: Ints, content: Ints) -> Ints:
    """Row of the first share of the same person and content; the own row if unknown."""
    own = np.arange(person.size)
    known = np.flatnonzero((person >= 0) & (content >= 0))
    if known.size == 0:
        return own
    key = person[known] * (int(content.max()) + 1) + content[known]
    _, at, which = np.unique(key, return_index=True, return_inverse=True)
    own[known] = known[at][which]
    return own


def _cut_impossible(parent: Ints, time: Floats) -> Ints:
    """Edges without self-parents, parents after their children, and circles. Shape (n,)."""
    own = np.arange(parent.size)
    wrong = (parent >= 0) & ((parent == own) | (time[parent] > time))
    parent = np.where(wrong, -1, parent)
    # a circle has no time in it, so it consists of edges between shares of the same moment
    together = np.where((parent >= 0) & (time[parent] == time), parent, -1)
    if (together >= 0).any():
        ends = _roots(together)
        parent = np.where((together >= 0) & (together[ends] >= 0), -1, parent)
    return parent


def _roots(parent: Ints) -> Ints:
    """The end of the chain of parents of each row, by pointer doubling; any member of a circle."""
    at = np.where(parent >= 0, parent, np.arange(parent.size))
    for _ in range(max(int(parent.size).bit_length(), 1)):
        following = at[at]
        if np.array_equal(following, at):
            break
        at = following
    return at
