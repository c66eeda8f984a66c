"""The baseline of each region without marketing, and its size.

Patterns, shocks and noise of a region are found after subtracting marketing and the effects of
days that all regions share. Those in turn depend on patterns and sizes, so all are found by
iteration, starting without shared effects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.regions.day_effects import (
    Region,
    fit_panel_at,
    likeliest_ratio,
    panel_products,
)
from chalicelib.attribution.time_series.baseline import (
    Baseline,
    find_unguided_baseline,
    fit_roughly,
    unit_columns,
)
from chalicelib.attribution.time_series.timeline import Timeline

ROUNDS = 5
ALIKE = 0.01
"""Relative change of the sizes below which the iteration stops."""
LEAST_LEVEL = 0.1
"""Minimum share of a region's conversions that would occur without marketing."""
LEAST_NOISE = 0.1
"""Minimum variance of the noise relative to that of counts."""

_VARIES = 1e-6  # of a column whose mean square is one


@dataclass(frozen=True, slots=True)
class Observed:
    """One region on its N observed steps."""

    timeline: Timeline
    outcome: Floats
    """Shape (N,)."""
    marketing: Floats
    """One plausible response per type, for one engagement of it. Shape (N, K)."""


@dataclass(frozen=True, slots=True)
class RegionBaseline:
    """The baseline of a region."""

    baseline: Baseline
    level: Floats
    """Conversions per step without marketing. Shape (N,)."""

    @property
    def size(self) -> float:
        """Mean of the level: the factor of the effects of days.

        If the size followed the level, a constant effect of all days could replace the level.
        """
        return float(self.level.mean())


def describe_regions(observed: Sequence[Observed], n_steps: int) -> list[RegionBaseline]:
    """Baselines of all regions."""
    found = [_describe(one, _present(one.marketing), one.outcome) for one in observed]
    for _ in range(ROUNDS):
        regions = scale_regions(observed, [one.marketing for one in observed], found)
        unit = common_unit(regions)
        regions = [replace(region, columns=region.columns / unit) for region in regions]
        ratio = likeliest_ratio(panel_products(regions, n_steps))
        fit = fit_panel_at(regions, n_steps, ratio)
        shares = _shares(observed, found, n_steps)
        again = []
        for one, before, share in zip(observed, found, shares, strict=True):
            explained = one.marketing @ (fit.beta / unit)
            explained += before.size * fit.days[one.timeline.times]
            nothing = np.zeros((one.outcome.size, 0))
            after = _describe(one, nothing, one.outcome - explained)
            # day effects are fitted to the region itself, too, so its residuals are smaller than
            # the noise
            noise = after.baseline.noise_variance / max(1.0 - share, 0.1)
            least = LEAST_NOISE * float(one.outcome.mean())
            baseline = replace(after.baseline, noise_variance=max(noise, least))
            again.append(RegionBaseline(baseline, after.level))
        moved = [abs(new.size / old.size - 1.0) for new, old in zip(again, found, strict=True)]
        found = again
        if max(moved) < ALIKE:
            break
    return found


def scale_regions(
    observed: Sequence[Observed], columns: Sequence[Floats], found: Sequence[RegionBaseline]
) -> list[Region]:
    """The regions in units of their noise, with some columns; levels wander in proportion to size.

    Parameters
    ----------
    columns : sequence of arrays, shape (N, p)
    """
    clarity = np.array([b.size**2 / b.baseline.noise_variance for b in found])
    clarity /= clarity.mean()
    regions = []
    for one, mine, its, wander in zip(observed, columns, found, clarity, strict=True):
        baseline = its.baseline
        sd = float(np.sqrt(baseline.noise_variance))
        scales = replace(baseline.scales, steps=baseline.scales.steps * wander)
        regions.append(
            Region(
                one.timeline.times,
                one.outcome / sd,
                baseline.columns / sd,
                mine / sd,
                np.full(one.outcome.size, its.size / sd),
                scales,
            )
        )
    return regions


def common_unit(regions: Sequence[Region]) -> Floats:
    """Root of the mean square of each column over all regions, shape (p,)."""
    squares = np.sum([(region.columns**2).sum(axis=0) for region in regions], axis=0)
    rows = sum(region.times.size for region in regions)
    return np.asarray(np.maximum(np.sqrt(squares / rows), 1e-300))


def _present(marketing: Floats) -> Floats:
    """Responses of the types that vary in the region, scaled to one size: (N, K) -> (N, k)."""
    unit = unit_columns(marketing)
    return np.asarray(unit[:, np.ptp(unit, axis=0) > _VARIES])


def _describe(one: Observed, marketing: Floats, outcome: Floats) -> RegionBaseline:
    """The baseline of a region, found in `outcome` with `marketing` in the model."""
    baseline = find_unguided_baseline(outcome, marketing, marketing, one.timeline)
    rough = fit_roughly(outcome, baseline.columns, marketing, baseline.scales)
    least = max(LEAST_LEVEL * float(one.outcome.mean()), 1e-9)
    return RegionBaseline(baseline, np.maximum(rough.level, least))


def _shares(observed: Sequence[Observed], found: Sequence[RegionBaseline], n_steps: int) -> Floats:
    """Mean weight of each region in the effects of its days, shape (R,)."""
    weight = np.zeros((len(observed), n_steps))
    for number, (one, its) in enumerate(zip(observed, found, strict=True)):
        weight[number, one.timeline.times] = its.size**2 / its.baseline.noise_variance
    weight /= np.maximum(weight.sum(axis=0), 1e-300)
    return np.array(
        [mine[one.timeline.times].mean() for mine, one in zip(weight, observed, strict=True)]
    )
