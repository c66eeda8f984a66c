"""Conversions of each day in parts, by statsmodels, with sums that agree with the estimates."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from chalicelib.attribution.coverage import Coverage
from chalicelib.attribution.decomposition import decompose_goal, summarise_regression, totals_of
from chalicelib.attribution.estimates import GoalEstimates, estimate_goal
from chalicelib.attribution.observations import Context, Observations
from tests.worlds.happenings import Disturbance
from tests.worlds.totals import KINDS, TOTALS_WORLDS, TotalsWorld, observe_totals, simulate_totals

WORLD = replace(TOTALS_WORLDS["drifting"], kinds=KINDS[:2])
SHOCKED = replace(WORLD, disturbances=(Disturbance(0.5, 5, 3.0),))


@lru_cache
def case(world: TotalsWorld) -> tuple[Observations, GoalEstimates]:
    observed = observe_totals(simulate_totals(world, 1))
    return observed, estimate_goal(observed)


def test_what_a_type_brings_adds_up_to_its_estimate_and_so_does_the_band() -> None:
    observed, estimates = case(WORLD)

    parts = decompose_goal(observed, estimates)

    engagements = observed.counts.sum(axis=0)
    half = estimates.critical * np.sqrt(np.diag(estimates.cov))
    assert parts.incremental.sum(axis=0) == pytest.approx(estimates.delta * engagements)
    low, high = parts.incremental_low.sum(axis=0), parts.incremental_high.sum(axis=0)
    assert (high - low) / 2 == pytest.approx(half * engagements)


def test_the_parts_make_up_the_conversions() -> None:
    observed, estimates = case(WORLD)

    parts = decompose_goal(observed, estimates)

    whole = parts.baseline + parts.known + parts.incremental.sum(axis=1)
    assert np.array_equal(parts.actual, observed.outcome)
    assert whole.sum() == pytest.approx(observed.outcome.sum(), rel=0.01)
    assert np.corrcoef(whole, observed.outcome)[0, 1] > 0.8
    assert (parts.baseline_low < parts.baseline).all()
    assert (parts.baseline_high > parts.baseline).all()


def test_the_baseline_follows_the_demand_of_the_world() -> None:
    calm = replace(TOTALS_WORLDS["calm"], kinds=KINDS[:2], n_days=365, weekly=0.3)
    observed, estimates = case(calm)

    parts = decompose_goal(observed, estimates)

    assert parts.baseline.mean() == pytest.approx(60.0, rel=0.1)
    by_weekday = [parts.baseline[day::7].mean() for day in range(7)]
    assert max(by_weekday) - min(by_weekday) == pytest.approx(2 * 0.3 * 60, rel=0.15)


def test_a_shock_is_no_part_of_the_baseline() -> None:
    observed, estimates = case(SHOCKED)

    parts = decompose_goal(observed, estimates)

    assert parts.known[90:95].min() > 60.0
    assert parts.known[:90] == pytest.approx(np.zeros(90))
    assert parts.baseline[90:95].mean() < 110.0


def test_an_annotation_is_no_part_of_the_baseline_either() -> None:
    observed, _ = case(SHOCKED)
    column = np.zeros((180, 1))
    column[90:95] = 1.0
    told = replace(observed, context=Context(("promotion",), column))

    parts = decompose_goal(told, estimate_goal(told))

    assert parts.known[90:95].min() > 60.0


def test_days_without_data_have_a_baseline_and_no_actual_number() -> None:
    observed, estimates = case(WORLD)
    covered = Coverage.whole(*observed.counts.shape)
    covered.outcome[30:40] = False

    parts = decompose_goal(replace(observed, coverage=covered), estimates)

    assert np.isnan(parts.actual[30:40]).all()
    assert np.isfinite(parts.baseline).all()
    width = parts.baseline_high - parts.baseline_low
    assert width[35] > width[20]


def test_weekly_totals_are_taken_apart_by_the_week() -> None:
    observed, estimates = case(replace(WORLD, n_days=7 * 60, by_week=True, spread=0.6))

    parts = decompose_goal(observed, estimates)

    assert parts.actual.size == 60
    assert parts.incremental.sum(axis=0) == pytest.approx(
        estimates.delta * observed.counts.sum(axis=0)
    )


def test_types_without_an_estimate_have_no_part() -> None:
    observed, estimates = case(WORLD)
    none = replace(estimates, methods=[None, "time_series"])

    parts = decompose_goal(observed, none)

    assert parts.incremental.shape == (180, 1)


def test_the_summary_of_the_regression_names_the_types_and_has_no_clock() -> None:
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
