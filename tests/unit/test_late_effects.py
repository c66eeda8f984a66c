"""Effects that come weeks later are part of the estimate if totals show them, and not otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray

from chalicelib.attribution.adstock import DECAYS, adstock_series
from chalicelib.attribution.estimates import GoalEstimates, estimate_goal
from chalicelib.attribution.time_series.averaged_models import LIKELY_ENOUGH, fit_time_series
from chalicelib.attribution.time_series.baseline import Baseline
from chalicelib.attribution.time_series.late_effects import (
    LAGS,
    LATE_BRANDS,
    LateColumns,
    delayed_counts,
    late_probability,
)
from chalicelib.attribution.time_series.late_fit import Effects, fit_with_late, mix
from chalicelib.attribution.time_series.priors import DecaysAndShapes
from chalicelib.attribution.time_series.resolution import resolve
from chalicelib.attribution.time_series.structural import Scales
from chalicelib.attribution.time_series.timeline import Timeline
from tests.worlds.hard_totals import HARD_TOTALS
from tests.worlds.totals import TOTALS_WORLDS, TotalsWorld, observe_totals, simulate_totals

Floats = NDArray[np.float64]

N_DAYS = 400
NOISE = 9.0
SLOW = 9
"""Index of the slowest decay of the grid."""
YEAR = HARD_TOTALS["delayed_year"]
STRONG = replace(YEAR, kinds=tuple(replace(kind, delta=4 * kind.delta) for kind in YEAR.kinds))


def estimated(world: TotalsWorld, seed: int) -> GoalEstimates:
    return estimate_goal(observe_totals(simulate_totals(world, seed)))


def has(estimates: GoalEstimates, *codes: str) -> bool:
    return any(code in warnings for warnings in estimates.warnings for code in codes)


def make_counts(spells: int = 1) -> Floats:
    """Engagements of two types around 100 a day; their ups and downs last for `spells` days."""
    rng = np.random.default_rng(1)
    drawn = rng.standard_normal((N_DAYS + spells - 1, 2)).cumsum(axis=0)
    noise = np.vstack([drawn[spells - 1], drawn[spells:] - drawn[:-spells]]) / np.sqrt(spells)
    return rng.poisson(100 * np.exp(0.4 * noise)).astype(float)


def late_columns(counts: Floats) -> LateColumns:
    resolution = resolve(np.ones(N_DAYS), np.zeros(2, dtype=bool))
    return LateColumns.of(counts, counts, resolution, Timeline.whole(N_DAYS, 1))


def make_baseline(noise: float = NOISE) -> Baseline:
    return Baseline(np.zeros((N_DAYS, 0)), Scales.constant(N_DAYS), noise**2, ())


def make_outcome(early: Floats, late: Floats, noise: float = NOISE, seed: int = 2) -> Floats:
    """Conversions around 200 a day: noise of a constant size, and the effects of two types."""
    drawn = np.random.default_rng(seed).normal(size=N_DAYS)
    return np.asarray(200 + early.sum(axis=1) + late.sum(axis=1) + noise * drawn)


def probability(outcome: Floats, counts: Floats, noise: float = NOISE) -> float:
    unit = late_columns(counts).unit
    middling = np.array([4, 4])
    prior, baseline = DecaysAndShapes.usual(np.arange(2)), make_baseline(noise)
    return late_probability(outcome, adstock_series(counts), middling, unit, baseline, prior)


def test_late_counts_are_the_mean_over_the_lags() -> None:
    counts = np.random.default_rng(1).poisson(9.0, (90, 2)).astype(float)

    late = delayed_counts(counts)

    first, last = LAGS
    for day in (last, 50, 89):
        expected = counts[day - last : day - first + 1].mean(axis=0)
        assert late[day] == pytest.approx(expected)
    assert late[0] == pytest.approx(counts.mean(axis=0))


def test_late_effect_counts_up_to_the_end_of_the_window() -> None:
    first, last = LAGS
    counts = np.zeros((90, 3))
    counts[0, 0] = counts[90 - 22, 1] = counts[90 - first, 2] = 1.0

    inside = delayed_counts(counts, np.zeros(3)).sum(axis=0)

    assert inside == pytest.approx([1.0, (22 - first) / (last - first + 1), 0.0])


def test_events_before_the_window_are_not_credited_to_engagements_inside() -> None:
    counts = np.zeros((N_DAYS, 2))
    counts[0, 0] = counts[-5, 1] = 700.0

    found = late_columns(counts)

    size = np.sqrt((delayed_counts(counts) ** 2).mean(axis=0))
    assert found.caused * size == pytest.approx([1.0, 0.0])
    assert (found.unit**2).mean(axis=0) == pytest.approx([1.0, 1.0])


def test_late_effects_are_separated_from_none() -> None:
    counts = make_counts()
    early, late = 0.1 * counts, 0.3 * delayed_counts(counts)

    assert probability(make_outcome(early, late), counts) > 0.99
    assert probability(make_outcome(early, 0 * late), counts) < LIKELY_ENOUGH
    assert probability(make_outcome(0 * early, 0 * late), counts) < LIKELY_ENOUGH


def test_uninformative_totals_leave_the_prior() -> None:
    counts, noise = make_counts(), 1e3
    nothing = np.zeros((N_DAYS, 2))

    found = [
        probability(make_outcome(nothing, nothing, noise, seed), counts, noise) for seed in range(9)
    ]

    assert 0.02 < np.median(found) < LATE_BRANDS  # less if the late part is negative by chance


def test_late_effects_are_positive() -> None:
    counts = make_counts()

    assert probability(make_outcome(counts, -0.3 * delayed_counts(counts)), counts) < 0.01


def test_slow_decays_do_not_count_as_late_effects() -> None:
    counts = make_counts()
    fading = 0.3 * (1 - DECAYS[SLOW]) * adstock_series(counts)[:, :, SLOW]

    assert probability(make_outcome(fading, 0 * fading), counts) < 0.01


def test_a_late_fit_has_the_sum_of_both_parts_with_the_error_of_least_squares() -> None:
    counts, decay = make_counts(spells=20), 6
    stock, late = adstock_series(counts)[:, :, decay], delayed_counts(counts)
    outcome = make_outcome(0.1 * (1 - DECAYS[decay]) * stock, 0.3 * late)
    caused = stock.sum(axis=0) / counts.sum(axis=0)
    late_caused = delayed_counts(counts, np.zeros(2)).sum(axis=0) / counts.sum(axis=0)
    plain = sm.OLS(outcome, sm.add_constant(np.column_stack([stock, late]))).fit()
    weights = np.column_stack([np.zeros(2), np.diag(caused), np.diag(late_caused)])
    expected = weights @ plain.cov_params() @ weights.T
    late_part = plain.params[3:] * late_caused
    expected += np.diag((0.15 * late_part) ** 2)  # because it may not come evenly

    fitted = fit_with_late(  # the same response at every decay: no uncertainty
        outcome,
        np.tile(stock[:, :, None, None], (1, 1, 10, 4)),
        np.tile(caused[:, None, None], (1, 10, 4)),
        late_columns(counts),
        make_baseline(),
        Timeline.whole(N_DAYS, 1),
        DecaysAndShapes.usual(np.arange(2)),
    )

    assert fitted.late == pytest.approx(late_part, rel=0.02)
    assert fitted.delta == pytest.approx(weights @ plain.params, rel=0.02)
    assert fitted.cov == pytest.approx(expected, rel=0.1)


def make_effects(delta: float, variance: float, late: float, decay: int) -> Effects:
    weights = np.zeros((2, 10, 4))
    weights[:, decay, 0] = 1.0
    return Effects(
        np.array([delta, delta]),
        variance * np.array([[1.0, 0.5], [0.5, 1.0]]),
        weights,
        np.array([late, late]),
        np.ones((5, 2)),
        1e-3,
        100,
        True,
    )


def test_fits_with_and_without_a_late_part_are_averaged_by_its_probability() -> None:
    without, late = make_effects(0.0, 1.0, 0.0, 7), make_effects(10.0, 4.0, 8.0, 2)

    mixed = mix(0.25, without, late)

    assert mixed.delta == pytest.approx([2.5, 2.5])
    assert mixed.late == pytest.approx([2.0, 2.0])
    assert mixed.weights[:, [7, 2], 0] == pytest.approx(np.array([[0.75, 0.25]] * 2))
    between = 0.25 * 0.75 * (10.0**2 - 3.0)  # beyond the part explained by the larger variance
    assert np.diag(mixed.cov) == pytest.approx(1.0 + 0.25**2 * 3.0 + between)
    assert mixed.cov[0, 1] == pytest.approx(0.5 * mixed.cov[0, 0])


def test_late_effects_are_part_of_the_estimate_and_of_its_course() -> None:
    truth = simulate_totals(STRONG, 1).truth

    found = estimated(STRONG, 1)

    assert has(found, "delayed_effect")
    half = found.critical * np.sqrt(np.diag(found.cov))
    assert (np.abs(found.delta - truth) < half).all()
    assert found.delta[3] - half[3] > 0  # the clicks, clearly
    assert (found.late_share[:, 0] == 0.0).all()
    assert np.median(found.late_share[:, -1]) > 0.6


def test_intervals_contain_detected_late_effects_in_a_year_of_data() -> None:
    covered = []
    for seed in range(8):
        found = estimated(YEAR, seed)
        if has(found, "delayed_effect", "delayed_effect_suspected"):
            half = found.critical * np.sqrt(np.diag(found.cov))
            covered.append(np.abs(found.delta - simulate_totals(YEAR, seed).truth) < half)

    assert len(covered) >= 3
    assert np.mean(covered) > 0.9


def test_windows_of_less_than_four_months_give_no_evidence_of_late_effects() -> None:
    observed = observe_totals(simulate_totals(replace(STRONG, n_days=119), 1))
    fit = fit_time_series(
        observed.outcome, observed.counts, resolve(observed.outcome, np.zeros(4, dtype=bool))
    )

    assert fit.late_probability == 0.0
    assert not fit.late.any()


@pytest.mark.parametrize("name", ["calm", "drifting", "saturating", "weekly_data", "demand_led"])
def test_effects_that_come_at_once_are_not_suspected(name: str) -> None:
    world = TOTALS_WORLDS[name]

    found = [
        has(estimated(world, seed), "delayed_effect", "delayed_effect_suspected")
        for seed in range(6)
    ]

    assert sum(found) <= 1
