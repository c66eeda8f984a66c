"""Worlds of geo tests: independently moving regions, a test in some of them, and a known effect.

On day t region r has Poisson conversions around

    level_r * exp(loading_r * common_t + week_r,t + drift_r,t + noise_r,t)

where `common` is an autocorrelated shock of the whole country with a wandering trend, `week` a
weekly season with the region's amplitude and `drift` a random walk of the region. In the
`additive` worlds shocks and season add the same number of conversions everywhere. From day
`before` on, the treated regions have `lift` times their expectation in addition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class GeoWorld:
    """The parameters of a world of geo tests.

    Attributes
    ----------
    spread : float
        Standard deviation of the logarithm of the regions' levels.
    loading : float
        Differences in the regions' reaction to the common shock.
    drift, uneven : float
        Standard deviation of the daily steps of a region's walk, and of its logarithm
        over regions.
    largest : bool
        Whether the test is in the largest regions; else in any.
    """

    name: str
    n_regions: int = 40
    n_treated: int = 2
    before: int = 90
    days: int = 21
    level: float = 300.0
    spread: float = 0.8
    common: float = 0.05
    loading: float = 0.2
    week: float = 0.15
    week_spread: float = 0.03
    drift: float = 0.004
    uneven: float = 0.0
    noise: float = 0.04
    lift: float = 0.08
    largest: bool = False
    additive: bool = False


GEO_WORLDS = {
    world.name: world
    for world in (
        GeoWorld("geo_calm", drift=0.0),
        GeoWorld("geo_drifting"),
        GeoWorld("geo_strong_drift", drift=0.01),
        GeoWorld("geo_uneven", uneven=0.8),
        GeoWorld("geo_one_treated", n_treated=1),
        GeoWorld("geo_few_regions", n_regions=9),
        GeoWorld("geo_one_of_ten", n_regions=10, n_treated=1),
        GeoWorld("geo_one_of_five", n_regions=5, n_treated=1),
        GeoWorld("geo_half", n_regions=20, n_treated=10),
        GeoWorld("geo_largest", largest=True),
        GeoWorld("geo_additive", additive=True, spread=0.6),
        GeoWorld("geo_loadings", loading=0.6, common=0.08),
        GeoWorld("geo_small_counts", level=8.0, n_regions=30, n_treated=5),
        GeoWorld("geo_four_weeks", before=28, days=14),
        GeoWorld("geo_long", before=60, days=60),
    )
}


@dataclass(frozen=True)
class GeoPanel:
    """The simulated counts, and the truth.

    Attributes
    ----------
    counts : array, shape (T, R)
    treated : int array
    truth : float
        Expected incremental conversions of the test, over all treated regions and days.
    """

    world: GeoWorld
    counts: NDArray[np.float64]
    treated: NDArray[np.int64]
    truth: float


def simulate_geo(world: GeoWorld, seed: int) -> GeoPanel:
    """Simulate the panel of one world."""
    rng = np.random.default_rng([seed, 23])
    regions, days = world.n_regions, world.before + world.days
    level = world.level * np.exp(world.spread * rng.standard_normal(regions))
    order = np.argsort(-level) if world.largest else rng.permutation(regions)
    treated = np.sort(order[: world.n_treated])
    shock = np.zeros(days)
    steps = world.common * rng.standard_normal(days)
    for t in range(days):
        shock[t] = steps[t] + (0.7 * shock[t - 1] if t else 0.0)
    shock += world.drift * np.cumsum(rng.standard_normal(days))
    loading = 1 + world.loading * rng.standard_normal(regions)
    amplitude = world.week + world.week_spread * rng.standard_normal(regions)
    week = np.cos(2 * np.pi * np.arange(days) / 7)[:, None]
    own = world.drift * np.exp(world.uneven * rng.standard_normal(regions))
    walk = own * np.cumsum(rng.standard_normal((days, regions)), axis=0)
    walk += world.noise * rng.standard_normal((days, regions))
    if world.additive:
        together = world.level * (shock[:, None] * loading + week * world.week)
        rate = np.maximum(level * np.exp(walk) + together, 1.0)
    else:
        rate = level * np.exp(shock[:, None] * loading + week * amplitude + walk)
    caused = np.zeros((days, regions))
    caused[world.before :, treated] = world.lift * rate[world.before :, treated]
    counts = rng.poisson(rate + caused).astype(np.float64)
    return GeoPanel(world, counts, treated, float(caused.sum()))
