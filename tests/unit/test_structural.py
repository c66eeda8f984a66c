"""The likelihood of the local level model by a tridiagonal matrix, against statsmodels.

statsmodels computes the same by a Kalman filter with an exactly diffuse start. Two methods
agree to 1e-6 over 80 days in double precision.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from statsmodels.tsa.statespace.structural import UnobservedComponents

from chalicelib.attribution.time_series.structural import (
    LEVEL_RATIOS,
    Guide,
    Scales,
    coefficients,
    cross_products,
    forecast_errors,
    guided,
    independent,
    smooth_level,
    unexplainable,
    weigh,
)

N_DAYS = 80
RNG = np.random.default_rng(4)
COLUMNS = RNG.normal(size=(N_DAYS, 2))
OUTCOME = (
    20 + np.cumsum(RNG.normal(0, 0.5, N_DAYS)) + COLUMNS @ [1.5, -0.7] + RNG.normal(size=N_DAYS)
)
CONSTANT = Scales.constant(N_DAYS)
RATIO = 0.25


def kalman(outcome: np.ndarray, columns: np.ndarray | None = None) -> Any:
    """The same model in statsmodels."""
    given = {} if columns is None else {"exog": columns, "mle_regression": False}
    return UnobservedComponents(outcome, level="local level", use_exact_diffuse=True, **given)


def assert_same_likelihood(y: np.ndarray, scales: Scales, model: Any) -> None:
    """Compare its differences between ratios; a constant of the likelihood is left out."""
    ours, theirs = [], []
    for ratio in (0.01, 0.25, 2.0):
        product, log_det = weigh(y[:, None], scales, ratio)
        ours.append(-0.5 * (log_det + float(y @ product[:, 0])))
        theirs.append(model.loglike([1.0, ratio]))
    assert np.diff(ours) == pytest.approx(np.diff(theirs), rel=1e-6)


def test_coefficients_and_level_equal_those_of_a_kalman_smoother() -> None:
    smoothed = kalman(OUTCOME, COLUMNS).smooth([1.0, RATIO])

    beta = coefficients(OUTCOME, COLUMNS, CONSTANT, RATIO)
    level = smooth_level(OUTCOME - COLUMNS @ beta, CONSTANT, RATIO)

    assert beta == pytest.approx(smoothed.smoothed_state[1:, -1], rel=1e-6)
    assert level == pytest.approx(smoothed.smoothed_state[0], rel=1e-6)


def test_errors_of_the_coefficients_equal_those_of_a_kalman_smoother() -> None:
    smoothed = kalman(OUTCOME, COLUMNS).smooth([1.0, RATIO])

    product, _ = weigh(COLUMNS, CONSTANT, RATIO)

    expected = smoothed.smoothed_state_cov[1:, 1:, -1]
    assert np.linalg.inv(COLUMNS.T @ product) == pytest.approx(expected, rel=1e-6)


def test_likelihood_differences_between_ratios_equal_those_of_a_kalman_filter() -> None:
    assert_same_likelihood(OUTCOME, CONSTANT, kalman(OUTCOME))


def test_one_step_errors_equal_those_of_a_kalman_filter() -> None:
    expected = kalman(OUTCOME).filter([1.0, RATIO]).standardized_forecasts_error[0, 1:]

    errors = forecast_errors(OUTCOME, CONSTANT, RATIO)

    assert errors == pytest.approx(expected, rel=1e-6)


def test_days_without_data_are_missing_observations_of_a_kalman_smoother() -> None:
    missing = np.zeros(N_DAYS, dtype=bool)
    missing[[10, *range(30, 45), 71]] = True
    times = np.flatnonzero(~missing)
    gappy = np.where(missing, np.nan, OUTCOME)
    smoothed = kalman(gappy, COLUMNS).smooth([1.0, RATIO])
    scales = Scales.at(times)
    y, X = OUTCOME[times], COLUMNS[times]

    beta = coefficients(y, X, scales, RATIO)
    level = smooth_level(y - X @ beta, scales, RATIO)
    precision = X.T @ weigh(X, scales, RATIO)[0]

    assert beta == pytest.approx(smoothed.smoothed_state[1:, -1], rel=1e-6)
    assert level == pytest.approx(smoothed.smoothed_state[0, times], rel=1e-6)
    expected = smoothed.smoothed_state_cov[1:, 1:, -1]
    assert np.linalg.inv(precision) == pytest.approx(expected, rel=1e-6)
    assert_same_likelihood(y, scales, kalman(gappy))


def test_cross_products_exclude_nuisance_columns() -> None:
    nuisance = RNG.normal(size=(N_DAYS, 3))
    both = np.column_stack([nuisance, COLUMNS])
    ratio = 5

    gram = cross_products(OUTCOME, nuisance, COLUMNS, CONSTANT).gram[ratio]

    beta = np.linalg.solve(gram[:2, :2], gram[:2, 2])
    whole = coefficients(OUTCOME, both, CONSTANT, float(LEVEL_RATIOS[ratio]))
    assert beta == pytest.approx(whole[3:], rel=1e-6)


def test_days_with_more_noise_have_less_weight() -> None:
    noise = np.ones(N_DAYS)
    noise[40] = 1e6
    scales = Scales(noise, np.ones(N_DAYS - 1))
    spoilt = OUTCOME.copy()
    spoilt[40] += 50.0

    beta = coefficients(spoilt, COLUMNS, scales, RATIO)

    without = coefficients(OUTCOME, COLUMNS, scales, RATIO)
    assert beta == pytest.approx(without, abs=1e-3)


def test_guide_without_weight_changes_nothing_and_a_heavy_one_dominates() -> None:
    path = np.sin(np.arange(N_DAYS) / 9.0)
    light = Scales(np.ones(N_DAYS), np.ones(N_DAYS - 1), Guide(path, np.full(N_DAYS, 1e-7)))
    heavy = Scales(np.ones(N_DAYS), np.ones(N_DAYS - 1), Guide(path, np.full(N_DAYS, 1e4)))
    rest = OUTCOME - COLUMNS @ [1.5, -0.7]

    assert smooth_level(rest, light, RATIO) == pytest.approx(
        smooth_level(rest, CONSTANT, RATIO), abs=1e-3
    )
    level = smooth_level(rest, heavy, RATIO)
    assert level - level.mean() == pytest.approx(path - path.mean(), abs=1e-2)
    assert guided(CONSTANT, RATIO) == pytest.approx(np.zeros(N_DAYS))


def test_redundant_and_constant_columns_are_dropped() -> None:
    ones = np.ones(N_DAYS)
    spanned = independent(np.column_stack([COLUMNS, COLUMNS[:, 0] * 2 + 3, ones]))

    assert spanned.shape == (N_DAYS, 2)


# --- scales of noise and steps --------------------------------------------------------------------


def test_noise_grows_with_the_expectation_and_steps_with_the_level() -> None:
    level = np.linspace(1e4, 2e4, 50)
    expected = level + np.linspace(0.0, 3e4, 50)
    scales = Scales.of_level(level, expected)
    assert scales.noise == pytest.approx(expected / expected.mean(), rel=1e-2)
    relative = level / level.mean()
    assert scales.steps == pytest.approx(relative[1:] * relative[:-1])


def test_step_of_the_level_across_a_gap_has_the_variance_of_all_its_days() -> None:
    level = np.full(4, 20.0)

    scales = Scales.of_level(level, level, np.array([0, 1, 6, 7]))

    assert scales.steps == pytest.approx([1.0, 5.0, 1.0])


def test_noise_scale_is_constant_with_very_few_conversions() -> None:
    expected = np.linspace(0.1, 0.5, 50)

    few = Scales.of_level(expected, expected)
    many = Scales.of_level(1000 * expected, 1000 * expected)

    assert np.ptp(few.noise) < 0.05
    assert np.ptp(many.noise) > 1.2


@pytest.mark.parametrize("mean", [0.0, -0.4, -5.0])
def test_no_day_dominates_if_others_explain_the_conversions(mean: float) -> None:
    """The rest is around zero then, and a share of its mean would be no usable scale."""
    left = mean + np.random.default_rng(1).normal(0.0, 2.0, 200)
    scales = Scales.of_level(left, left)
    for sizes in (scales.noise, np.sqrt(scales.steps)):
        assert sizes.min() > 0
        assert sizes.max() / sizes.min() < 100
    product, log_det = weigh(left[:, None], scales, float(LEVEL_RATIOS[-1]))
    assert np.isfinite(product).all()
    assert np.isfinite(log_det)


def test_outcome_far_from_zero_keeps_its_smallest_changes() -> None:
    """A level that hardly moves subtracts 60; the rest must not be rounding error."""
    outcome = np.full(120, 60.0)
    outcome[40] += 1.0
    columns = np.random.default_rng(2).poisson(5.0, (120, 3)).astype(float)
    scales = Scales.constant(120)
    shock = (np.arange(120) == 40)[:, None].astype(float)
    products = cross_products(outcome, shock, columns, scales)
    centred = cross_products(outcome - 60.0, shock, columns, scales)
    assert products.gram == pytest.approx(centred.gram, rel=1e-9, abs=1e-9)
    left = products.gram[:, -1, -1]
    assert left == pytest.approx(np.full(left.size, unexplainable(outcome)), rel=1e-3)
