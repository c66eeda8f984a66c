"""Effects of single days that all regions share, projected out of the series of the regions.

``y_rt = level_rt + (columns b)_rt + size_rt * day_t + noise_rt``: a common change of all regions on
a day, in proportion to their sizes, has its own coefficient (two-way effects; Wooldridge 2021).
Levels are integrated out region by region (`structural`), then the effects of the days jointly. The
outcome and the columns of a region are in units of its noise.

The effect of a day is a share of a region's usual conversions, with a prior standard deviation of
one around zero. That is negligible compared with the data on a day, and identifies a
constant in all days, which a diffuse level could not separate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.time_series.structural import (
    LEVEL_RATIOS,
    Products,
    Scales,
    center_columns,
    independent,
    unexplainable,
    weigh,
)

PRIOR_PRECISION = 1.0
"""Prior precision of the effect of a day."""


@dataclass(frozen=True, slots=True)
class Region:
    """One region in units of its noise."""

    times: Ints
    """Observed steps, of the M steps of the window. Shape (N,)."""
    outcome: Floats
    """Shape (N,)."""
    nuisance: Floats
    """Season and shocks. Shape (N, m)."""
    columns: Floats
    """Responses; the same ones in all regions. Shape (N, p)."""
    size: Floats
    """Factor of the effect of a day. Shape (N,)."""
    scales: Scales
    """Without a guide."""


@dataclass(frozen=True, slots=True)
class PanelFit:
    """Coefficients of p columns over R regions, at one variance ratio."""

    beta: Floats
    """Shape (p,)."""
    days: Floats
    """Effects of the days, less their mean. Shape (M,)."""
    noise: float
    """Variance of the noise, in the units to which the regions were scaled."""
    scores: Floats
    """Gradient with respect to separate coefficients of each region; the sum is zero. Shape (R, p).
    """
    information: Floats
    """Information on these coefficients, divided by that of the noise. Shape (R, p, R, p)."""
    left: Floats
    """Share of each column's variation that the days do not explain. Shape (p,)."""


def panel_products(regions: Sequence[Region], n_steps: int) -> Products:
    """Everything needed for likelihoods of any subset of the columns, over all regions.

    `n_steps`: steps of the window, M.
    """
    grams, weights, freedom = [], [], 0
    nothing = sum(unexplainable(region.outcome) for region in regions)
    for ratio in LEVEL_RATIOS:
        gram, log_det, freedom = _sum_up(regions, n_steps, float(ratio))
        left, of_days, used = _without_days(gram, n_steps)
        log_det, freedom = log_det + of_days, freedom - used
        left[-1, -1] += nothing
        grams.append(left)
        weights.append(-0.5 * log_det)
    return Products(np.array(grams), np.array(weights), max(freedom, 1))


def fit_panel_at(regions: Sequence[Region], n_steps: int, ratio: float) -> PanelFit:
    """Coefficients at a variance ratio, with the information of each region."""
    p = regions[0].columns.shape[1]
    whole = np.zeros((n_steps + p + 1, n_steps + p + 1))
    mine = np.zeros((len(regions), p, n_steps + p + 1))
    freedom = 0
    for number, region in enumerate(regions):
        place = _place(region, n_steps)
        gram, _, left_over = _region_gram(region, ratio)
        whole[np.ix_(place, place)] += gram
        mine[number][:, place] = gram[region.times.size : -1]
        freedom += left_over
    factor = _days_factor(whole, n_steps)
    solved = cho_solve(factor, whole[:n_steps, n_steps:])
    left = whole[n_steps:, n_steps:] - whole[n_steps:, :n_steps] @ solved
    beta = np.linalg.lstsq(left[:p, :p], left[:p, p], rcond=None)[0]
    days = solved[:, p] - solved[:, :p] @ beta
    used = int((np.diag(whole)[:n_steps] > 0).sum()) - 1
    freedom = max(freedom - used - p, 1)
    crossed = mine[:, :, :n_steps].reshape(-1, n_steps)  # (R p, M)
    information = -crossed @ cho_solve(factor, crossed.T)
    information = information.reshape(len(regions), p, len(regions), p)
    for number in range(len(regions)):
        information[number, :, number] += mine[number, :, n_steps : n_steps + p]
    noise = max(float(left[p, p] - left[:p, p] @ beta), 1e-300) / freedom
    before = np.diag(whole)[n_steps : n_steps + p]
    return PanelFit(
        beta,
        days - days.mean(),
        noise,
        mine @ np.concatenate([-days, -beta, [1.0]]),
        information,
        np.diag(left)[:p] / np.maximum(before, 1e-300),
    )


def likeliest_ratio(products: Products) -> float:
    """The variance ratio at which all columns together explain the outcome best."""
    p = products.gram.shape[1] - 1
    freedom = max(products.degrees_of_freedom - p, 1)
    values = []
    for gram, weight in zip(products.gram, products.log_weight, strict=True):
        inner = gram[:p, :p] + 1e-9 * np.diag(np.diag(gram)[:p])
        left = max(float(gram[p, p] - gram[:p, p] @ np.linalg.solve(inner, gram[:p, p])), 1e-300)
        values.append(
            weight - 0.5 * np.linalg.slogdet(inner)[1] - 0.5 * freedom * float(np.log(left))
        )
    return float(LEVEL_RATIOS[int(np.argmax(values))])


def _sum_up(regions: Sequence[Region], n_steps: int, ratio: float) -> tuple[Floats, float, int]:
    """Cross products over all regions: days, columns, outcome; log det; degrees of freedom."""
    size = n_steps + regions[0].columns.shape[1] + 1
    whole, log_dets, freedom = np.zeros((size, size)), 0.0, 0
    for region in regions:
        place = _place(region, n_steps)
        gram, log_det, left_over = _region_gram(region, ratio)
        whole[np.ix_(place, place)] += gram
        log_dets += log_det
        freedom += left_over
    return whole, log_dets, freedom


def _place(region: Region, n_steps: int) -> Ints:
    """Positions of the cross products of a region among those of all: its days, then the rest."""
    return np.concatenate([region.times, n_steps + np.arange(region.columns.shape[1] + 1)])


def _region_gram(region: Region, ratio: float) -> tuple[Floats, float, int]:
    """Cross products of a region, with its level and nuisance columns projected out.

    They have shape (N + p + 1, N + p + 1): the region's days first, then the columns, then the
    outcome. Also a log determinant, and the steps less the level and the nuisance columns.
    """
    n, size = region.times.size, region.size
    basis = independent(region.nuisance)
    m = basis.shape[1]
    others = center_columns(np.column_stack([basis, region.columns, region.outcome]), region.scales)
    product, log_det = weigh(np.column_stack([np.eye(n) - 1.0 / n, others]), region.scales, ratio)
    product -= product.mean(axis=0)  # days less their means, from the left
    gram = np.empty((n + others.shape[1], n + others.shape[1]))
    gram[:n] = size[:, None] * product
    gram[:n, :n] *= size
    gram[n:, :n] = gram[:n, n:].T
    gram[n:, n:] = others.T @ product[:, n:]
    if m:
        kept = np.delete(np.arange(gram.shape[0]), n + np.arange(m))
        inner, cross = gram[n : n + m, n : n + m], gram[n : n + m, kept]
        log_det += float(np.linalg.slogdet(inner)[1])
        gram = gram[np.ix_(kept, kept)] - cross.T @ np.linalg.solve(inner, cross)
    return (gram + gram.T) / 2, log_det, n - 1 - m


def _days_factor(gram: Floats, n_steps: int) -> tuple[Floats, bool]:
    """Cholesky factor of the information on the days."""
    inner = gram[:n_steps, :n_steps] + PRIOR_PRECISION * np.eye(n_steps)
    lower, is_lower = cho_factor(inner, lower=True)
    return np.asarray(lower), bool(is_lower)


def _without_days(gram: Floats, n_steps: int) -> tuple[Floats, float, int]:
    """Cross products of columns and outcome without the days; a log det; the number of days."""
    factor = _days_factor(gram, n_steps)
    solved = cho_solve(factor, gram[:n_steps, n_steps:])
    left = gram[n_steps:, n_steps:] - gram[n_steps:, :n_steps] @ solved
    used = int((np.diag(gram)[:n_steps] > 0).sum()) - 1
    return (left + left.T) / 2, float(2.0 * np.log(np.diag(factor[0])).sum()), used
