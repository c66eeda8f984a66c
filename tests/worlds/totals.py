"""Worlds of daily totals: no user ids, and the effect of every engagement is known.

The model. On day t there are Poisson engagements of each type around ``rate_k * noise * season_t *
demand_t ** led``, and Poisson conversions around

    base * demand_t * season_t  +  sum_k  response_k(adstock_k,t)

where the response is linear, ``delta_k * (1 - theta_k) * stock``, or saturating. Demand is a
random walk in the logarithm; it moves marketing if `led` is above zero. Other disturbances
are shocks, lasting shifts, and a weekly pattern that begins in the middle.

Worlds that break an assumption of the estimators are in `tests.worlds.hard_totals`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.coverage import Coverage
from chalicelib.attribution.observations import CAUSE, LIFETIME, Context, Observations
from chalicelib.attribution.within_user.panel import People
from tests.worlds.happenings import Disturbance, Hole, Occasion
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
        Strength of the effect of demand on marketing: 0 none, 1 in proportion.
    spread : float
        Standard deviation of the daily log noise of marketing; without it nothing varies.
    saturation : float
        0 for linear responses; else the stock, in multiples of its mean, at which half of the
        maximum is reached.
    disturbances : tuple of Disturbance
        Shocks and shifts of the base.
    campaigns : tuple of Disturbance
        The same for the rate of the first type.
    yearly : float
        Amplitude of a yearly season in demand and marketing.
    weekly : float
        Amplitude of the weekly pattern in demand and marketing.
    pattern_from : float
        Start of the weekly pattern, as a share of the window.
    by_week : bool
        Reports are weekly, dated by their first day.
    spells : int
        Days over which the noise of marketing lasts.
    twins : bool
        The second type follows the first exactly.
    same_day : float
        Standard deviation of a demand that is drawn every day and moves sales.
    same_day_led : tuple of float
        Strength of its effect on the rate of each type; empty: all in proportion.
    same_day_memory : float
        Correlation of that demand with the one of the day before.
    occasions : tuple of Occasion
        Promotions or holidays.
    annotated : bool
        Whether the occasions are known.
    holes : tuple of Hole
        Days without data, which look like zeros.
    saturations : tuple of float
        `saturation` type by type; empty: the same for all.
    delay : tuple of (int, int) or None
        Effects come evenly over these lags in days, instead of fading.
    booked : tuple of int
        Types whose engagements are booked on the day of the post, every third day.
    """

    name: str
    n_days: int = 180
    kinds: tuple[KindInWorld, ...] = KINDS
    base: float = 60.0
    drift: float = 0.0
    led: float = 0.0
    spread: float = 0.4
    saturation: float = 0.0
    disturbances: tuple[Disturbance, ...] = ()
    campaigns: tuple[Disturbance, ...] = ()
    yearly: float = 0.0
    weekly: float = 0.2
    pattern_from: float = 0.0
    by_week: bool = False
    spells: int = 1
    twins: bool = False
    same_day: float = 0.0
    same_day_led: tuple[float, ...] = ()
    same_day_memory: float = 0.0
    occasions: tuple[Occasion, ...] = ()
    annotated: bool = False
    holes: tuple[Hole, ...] = ()
    saturations: tuple[float, ...] = ()
    delay: tuple[int, int] | None = None
    booked: tuple[int, ...] = ()


_NOTHING = tuple(replace(kind, delta=0.0) for kind in KINDS)
_FEWER = tuple(replace(kind, delta=kind.delta / 8) for kind in KINDS)
_SEVERAL = (
    Disturbance(0.15, 1, 2.2),
    Disturbance(0.30, 10, 0.5),
    Disturbance(0.55, 4, 1.9),
    Disturbance(0.80, 1, 0.2),
)

TOTALS_WORLDS = {
    world.name: world
    for world in (
        TotalsWorld("calm"),
        TotalsWorld("drifting", drift=0.03),
        TotalsWorld("bursts", drift=0.02, spells=5),
        TotalsWorld("demand_led", drift=0.03, led=0.7),
        TotalsWorld("saturating", drift=0.02, saturation=1.5),
        TotalsWorld("strong_saturation", drift=0.01, saturation=0.5, n_days=365, spread=0.6),
        TotalsWorld("shock", drift=0.02, disturbances=(Disturbance(0.6, 6, 2.5),)),
        TotalsWorld("several_shocks", drift=0.02, disturbances=_SEVERAL),
        TotalsWorld("level_shift", drift=0.01, disturbances=(Disturbance(0.45, None, 1.6),)),
        TotalsWorld("campaigns", drift=0.02, campaigns=(Disturbance(0.4, 7, 6.0),)),
        TotalsWorld("new_pattern", drift=0.01, weekly=0.4, pattern_from=0.5),
        TotalsWorld("short", drift=0.02, n_days=60),
        TotalsWorld("two_years", drift=0.02, n_days=730, yearly=0.3),
        TotalsWorld("weekly_data", drift=0.01, n_days=7 * 130, yearly=0.2, by_week=True),
        TotalsWorld("few_a_day", base=3.0, kinds=_FEWER, n_days=365),
        TotalsWorld("totals_all_zero", drift=0.03, led=0.7, kinds=_NOTHING),
        TotalsWorld("collinear", drift=0.02, twins=True),
    )
}


@dataclass(frozen=True)
class DailyTotals:
    """Events per day, and the truth.

    Attributes
    ----------
    counts : array, shape (T, K)
    outcome : array, shape (T,)
    truth : array, shape (K,)
        Conversions inside the window caused per engagement, on average.
    responses : array, shape (T, K)
        The effect of the engagements per day, up to a factor per type.
    """

    world: TotalsWorld
    counts: NDArray[np.float64]
    outcome: NDArray[np.float64]
    truth: NDArray[np.float64]
    responses: NDArray[np.float64] = field(repr=False)
    names: tuple[str, ...] = field(repr=False)


def _spells(length: int, days: int, n_kinds: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Standard normal noise that lasts `length` days, as campaigns do, shape (days, n_kinds)."""
    drawn = rng.standard_normal((days + length - 1, n_kinds))
    summed = np.cumsum(np.vstack([np.zeros((1, n_kinds)), drawn]), axis=0)
    return np.asarray((summed[length:] - summed[:-length]) / np.sqrt(length))


def simulate_totals(world: TotalsWorld, seed: int) -> DailyTotals:
    """Simulate the daily totals of one world."""
    rng = np.random.default_rng([seed, 11])
    days, kinds = world.n_days, world.kinds
    day = np.arange(days)
    walk = np.cumsum(rng.normal(0.0, world.drift, days)) if world.drift else np.zeros(days)
    demand = np.exp(walk - walk.mean() + world.yearly * np.sin(2 * np.pi * day / 365.25))
    waves = world.weekly * (day >= world.pattern_from * days)
    week = 1.0 + waves * np.sin(2 * np.pi * (day / 7 + rng.random()))
    rates = np.array([kind.rate for kind in kinds])
    noise = np.exp(world.spread * _spells(world.spells, days, len(kinds), rng))
    for campaign in world.campaigns:
        noise[slice(*campaign.span(days)), 0] *= campaign.factor
    daily = _same_day_demand(world, seed)
    for occasion in world.occasions:
        noise[occasion.on(days)] *= occasion.marketing
    noise *= np.exp(daily[:, None] * np.array(world.same_day_led or (1.0,) * len(kinds)))
    counts = rng.poisson(rates * noise * (week * demand**world.led)[:, None]).astype(np.float64)
    if world.twins:
        counts[:, 1] = np.round(counts[:, 0] / 3)
    theta = np.array([kind.theta for kind in kinds])
    delta = np.array([kind.delta for kind in kinds])
    stock = np.zeros((days, len(kinds)))
    for t in range(days):
        stock[t] = counts[t] + (theta * stock[t - 1] if t else 0.0)
    response = (1 - theta) * stock
    if world.delay is not None:
        response = _delayed(counts, *world.delay)
    for number, saturation in enumerate(world.saturations or (world.saturation,) * len(kinds)):
        if saturation:
            half = saturation * stock[:, number].mean()
            response[:, number] *= 2 * half / (half + stock[:, number])
    caused = delta * response
    base = world.base * demand * week * np.exp(daily)
    for disturbance in world.disturbances:
        base[slice(*disturbance.span(days))] *= disturbance.factor
    for occasion in world.occasions:
        base[occasion.on(days)] *= occasion.sales
    outcome = rng.poisson(base + caused.sum(axis=1)).astype(np.float64)
    totals = counts.sum(axis=0)
    for hole in world.holes:
        (outcome if hole.kind is None else counts[:, hole.kind])[hole.on(days)] = 0.0
    for number in world.booked:
        sums = np.add.reduceat(counts[:, number], np.arange(0, days, 3))
        counts[:, number] = 0.0
        counts[::3, number] = sums
    if world.by_week:
        counts, outcome = _by_week(counts), _by_week(outcome)
    return DailyTotals(
        world,
        counts,
        outcome,
        caused.sum(axis=0) / np.maximum(totals, 1.0),
        response,
        tuple(f"{kind.channel}/{kind.type}" for kind in kinds),
    )


def _same_day_demand(world: TotalsWorld, seed: int) -> NDArray[np.float64]:
    """Log demand that is drawn every day, shape (T,), from a separate generator."""
    rng = np.random.default_rng([seed, 12])
    memory = world.same_day_memory
    out = (
        rng.normal(0.0, world.same_day, world.n_days) if world.same_day else np.zeros(world.n_days)
    )
    for t in range(1, world.n_days if memory else 0):
        out[t] = memory * out[t - 1] + np.sqrt(1 - memory**2) * out[t]
    return out


def _delayed(counts: NDArray[np.float64], first: int, last: int) -> NDArray[np.float64]:
    """The effect of engagements from `first` to `last` days later, evenly, shape (T, K)."""
    out = np.zeros_like(counts)
    for lag in range(first, last + 1):
        out[lag:] += counts[: counts.shape[0] - lag] / (last - first + 1)
    return out


def _by_week(daily: NDArray[np.float64]) -> NDArray[np.float64]:
    """Totals of the weeks on their first days, else zero; the series ends with the last total."""
    out = np.zeros_like(daily)
    out[::7] = np.add.reduceat(daily, np.arange(0, daily.shape[0], 7))
    return out[: (daily.shape[0] - 1) // 7 * 7 + 1]


def observe_totals(totals: DailyTotals) -> Observations:
    """The totals as the estimators' input, without user ids."""
    n_kinds = len(totals.names)
    no_rows = np.zeros(0, dtype=np.int64)
    people = People(
        0,
        totals.outcome.size,
        n_kinds,
        no_rows,
        no_rows,
        no_rows,
        np.zeros(0),
        no_rows,
        no_rows,
        np.zeros(0),
        no_rows,
    )
    world, n_days = totals.world, totals.outcome.size
    covered = Coverage.whole(n_days, n_kinds)
    for hole in world.holes:
        series = covered.outcome if hole.kind is None else covered.counts[:, hole.kind]
        series[hole.on(world.n_days)[:n_days]] = False
    known = world.occasions if world.annotated else ()
    columns = [o.on(world.n_days)[:n_days].astype(np.float64) for o in known]
    return Observations(
        names=totals.names,
        counts=totals.counts,
        identified=np.zeros(n_kinds),
        roles=tuple(LIFETIME if k in world.booked else CAUSE for k in range(n_kinds)),
        people=people,
        outcome=totals.outcome,
        order_value=totals.outcome * 60.0,
        order_count=totals.outcome,
        coverage=covered if world.holes else None,
        context=Context(tuple(o.name for o in known), np.column_stack(columns))
        if known
        else Context(),
    )
