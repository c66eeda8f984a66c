"""Warnings of an estimate from regions, and the types that they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import stats

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.draft import Draft
from chalicelib.attribution.observations import channel_of
from chalicelib.attribution.regions.day_effects import Region, fit_panel_at
from chalicelib.attribution.regions.geo_panel import GeoPanelFit, LikeliestPanel
from chalicelib.attribution.regions.region_series import RegionSeries
from chalicelib.attribution.regions.regional_demand import follows_demand, jump_together_by_region
from chalicelib.attribution.time_series.averaged_models import autocorrelation_p, fill_gaps
from chalicelib.attribution.time_series.late_effects import MIN_DAYS, delayed_counts
from chalicelib.attribution.time_series.resolution import Resolution
from chalicelib.attribution.time_series.same_day import gone_tomorrow, is_search_ad
from chalicelib.attribution.time_series.structural import coefficients, forecast_errors
from chalicelib.attribution.time_series.timeline import Timeline
from chalicelib.attribution.time_series.totals_doubts import CORRELATED, UNKNOWN_SHAPE

DIFFERENT = 0.01
"""P-value of equal effects in all regions below which effects differ."""
LATE = 0.01
"""P-value of no late effects below which they are suspected."""


def warn_of_regional_doubts(
    fit: GeoPanelFit,
    series: RegionSeries,
    names: tuple[str, ...],
    resolution: Resolution,
    timelines: Sequence[Timeline],
    kinds: Ints,
    place: Ints,
    draft: Draft,
) -> None:
    """Add warnings to the estimates of `kinds`, which are at `place` in the fit.

    Parameters
    ----------
    names : tuple of str, length K
        ``channel/type``.
    timelines : sequence of Timeline, length R
    """
    counts = [resolution.total(one) for one in series.counts]
    search = np.array([is_search_ad(name) for name in names])
    gone = gone_tomorrow(fit.t_value, fit.decay_weights, search)
    channels = tuple(channel_of(name) for name in names)
    outcome = [resolution.total(one) for one in series.outcome]
    if jump_together_by_region(counts, outcome, channels, timelines):
        gone[:] = True
    draft.warn(kinds[gone[place]], "same_day_demand_suspected")
    draft.warn(kinds[search[place]], "search_ads_not_split")
    draft.warn(kinds[fit.spread.p[place] < DIFFERENT], "effects_differ_by_region")
    linear = fit.linear[place]
    draft.warn(
        kinds[(UNKNOWN_SHAPE[0] < linear) & (linear < UNKNOWN_SHAPE[1])], "saturation_unknown"
    )
    if any(its.baseline.shocks for its in fit.baselines):
        draft.warn(kinds, "shocks_removed")
    if residual_p(fit.likeliest) < CORRELATED:
        draft.warn(kinds, "autocorrelated_residuals")
    if late_p(fit, series, resolution) < LATE:
        draft.warn(kinds, "delayed_effect_suspected")
    if follows_demand(counts, [its.level for its in fit.baselines], timelines):
        draft.warn(kinds, "follows_demand")


def residual_p(likeliest: LikeliestPanel) -> float:
    """P-value of no autocorrelation in any region's one-step errors (Ljung, Box; Fisher 1932)."""
    days, beta, ratio = likeliest.fit.days, likeliest.fit.beta, likeliest.ratio
    single = []
    for region in likeliest.regions:
        left = region.outcome - region.columns @ beta - region.size * days[region.times]
        known = region.nuisance
        if known.shape[1]:
            left = left - known @ coefficients(left, known, region.scales, ratio)
        single.append(autocorrelation_p(forecast_errors(left, region.scales, ratio)))
    return _together(np.array(single))


def late_p(fit: GeoPanelFit, series: RegionSeries, resolution: Resolution) -> float:
    """P-value of no effects two to four weeks later; 1 in windows too short to detect them."""
    if resolution.n_steps * resolution.step_days < MIN_DAYS:
        return 1.0
    extended: list[Region] = []
    for number, (region, its) in enumerate(zip(fit.likeliest.regions, fit.baselines, strict=True)):
        known = series.counts_known[number]
        seen = fill_gaps(np.where(known, series.counts[number], 0.0), known)
        late = resolution.total(delayed_counts(seen))[region.times]
        late /= np.sqrt(its.baseline.noise_variance)
        extended.append(replace(region, columns=np.column_stack([region.columns, late])))
    unit = np.maximum(np.max([np.abs(r.columns).max(axis=0) for r in extended], axis=0), 1e-300)
    extended = [replace(region, columns=region.columns / unit) for region in extended]
    found = fit_panel_at(extended, resolution.n_steps, fit.likeliest.ratio)
    k = series.counts.shape[2]
    inverse = np.linalg.pinv(found.information.sum(axis=(0, 2)))
    error = np.sqrt(np.maximum(found.noise * np.diag(inverse)[k:], 1e-300))
    return _together(stats.norm.sf(found.beta[k:] / error))


def _together(single: Floats) -> float:
    """Fisher's combination of p-values."""
    bounded = np.maximum(single, 1e-300)
    return float(stats.chi2.sf(-2.0 * np.log(bounded).sum(), 2 * single.size))
