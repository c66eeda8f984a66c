"""Small simulated panels, dense, so that a change of the data is one line of numpy.

People differ in how much they engage and buy. The calendar moves both. Engagements and purchases
each come in spells of their own, so that a person's rows are correlated over time and classical
standard errors are too small.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.adstock import DECAYS, share_inside
from chalicelib.attribution.coverage import Coverage
from chalicelib.attribution.observations import CAUSE, Inside, Observations, mean_inside
from chalicelib.attribution.regions.region_series import RegionSeries
from chalicelib.attribution.within_user.panel import People

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TRUE_DECAY = 3
"""Index into DECAYS."""


@dataclass(frozen=True)
class Small:
    """Everything that happened to N people on T days, for K engagement types.

    Attributes
    ----------
    counts : array, shape (N, T, K)
    outcome : array, shape (N, T)
    first : int array, shape (N,)
        Day of the first event, -1 if before the window.
    truth : array, shape (K,)
        Conversions inside the window caused by one engagement.
    used : bool array, shape (T,), or None
        Days that a panel may use.
    anonymous : bool
        Whether `observe` leaves the people out.
    by_region : bool
        Whether "people" are regions: events carry them, and no person.
    """

    counts: Floats
    outcome: Floats
    first: Ints
    truth: Floats
    used: NDArray[np.bool_] | None = None
    anonymous: bool = False
    by_region: bool = False

    @property
    def people(self) -> People:
        """The same as the estimators take it."""
        n, n_days, n_kinds = self.counts.shape
        person, day, kind = np.nonzero(self.counts)
        buyer, when = np.nonzero(self.outcome)
        return People(
            n,
            n_days,
            n_kinds,
            person,
            day,
            kind,
            self.counts[person, day, kind],
            buyer,
            when,
            self.outcome[buyer, when],
            self.first,
            None if self.used is None else np.flatnonzero(self.used),
        )

    @property
    def inside(self) -> Inside:
        """What of an effect falls inside the window."""
        return mean_inside(self.counts.sum(axis=0))

    def observe(self) -> Observations:
        """The same for `estimate_goal`; the outcome was observed on the used days."""
        daily = self.counts.sum(axis=0)
        people, identified = self.people, daily.sum(axis=0)
        if self.anonymous:
            people, identified = without_people(people), np.zeros(daily.shape[1])
        n_kinds = daily.shape[1]
        outcome = self.outcome.sum(axis=0)
        coverage = None
        if self.used is not None:
            coverage = Coverage(self.used, np.ones(daily.shape, dtype=bool))
        return Observations(
            names=tuple(f"channel{kind}/like" for kind in range(n_kinds)),
            counts=daily,
            identified=identified,
            roles=(CAUSE,) * n_kinds,
            people=people,
            outcome=outcome,
            order_value=np.full(int(outcome.sum()), 10.0),
            order_count=np.ones(int(outcome.sum())),
            coverage=coverage,
            regions=self._regions() if self.by_region else None,
        )

    def _regions(self) -> RegionSeries:
        """Everything as totals of regions, on days that are all covered."""
        n, n_days, n_kinds = self.counts.shape
        names = tuple(f"region {number}" for number in range(n))
        known = np.ones((n, n_days), dtype=bool)
        every_type = np.ones((n, n_days, n_kinds), dtype=bool)
        return RegionSeries(names, self.outcome, self.counts, known, every_type)

    def change(self, **parts: Any) -> Small:
        """The same panel with some parts replaced."""
        return replace(self, **parts)


def make_small(
    seed: int,
    *,
    n: int = 120,
    days: int = 40,
    effects: tuple[float, ...] = (0.25, 0.0),
    decay: int = TRUE_DECAY,
    engagements: float = 0.12,
    base: float = 0.06,
    spells: float = 0.9,
    likeness: float = 0.5,
    response: float = 0.0,
    newcomers: float = 0.0,
    interest: float = 0.0,
    late: float = 0.0,
) -> Small:
    """Simulate.

    Parameters
    ----------
    effects : tuple of float, length K
        Conversions that an engagement causes on its own day; they fade with `decay`.
    spells : float
        Standard deviation of the log rates of engagement and of purchase (two processes).
    likeness : float
        Share of the spells of engagement that all types have in common, in [0, 1].
    response : float
        Exponent of a person's activity in the effects.
    newcomers : float
        Share of the people who are first seen inside the window.
    interest : float
        How much the spells of engagement move purchases: a hidden cause.
    late : float
        Conversions that one engagement of the first type causes evenly 7 to 30 days later.
    """
    rng = np.random.default_rng(seed)
    n_kinds = len(effects)
    loyal = rng.standard_normal(n)
    activity = np.exp(0.8 * loyal - 0.32)
    calendar = 1.0 + 0.4 * np.sin(2 * np.pi * np.arange(days) / 17)
    common = _spells(rng, (n, days, 1), spells)
    own = _spells(rng, (n, days, n_kinds), spells)
    keen = likeness * common + (1 - likeness) * own
    rate = engagements * activity[:, None, None] * calendar[None, :, None]
    counts = rng.poisson(rate * np.exp(keen - keen.var() / 2)).astype(float)
    first = np.full(n, -1)
    new = rng.random(n) < newcomers
    first[new] = rng.integers(0, days - 8, int(new.sum()))
    counts[np.arange(days)[None, :] < first[:, None]] = 0.0
    moved = np.exp(interest * common[:, :, 0]) * np.exp(_spells(rng, (n, days), spells))
    bought = base * np.exp(0.6 * loyal)[:, None] * calendar * moved
    stock = np.zeros((n, days, n_kinds))
    for day in range(days):
        stock[:, day] = counts[:, day] + (DECAYS[decay] * stock[:, day - 1] if day else 0.0)
    strength = activity**response
    bought = bought + strength[:, None] * (stock @ np.array(effects))
    for lag in range(7, 31):
        bought[:, lag:] += late / 24 * counts[:, : max(days - lag, 0), 0]
    outcome = rng.poisson(bought).astype(float)
    outcome[np.arange(days)[None, :] < first[:, None]] = 0.0
    left = (days - np.arange(days)).astype(float)
    weight = share_inside(float(DECAYS[decay]), left)
    whole = np.einsum("n,ntk,t->k", strength, counts, weight) / counts.sum(axis=(0, 1))
    return Small(counts, outcome, first, np.array(effects) * whole)


def make_totals(seed: int, *, days: int = 150) -> Small:
    """Daily totals of two types, of which the first has an effect; the level wanders."""
    rng = np.random.default_rng(seed)
    level = 60.0 * np.exp(np.cumsum(0.01 * rng.standard_normal(days)))
    week = 1.0 + 0.15 * np.sin(2 * np.pi * np.arange(days) / 7)
    burst = rng.random((days, 2)) < 0.15
    counts = rng.poisson(20 + 60 * burst).astype(float)
    stock = np.zeros(days)
    for day in range(days):
        stock[day] = counts[day, 0] + (DECAYS[TRUE_DECAY] * stock[day - 1] if day else 0.0)
    outcome = rng.poisson(level * week + 0.25 * stock).astype(float)
    left = (days - np.arange(days)).astype(float)
    weight = share_inside(float(DECAYS[TRUE_DECAY]), left)
    truth = np.array([0.25 * counts[:, 0] @ weight / counts[:, 0].sum(), 0.0])
    return Small(counts[None], outcome[None], np.array([-1]), truth, anonymous=True)


def without_people(people: People) -> People:
    """The same window without any people."""
    none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
    n_days, n_kinds = people.n_days, people.n_kinds
    return People(0, n_days, n_kinds, none, none, none, nothing, none, none, nothing, none)


def _spells(rng: np.random.Generator, shape: tuple[int, ...], spread: float) -> Floats:
    """A slow stationary process per person, days in the second dimension."""
    keep = np.exp(-1 / 5)
    walk = np.empty(shape)
    state = rng.standard_normal((shape[0], *shape[2:]))
    for day in range(shape[1]):
        noise = rng.standard_normal(state.shape)
        state = keep * state + np.sqrt(1 - keep**2) * noise
        walk[:, day] = spread * state
    return walk


def make_regions(seed: int, *, regions: int = 6, days: int = 150) -> Small:
    """Totals by region of two types, of which the first has an effect.

    Levels wander by themselves, and a hidden driver moves everything in all regions on a day.
    """
    rng = np.random.default_rng(seed)
    size = np.exp(0.5 * rng.standard_normal((regions, 1)))
    hidden = np.exp(0.2 * rng.standard_normal(days))
    level = 40.0 * size * np.exp(np.cumsum(0.01 * rng.standard_normal((regions, days)), axis=1))
    burst = rng.random((regions, days, 2)) < 0.15
    counts = rng.poisson((20 + 60 * burst) * (size * hidden)[:, :, None]).astype(float)
    stock = np.zeros((regions, days))
    for day in range(days):
        stock[:, day] = counts[:, day, 0]
        stock[:, day] += DECAYS[TRUE_DECAY] * stock[:, day - 1] if day else 0.0
    outcome = rng.poisson(level * hidden + 0.25 * stock).astype(float)
    left = (days - np.arange(days)).astype(float)
    weight = share_inside(float(DECAYS[TRUE_DECAY]), left)
    first = counts[:, :, 0].sum(axis=0)
    truth = np.array([0.25 * first @ weight / first.sum(), 0.0])
    before = np.full(regions, -1)
    return Small(counts, outcome, before, truth, anonymous=True, by_region=True)
