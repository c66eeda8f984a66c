"""Worlds of totals in which engagements also work through search visits, with a known truth.

On day t there are Poisson engagements of three types around
``rate_k * noise * week * demand ^ led``, Poisson visits from search around

    base_visits * week * demand_t ^ hidden_visits + sum_k visits_k * response_k,t  (+ order status)

and Poisson conversions around

    base * week * demand_t + worth * (visits that engagements and demand brought) + direct_k * ...

`demand` is a slow walk times a hidden demand of day and week that moves visits and purchases but
never the engagements, unless the world says so (`led`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CauseInWorld:
    """An engagement type and what one of them does."""

    channel: str
    type: str
    rate: float
    visits: float
    """Search visits that one engagement brings."""
    direct: float
    """Conversions that one brings without search."""
    theta: float
    """Share of the effect that is left the next day."""
    paid: bool = False

    @property
    def name(self) -> str:
        """``channel/type``."""
        return f"{self.channel}/{self.type}"


CAUSES = (
    CauseInWorld("community", "mention", 30.0, 4.0, 0.08, 0.6),
    CauseInWorld("facebook", "like", 120.0, 0.4, 0.012, 0.5),
    CauseInWorld("google_ads", "click", 100.0, 0.0, 0.05, 0.35, paid=True),
)
VISITS = "organic_search"


@dataclass(frozen=True)
class SearchWorld:
    """The switches of a world."""

    name: str = "search_mediated"
    n_days: int = 400
    causes: tuple[CauseInWorld, ...] = CAUSES
    base: float = 25.0
    """Conversions a day without visits and engagements."""
    base_visits: float = 400.0
    worth: float = 0.05
    """Conversions that a visit brings."""
    drift: float = 0.015
    """Standard deviation of the daily step of log demand."""
    led: float = 0.0
    """Strength with which demand moves engagements."""
    hidden: float = 0.0
    """Standard deviation of hidden log demand, which moves visits and purchases alike."""
    hidden_memory: float = 0.0
    """Its correlation with the day before."""
    spread: float = 0.5
    """Standard deviation of the daily log noise of engagements."""
    status_visits: float = 0.0
    """Visits on the day after a purchase, to look up the order."""
    slow: float = 0.0
    """Share of the visits that mentions bring that come over months, as a rank rises."""

    @property
    def instrument(self) -> str | None:
        """A cause with an effect through search alone; None if there is none."""
        alone = [c.name for c in self.causes if c.visits > 0 and c.direct == 0]
        return alone[0] if alone and self.worth > 0 else None


def _causes(
    visits: float = 1.0, direct: float = 1.0, rate: float = 1.0
) -> tuple[CauseInWorld, ...]:
    return tuple(
        replace(c, visits=c.visits * visits, direct=c.direct * direct, rate=c.rate * rate)
        for c in CAUSES
    )


_ALONE = _causes(direct=0.0)
_BASE = SearchWorld()
_HIDDEN = {"hidden": 0.15, "hidden_memory": 0.5}
SEARCH_WORLDS = {
    world.name: world
    for world in (
        _BASE,
        replace(_BASE, name="search_only", causes=_ALONE),
        replace(_BASE, name="search_direct_only", causes=_causes(visits=0.0)),
        replace(_BASE, name="search_nothing", causes=_causes(visits=0.0, direct=0.0)),
        replace(_BASE, name="search_hidden", **_HIDDEN),
        replace(_BASE, name="search_hidden_white", hidden=0.15),
        replace(_BASE, name="search_hidden_only", causes=_ALONE, **_HIDDEN),
        replace(
            _BASE, name="search_hidden_nothing", causes=_causes(visits=0.0, direct=0.0), **_HIDDEN
        ),
        replace(_BASE, name="search_led", led=0.7, drift=0.03),
        replace(_BASE, name="search_led_hidden", led=0.7, drift=0.03, **_HIDDEN),
        replace(_BASE, name="search_post_purchase", status_visits=0.6),
        replace(_BASE, name="search_visits_do_nothing", worth=0.0, **_HIDDEN),
        replace(_BASE, name="search_short", n_days=150),
        replace(
            _BASE,
            name="search_few",
            causes=_causes(rate=0.25, visits=0.5),
            base=6.0,
            base_visits=60.0,
        ),
        replace(_BASE, name="search_slow_rank", slow=0.7),
    )
}


@dataclass(frozen=True)
class SearchRun:
    """Daily totals and the truth, per engagement of each cause and inside the window."""

    world: SearchWorld
    counts: Floats
    """Shape (T, K)."""
    visits: Floats
    outcome: Floats
    """Shape (T,)."""
    visits_truth: Floats
    total_truth: Floats
    through_truth: Floats
    """Shape (K,)."""
    names: tuple[str, ...] = field(default=())


def simulate_search(world: SearchWorld, seed: int) -> SearchRun:
    """Simulate one world; the same seed gives the same data."""
    rng = np.random.default_rng([seed, 23])
    days, causes = world.n_days, world.causes
    walk = np.cumsum(rng.normal(0.0, world.drift, days))
    slow_demand = np.exp(walk - walk.mean())
    hidden = np.exp(_autoregressive(rng, days, world.hidden, world.hidden_memory))
    week = 1.0 + 0.2 * np.sin(2 * np.pi * (np.arange(days) / 7 + rng.random()))
    rates = np.array([c.rate for c in causes])
    noise = np.exp(world.spread * rng.standard_normal((days, len(causes))))
    counts = rng.poisson(rates * noise * (week * slow_demand**world.led)[:, None]).astype(float)
    theta = np.array([c.theta for c in causes])
    fading = np.zeros((days, len(causes)))
    for t in range(days):
        fading[t] = (1 - theta) * counts[t] + (theta * fading[t - 1] if t else 0.0)
    brought = fading * np.array([c.visits for c in causes])
    if world.slow:
        brought[:, 0] = (1 - world.slow) * brought[:, 0]
        brought[:, 0] += world.slow * causes[0].visits * _over_months(counts[:, 0])
    direct = fading * np.array([c.direct for c in causes])
    demand = slow_demand * hidden
    base_visits = world.base_visits * week * demand
    expected = world.base * week * demand
    visits, outcome = np.zeros(days), np.zeros(days)
    for t in range(days):
        visits[t] = rng.poisson(base_visits[t] + brought[t].sum())
        status = rng.poisson(world.status_visits * outcome[t - 1]) if t else 0
        bought = world.worth * visits[t]
        outcome[t] = rng.poisson(expected[t] + bought + direct[t].sum())
        visits[t] += status
    total = np.maximum(counts.sum(axis=0), 1.0)
    after = brought.sum(axis=0)
    through = world.worth * after
    caused = through + direct.sum(axis=0)
    # the visits to look up an order are visits that the engagement brought, too
    after = after + world.status_visits * caused
    return SearchRun(
        world,
        counts,
        visits,
        outcome,
        after / total,
        caused / total,
        through / total,
        tuple(c.name for c in causes),
    )


def _autoregressive(rng: np.random.Generator, days: int, scale: float, memory: float) -> Floats:
    drawn = rng.normal(0.0, scale, days) if scale else np.zeros(days)
    for t in range(1, days if memory else 0):
        drawn[t] = memory * drawn[t - 1] + np.sqrt(1 - memory**2) * drawn[t]
    return drawn


def _over_months(counts: Floats) -> Floats:
    """The effect of engagements spread evenly over the 90 days from the 30th on, shape (T,)."""
    out = np.zeros(counts.size)
    for lag in range(30, 120):
        out[lag:] += counts[: counts.size - lag] / 90
    return out
