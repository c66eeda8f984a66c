"""Spells of following, from follows and unfollows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.audience.followers import Followers

SAME_SPELL_DAYS = 1.0
"""An unfollow undone within this time does not end a spell."""


@dataclass(frozen=True, slots=True)
class Spells:
    """Times during which people follow, ordered by person and time."""

    person: Ints
    start: Floats
    """In days; minus infinity if the follow was not observed. Shape (M,)."""
    end: Floats
    """In days; infinity if the person still follows. Shape (M,)."""

    @property
    def known(self) -> Bools:
        """Spells whose follow was observed, shape (M,)."""
        return np.isfinite(self.start)

    @property
    def ended(self) -> Bools:
        """Spells whose unfollow was observed, shape (M,)."""
        return np.isfinite(self.end)

    @property
    def first(self) -> Bools:
        """The first spell of each person, shape (M,)."""
        return np.asarray(np.diff(self.person, prepend=-1) != 0)


def spells_of(followers: Followers) -> Spells:
    """The spells of all identified followers.

    A repeated follow or unfollow changes nothing. A person whose first change is an unfollow has
    followed since before the history.
    """
    time = np.where(
        np.isfinite(followers.change_time), followers.change_time, followers.change_day
    ).astype(np.float64)
    order = np.lexsort((time, followers.change_person))
    person, kind, time = followers.change_person[order], followers.change_kind[order], time[order]
    new = np.diff(person, prepend=-1) != 0
    repeated = ~new & (kind == np.roll(kind, 1))
    person, kind, time = person[~repeated], kind[~repeated], time[~repeated]
    new = np.diff(person, prepend=-1) != 0
    undone = np.zeros(person.size, dtype=bool)
    if person.size > 1:
        undone[:-1] = (
            (kind[:-1] < 0)
            & ~new[:-1]
            & (person[1:] == person[:-1])
            & (time[1:] - time[:-1] < SAME_SPELL_DAYS)
        )
        undone[1:] |= undone[:-1] & (kind[:-1] < 0)
    person, kind, time = person[~undone], kind[~undone], time[~undone]
    new = np.diff(person, prepend=-1) != 0
    last = np.diff(person, append=-1) != 0
    starts = kind > 0
    unknown = ~starts & new
    begins = starts | unknown
    end = np.where(unknown, time, np.where(last, np.inf, np.roll(time, -1)))
    start = np.where(unknown, -np.inf, time)
    return Spells(person[begins], start[begins], end[begins])
