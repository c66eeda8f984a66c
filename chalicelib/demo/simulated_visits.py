"""Simulation of visits from web search, which demand and mentions in communities lead to.

On day t there are Poisson(base * c_t + A * (1 - theta) * sum_{s <= t} theta ** (t - s) * m_s)
visits, for the calendar c and the mentions m. A is the number of visits per mention.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class SearchVisits:
    """How many people visit the site from a search engine."""

    cause: str = "community/mention"
    """The engagement type, as ``channel/type``, that leads to visits."""
    per_cause: float = 6.0
    """Additional visits per engagement over an infinite horizon (A)."""
    theta: float = 0.3
    """Share of that effect that remains after one day."""
    base: float = 240.0
    """Visits per day without any mention."""
    brand: float = 0.6
    """Share of the visits after a search for the brand's name."""


def visit(visits: SearchVisits, causes: Ints, calendar: Floats, rng: np.random.Generator) -> Ints:
    """Simulate visits per day after searches for the brand and after other searches.

    Parameters
    ----------
    causes : int array, shape (T,)
        Engagements of the type that leads to visits.
    calendar : float array, shape (T,)

    Returns
    -------
    int array, shape (T, 2)
    """
    stock, caused = 0.0, np.empty(causes.size)
    for day, number in enumerate(causes.tolist()):
        stock = visits.theta * stock + number
        caused[day] = visits.per_cause * (1 - visits.theta) * stock
    expected = visits.base * calendar + caused
    return np.asarray(rng.poisson(expected[:, None] * [visits.brand, 1 - visits.brand]))
