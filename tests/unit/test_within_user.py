"""The panel estimator's sums, mixtures and posterior of the slope, against plain definitions.

`tests/contract` compares the whole estimator with regressions in statsmodels. These tests cover
the parts that its tolerances or its data leave open, with data that take milliseconds.
"""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy import stats

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.observations import Inside
from chalicelib.attribution.spread import mix_models
from chalicelib.attribution.within_user import regression
from chalicelib.attribution.within_user.leads import controls, take_out
from chalicelib.attribution.within_user.panel import Follows
from chalicelib.attribution.within_user.panel_columns import (
    Columns,
    days_of_blocks,
    fill_regressors,
)
from chalicelib.attribution.within_user.panel_effects import PanelEffects, estimate_effects
from chalicelib.attribution.within_user.panel_sums import combine_columns, sum_columns
from chalicelib.attribution.within_user.pooling import Panel, pool
from chalicelib.attribution.within_user.regression import (
    WithinUserFit,
    fit_within_user,
    reduce_panel,
)
from tests.contract.panels import Small, make_small

Floats = NDArray[np.float64]


# --- sums over columns ----------------------------------------------------------------------------

FIRST_DAYS = np.array([-1, 0, 13, 14, 30, 37])
"""First days of six people on 40 days: four newcomers, the last two with tenures cut off."""


FOLLOWING = Follows(
    np.array([0, 0, 1, 3, 3, 7]), np.array([5, 20, 12, 30, 30, 9]), np.array([1, -1, 1, 1, 1, 1.0])
).of(np.arange(6), 8, 40)
"""Pages that the six follow; the last change is of a person who is not among them."""


def draw_counts() -> tuple[Floats, Floats]:
    """Engagements (T, n, K) and the resulting columns (T, n, q)."""
    rng = np.random.default_rng(3)
    counts = rng.poisson(0.4, (40, FIRST_DAYS.size, 2)).astype(float)
    columns = np.zeros((*counts.shape[:2], Columns(2).n_regressors))
    fill_regressors(counts, FIRST_DAYS, columns, FOLLOWING)
    return counts, columns


def test_sums_over_days_equal_those_of_the_columns() -> None:
    counts, columns = draw_counts()
    series = np.random.default_rng(4).standard_normal(counts.shape[:2])

    sums = sum_columns(counts, FIRST_DAYS, series, FOLLOWING)

    assert_allclose(sums, np.einsum("tnq,tn->nq", columns, series), rtol=1e-9, atol=1e-9)


def test_columns_times_coefficients_equal_those_of_the_columns() -> None:
    counts, columns = draw_counts()
    every = np.random.default_rng(5).standard_normal(columns.shape[2])

    for coefficients in (every, *(np.eye(every.size) * 1.5)):
        series = combine_columns(counts, FIRST_DAYS, coefficients, FOLLOWING)
        assert_allclose(series, columns @ coefficients, rtol=1e-9, atol=1e-9)


def test_people_follow_from_the_day_of_a_follow_until_the_day_before_an_unfollow() -> None:
    assert FOLLOWING[4:7, 0].tolist() == [0, 1, 1]
    assert FOLLOWING[19:21, 0].tolist() == [1, 0]
    assert FOLLOWING[-1].tolist() == [0, 1, 0, 2, 0, 0]


def test_days_of_a_late_effect_are_those_of_blocks_with_a_fifth_of_it() -> None:
    assert days_of_blocks(np.array([0.2, 0.8])) == [7, 30]
    assert days_of_blocks(np.array([0.19, 0.81])) == [15, 30]
    assert days_of_blocks(np.array([0.81, 0.19])) == [7, 14]
    assert days_of_blocks(np.zeros(2)) == [7, 30]


# --- the panel ------------------------------------------------------------------------------------

USED = np.ones(24, dtype=bool)
USED[[5, 6]] = False


@functools.cache
def panel_with_holes() -> Small:
    """Sixty people on 24 days, two of which are not used; a third of the people are newcomers."""
    return make_small(3, n=60, days=24, base=0.2, engagements=0.2, newcomers=0.3).change(used=USED)


def test_the_reduced_panel_counts_engagements_and_conversions_per_stratum() -> None:
    small = panel_with_holes()
    strata = regression.strata_of(small.people)
    at_risk = (np.arange(24) > small.first[:, None]) & USED

    panel = reduce_panel(small.people)

    for stratum in range(panel.activity.size):
        own = strata == stratum
        engaged = small.counts[own].sum(axis=2)
        activity = engaged[at_risk[own]].sum() / at_risk[own].sum()
        assert_allclose(panel.activity[stratum], activity or _least(panel) / 2)
        assert_allclose(panel.touches[stratum], small.counts[own][:, USED].sum(axis=(0, 1)))
        assert_allclose(panel.conversions[stratum], small.outcome[own][at_risk[own]].sum())
    assert panel.channels.tolist() == [0, 1]


def _least(panel: Panel) -> float:
    return float(np.sort(panel.activity)[1])


def test_people_who_never_engage_are_half_as_active_as_the_least_active() -> None:
    small = panel_with_holes()

    active = reduce_panel(small.people)
    idle = reduce_panel(replace(small, counts=np.zeros_like(small.counts)).people)

    assert active.activity[0] == pytest.approx(active.activity[1:].min() / 2)
    assert idle.activity.tolist() == [0.5]


# --- the response ---------------------------------------------------------------------------------


@functools.cache
def steep() -> tuple[Panel, Inside]:
    """A panel whose effects grow with the activity."""
    small = make_small(11, n=95, days=30, response=1.0, effects=(0.15, 0.1))
    return take_out(reduce_panel(small.people), controls(2)), small.inside


def log_posterior(panel: Panel, slopes: Floats, chosen: NDArray[np.int64], factor: float) -> Floats:
    """Log posterior of the response's slope, up to a constant: a normal prior of 0.25 +- 0.4."""
    columns = Columns(chosen.size).adstocks(chosen)
    found = []
    for slope in slopes:
        pooled = pool(panel, float(slope))
        product = (pooled.product + pooled.shift)[columns]
        explained = product @ np.linalg.solve(pooled.gram[np.ix_(columns, columns)], product)
        found.append(0.5 * factor * explained / pooled.noise)
    return np.array(found) + stats.norm.logpdf(slopes, 0.25, 0.4)


def test_slope_has_the_mode_and_curvature_of_its_posterior() -> None:
    panel, inside = steep()
    chosen, factor = np.array([3, 5]), 0.7
    slopes = np.linspace(-1.0, 2.0, 301)
    heights = log_posterior(panel, slopes, chosen, factor)
    top = int(heights.argmax())
    curvature = -np.diff(heights[top - 5 : top + 6 : 5], 2)[0] / 0.05**2

    slope, spread = regression._slope(panel, chosen, factor)

    assert slope == pytest.approx(slopes[top], abs=0.015)
    assert spread == pytest.approx(1 / np.sqrt(max(curvature, 1 / 0.4**2)), rel=0.02)
    assert inside.adstock.shape == (2, DECAYS.size)


def test_without_data_the_slope_equals_its_prior() -> None:
    panel, _ = steep()

    assert regression._slope(panel, np.array([3, 5]), 0.0) == pytest.approx((0.25, 0.4), abs=0.005)


def test_effects_are_averaged_over_three_slopes_of_the_posterior() -> None:
    panel, inside = steep()
    slope = 0.0
    for _ in range(2):
        at = estimate_effects(panel, inside, slope)
        slope, spread = regression._slope(panel, at.chosen, at.factor)
    nodes = (slope, slope - np.sqrt(3) * spread, slope + np.sqrt(3) * spread)
    fits = [estimate_effects(panel, inside, node) for node in nodes]
    weights = (2 / 3, 1 / 6, 1 / 6)

    found = regression._over_slopes(panel, inside)

    delta = sum(weight * fit.delta for weight, fit in zip(weights, fits, strict=True))
    cov = sum(
        weight * (fit.cov + np.outer(fit.delta - delta, fit.delta - delta))
        for weight, fit in zip(weights, fits, strict=True)
    )
    assert found.slope == slope
    assert_allclose(found.delta, delta, rtol=1e-12)
    assert_allclose(found.cov, cov, rtol=1e-12)
    assert_allclose(found.central.delta, fits[0].delta, rtol=1e-12)


# --- a hidden cause -------------------------------------------------------------------------------


def over_slopes(level: float, spread: float, *, slope: float = 0.1) -> regression._OverSlopes:
    """Effects of two types that differ by their level."""
    cov = spread**2 * np.array([[1.0, 0.3], [0.3, 2.0]])
    central = PanelEffects(
        delta=np.array([level, 2 * level]),
        cov=cov,
        decay_weights=np.full((2, 3), level),
        kernel=np.full((2, 3), 10 * level),
        late=np.full((2, 2), 100 * level),
        late_probability=level / 10,
        chosen=np.array([1, 2]),
        freedom=np.array([30.0, 40.0]),
        factor=0.5,
    )
    return regression._OverSlopes(central.delta, cov, central, slope)


@pytest.mark.parametrize("probability", [0.3, 0.5, 0.7])
def test_estimates_without_and_with_a_hidden_cause_are_averaged(probability: float) -> None:
    plain, adjusted = over_slopes(1.0, 0.2, slope=0.1), over_slopes(3.0, 0.5, slope=0.9)

    found = regression._mix(probability, plain, adjusted)

    delta, variance = mix_models(
        probability, (plain.delta, np.diag(plain.cov)), (adjusted.delta, np.diag(adjusted.cov))
    )
    variance = variance + probability * (0.35 * np.array([2.0, 4.0])) ** 2
    between = 1.0 + 2.0 * probability
    assert_allclose(found.delta, delta)
    assert_allclose(np.diag(found.cov), variance)
    assert_allclose(found.cov[0, 1] / np.sqrt(variance.prod()), 0.3 / np.sqrt(2))
    assert_allclose(found.central.decay_weights, between)
    assert_allclose(found.central.kernel, 10 * between)
    assert_allclose(found.central.late, 100 * between)
    assert found.central.late_probability == (0.3 if probability > 0.5 else 0.1)
    assert_allclose(found.central.delta, (adjusted if probability > 0.5 else plain).delta)
    assert found.slope == 0.1


def test_unlikely_hidden_cause_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    small = panel_with_holes()
    panel = reduce_panel(small.people)
    kept = regression.read_change
    looked = []
    original = regression._mix

    def mix(probability: float, *fits: regression._OverSlopes) -> regression._OverSlopes:
        looked.append(probability)
        return original(probability, *fits)

    monkeypatch.setattr(regression, "_mix", mix)
    for probability in (0.02, 0.021):

        def change(*lead: Floats, at: float = probability) -> regression.Change:
            return replace(kept(*lead), probability=at)

        monkeypatch.setattr(regression, "read_change", change)
        fit_within_user(panel, small.inside)

    assert looked == [0.021]


# --- properties of a fit --------------------------------------------------------------------------


def make_fit() -> WithinUserFit:
    change = fit_within_user(reduce_panel(panel_with_holes().people), panel_with_holes().inside)
    return replace(
        change,
        delta=np.array([0.4, -0.2]),
        cov=np.array([[0.04, 0.01], [0.01, 0.09]]),
        kernel=np.ones((2, DECAYS.size)),
        late=np.array([[0.1, 0.3], [0.1, 0.0]]),
        freedom=np.array([5.0, 0.2]),
    )


def test_share_of_an_effect_includes_the_uncertainty_of_both() -> None:
    share, error = np.array([0.5, 2.0]), np.array([0.1, 0.3])

    found = make_fit().scaled(share, error)

    assert_allclose(found.delta, [0.2, -0.4])
    assert_allclose(
        found.cov, [[0.04 * 0.25 + 0.04**2, 0.01], [0.01, 0.09 * 4 + 0.06**2]], rtol=1e-12
    )
    assert_allclose(found.kernel, np.outer(share, np.ones(DECAYS.size)))
    assert_allclose(found.late, [[0.05, 0.15], [0.2, 0.0]])


def test_late_share_is_relative_to_the_effect_or_its_late_part() -> None:
    fit = make_fit()
    inside = Inside(np.ones((2, DECAYS.size)), np.array([[1.0, 0.5], [1.0, 1.0]]))

    assert_allclose(fit.late_share(inside), [[0.25, 0.375], [1.0, 0.0]])
    assert_allclose(
        replace(fit, late=np.array([[-0.1, 0.2], [0.0, 0.0]])).late_share(inside),
        [[0.0, 0.25], [0.0, 0.0]],
    )


def test_quantiles_have_at_least_one_degree_of_freedom() -> None:
    assert_allclose(make_fit().critical, [stats.t.ppf(0.975, 5.0), stats.t.ppf(0.975, 1.0)])
