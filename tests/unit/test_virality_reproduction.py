"""R from shares of different ages, and its interval."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.virality.offspring import count_offspring, leave_groups_out
from chalicelib.attribution.virality.reproduction import (
    Cohort,
    delays_of,
    estimate_reproduction,
    gather,
    seen_share,
)
from chalicelib.attribution.virality.share_doubts import tail_is_heavy
from chalicelib.attribution.virality.share_edges import use_edges
from chalicelib.attribution.virality.sharing_delays import Delays, fit_delays
from tests.shares import make_shares


def make_cohort(
    seed: int, n: int, *, r: float, days: float, median: float = 1.0, sigma: float = 1.0
) -> Cohort:
    """Shares of uniform ages with Poisson children after log-normal delays."""
    random = np.random.default_rng(seed)
    age = random.uniform(0.0, days, n)
    parent = np.repeat(np.arange(n), random.poisson(r, n))
    delay = median * np.exp(sigma * random.standard_normal(parent.size))
    seen = delay <= age[parent]
    return Cohort(np.arange(n), age, np.arange(n, n + int(seen.sum())), parent[seen], delay[seen])


def test_children_of_finished_shares_are_simply_counted() -> None:
    age, parent = np.full(20, 9.0), np.array([0, 0, 0, 4])

    counted = count_offspring(age, np.array([1.0, 2.0, 2.0, 3.0]), parent, np.ones(4))

    found = np.bincount(parent, minlength=20)
    assert counted.mean == pytest.approx(0.2)
    largest = (3 - 0.2) ** 2 / 20 / 19
    assert counted.variance == pytest.approx(np.var(found, ddof=1) / 20 + largest)
    assert counted.horizon == 9.0


def test_a_child_counts_one_over_the_shares_that_old() -> None:
    age = np.concatenate([np.full(20, 1.0), np.full(20, 5.0)])

    counted = count_offspring(age, np.array([0.5, 3.0]), np.array([0, 30]), np.ones(2))

    assert counted.mean == pytest.approx(1 / 40 + 1 / 20)
    assert counted.influence.sum() == pytest.approx(0.0)
    assert counted.influence[0] == pytest.approx(1 / 40 - 1 / 40**2)
    assert counted.influence[30] == pytest.approx(1 / 20 - 1 / 40**2 - 1 / 20**2)


def test_the_function_ends_where_too_few_shares_are_that_old() -> None:
    age = np.concatenate([np.full(80, 1.0), np.full(14, 5.0)])

    counted = count_offspring(age, np.array([0.5, 3.0]), np.array([0, 90]), np.ones(2))

    assert counted.horizon == 1.0
    assert counted.mean == pytest.approx(1 / 94)


def test_few_shares_that_decide_leave_few_degrees_of_freedom() -> None:
    age = np.full(1000, 9.0)
    even = count_offspring(age, np.ones(300), np.arange(300), np.ones(300))
    uneven = count_offspring(age, np.ones(300), np.repeat([0, 1, 2], 100), np.ones(300))

    assert even.degrees > 100
    assert uneven.degrees < 8
    assert uneven.variance > 50 * even.variance


def test_a_tail_with_infinite_variance_is_heavy_and_an_even_one_is_not() -> None:
    def of_counts(counts: list[int]) -> Cohort:
        parent = np.repeat(np.arange(len(counts)), counts)
        return Cohort(
            np.arange(len(counts)), np.full(len(counts), 9.0), parent, parent, np.ones(parent.size)
        )

    assert tail_is_heavy(of_counts([100, 60, 40, 30, 20, 10, 9, 8, 7, 6, 5, 1, 0]))
    assert not tail_is_heavy(of_counts([9, 8, 8, 7, 7, 7, 6, 6, 6, 5, 5, 1, 0]))
    assert not tail_is_heavy(of_counts([90, 1, 1]))
    assert not tail_is_heavy(of_counts([]))


def test_leaving_a_group_out_is_the_same_as_never_having_seen_it() -> None:
    cohort = make_cohort(1, 60, r=1.0, days=4.0)
    group = np.arange(60) % 7
    weight = np.ones(cohort.children.size)

    means = leave_groups_out(cohort.age, cohort.delay, cohort.parent, weight, group, 2.0)

    for g in range(7):
        others = group != g
        position = np.cumsum(others) - 1
        mine = others[cohort.parent] & (cohort.delay <= 2.0)
        left = cohort.age[others]
        at_risk = [np.sum(left >= delay) for delay in cohort.delay[mine]]
        assert position.max() == left.size - 1
        assert means[g] == pytest.approx(np.sum(1.0 / np.array(at_risk)))


def test_delays_of_young_shares_are_not_taken_for_short_ones() -> None:
    cohort = make_cohort(2, 4000, r=1.0, days=3.0, median=1.0, sigma=1.0)

    delays, _ = fit_delays(
        cohort.delay,
        cohort.age[cohort.parent],
        np.zeros(cohort.delay.size, dtype=np.int64),
        0,
    )

    assert np.median(cohort.delay) < 0.7, "short delays are seen more often"
    assert delays.mu == pytest.approx(0.0, abs=0.15)
    assert delays.sigma == pytest.approx(1.0, abs=0.1)


def test_a_newton_step_without_a_group_is_close_to_a_new_fit() -> None:
    cohort = make_cohort(3, 300, r=1.0, days=3.0)
    group = np.arange(cohort.delay.size) % 40
    age = cohort.age[cohort.parent]

    everyone, without = fit_delays(cohort.delay, age, group, 40)

    assert len({one.mu for one in without} | {everyone.mu}) == 41
    for g in range(5):
        kept = group != g
        anew, _ = fit_delays(cohort.delay[kept], age[kept], group[kept], 0)
        assert without[g].mu == pytest.approx(anew.mu, abs=0.01)
        assert without[g].sigma == pytest.approx(anew.sigma, abs=0.01)


def edges_per_share(cohort: Cohort) -> float:
    return cohort.children.size / cohort.rows.size


def test_young_shares_bring_as_much_as_old_ones() -> None:
    found: list[Floats] = []
    for seed in range(40):
        cohort = make_cohort(seed, 400, r=0.5, days=3.0)
        r = estimate_reproduction(cohort, delays_of(cohort))
        assert r is not None
        found.append(np.array([edges_per_share(cohort), r.estimate, r.ci_low, r.ci_high]))
    naive, estimate, low, high = np.array(found).T

    assert np.mean(naive) < 0.32
    assert np.median(estimate) == pytest.approx(0.5, abs=0.04)
    # of 40 at 95 %: fewer than 34 once in a hundred
    assert np.sum((low <= 0.5) & (high >= 0.5)) >= 34
    assert np.median(high - low) < 0.5


def test_the_error_of_delays_widens_the_interval_of_young_shares() -> None:
    cohort = make_cohort(5, 400, r=0.5, days=3.0)
    delays = delays_of(cohort)
    assert delays is not None

    r = estimate_reproduction(cohort, delays)

    counted = count_offspring(
        cohort.age, cohort.delay, cohort.parent, np.ones(cohort.children.size)
    )
    assert r is not None
    assert r.log_error is not None
    assert r.log_error > 1.2 * math.sqrt(counted.variance) / counted.mean


def test_no_children_of_many_finished_shares_exclude_a_large_r() -> None:
    none = np.empty(0, dtype=np.int64)
    cohort = Cohort(np.arange(500), np.full(500, 9.0), none, none, np.empty(0))

    r = estimate_reproduction(cohort, None)

    assert r is not None
    assert (r.estimate, r.ci_low) == (0.0, 0.0)
    # a negative binomial count with 0.1 per share of shape is zero with 2.5 %
    assert r.ci_high == pytest.approx(0.1 * (0.025 ** (-1 / 50) - 1), rel=1e-6)
    assert r.probability_above(1.0) == 0.0


def test_few_children_have_exact_limits() -> None:
    cohort = Cohort(
        np.arange(100), np.full(100, 9.0), np.array([100, 101]), np.array([3, 4]), np.ones(2)
    )

    r = estimate_reproduction(cohort, None)

    assert r is not None
    assert r.estimate == pytest.approx(0.02)
    assert r.log_error is None
    low, high = (stats.nbinom(10.0, 10.0 / (10.0 + 100 * end)) for end in (r.ci_low, r.ci_high))
    assert high.cdf(2) == pytest.approx(0.025)
    assert low.sf(1) == pytest.approx(0.025)


def test_shares_of_yesterday_without_children_show_nothing() -> None:
    none = np.empty(0, dtype=np.int64)
    cohort = Cohort(np.arange(500), np.full(500, 0.5), none, none, np.empty(0))

    assert estimate_reproduction(cohort, None) is None
    assert seen_share(cohort, None) == 0.0


def test_an_empty_cohort_has_no_r() -> None:
    none = np.empty(0, dtype=np.int64)
    cohort = Cohort(none, np.empty(0), none, none, np.empty(0))

    assert estimate_reproduction(cohort, None) is None
    assert seen_share(cohort, None) is None


def test_only_children_of_the_chosen_shares_count() -> None:
    edges = use_edges(make_shares([0.0, 1.0, 2.0, 3.0], [-1, 0, 0, 1]), as_of=4.0)

    cohort = gather(edges, edges.time >= 1.0, np.array([True, True, True, True]))

    assert cohort.rows.tolist() == [1, 2, 3]
    assert cohort.children.tolist() == [3]
    assert cohort.parent.tolist() == [0]


def test_children_that_stand_for_several_raise_r() -> None:
    cohort = make_cohort(7, 400, r=0.5, days=40.0)
    delays = delays_of(cohort)

    one = estimate_reproduction(cohort, delays)
    three = estimate_reproduction(cohort, delays, np.full(cohort.children.size, 3.0))

    assert one is not None
    assert three is not None
    assert three.estimate == pytest.approx(3 * one.estimate)


def test_the_part_seen_is_that_of_the_log_normal_distribution() -> None:
    delays = Delays(0.0, 1.0)
    none = np.empty(0, dtype=np.int64)
    cohort = Cohort(np.arange(2), np.array([1.0, math.e]), none, none, np.empty(0))

    assert seen_share(cohort, delays) == pytest.approx((0.5 + stats.norm.cdf(1.0)) / 2)


def test_the_probability_above_a_limit_agrees_with_the_interval() -> None:
    cohort = make_cohort(9, 400, r=0.5, days=40.0)
    r = estimate_reproduction(cohort, delays_of(cohort))

    assert r is not None
    assert r.probability_above(r.ci_high) == pytest.approx(0.025, abs=1e-6)
    assert r.probability_above(r.ci_low) == pytest.approx(0.975, abs=1e-6)
