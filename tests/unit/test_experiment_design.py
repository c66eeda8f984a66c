"""Designs of experiments: sizes against published formulas, promises against simulated tests."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from chalicelib.attribution.experiments import geo_design
from chalicelib.attribution.experiments.geo_design import (
    _multiple,
    design_geo_test,
)
from chalicelib.attribution.experiments.geo_tests import analyse_geo_test
from chalicelib.attribution.experiments.holdout_design import HoldoutPlan
from chalicelib.attribution.experiments.switchback import (
    RATIOS,
    Switchback,
    _centred,
    _reduced,
    analyse_switchback,
)
from tests.worlds.designs import lines, try_design
from tests.worlds.geo import GEO_WORLDS, simulate_geo


def test_a_holdout_has_the_size_of_the_textbook() -> None:
    """Fleiss, Levin, Paik 2003, equation 4.14, without continuity correction."""
    low, high = 0.01, 0.012
    mean = (low + high) / 2
    z, power = stats.norm.ppf(0.975), stats.norm.ppf(0.8)
    spread = z * math.sqrt(2 * mean * (1 - mean))
    spread += power * math.sqrt(low * (1 - low) + high * (1 - high))

    people = HoldoutPlan(low).people_needed(0.2)

    assert people == pytest.approx(2 * (spread / (high - low)) ** 2, abs=2)


def test_repeat_buyers_need_as_many_more_people() -> None:
    once, often = HoldoutPlan(0.01), HoldoutPlan(0.01, repeat_ratio=3.0)

    ratio = (often.people_needed(0.1) or 0) / (once.people_needed(0.1) or 1)

    assert ratio == pytest.approx(3.0, rel=0.02)


def test_the_smallest_lift_is_the_one_that_the_people_suffice_for() -> None:
    plan = HoldoutPlan(0.02, control_share=0.2)

    assert plan.smallest_lift(plan.people_needed(0.15) or 0) == pytest.approx(0.15, rel=1e-3)
    assert plan.smallest_lift(10) is None
    assert HoldoutPlan(1e-9).people_needed(1e-6) is None


@pytest.mark.parametrize("plan", [HoldoutPlan(0.01), HoldoutPlan(0.02, 0.2, repeat_ratio=2.0)])
def test_the_analysis_shows_a_planned_effect_as_often_as_promised(plan: HoldoutPlan) -> None:
    people = plan.people_needed(0.2) or 0

    assert plan.shown(people, 0.2) == pytest.approx(0.8, abs=0.07)
    assert plan.false_positives(people) <= 0.08


def test_a_schedule_has_one_of_two_blocks_on() -> None:
    test = Switchback.drawn(56, 7, 100.0, 0.5, seed=4)

    blocks = np.array(test.on).reshape(8, 7)
    assert (blocks.sum(axis=1) % 7 == 0).all()
    assert (blocks[:, 0].reshape(4, 2).sum(axis=1) == 1).all()
    assert test.on != Switchback.drawn(56, 7, 100.0, 0.5, seed=5).on
    with pytest.raises(ValueError, match="4 blocks"):
        Switchback.drawn(20, 7, 100.0, 0.5)


def test_exposure_starts_with_the_channel_on_and_keeps_the_spend() -> None:
    test = Switchback((False, False, True), 100.0, 0.5)

    assert test.exposure == pytest.approx([50.0, 25.0, 62.5])


ALL = [True] * 15
GAPS = [day not in (2, 6, 7, 13) for day in range(15)]


def dense(ratio: float, known: list[bool]) -> np.ndarray[Any, Any]:
    """The covariance of the days that count, whose level is a random walk."""
    walk = np.tril(np.ones((15, 15)))[:, 1:]
    cov = np.eye(15) + ratio * walk @ walk.T
    return np.asarray(cov[np.ix_(known, known)])


@pytest.mark.parametrize("known", [ALL, GAPS])
def test_moments_are_those_of_the_dense_covariance(known: list[bool]) -> None:
    rng = np.random.default_rng(2)
    x, y = rng.random(15), rng.random(15)
    inverse = np.linalg.inv(dense(0.3, known))
    ones = np.ones(sum(known))
    project = inverse - np.outer(inverse @ ones, ones @ inverse) / (ones @ inverse @ ones)

    reduced, _ = _reduced(_centred(x.tolist(), known), known, 0.3)

    a, b = x[known], y[known]
    assert x @ np.array(reduced) == pytest.approx(a @ project @ a)
    assert y @ np.array(reduced) == pytest.approx(b @ project @ a)


@pytest.mark.parametrize("known", [ALL, GAPS])
def test_the_likelihood_of_ratios_differs_from_the_dense_one_by_a_constant(
    known: list[bool],
) -> None:
    ones = np.ones(sum(known))

    apart = []
    for ratio in RATIOS:
        cov = dense(ratio, known)
        inner = ones @ np.linalg.solve(cov, ones)
        whole = np.linalg.slogdet(cov)[1] + np.log(inner)
        apart.append(whole - _reduced([0.0] * 15, known, ratio)[1])

    assert np.ptp(apart) < 1e-6


def test_days_that_do_not_count_have_no_influence() -> None:
    test = Switchback.drawn(56, 7, 100.0, 0.5)
    y = np.random.default_rng(4).poisson(100.0, 56).astype(float).tolist()
    known = [day not in (10, 11, 30) for day in range(56)]
    changed = [count if one else 10_000.0 for count, one in zip(y, known, strict=True)]

    assert analyse_switchback(changed, test, known) == analyse_switchback(y, test, known)
    assert analyse_switchback(changed, test) != analyse_switchback(y, test)


def test_a_switchback_shows_what_it_promises_in_simulated_weeks() -> None:
    tried = [try_design("switchback_56", seed) for seed in range(100)]

    assert np.mean([one.shown for one in tried]) == pytest.approx(0.8, abs=0.12)
    assert np.mean([one.false for one in tried]) <= 0.1


def test_an_effect_is_measured_per_unit_of_spend() -> None:
    test = Switchback.drawn(84, 7, 100.0, 0.5)

    found = analyse_switchback([50.0 + 0.4 * x for x in test.exposure], test)

    assert found.estimate == pytest.approx(0.4)
    assert found.p_value < 1e-6


def test_the_multiple_of_the_error_is_that_of_a_t_test() -> None:
    effect = TTestPower().solve_power(nobs=13, alpha=0.05, power=0.8, alternative="two-sided")

    assert _multiple(12.0, 0.8) == pytest.approx(effect * math.sqrt(13), rel=1e-3)


def past(seed: int = 0) -> np.ndarray:
    world = replace(GEO_WORLDS["geo_drifting"], n_regions=12, lift=0.0)
    return simulate_geo(world, seed).counts


def test_a_geo_design_uses_the_error_of_its_analysis() -> None:
    counts = past()

    design = design_geo_test(counts, 21, 3)

    assert design.treated.size == 3
    assert design.pseudo_tests == 6
    assert 0.0 <= design.false_positives <= 1.0
    assert 2.5 < design.smallest_effect / design.error < 4.0
    own = analyse_geo_test(counts, design.treated, counts.shape[0] - 21)
    reported = (own.lift.high - own.lift.low) / 4.2
    assert design.error == pytest.approx(reported, rel=0.6)


def test_a_past_too_short_or_too_few_regions_have_no_geo_design() -> None:
    with pytest.raises(ValueError, match="the past needs"):
        design_geo_test(past()[:40], 21, 3)
    with pytest.raises(ValueError, match="untreated"):
        design_geo_test(past(), 21, 9)


def test_noisier_regions_promise_less() -> None:
    calm = past()
    noisy = calm * np.exp(0.3 * np.random.default_rng(1).standard_normal(calm.shape))

    assert (
        design_geo_test(noisy, 21, 3).smallest_effect
        > 2.0 * design_geo_test(calm, 21, 3).smallest_effect
    )


def test_the_table_of_designs_has_a_line_each() -> None:
    table = list(lines(["holdout_rare", "switchback_56"], 2))

    assert table[1].startswith("| holdout_rare | 2 | 30.0 % |")
    assert "per euro" in table[2]


@pytest.mark.parametrize(("errors", "chosen"), [((2.0, 3.0, 1.0), 0), ((3.0, 1.0, 2.0), 1)])
def test_the_first_regions_by_lot_are_treated_unless_they_are_the_most_restless(
    monkeypatch: pytest.MonkeyPatch, errors: tuple[float, ...], chosen: int
) -> None:
    sets = [np.array([number]) for number in range(3)]
    monkeypatch.setattr(geo_design, "_run", lambda counts, treated, days, starts: int(treated[0]))
    monkeypatch.setattr(geo_design, "_reported", lambda number: errors[number])

    found = geo_design._choose(sets, np.ones((100, 8)), 14, [60])

    assert found.tolist() == [chosen]
