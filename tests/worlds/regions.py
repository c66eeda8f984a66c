"""Worlds of daily totals by region: no user ids, but events carry a region.

The model. In region r on day t there are Poisson engagements of each type around

    rate_k * share_r * intensity_rk * national_kt * regional_rkt * week_t * exp(hidden_t)

and Poisson conversions around

    base * share_r * demand_t * demand_rt * week_t * exp(hidden_t) + sum_k response_rkt

where the response is linear or saturates relative to the region's mean stock. `hidden` is a
national driver that is drawn every day and moves sales and all marketing together; national totals
cannot separate it from an effect.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.observations import CAUSE, Observations
from chalicelib.attribution.regions.region_series import RegionSeries
from chalicelib.attribution.within_user.panel import People
from tests.worlds.parameters import KindInWorld

Floats = NDArray[np.float64]

KINDS = (
    KindInWorld("facebook", "like", 800.0, 0.040, 0.70),
    KindInWorld("twitter", "share", 260.0, 0.080, 0.60),
    KindInWorld("youtube", "view", 2600.0, 0.015, 0.75),
    KindInWorld("meta_ads", "click", 650.0, 0.090, 0.50, paid=True),
)
"""Rates are those of the whole country."""


@dataclass(frozen=True)
class RegionsWorld:
    """The parameters of a world of totals by region.

    Attributes
    ----------
    regions : int
    base : float
        Conversions a day in the whole country without engagements.
    drift, regional_drift : float
        Standard deviations of the daily steps of log demand, national and by region.
    national, regional : float
        Standard deviations of the daily log noise of marketing, national and by region.
    spells : int
        Days over which the noise of marketing lasts.
    intensity : float
        Standard deviation of the log of a region's amount of a type relative to its size.
    sizes : float
        Standard deviation of the log sizes of the regions.
    hidden : float
        Standard deviation of the hidden driver.
    led : float
        Strength of the effect of regional demand on regional marketing.
    effect_sd : float
        Relative standard deviation of the effects between regions.
    saturations : tuple of float
        Per type: 0 for linear, else the stock, in multiples of its mean in the region, at which
        half of the maximum is reached; empty: linear.
    uniform : tuple of int
        Types with the same variation in all regions.
    without_region : tuple of int
        Types whose events carry no region.
    hole : tuple of (int, float, float), optional
        A region, and the shares of the window between which it has no records.
    by_week : bool
        Reports are weekly, dated by their first day.
    """

    name: str
    regions: int = 8
    n_days: int = 180
    kinds: tuple[KindInWorld, ...] = KINDS
    base: float = 400.0
    drift: float = 0.01
    regional_drift: float = 0.01
    national: float = 0.3
    regional: float = 0.4
    spells: int = 1
    intensity: float = 0.3
    sizes: float = 0.6
    hidden: float = 0.0
    led: float = 0.0
    effect_sd: float = 0.0
    saturations: tuple[float, ...] = ()
    uniform: tuple[int, ...] = ()
    without_region: tuple[int, ...] = ()
    hole: tuple[int, float, float] | None = None
    by_week: bool = False
    weekly: float = 0.2


_NOTHING = tuple(replace(kind, delta=0.0) for kind in KINDS)
_HIDDEN = RegionsWorld("hidden", hidden=0.2)
_MIXED = (0.6, 0.0, 2.0, 0.0)
_WEEKS = RegionsWorld("weeks", n_days=7 * 130, by_week=True, hidden=0.2)

REGIONS_WORLDS = {
    f"regions_{world.name}": replace(world, name=f"regions_{world.name}")
    for world in (
        RegionsWorld("calm"),
        RegionsWorld("five", regions=5, hidden=0.2),
        _HIDDEN,
        RegionsWorld("twenty", regions=20, hidden=0.2),
        RegionsWorld("fifty", regions=50, hidden=0.2),
        replace(_WEEKS, name="weeks_five", regions=5),
        _WEEKS,
        replace(_WEEKS, name="weeks_twenty", regions=20),
        replace(_WEEKS, name="weeks_fifty", regions=50),
        replace(_HIDDEN, name="zero", kinds=_NOTHING),
        replace(_HIDDEN, name="zero_twenty", kinds=_NOTHING, regions=20),
        replace(_HIDDEN, name="mixed", saturations=_MIXED),
        replace(_HIDDEN, name="mixed_twenty", saturations=_MIXED, regions=20),
        replace(_WEEKS, name="mixed_weeks", saturations=_MIXED),
        replace(_HIDDEN, name="differing", effect_sd=0.3),
        replace(_HIDDEN, name="differing_twenty", effect_sd=0.3, regions=20),
        replace(_HIDDEN, name="differing_fifty", effect_sd=0.3, regions=50),
        replace(
            _HIDDEN,
            name="small",
            regions=20,
            base=80.0,
            kinds=tuple(replace(kind, rate=kind.rate / 5) for kind in KINDS),
        ),
        RegionsWorld("hole", hidden=0.2, hole=(1, 0.4, 0.55)),
        RegionsWorld("bursts", hidden=0.2, spells=5),
        RegionsWorld("led", regional_drift=0.03, led=0.7),
        RegionsWorld("one_national", without_region=(2,)),
        RegionsWorld("one_national_hidden", without_region=(2,), hidden=0.2),
        RegionsWorld("uniform", uniform=(2,)),
        RegionsWorld("national", without_region=(0, 1, 2, 3)),
    )
}


@dataclass(frozen=True)
class RegionTotals:
    """Events per region and day, and the truth.

    Attributes
    ----------
    counts : array, shape (R, T, K)
    outcome : array, shape (R, T)
    truth : array, shape (K,)
        Conversions inside the window caused per engagement, on average over all engagements.
    known : bool array, shape (R, T)
    """

    world: RegionsWorld
    counts: Floats
    outcome: Floats
    truth: Floats
    known: NDArray[np.bool_] = field(repr=False)
    names: tuple[str, ...] = field(repr=False)


def simulate_regions(world: RegionsWorld, seed: int) -> RegionTotals:
    """Simulate the totals of one world."""
    rng = np.random.default_rng([seed, 41])
    n, days, k = world.regions, world.n_days, len(world.kinds)
    share = np.exp(world.sizes * rng.standard_normal(n))
    share /= share.sum()
    walk = np.cumsum(rng.normal(0.0, world.drift, days))
    own = np.cumsum(rng.normal(0.0, world.regional_drift, (n, days)), axis=1)
    own -= own.mean(axis=1, keepdims=True)
    hidden = rng.normal(0.0, world.hidden, days)
    week = 1.0 + world.weekly * np.sin(2 * np.pi * (np.arange(days) / 7 + rng.random()))
    spend = world.national * _spells(world.spells, rng, 1, days, k)
    regional = world.regional * _spells(world.spells, rng, n, days, k)
    regional[:, :, list(world.uniform)] = 0.0
    intensity = np.exp(world.intensity * rng.standard_normal((n, 1, k)))
    intensity[:, :, list(world.uniform)] = 1.0
    log_rate = spend + regional + hidden[:, None] + world.led * own[:, :, None]
    rates = np.array([kind.rate for kind in world.kinds])
    mean = rates * share[:, None, None] * intensity * week[:, None]
    counts = rng.poisson(mean * np.exp(log_rate)).astype(np.float64)
    theta = np.array([kind.theta for kind in world.kinds])
    stock = np.zeros((n, days, k))
    for t in range(days):
        stock[:, t] = counts[:, t] + (theta * stock[:, t - 1] if t else 0.0)
    response = (1 - theta) * stock
    for number, saturation in enumerate(world.saturations):
        if saturation:
            half = saturation * stock[:, :, number].mean(axis=1, keepdims=True)
            response[:, :, number] *= 2 * half / (half + stock[:, :, number])
    differing = 1.0 + world.effect_sd * rng.standard_normal((n, 1, k))
    delta = np.array([kind.delta for kind in world.kinds])
    caused = delta * np.maximum(differing, 0.0) * response
    base = world.base * share[:, None] * np.exp(walk - walk.mean() + hidden + own) * week
    outcome = rng.poisson(base + caused.sum(axis=2)).astype(np.float64)
    truth = caused.sum(axis=(0, 1)) / counts.sum(axis=(0, 1))
    known = np.ones((n, days), dtype=bool)
    if world.hole is not None:
        region, start, stop = world.hole
        known[region, int(start * days) : int(stop * days)] = False
        outcome[~known], counts[~known] = 0.0, 0.0
    if world.by_week:
        counts, outcome = _by_week(counts), _by_week(outcome)
        known = known[:, : outcome.shape[1]]
    names = tuple(f"{kind.channel}/{kind.type}" for kind in world.kinds)
    return RegionTotals(world, counts, outcome, truth, known, names)


def _spells(length: int, rng: np.random.Generator, n: int, days: int, k: int) -> Floats:
    """Standard normal noise that lasts `length` days, shape (n, days, k)."""
    drawn = rng.standard_normal((n, days + length - 1, k))
    summed = np.cumsum(np.concatenate([np.zeros((n, 1, k)), drawn], axis=1), axis=1)
    return np.asarray((summed[:, length:] - summed[:, :-length]) / np.sqrt(length))


def _by_week(daily: Floats) -> Floats:
    """Totals of the weeks on their first days, else zero; the series ends with the last total."""
    out = np.zeros_like(daily)
    out[:, ::7] = np.add.reduceat(daily, np.arange(0, daily.shape[1], 7), axis=1)
    return out[:, : (daily.shape[1] - 1) // 7 * 7 + 1]


def observe_region_totals(totals: RegionTotals) -> Observations:
    """The totals as the estimators' input, without user ids."""
    world = totals.world
    n, n_days, k = totals.counts.shape
    placed = totals.counts.copy()
    placed[:, :, list(world.without_region)] = 0.0
    no_rows, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
    known = totals.known
    return Observations(
        names=totals.names,
        counts=totals.counts.sum(axis=0),
        identified=np.zeros(k),
        roles=(CAUSE,) * k,
        people=People(
            *(0, n_days, k, no_rows, no_rows, no_rows),
            *(nothing, no_rows, no_rows, nothing, no_rows),
        ),
        outcome=totals.outcome.sum(axis=0),
        order_value=totals.outcome.sum(axis=0) * 60.0,
        order_count=totals.outcome.sum(axis=0),
        regions=RegionSeries(
            tuple(f"region {number}" for number in range(n)),
            totals.outcome,
            placed,
            known,
            np.repeat(known[:, :, None], k, axis=2),
        ),
    )
