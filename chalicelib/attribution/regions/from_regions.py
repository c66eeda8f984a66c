"""Estimates from totals by region: which types qualify for a geo panel, and their effects.

A panel of regions has information that national totals lack: on the same day, some regions had more
of a type than others. So changes of the whole country on a day can be projected out. The panel runs
before the totals. Types whose events carry no region, and types that move alike in all regions, are
estimated from totals, using the conversions that the panel does not explain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.adstock import DECAYS, adstock_series
from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.coverage import Coverage, find_common_days
from chalicelib.attribution.draft import COLLINEAR, Draft
from chalicelib.attribution.observations import CAUSE, Observations
from chalicelib.attribution.regions.geo_panel import GeoPanelFit, fit_geo_panel
from chalicelib.attribution.regions.region_doubts import warn_of_regional_doubts
from chalicelib.attribution.regions.region_series import RegionSeries
from chalicelib.attribution.sensitivity import sensitivity_time_series
from chalicelib.attribution.time_series.from_totals import (
    MAX_INFLATION,
    MIN_DAYS,
    MIN_ENGAGEMENTS,
    by_content,
    context_used,
    is_sparse,
    used_steps,
)
from chalicelib.attribution.time_series.resolution import Resolution, is_weekly, resolve
from chalicelib.attribution.time_series.timeline import Timeline

MIN_SHARE = 0.95
"""Minimum share of the conversions, and of a type's engagements, that carry a region."""
MIN_REGIONS = 3
MIN_OF_REGION = 50.0
"""Minimum number of conversions on used days for a region in the comparison."""
LEAST_LEFT = 0.1
"""Minimum share of a type's variation that regions do not share. Below it, the rest is due to
chance in the regional assignment of the same engagements.
"""


@dataclass(frozen=True, slots=True)
class _Prepared:
    types: Ints
    """Shape (k,)."""
    series: RegionSeries
    """Of these types, on the days of the resolution."""
    resolution: Resolution
    timelines: list[Timeline]
    whole: bool
    """Whether all days of the window are used in all regions."""


def estimate_from_regions(observed: Observations, draft: Draft) -> Floats:
    """Fill in the types that a geo panel can estimate.

    Return the incremental conversions per day of each type, shape (T, K); zero if the panel has no
    estimate.

    `draft`: receives an estimate for the types that qualify. The others stay open.
    """
    explained = np.zeros(observed.counts.shape)
    prepared = _prepare(observed, draft)
    if prepared is None:
        return explained
    fit = fit_geo_panel(
        prepared.series,
        prepared.resolution,
        prepared.timelines,
        channels=observed.channels[prepared.types],
    )
    if not fit.converged:
        return explained
    types = prepared.types
    alike = fit.left < LEAST_LEFT
    draft.warn(np.intersect1d(types[alike], draft.open_kinds()), "same_in_all_regions")
    place = np.flatnonzero(_separable(fit) & ~alike & np.isin(types, draft.open_kinds()))
    if place.size == 0:
        return explained
    answered = types[place]
    draft.accept(
        answered,
        "time_series",
        fit.delta[place],
        fit.cov[np.ix_(place, place)],
        fit.decay_weights[place],
        fit.critical[place],
    )
    for one, kind in zip(place, answered, strict=True):
        draft.sensitivities[kind] = sensitivity_time_series(
            float(fit.t_value[one]), float(fit.degrees_of_freedom[one]), float(fit.critical[one])
        )
    draft.warn(answered, "regions_used")
    if not prepared.whole:
        draft.warn(answered, "coverage_gap")
    for code in context_used(observed.context, observed.covered.outcome):
        draft.warn(answered, code)
    names = tuple(observed.names[kind] for kind in types)
    warn_of_regional_doubts(
        fit,
        prepared.series,
        names,
        prepared.resolution,
        prepared.timelines,
        answered,
        place,
        draft,
    )
    draft.diagnostics["regions"] = _describe(observed, prepared, fit, answered)
    counts = observed.counts[:, answered]
    fading = adstock_series(counts) @ _rates(fit.decay_weights[place])
    responses = np.diagonal(fading, axis1=1, axis2=2)
    shares = responses / np.maximum(responses.sum(axis=0), 1e-300)
    explained[:, answered] = shares * fit.delta[place] * counts.sum(axis=0)
    return explained


def _rates(weights: Floats) -> Floats:
    """Effect of each decay on a day per unit of its stock, shape (G, k)."""
    return np.asarray((weights * (1.0 - DECAYS)).T)


def _prepare(observed: Observations, draft: Draft) -> _Prepared | None:
    """The regions and types that can be compared; None if there are too few."""
    regions = observed.regions
    if regions is None or observed.outcome.size < MIN_DAYS:
        return None
    if regions.outcome.sum() < MIN_SHARE * observed.outcome.sum():
        return None
    types = _types_by_region(observed, regions)
    if np.intersect1d(types, draft.open_kinds()).size == 0:
        return None
    common = find_common_days(observed.covered, types, MIN_DAYS)
    types = by_content(observed.counts, common.types)
    weekly = np.array([is_weekly(observed.counts[:, kind]) for kind in types], dtype=bool)
    resolution = resolve(observed.outcome, weekly)
    if resolution.step_days == 1:  # mixed with daily conversions they cannot be compared
        types, weekly = types[~weekly], weekly[~weekly]
    if types.size == 0:
        return None
    numbers = np.arange(len(regions.names))
    chosen = regions.of(numbers, types)
    usable = [common.days & _usable(chosen, number) for number in numbers.tolist()]
    enough = np.array(
        [_is_comparable(sold[days]) for sold, days in zip(chosen.outcome, usable, strict=True)]
    )
    if enough.sum() < MIN_REGIONS:
        return None
    timelines = [used_steps(observed, usable[number], resolution)[0] for number in numbers[enough]]
    series = _at(regions.of(numbers[enough], types), resolution, weekly)
    present = _vary(series, resolution, timelines)
    if not present.any():
        return None
    series = series.of(np.arange(len(series.names)), np.flatnonzero(present))
    whole = all(days.all() for days, kept in zip(usable, enough, strict=True) if kept)
    return _Prepared(types[present], series, resolution, timelines, whole)


def _types_by_region(observed: Observations, regions: RegionSeries) -> Ints:
    """Causes with enough engagements, nearly all of which carry a region."""
    total = observed.counts.sum(axis=0)
    placed = regions.counts.sum(axis=(0, 1))
    return np.array(
        [
            kind
            for kind, role in enumerate(observed.roles)
            if role == CAUSE
            and total[kind] >= MIN_ENGAGEMENTS
            and placed[kind] >= MIN_SHARE * total[kind]
            and not is_sparse(observed.counts[:, kind], observed.outcome)
        ],
        dtype=np.int64,
    )


def _is_comparable(outcome: Floats) -> bool:
    """Whether the conversions of a region on its usable days are enough for a comparison."""
    return bool(outcome.size >= MIN_DAYS and outcome.sum() >= MIN_OF_REGION and np.ptp(outcome) > 0)


def _usable(regions: RegionSeries, number: int) -> Bools:
    """Days on which a region can be used, shape (T,)."""
    coverage = Coverage(regions.outcome_known[number], regions.counts_known[number])
    types = range(regions.counts.shape[2])
    return np.asarray(np.logical_and.reduce([coverage.usable(kind) for kind in types]))


def _at(series: RegionSeries, resolution: Resolution, weekly: Bools) -> RegionSeries:
    """The same on the days of the resolution; weekly totals are spread over their days."""
    n_days = resolution.n_days
    missing = max(n_days - series.outcome.shape[1], 0)

    def longer(known: Bools) -> Bools:
        return np.concatenate([known[:, :n_days], np.repeat(known[:, -1:], missing, axis=1)], 1)

    outcome = np.concatenate(
        [series.outcome[:, :n_days], np.zeros((series.outcome.shape[0], missing))], axis=1
    )
    counts = np.array([resolution.spread(one, weekly) for one in series.counts])
    return RegionSeries(
        series.names, outcome, counts, longer(series.outcome_known), longer(series.counts_known)
    )


def _vary(series: RegionSeries, resolution: Resolution, timelines: Sequence[Timeline]) -> Bools:
    """Types that vary over time in some region, shape (k,)."""
    found = np.zeros(series.counts.shape[2], dtype=bool)
    for counts, timeline in zip(series.counts, timelines, strict=True):
        found |= np.ptp(resolution.total(counts)[timeline.times], axis=0) > 0
    return found


def _separable(fit: GeoPanelFit) -> Bools:
    """Types that move differently from all others, shape (k,)."""
    information = fit.likeliest.fit.information.sum(axis=(0, 2))
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    correlation = information / np.outer(scale, scale)
    alone = np.abs(correlation - np.diag(np.diag(correlation))).max(axis=1) <= COLLINEAR
    inflation = np.diag(np.linalg.pinv(correlation + 1e-6 * np.eye(scale.size)))
    return np.asarray(alone & (inflation <= MAX_INFLATION))


def _describe(
    observed: Observations, prepared: _Prepared, fit: GeoPanelFit, answered: Ints
) -> dict[str, object]:
    assert observed.regions is not None
    placed = float(observed.regions.outcome.sum())
    return {
        "regions": len(prepared.series.names),
        "region_steps": int(sum(line.times.size for line in prepared.timelines)),
        "step_days": prepared.resolution.step_days,
        "conversions_with_region": round(placed / max(float(observed.outcome.sum()), 1.0), 4),
        "types": [observed.names[kind] for kind in np.sort(answered)],
        "differences": {
            observed.names[kind]: {"sd": float(f"{tau:.6g}"), "p": round(float(p), 4)}
            for kind, tau, p in zip(prepared.types, fit.spread.tau, fit.spread.p, strict=True)
            if kind in answered
        },
    }
