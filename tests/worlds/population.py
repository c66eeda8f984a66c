"""The people of a simulated world, and what moves them from day to day.

The generator passed by `journeys.simulate` is used for the ingredients of the first worlds, in
their order. Each later ingredient draws from a separate generator. So a switch does not change the
draws of another one, and a world without switches is the same as before they existed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tests.worlds.parameters import World

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_STREAMS = ("churn", "interest", "demand", "bots", "friends", "visits", "follows", "recording")


def stream(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one ingredient."""
    return np.random.default_rng([seed, 7, 1 + _STREAMS.index(name)])


@dataclass(frozen=True)
class Population:
    """The people of a world, shape (N,) each.

    Attributes
    ----------
    activity, loyalty : arrays
        Factors of the engagements and of the baseline conversions, mean 1.
    entry : int array
        Day of the first appearance.
    bot : bool array
    """

    activity: Floats
    loyalty: Floats
    entry: NDArray[np.int64]
    bot: Bools


def draw_population(
    world: World, seed: int, rng: np.random.Generator
) -> tuple[Population, tuple[Floats, Floats]]:
    """Draw the people, and the daily factors of engagements and of demand, shape (T,) each."""
    n, spread, rho = world.n_people, world.loyalty, world.coupling
    common = rng.standard_normal(n)
    own = rng.standard_normal(n)
    activity = np.exp(spread * common - spread**2 / 2)
    loyalty = np.exp(spread * (rho * common + np.sqrt(1 - rho**2) * own) - spread**2 / 2)
    season = _season(world.season, world.n_days, rng)
    late = rng.random(n) < world.late_share
    entry = np.where(late, rng.integers(1, world.n_days - 10, n), 0)
    bot = np.zeros(n, dtype=bool)
    if world.bots:
        bot = stream(seed, "bots").random(n) < world.bots
        entry = np.where(bot, 0, entry)
    return Population(activity, loyalty, entry, bot), _with_promotions(season, world)


def draw_friends(world: World, seed: int) -> sparse.csr_array:
    """Draw the friendships: symmetric, zeros and ones, shape (N, N)."""
    rng = stream(seed, "friends")
    pairs = rng.integers(0, world.n_people, (int(world.n_people * world.n_friends / 2), 2))
    pairs = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0)
    ones = np.ones(len(pairs))
    shape = (world.n_people, world.n_people)
    half = sparse.csr_array((ones, (pairs[:, 0], pairs[:, 1])), shape=shape)
    return sparse.csr_array(half + half.T)


class Presence:
    """The people present on each day: from their entry until they leave permanently."""

    def __init__(self, world: World, seed: int, people: Population) -> None:
        self._entry = people.entry
        self._stays = ~people.bot
        self._hazard = world.churn
        self._rng = stream(seed, "churn")
        self._left = np.zeros(world.n_people, dtype=bool)
        self.last_day = np.full(world.n_people, world.n_days - 1)

    def on(self, day: int) -> Bools:
        """The people present on that day."""
        return (self._entry <= day) & ~self._left

    def end(self, day: int) -> None:
        """Some people leave at the end of the day. Bots stay."""
        if not self._hazard:
            return
        leaves = self.on(day) & (self._rng.random(self._left.size) < self._hazard) & self._stays
        self.last_day[leaves] = day
        self._left |= leaves


class Walk:
    """The exponential of a stationary autoregression per person, mean 1 over time."""

    def __init__(self, spread: float, time_scale: Floats, rng: np.random.Generator) -> None:
        self._spread = spread
        self._kept = np.exp(-1.0 / time_scale)
        self._rng = rng
        self._state = rng.standard_normal(time_scale.size)

    def step(self) -> Floats:
        """The factors of the next day, shape (N,)."""
        factor = np.exp(self._spread * self._state - self._spread**2 / 2)
        noise = self._rng.standard_normal(self._state.size)
        self._state = self._kept * self._state + np.sqrt(1 - self._kept**2) * noise
        return np.asarray(factor)


class Mood:
    """Personal factors that change from day to day."""

    def __init__(self, world: World, seed: int, people: Population) -> None:
        self._world = world
        self._entry = people.entry
        self._interest: Walk | None = None
        self._demand: Walk | None = None
        if world.interest:
            rng = stream(seed, "interest")
            low, high = np.log(world.interest_days)
            time_scale = np.exp(rng.uniform(low, high, world.n_people))
            self._interest = Walk(world.interest, time_scale, rng)
        if world.demand:
            time_scale = np.full(world.n_people, world.demand_days)
            self._demand = Walk(world.demand, time_scale, stream(seed, "demand"))

    def on(self, day: int) -> tuple[Floats, Floats]:
        """Interest in the brand, and hidden demand, shape (N,) each. Call once per day."""
        ones = np.ones(self._entry.size)
        interest = ones if self._interest is None else self._interest.step()
        if self._world.honeymoon != 1.0:
            age = np.maximum(day - self._entry, 0)
            surplus = (self._world.honeymoon - 1.0) * np.exp(-age / self._world.honeymoon_days)
            interest = interest * (1.0 + surplus * (self._entry > 0))
        return interest, ones if self._demand is None else self._demand.step()


def _season(strength: float, days: int, rng: np.random.Generator) -> Floats:
    day = np.arange(days)
    weekly = np.sin(2 * np.pi * (day / 7 + rng.random()))
    slow = np.sin(2 * np.pi * (day / (days * 0.8) + rng.random()))
    campaign = np.zeros(days)
    for start in rng.integers(0, days - 5, 4):
        campaign[start : start + 5] += 1.0
    season = np.exp(strength * (weekly + slow + 1.5 * campaign))
    return np.asarray(season / season.mean())


def _with_promotions(season: Floats, world: World) -> tuple[Floats, Floats]:
    engagement, demand = season.copy(), season.copy()
    for promotion in world.promotions:
        days = promotion.span(world.n_days)
        engagement[days] *= promotion.engagement
        demand[days] *= promotion.demand
    return engagement, demand
