"""Simulation of shares that lead to further shares of the same post.

A share leads to Poisson(R * factor of the person) further shares by other people, each after an
exponential delay. `factor` is high for a few people and has a mean of 1 over all shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints

DAY = 86_400
POST_DAYS = 5
"""A channel has a new post every so many days."""
ATTENTION_DAYS = 3.0
"""Attention to a post falls to 1/e in this time."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How the shares of an engagement type lead to further shares."""

    engagement: str
    """``channel/type``."""
    reproduction: float
    """Mean number of shares that a share leads to directly (R)."""
    delay_hours: float = 8.0
    """Mean delay."""


@dataclass(frozen=True, slots=True)
class Cascades:
    """All engagements, with those that others led to."""

    events: Ints
    """Day, person, type and second of the day, by day. Shape (E, 4)."""
    parent: Ints
    """Row of the engagement that led to this one, or -1. Shape (E,)."""
    content: Ints
    """Number of the post of a share, or -1. Shape (E,)."""


def multiply(activity: Floats, number: int, factor: float) -> Floats:
    """Give some of the most active people a high factor; mean 1 over all shares, shape (N,)."""
    factors = np.ones(activity.size)
    factors[np.argsort(-activity)[: 2 * number : 2]] = factor
    return np.asarray(factors / (factors @ activity / activity.sum()))


def cascade(
    events: Ints,
    spreads: Mapping[int, Spread],
    activity: Floats,
    factors: Floats,
    n_days: int,
    rng: np.random.Generator,
) -> Cascades:
    """Add the shares that shares lead to.

    Parameters
    ----------
    events : int array, shape (E, 4)
        Day, person, type and second of the day.
    spreads : mapping
        By type.
    activity, factors : arrays, shape (N,)
    """
    parent = np.full(events.shape[0], -1)
    content = np.full(events.shape[0], -1)
    chance = activity / activity.sum()
    for kind, spread in spreads.items():
        chosen = np.flatnonzero(events[:, 2] == kind)
        content[chosen] = _posts(events[chosen, 0], rng)
        while chosen.size:
            leads_to = rng.poisson(spread.reproduction * factors[events[chosen, 1]])
            parents = np.repeat(chosen, leads_to)
            delay = rng.exponential(spread.delay_hours * 3_600, parents.size).astype(np.int64) + 60
            second = events[parents, 0] * DAY + events[parents, 3] + delay
            person = rng.choice(activity.size, parents.size, p=chance)
            kept = (second < n_days * DAY) & (person != events[parents, 1])
            parents, second, person = parents[kept], second[kept], person[kept]
            chosen = np.arange(parents.size) + events.shape[0]
            same = np.full(parents.size, kind)
            new = np.column_stack([second // DAY, person, same, second % DAY])
            events = np.concatenate([events, new])
            parent = np.concatenate([parent, parents])
            content = np.concatenate([content, content[parents]])
    order = np.argsort(events[:, 0], kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    parent = parent[order]
    return Cascades(events[order], np.where(parent >= 0, place[parent], -1), content[order])


def _posts(day: Ints, rng: np.random.Generator) -> Ints:
    """Draw the post of each share from outside, mostly a recent one."""
    age = rng.exponential(ATTENTION_DAYS, day.size)
    return np.asarray(np.maximum((day - age) // POST_DAYS, 0).astype(np.int64))
