"""Worlds of daily totals: nobody is identified, and the effect of every engagement is known.

The model.  On day t there are Poisson engagements of each kind around ``rate_k * noise * season_t *
demand_t ** led``, and Poisson conversions around

    base * demand_t * season_t  +  sum_k  response_k(adstock_k,t)

where the response is linear, ``delta_k * (1 - theta_k) * stock``, or saturating.  Demand is a
random walk in the logarithm; it moves marketing where `led` is above zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.observations import Observations
from chalicelib.attribution.panel import People
from tests.worlds.people import KindInWorld

KINDS = (
    KindInWorld("facebook", "like", 120.0, 0.040, 0.70),
    KindInWorld("twitter", "share", 40.0, 0.080, 0.60),
    KindInWorld("youtube", "view", 400.0, 0.015, 0.75),
    KindInWorld("google_ads", "click", 100.0, 0.090, 0.50, paid=True),
)


@dataclass(frozen=True)
class TotalsWorld:
    """The parameters of a world of daily totals.

    Attributes
    ----------
    drift : float
        Standard deviation of the daily steps of log demand.
    led : float
        How much demand moves marketing: 0 not at all, 1 in proportion.
    spread : float
        Standard deviation of the daily log noise of marketing: without it nothing varies.
    saturation : float
        0 for linear responses; else the stock, in multiples of its mean, at which half of the
        most that is possible is reached.
    shock : float
        Factor on the base from day 60 % of the window on, for six days.
    yearly : float
        Amplitude of a yearly season in demand and marketing.
    twins : bool
        The second kind follows the first exactly.
    """

    name: str
    n_days: int = 180
    kinds: tuple[KindInWorld, ...] = KINDS
    base: float = 60.0
    drift: float = 0.0
    led: float = 0.0
    spread: float = 0.4
    saturation: float = 0.0
    shock: float = 1.0
    yearly: float = 0.0
    twins: bool = False


_NOTHING = tuple(replace(kind, delta=0.0) for kind in KINDS)

TOTALS_WORLDS = {
    world.name: world
    for world in (
        TotalsWorld("calm"),
        TotalsWorld("drifting", drift=0.03),
        TotalsWorld("demand_led", drift=0.03, led=0.7),
        TotalsWorld("saturating", drift=0.02, saturation=1.5),
        TotalsWorld("shock", drift=0.02, shock=2.5),
        TotalsWorld("short", drift=0.02, n_days=60),
        TotalsWorld("two_years", drift=0.02, n_days=730, yearly=0.3),
        TotalsWorld("totals_all_zero", drift=0.03, led=0.7, kinds=_NOTHING),
        TotalsWorld("collinear", drift=0.02, twins=True),
    )
}


@dataclass(frozen=True)
class DailyTotals:
    """What happened per day, and the truth.

    Attributes
    ----------
    counts : array, shape (T, K)
    outcome : array, shape (T,)
    truth : array, shape (K,)
        Conversions inside the window caused per engagement, on average.
    """

    world: TotalsWorld
    counts: NDArray[np.float64]
    outcome: NDArray[np.float64]
    truth: NDArray[np.float64]
    names: tuple[str, ...] = field(repr=False)


def simulate_totals(world: TotalsWorld, seed: int) -> DailyTotals:
    """The daily totals of one world."""
    rng = np.random.default_rng([seed, 11])
    days, kinds = world.n_days, world.kinds
    day = np.arange(days)
    walk = np.cumsum(rng.normal(0.0, world.drift, days)) if world.drift else np.zeros(days)
    demand = np.exp(walk - walk.mean() + world.yearly * np.sin(2 * np.pi * day / 365.25))
    week = 1.0 + 0.2 * np.sin(2 * np.pi * (day / 7 + rng.random()))
    rates = np.array([kind.rate for kind in kinds])
    noise = np.exp(world.spread * rng.standard_normal((days, len(kinds))))
    counts = rng.poisson(rates * noise * (week * demand**world.led)[:, None]).astype(np.float64)
    if world.twins:
        counts[:, 1] = np.round(counts[:, 0] / 3)
    theta = np.array([kind.theta for kind in kinds])
    delta = np.array([kind.delta for kind in kinds])
    stock = np.zeros((days, len(kinds)))
    for t in range(days):
        stock[t] = counts[t] + (theta * stock[t - 1] if t else 0.0)
    caused = delta * (1 - theta) * stock
    if world.saturation:
        half = world.saturation * stock.mean(axis=0)
        caused = delta * (1 - theta) * stock * 2 * half / (half + stock)
    base = world.base * demand * week
    start = int(0.6 * days)
    base[start : start + 6] *= world.shock
    outcome = rng.poisson(base + caused.sum(axis=1)).astype(np.float64)
    return DailyTotals(
        world,
        counts,
        outcome,
        caused.sum(axis=0) / np.maximum(counts.sum(axis=0), 1.0),
        tuple(f"{kind.channel}/{kind.type}" for kind in kinds),
    )


def observe_totals(totals: DailyTotals) -> Observations:
    """The totals as the estimators want them: nobody is identified."""
    n_kinds = len(totals.names)
    nobody = np.zeros(0, dtype=np.int64)
    people = People(
        0,
        totals.world.n_days,
        n_kinds,
        nobody,
        nobody,
        nobody,
        np.zeros(0),
        nobody,
        nobody,
        np.zeros(0),
        nobody,
    )
    return Observations(
        names=totals.names,
        counts=totals.counts,
        identified=np.zeros(n_kinds),
        exposure=np.zeros(n_kinds, dtype=bool),
        people=people,
        outcome=totals.outcome,
        order_value=totals.outcome * 60.0,
        order_count=totals.outcome,
    )
