"""Effects from totals by region (`time_series`): one fit of all regions with shared effects.

Conversions of a region = its wandering level + its weekly pattern and shocks + effects of days that
all regions share + responses to its adstocked engagements + noise (`day_effects`, `structural`).
Decays, shapes and the effect of an engagement are the same in all regions. Saturation is relative
to the stock that is usual in the region (`saturation`). Unknowns are averaged over
(`averaging`), as in `time_series`. Errors include the differences between regions
(`region_spread`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from chalicelib.attribution.adstock import DECAYS, adstock_series
from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.regions.day_effects import (
    PanelFit,
    Region,
    fit_panel_at,
    panel_products,
)
from chalicelib.attribution.regions.region_baselines import (
    Observed,
    RegionBaseline,
    common_unit,
    describe_regions,
    scale_regions,
)
from chalicelib.attribution.regions.region_series import RegionSeries
from chalicelib.attribution.regions.region_spread import RegionSpread, measure_spread
from chalicelib.attribution.time_series.averaged_effects import PLAUSIBLE_SHARE
from chalicelib.attribution.time_series.averaged_models import fill_gaps
from chalicelib.attribution.time_series.averaging import average
from chalicelib.attribution.time_series.priors import DecaysAndShapes
from chalicelib.attribution.time_series.resolution import Resolution
from chalicelib.attribution.time_series.saturation import HALF_STOCKS, responses, usual_stocks
from chalicelib.attribution.time_series.structural import LEVEL_RATIOS
from chalicelib.attribution.time_series.timeline import Timeline


@dataclass(frozen=True, slots=True)
class LikeliestPanel:
    """The model with the likeliest decays, shapes and variance ratio."""

    regions: tuple[Region, ...]
    """With one response per type, which adds up to its engagements in the region."""
    ratio: float
    """Variance of the steps of the level relative to that of the noise."""
    fit: PanelFit
    """In conversions per engagement."""


@dataclass(frozen=True, slots=True)
class GeoPanelFit:
    """Effects of one engagement of each type, estimated from totals of regions."""

    delta: Floats
    """Conversions inside the window caused by one engagement, on average over the engagements of
    all regions. Shape (K,).
    """
    cov: Floats
    """Including the differences between regions. Shape (K, K)."""
    critical: Floats
    """Two-sided 95 % quantiles. Their degrees of freedom combine those of the many region-days and
    of the few regions, by their contributions to the error (Satterthwaite 1946). Shape (K,).
    """
    degrees_of_freedom: Floats
    """Shape (K,)."""
    decay_weights: Floats
    """Shape (K, G)."""
    linear: Floats
    """Probability that the response is linear. Shape (K,)."""
    left: Floats
    """Share of the variation of a type that regions do not share. Shape (K,)."""
    spread: RegionSpread
    """In conversions per engagement."""
    converged: bool
    baselines: tuple[RegionBaseline, ...]
    likeliest: LikeliestPanel

    @property
    def t_value(self) -> Floats:
        """Estimate over standard error, shape (K,)."""
        return np.asarray(self.delta / np.sqrt(np.diag(self.cov)))


def fit_geo_panel(
    series: RegionSeries,
    resolution: Resolution,
    timelines: Sequence[Timeline],
    *,
    channels: Ints,
) -> GeoPanelFit:
    """Fit all regions at once.

    Parameters
    ----------
    series : RegionSeries
        On the days of the resolution; every type must have engagements.
    timelines : sequence of Timeline, length R
        Steps of each region to use.
    channels : int array, shape (K,)
        Index of each type's channel.
    """
    n_kinds, n_steps = series.counts.shape[2], resolution.n_steps
    shape = (n_kinds, DECAYS.size, HALF_STOCKS.size)
    columns = [_responses(series, number, resolution) for number in range(len(series.names))]
    columns = [mine[line.times] for mine, line in zip(columns, timelines, strict=True)]
    observed = [
        Observed(line, resolution.total(outcome)[line.times], mine[:, :, DECAYS.size // 2, 0])
        for line, outcome, mine in zip(timelines, series.outcome, columns, strict=True)
    ]
    baselines = describe_regions(observed, n_steps)
    flat = [mine.reshape(mine.shape[0], -1) for mine in columns]
    regions = scale_regions(observed, flat, baselines)
    unit = common_unit(regions)
    regions = [replace(region, columns=region.columns / unit) for region in regions]
    seen = np.where(series.counts_known, series.counts, 0.0).sum(axis=1)  # (R, K)
    conversions = max(sum(float(one.outcome.sum()) for one in observed), 1.0)
    plausible = PLAUSIBLE_SHARE * conversions / np.maximum(seen.sum(axis=0), 1e-300)
    prior = DecaysAndShapes.usual(channels).per_type()
    candidates = (n_kinds, -1, 1)
    averaged = average(
        panel_products(regions, n_steps),
        (1.0 / unit).reshape(candidates),
        prior,
        shrink=((unit.reshape(shape) * plausible[:, None, None]) ** -2.0).reshape(candidates),
        groups=prior.groups,
    )
    weights = averaged.decay_weights.reshape(shape)
    best = averaged.decay_weights.argmax(axis=1) + np.arange(n_kinds) * shape[1] * shape[2]
    ratio = float(LEVEL_RATIOS[np.argmax(averaged.ratio_weights)])
    chosen = [replace(region, columns=region.columns[:, best] * unit[best]) for region in regions]
    likeliest = fit_panel_at(chosen, n_steps, ratio)
    spread = measure_spread(likeliest, seen / np.maximum(seen.sum(axis=0), 1e-300))
    own = np.diag(averaged.cov)
    freedom = (own + spread.variance) ** 2 / (
        own**2 / averaged.degrees_of_freedom + spread.variance**2 / spread.degrees_of_freedom
    )
    return GeoPanelFit(
        delta=averaged.effect,
        cov=averaged.cov + np.diag(spread.variance),
        critical=np.asarray(stats.t.ppf(0.975, freedom)),
        degrees_of_freedom=freedom,
        decay_weights=weights.sum(axis=2),
        linear=weights[:, :, 0].sum(axis=1),
        left=likeliest.left,
        spread=spread,
        converged=averaged.converged,
        baselines=tuple(baselines),
        likeliest=LikeliestPanel(tuple(chosen), ratio, likeliest),
    )


def _responses(series: RegionSeries, number: int, resolution: Resolution) -> Floats:
    """Every response of a region to its engagements: (M, K, G, H).

    Each adds up to the engagements of the region, so its coefficient is the effect of one
    engagement.
    """
    counts, known = series.counts[number], series.counts_known[number]
    seen = np.where(known, counts, 0.0)
    stocks = resolution.total(adstock_series(fill_gaps(seen, known)))
    usual = np.maximum(usual_stocks(stocks), 1e-9)
    caused = responses(resolution.total(adstock_series(seen)), usual).sum(axis=0)
    each = seen.sum(axis=0)[:, None, None] / np.maximum(caused, 1e-300)
    return np.asarray(responses(stocks, usual) * each)
