"""Days without data in totals: estimates, used days, and warnings."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from chalicelib.attribution.coverage import Coverage
from chalicelib.attribution.estimates import GoalEstimates, estimate_goal
from chalicelib.attribution.observations import Context
from chalicelib.attribution.time_series.averaged_models import fill_gaps
from tests.worlds.hard_totals import HARD_TOTALS
from tests.worlds.totals import KINDS, TOTALS_WORLDS, observe_totals, simulate_totals

TWO = replace(TOTALS_WORLDS["drifting"], kinds=KINDS[:2])


@lru_cache
def fit(name: str, seed: int = 0) -> GoalEstimates:
    return estimate_goal(observe_totals(simulate_totals(HARD_TOTALS[name], seed)))


@pytest.mark.parametrize(
    "name", ["sales_end_early", "sales_begin_late", "hole_in_sales", "type_begins_late"]
)
def test_days_without_data_do_not_count_as_zeros(name: str) -> None:
    hits = []
    for seed in range(3):
        estimates = fit(name, seed)
        truth = simulate_totals(HARD_TOTALS[name], seed).truth
        half = estimates.critical * np.sqrt(np.diag(estimates.cov))
        hits.extend(np.abs(estimates.delta - truth) <= half)
        assert all("coverage_gap" in warnings for warnings in estimates.warnings)
        assert estimates.diagnostics["shocks"] == []

    assert np.mean(hits) >= 0.8  # of 12 at 95 %: missed once in 500


def test_type_without_a_common_day_is_rejected_and_the_others_are_estimated() -> None:
    estimates = fit("no_common_day")

    assert estimates.reasons == [["no_common_days"], [], [], []]


def test_values_on_days_without_data_change_nothing() -> None:
    totals = simulate_totals(TWO, 1)
    observed = observe_totals(totals)
    covered = Coverage.whole(*observed.counts.shape)
    covered.outcome[40:60] = False
    covered.counts[100:105, 1] = False
    outcome, counts = observed.outcome.copy(), observed.counts.copy()
    outcome[40:60] = 9_999.0
    counts[100:105, 1] = 9_999.0

    plain = estimate_goal(replace(observed, coverage=covered))
    spoilt = estimate_goal(replace(observed, coverage=covered, outcome=outcome, counts=counts))

    assert spoilt.delta == pytest.approx(plain.delta, rel=1e-9)
    assert spoilt.cov == pytest.approx(plain.cov, rel=1e-9)
    assert plain.diagnostics["usable_days"] == 180 - 20 - 5 - 7


def test_a_type_keeps_its_mean_on_days_without_data() -> None:
    counts = np.array([[4.0, 1.0], [99.0, 2.0], [8.0, 3.0]])
    known = np.array([[True, True], [False, True], [True, True]])

    filled = fill_gaps(np.where(known, counts, 0.0), known)

    assert filled[:, 0].tolist() == [4.0, 6.0, 8.0]
    assert filled[:, 1].tolist() == [1.0, 2.0, 3.0]


def test_whole_coverage_changes_nothing() -> None:
    observed = observe_totals(simulate_totals(TWO, 2))

    plain = estimate_goal(observed)
    covered = estimate_goal(replace(observed, coverage=Coverage.whole(*observed.counts.shape)))

    assert np.array_equal(covered.delta, plain.delta)
    assert "coverage_gap" not in covered.warnings[0]


def test_a_week_with_a_missing_day_is_missing() -> None:
    world = replace(TWO, n_days=7 * 60, by_week=True, spread=0.6)
    observed = observe_totals(simulate_totals(world, 0))
    covered = Coverage.whole(*observed.counts.shape)
    covered.outcome[143] = False
    outcome = observed.outcome.copy()
    outcome[140] = 0.0

    estimates = estimate_goal(replace(observed, coverage=covered, outcome=outcome))

    assert estimates.diagnostics["step_days"] == 7
    assert estimates.diagnostics["shocks"] == []


def test_shocks_after_a_gap_have_the_right_days() -> None:
    observed = observe_totals(simulate_totals(TWO, 3))
    covered = Coverage.whole(*observed.counts.shape)
    covered.outcome[20:50] = False
    outcome = observed.outcome.copy()
    outcome[120:124] *= 3

    estimates = estimate_goal(replace(observed, coverage=covered, outcome=outcome))

    assert estimates.diagnostics["shocks"] == [{"from": 120, "to": 123, "kind": "run"}]


def test_an_annotated_promotion_is_not_credited_to_the_types_that_rise_with_it() -> None:
    claims: list[bool] = []
    for seed in range(4):
        estimates = fit("promotions_annotated_zero", seed)
        half = estimates.critical * np.sqrt(np.diag(estimates.cov))
        claims.extend(estimates.delta > half)
        assert "promotion_suspected" not in {w for each in estimates.warnings for w in each}
        assert estimates.diagnostics["joint_runs"] == []

    assert sum(claims) <= 1


def test_control_removes_the_variation_that_it_explains() -> None:
    world = HARD_TOTALS["brand_clicks_zero"]
    observed = observe_totals(simulate_totals(world, 0))
    queries = simulate_totals(
        replace(world, kinds=world.kinds[3:], same_day_led=(1.0,), spread=0.0), 0
    ).counts
    known = Context(control_names=("queries",), controls=np.maximum(queries, 1.0))

    without = estimate_goal(observed)
    controlled = estimate_goal(replace(observed, context=known))

    def t_value(estimates: GoalEstimates) -> float:
        return float(estimates.delta[3] / np.sqrt(estimates.cov[3, 3]))

    assert t_value(without) > 3.0, "the world must be one that misleads"
    assert abs(t_value(controlled)) < 2.5
