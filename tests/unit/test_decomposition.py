"""Daily conversions in parts, by statsmodels, with sums that agree with the estimates."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.coverage import Coverage
from chalicelib.attribution.decomposition import (
    MIN_STEPS,
    Decomposition,
    decompose,
    decompose_goal,
    response_shares,
    summarise_regression,
    totals_of,
)
from chalicelib.attribution.estimates import GoalEstimates, estimate_goal
from chalicelib.attribution.observations import Context, Observations
from chalicelib.attribution.time_series.resolution import Resolution
from chalicelib.attribution.within_user.panel_columns import days_of_blocks
from chalicelib.services.answers.profile import Profile
from chalicelib.services.answers.ranges import Range
from tests.worlds.happenings import Disturbance
from tests.worlds.totals import KINDS, TOTALS_WORLDS, TotalsWorld, observe_totals, simulate_totals

WORLD = replace(TOTALS_WORLDS["drifting"], kinds=KINDS[:2])
SHOCKED = replace(WORLD, disturbances=(Disturbance(0.5, 5, 3.0),))


@lru_cache
def case(world: TotalsWorld) -> tuple[Observations, GoalEstimates]:
    observed = observe_totals(simulate_totals(world, 1))
    return observed, estimate_goal(observed)


def taken_apart(observed: Observations, estimates: GoalEstimates) -> Decomposition:
    parts = decompose_goal(observed, estimates)
    assert parts is not None
    return parts


def test_parts_of_a_type_and_its_band_add_up_to_its_estimate() -> None:
    observed, estimates = case(WORLD)

    parts = taken_apart(observed, estimates)

    engagements = observed.counts.sum(axis=0)
    half = estimates.critical * np.sqrt(np.diag(estimates.cov))
    assert parts.types.estimate.sum(axis=0) == pytest.approx(estimates.delta * engagements)
    assert parts.types.half.sum(axis=0) == pytest.approx(half * engagements)


def test_parts_add_up_to_the_conversions() -> None:
    observed, estimates = case(WORLD)

    parts = taken_apart(observed, estimates)

    whole = parts.baseline + parts.context + parts.shocks + parts.types.estimate.sum(axis=1)
    assert np.array_equal(parts.actual, observed.outcome)
    assert whole.sum() == pytest.approx(observed.outcome.sum(), rel=0.01)
    assert np.corrcoef(whole, observed.outcome)[0, 1] > 0.8
    assert (parts.baseline_half > 0).all()


def test_the_baseline_follows_the_demand_of_the_world() -> None:
    calm = replace(TOTALS_WORLDS["calm"], kinds=KINDS[:2], n_days=365, weekly=0.3)
    observed, estimates = case(calm)

    parts = taken_apart(observed, estimates)

    assert parts.baseline.mean() == pytest.approx(60.0, rel=0.1)
    by_weekday = [parts.baseline[day::7].mean() for day in range(7)]
    assert max(by_weekday) - min(by_weekday) == pytest.approx(2 * 0.3 * 60, rel=0.15)


def test_shock_is_not_part_of_the_baseline() -> None:
    observed, estimates = case(SHOCKED)

    parts = taken_apart(observed, estimates)

    assert parts.shocks[90:95].min() > 60.0
    assert parts.shocks[:90] == pytest.approx(np.zeros(90))
    assert parts.baseline[90:95].mean() < 110.0


def test_annotation_is_not_part_of_the_baseline() -> None:
    observed, _ = case(SHOCKED)
    column = np.zeros((180, 1))
    column[90:95] = 1.0
    told = replace(observed, context=Context(("promotion",), column))

    parts = taken_apart(told, estimate_goal(told))

    assert parts.context[90:95].min() > 60.0
    assert not parts.shocks.any()


def test_days_without_data_have_a_baseline_and_no_actual_number() -> None:
    observed, estimates = case(WORLD)
    covered = Coverage.whole(*observed.counts.shape)
    covered.outcome[30:40] = False

    parts = taken_apart(replace(observed, coverage=covered), estimates)

    assert np.isnan(parts.actual[30:40]).all()
    assert np.isfinite(parts.baseline).all()
    assert parts.baseline_half[35] > parts.baseline_half[20]


def test_weekly_totals_are_decomposed_by_week() -> None:
    observed, estimates = case(replace(WORLD, n_days=7 * 60, by_week=True, spread=0.6))

    parts = taken_apart(observed, estimates)

    assert parts.actual.size == 60
    assert parts.types.estimate.sum(axis=0) == pytest.approx(
        estimates.delta * observed.counts.sum(axis=0)
    )


@pytest.mark.parametrize("late", [0.0, 0.6])
def test_effect_is_spread_over_days_as_in_the_answers(late: float) -> None:
    weights = np.zeros((1, DECAYS.size))
    weights[0, [2, 7]] = 0.3, 0.7
    late_share = np.array([[0.0, late]])
    counts = np.zeros((60, 1))
    counts[3] = 4.0
    fit = {
        "decay_weights": weights[0].tolist(),
        "late_share": late,
        "late_days": days_of_blocks(late_share[0]),
    }
    profile = Profile.read(DECAYS.tolist(), fit)

    shares = response_shares(counts, weights, late_share, Resolution(1, 0, 60))[:, 0]

    assert shares.sum() == pytest.approx(1.0)
    assert not shares[:3].any()
    seen = []
    for day in range(3, 60):
        so_far = counts[: day + 1, 0].astype(int).tolist()
        whole = Range(0, day, dt.date(2026, 1, 1), dt.date(2026, 1, 1) + dt.timedelta(days=day))
        seen.append(1.0 - profile.unseen(so_far, whole).mean)
    assert np.cumsum(shares)[3:] == pytest.approx(np.array(seen) / seen[-1])


def test_effect_without_a_known_decay_comes_at_once() -> None:
    counts = np.array([[0.0], [3.0], [1.0]])

    shares = response_shares(
        counts, np.zeros((1, DECAYS.size)), np.zeros((1, 2)), Resolution(1, 0, 3)
    )

    assert shares[:, 0].tolist() == [0.0, 0.75, 0.25]


def test_too_few_days_have_no_decomposition() -> None:
    observed, estimates = case(WORLD)
    covered = Coverage.whole(*observed.counts.shape)
    covered.outcome[MIN_STEPS - 1 :] = False

    assert decompose_goal(replace(observed, coverage=covered), estimates) is None


@pytest.mark.parametrize("outcome", [np.zeros(180), np.full(180, 5.0), np.eye(180)[5]])
def test_nearly_constant_conversions_are_decomposed_too(outcome: np.ndarray) -> None:
    observed, estimates = case(WORLD)

    parts = taken_apart(replace(observed, outcome=outcome), estimates)

    assert np.isfinite(parts.baseline).all()
    assert np.isfinite(parts.baseline_half).all()


def test_the_band_of_a_channel_contains_the_covariance_of_its_types() -> None:
    observed, estimates = case(WORLD)
    totals = replace(totals_of(observed, estimates), names=("mine/like", "mine/share"))
    totals = replace(totals, shares=totals.shares[:, [0, 0]], engagements=np.array([10.0, 10.0]))
    cov = np.array([[0.04, -0.03], [-0.03, 0.04]])

    parts = decompose(totals, np.array([1.0, 2.0]), cov, np.array([2.0, 2.5]))

    assert parts.channels.names == ("mine",)
    assert parts.channels.estimate.sum() == pytest.approx(30.0)
    # the variance of the sum is 0.04 + 0.04 - 2 * 0.03, and the wider quantile counts
    assert parts.channels.half.sum() == pytest.approx(2.5 * np.sqrt(0.02) * 10.0)


def test_types_without_an_estimate_have_no_part() -> None:
    observed, estimates = case(WORLD)
    none = replace(estimates, methods=[None, "time_series"])

    parts = taken_apart(observed, none)

    assert parts.types.estimate.shape == (180, 1)


def test_summary_of_the_regression_names_the_types_and_has_no_time() -> None:
    observed, estimates = case(SHOCKED)

    text = summarise_regression(totals_of(observed, estimates))

    assert "Unobserved Components Results" in text
    assert "beta.x1   facebook/like" in text
    assert "shock in steps 90 to 94" in text
    assert ":" not in text.split("Time:")[1].splitlines()[0].split("HQIC")[0]
    assert text == summarise_regression(totals_of(observed, estimates))


def test_the_regression_agrees_with_the_estimates_within_their_errors() -> None:
    observed, estimates = case(WORLD)

    text = summarise_regression(totals_of(observed, estimates))

    half = estimates.critical * np.sqrt(np.diag(estimates.cov))
    for number in range(2):
        line = next(row for row in text.splitlines() if row.startswith(f"beta.x{number + 1} "))
        assert abs(float(line.split()[1]) - estimates.delta[number]) < half[number]
