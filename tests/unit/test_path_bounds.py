"""Search visits per engagement, and the bound of the path, on totals with a known truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chalicelib.attribution.coverage import Coverage
from chalicelib.attribution.search.path_bounds import (
    bound_path,
    measure_visits,
    upper_products,
)
from tests.worlds.search import SEARCH_WORLDS, simulate_search
from tests.worlds.search_judge import observe_search

WORLD = replace(SEARCH_WORLDS["search_mediated"], n_days=200)
SEARCH = np.array([3])


def test_visits_per_engagement_are_estimated_for_causes_only() -> None:
    run = simulate_search(WORLD, 1)

    found = measure_visits(observe_search(run), SEARCH)

    assert found.draft is not None
    assert found.total == run.visits.sum()
    assert found.draft.methods == ["time_series"] * 3 + [None]
    assert found.draft.reasons[3] == ["on_the_way"]
    error = np.sqrt(np.diag(found.draft.cov))[:3]
    assert (np.abs(found.draft.delta[:3] - run.visits_truth) < 4 * error).all()


def test_without_search_visits_nothing_is_fitted() -> None:
    observed = observe_search(simulate_search(WORLD, 1))
    few = replace(observed, counts=observed.counts * [1, 1, 1, 0])

    assert measure_visits(observed, np.zeros(0, dtype=np.int64)).draft is None
    assert measure_visits(few, SEARCH).draft is None


def test_the_outcome_of_the_goal_does_not_change_visits_per_engagement() -> None:
    observed = observe_search(simulate_search(WORLD, 1))

    one = measure_visits(observed, SEARCH).draft
    other = measure_visits(replace(observed, outcome=observed.outcome[::-1]), SEARCH).draft

    assert one is not None
    assert other is not None
    assert np.array_equal(one.delta, other.delta, equal_nan=True)


def test_the_bound_exceeds_the_truth_and_uses_the_worth_of_a_visit() -> None:
    run = simulate_search(WORLD, 2)
    observed = observe_search(run)
    visits = measure_visits(observed, SEARCH).draft
    assert visits is not None

    found = bound_path(observed, SEARCH, visits)

    assert found.fit is not None
    assert found.fit.effect == pytest.approx(0.05, abs=4 * found.fit.error)
    assert (found.most[:2] >= run.through_truth[:2]).all()
    assert np.isnan(found.most[3])


def test_visits_after_purchases_are_noticed() -> None:
    world = SEARCH_WORLDS["search_post_purchase"]
    observed = observe_search(simulate_search(world, 0))
    visits = measure_visits(observed, SEARCH).draft
    assert visits is not None

    assert bound_path(observed, SEARCH, visits).warnings == ("visits_follow_conversions",)


def test_days_without_data_on_visits_are_left_out() -> None:
    run = simulate_search(WORLD, 1)
    observed = observe_search(run)
    covered = Coverage.whole(*observed.counts.shape)
    covered.counts[60:80, 3] = False
    counts = observed.counts.copy()
    counts[60:80, 3] = 0.0

    found = measure_visits(replace(observed, counts=counts, coverage=covered), SEARCH).draft
    taken_for_zero = measure_visits(replace(observed, counts=counts), SEARCH).draft

    assert found is not None
    assert taken_for_zero is not None
    error = np.sqrt(np.diag(found.cov))[:3]
    assert (np.abs(found.delta[:3] - run.visits_truth) < 4 * error).all()
    assert "coverage_gap" in found.warnings[0]
    assert "coverage_gap" not in taken_for_zero.warnings[0]


def test_upper_ends_of_products_are_those_of_two_normal_variables() -> None:
    first, error = np.array([4.0, np.nan]), np.array([0.5, np.nan])
    rng = np.random.default_rng(5)
    draws = rng.normal(4.0, 0.5, 400_000) * rng.normal(0.05, 0.01, 400_000)

    found = upper_products(first, error, np.array([1.96, 1.96]), 0.05, 0.01, 1.96)

    assert found[0] == pytest.approx(np.quantile(draws, 0.975), rel=0.01)
    assert np.isnan(found[1])
