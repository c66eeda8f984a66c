"""Simulation of people who follow a page, and leave it.

Each day, people who do not follow the page follow it with a chance that grows with their loyalty.
So followers would buy more than others also without the page. From the day after the follow to the
day on which they leave, they make additional engagements and purchases.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and the true effect of following it."""

    channel: str
    engagement: str
    """The engagement type, as ``channel/type``, that following brings."""
    brought: float = 0.025
    """Additional engagements per follower-day."""
    direct: float = 0.008
    """Additional purchases per follower-day, besides those through `brought`."""
    at_start: float = 0.1
    """Share of the people who follow the page before the window begins."""
    follow: float = 0.002
    """Chance per day that a person of mean loyalty follows."""
    invited: float = 10.0
    """Factor of this chance while the brand invites people to follow."""
    invites: tuple[float, float] = (0.48, 0.66)
    """When it invites, as shares of the window."""
    leave: float = 0.003
    """Chance per day that a follower leaves."""


def follow_page(
    page: Page, loyalty: Floats, calendar: Floats, rng: np.random.Generator
) -> tuple[Bools, Ints]:
    """Simulate who follows the page.

    Parameters
    ----------
    loyalty : array, shape (N,)
    calendar : array, shape (T,)

    Returns
    -------
    follows : bool array, shape (T, N)
        Whether following has its effect.
    changes : int array, shape (F, 4)
        Day, second, person and +1 (follows) or -1 (leaves), by time.
    """
    n_days, n_people = calendar.size, loyalty.size
    following = rng.random(n_people) < np.minimum(page.at_start * loyalty, 1.0)
    follows = np.empty((n_days, n_people), dtype=bool)
    changes = []
    for day in range(n_days):
        follows[day] = following
        chance = rng.random(n_people)
        invited = page.invites[0] <= day / n_days < page.invites[1]
        rate = page.follow * (page.invited if invited else 1.0) * calendar[day]
        joins = ~following & (chance < rate * loyalty)
        leaves = following & (chance < page.leave)
        for who, step in ((joins, 1), (leaves, -1)):
            person = np.flatnonzero(who)
            second = rng.integers(0, 86_400, person.size)
            same = np.full(person.size, 1)
            changes.append(np.column_stack([day * same, second, person, step * same]))
        following = (following | joins) & ~leaves
    found = np.concatenate(changes)
    return follows, found[np.lexsort((found[:, 1], found[:, 0]))]
