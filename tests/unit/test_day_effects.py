"""Effects of days and regions equal a regression with dummy variables in statsmodels.

The reference has a column for every region, every day, every weekday and region, and the covariance
of a wandering level. The prior of the days is added as rows (an effect of zero, with the
variance of the noise). Tolerances are those of solving normal equations: 1e-6, relative.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.linalg import block_diag

from chalicelib.attribution.regions.day_effects import (
    Region,
    fit_panel_at,
    likeliest_ratio,
    panel_products,
)
from chalicelib.attribution.regions.region_spread import measure_spread
from chalicelib.attribution.time_series.structural import LEVEL_RATIOS, Scales

Floats = NDArray[np.float64]

N_STEPS, RATIO = 24, float(LEVEL_RATIOS[8])
HOLE = slice(9, 13)


def make_regions(seed: int = 0, *, differ: float = 0.0, n_regions: int = 4) -> list[Region]:
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal(N_STEPS)
    made = []
    for number in range(n_regions):
        times = np.arange(N_STEPS)
        if number == 1:
            times = np.delete(times, HOLE)
        size = np.full(times.size, 8.0 + 3.0 * number)
        columns = rng.standard_normal((times.size, 2)) + 0.7 * shared[times, None]
        week = np.equal.outer(times % 4, [0, 1]).astype(float)
        beta = np.array([0.8, -0.3]) * (1.0 + differ * rng.standard_normal(2))
        level = np.cumsum(np.sqrt(RATIO) * rng.standard_normal(N_STEPS))[times]
        outcome = 50.0 + level + columns @ beta + size * shared[times] + week @ [1.0, -1.0]
        noise = np.exp(0.3 * rng.standard_normal(times.size))
        outcome += np.sqrt(noise) * rng.standard_normal(times.size)
        scales = Scales(noise, np.diff(times).astype(float))
        made.append(Region(times, outcome, week, columns, size, scales))
    return made


def reference(regions: list[Region], *, days: bool = True, own: bool = False) -> tuple[Floats, ...]:
    """Coefficients of the columns, their covariance over the noise, and the noise."""
    covs, rows = [], []
    for number, region in enumerate(regions):
        n = region.times.size
        steps = np.concatenate([[0.0], RATIO * np.cumsum(region.scales.steps)])
        covs.append(np.diag(region.scales.noise) + np.minimum.outer(steps, steps))
        k = region.columns.shape[1]
        mine = np.zeros((n, k * len(regions) if own else k))
        mine[:, number * k * own : number * k * own + k] = region.columns
        fixed = np.zeros((n, 3 * len(regions)))
        fixed[:, 3 * number] = 1.0
        fixed[:, 3 * number + 1 : 3 * number + 3] = region.nuisance
        of_day = np.zeros((n, N_STEPS))
        of_day[np.arange(n), region.times] = region.size
        rows.append(np.column_stack([mine, fixed, of_day if days else of_day[:, :0]]))
    X, y = np.vstack(rows), np.concatenate([region.outcome for region in regions])
    sigma = block_diag(*covs)
    if days:
        prior = np.zeros((N_STEPS, X.shape[1]))
        prior[:, -N_STEPS:] = np.eye(N_STEPS)
        X, y = np.vstack([X, prior]), np.concatenate([y, np.zeros(N_STEPS)])
        sigma = block_diag(sigma, np.eye(N_STEPS))
    fit = sm.GLS(y, X, sigma=sigma).fit()
    k = rows[0].shape[1] - 3 * len(regions) - N_STEPS * days
    return fit.params[:k], fit.normalized_cov_params[:k, :k], np.array(fit.ssr)


def test_coefficients_equal_a_regression_with_a_column_for_every_day() -> None:
    regions = make_regions()

    fit = fit_panel_at(regions, N_STEPS, RATIO)

    beta, cov, _ = reference(regions)
    assert fit.beta == pytest.approx(beta, rel=1e-6)
    assert np.linalg.inv(fit.information.sum(axis=(0, 2))) == pytest.approx(cov, rel=1e-6)


def test_the_products_of_all_regions_give_the_same_coefficients() -> None:
    regions = make_regions(1)

    products = panel_products(regions, N_STEPS)

    gram = products.gram[8]
    beta, cov, rest = reference(regions)
    assert np.linalg.solve(gram[:2, :2], gram[:2, 2]) == pytest.approx(beta, rel=1e-6)
    assert np.linalg.inv(gram[:2, :2]) == pytest.approx(cov, rel=1e-6)
    left = gram[2, 2] - gram[:2, 2] @ np.linalg.solve(gram[:2, :2], gram[:2, 2])
    assert left == pytest.approx(rest, rel=1e-3)  # except for the unexplainable part


def test_without_day_effects_their_variation_would_be_credited_to_the_columns() -> None:
    regions = make_regions(2)

    with_days, without = (
        reference(regions, days=days)[0] - np.array([0.8, -0.3]) for days in (True, False)
    )

    assert np.abs(with_days).max() < 0.5 < 2.0 < np.abs(without).max()


def test_coefficients_of_single_regions_equal_separate_columns() -> None:
    regions = make_regions(3, differ=0.5)

    fit = fit_panel_at(regions, N_STEPS, RATIO)

    own, cov, _ = reference(regions, own=True)
    information = fit.information.reshape(8, 8)
    assert np.linalg.inv(information) == pytest.approx(cov, rel=1e-5)
    ours = fit.beta + np.linalg.solve(information, fit.scores.ravel()).reshape(4, 2)
    assert ours.ravel() == pytest.approx(own, rel=1e-5)
    assert fit.scores.sum(axis=0) == pytest.approx(np.zeros(2), abs=1e-6)


def test_day_effects_are_shares_of_a_regions_sales() -> None:
    regions = make_regions(4)
    double = [replace(region, size=2.0 * region.size) for region in regions]

    days, halves = (fit_panel_at(each, N_STEPS, RATIO).days for each in (regions, double))

    assert halves == pytest.approx(days / 2.0, abs=0.01)
    assert days.mean() == pytest.approx(0.0, abs=1e-12)


def test_column_shared_in_proportion_to_size_has_no_variation_left() -> None:
    regions = [
        replace(region, columns=np.column_stack([region.columns, region.size * shared]))
        for region in make_regions(5)
        for shared in [np.sin(region.times)]
    ]

    left = fit_panel_at(regions, N_STEPS, RATIO).left

    assert left[2] < 0.01
    assert (left[:2] > 0.3).all()


def test_likeliest_ratio_is_that_of_wandering_levels() -> None:
    calm = [replace(region, outcome=region.outcome * 0.0) for region in make_regions(6)]
    rng = np.random.default_rng(7)
    still, wild = (
        [
            replace(region, outcome=rng.standard_normal(region.times.size) + walk[region.times])
            for region in calm
            for walk in [sd * np.cumsum(rng.standard_normal(N_STEPS))]
        ]
        for sd in (0.0, 2.0)
    )

    ratios = [likeliest_ratio(panel_products(each, N_STEPS)) for each in (still, wild)]

    assert ratios[0] < 0.05
    assert ratios[1] > 0.5


def test_equal_effects_show_no_spread_beyond_chance() -> None:
    shares = np.full((6, 2), 1 / 6)

    found = [
        measure_spread(fit_panel_at(make_regions(seed, n_regions=6), N_STEPS, RATIO), shares)
        for seed in range(30)
    ]

    p = np.array([one.p for one in found])
    assert 0.35 < p.mean() < 0.65
    assert np.mean(p < 0.05) < 0.15
    assert np.mean([one.tau == 0.0 for one in found]) > 0.3


def test_different_effects_show_their_spread_and_widen_the_error() -> None:
    shares = np.repeat([[0.5], [0.3], [0.05], [0.05], [0.05], [0.05]], 2, axis=1)

    spreads = [
        measure_spread(
            fit_panel_at(make_regions(seed, differ=2.0, n_regions=6), N_STEPS, RATIO), shares
        )
        for seed in range(10)
    ]

    sd = np.sqrt(np.mean([one.tau**2 for one in spreads], axis=0))
    assert 0.9 < sd[0] < 2.4  # the truth is 1.6
    assert np.median([one.p[0] for one in spreads]) < 0.01
    assert all(one.variance[0] > 0.02 * one.tau[0] ** 2 for one in spreads)


def test_region_without_a_type_adds_no_information_on_its_spread() -> None:
    regions = make_regions(8, n_regions=5)
    regions[4] = replace(regions[4], columns=regions[4].columns * [1.0, 0.0])
    shares = np.column_stack([np.full(5, 0.2), [0.25, 0.25, 0.25, 0.25, 0.0]])

    spread = measure_spread(fit_panel_at(regions, N_STEPS, RATIO), shares)

    assert np.isfinite(spread.variance).all()
    assert 0.0 < spread.p[1] <= 1.0
