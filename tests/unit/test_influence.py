"""Estimates that depend on one day, against a fit without that day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chalicelib.attribution.estimates import estimate_goal
from chalicelib.attribution.time_series.influence import (
    effective_steps,
    one_day_decides,
    strongest_days,
)
from chalicelib.attribution.time_series.structural import Scales, coefficients, weigh
from tests.worlds.totals import KINDS, TOTALS_WORLDS, observe_totals, simulate_totals

N_DAYS = 60
RNG = np.random.default_rng(5)
MARKETING = RNG.normal(size=(N_DAYS, 2))
KNOWN = RNG.normal(size=(N_DAYS, 1))
OUTCOME = (
    30 + np.cumsum(RNG.normal(0, 0.3, N_DAYS)) + MARKETING @ [1.0, 0.0] + RNG.normal(size=N_DAYS)
)
RATIO = 0.1
TWO = replace(TOTALS_WORLDS["calm"], kinds=KINDS[:2])


def test_change_without_a_day_equals_that_of_a_fit_without_it() -> None:
    columns = np.column_stack([MARKETING, KNOWN])
    scales = Scales.constant(N_DAYS)
    beta = coefficients(OUTCOME, columns, scales, RATIO)
    most = np.zeros(2)
    for day in range(N_DAYS):
        times = np.delete(np.arange(N_DAYS), day)
        without = coefficients(OUTCOME[times], columns[times], Scales.at(times), RATIO)
        most = np.maximum(most, np.sign(beta[:2]) * (beta - without)[:2])

    found = strongest_days(OUTCOME, KNOWN, MARKETING, scales, RATIO)

    X = columns - columns.mean(axis=0)
    inverse = np.linalg.inv(X.T @ weigh(X, scales, RATIO)[0])
    left = (OUTCOME - OUTCOME.mean() - X @ beta)[:, None]
    noise = float((left.T @ weigh(left, scales, RATIO)[0])[0, 0]) / (N_DAYS - 4)
    assert found * np.sqrt(noise * np.diag(inverse)[:2]) == pytest.approx(most, rel=1e-6)


def test_outlier_day_has_a_large_influence() -> None:
    scales = Scales.constant(N_DAYS)
    found = strongest_days(OUTCOME, KNOWN, MARKETING, scales, RATIO)
    spoilt = OUTCOME.copy()
    loudest = int(np.argmax(MARKETING[:, 0]))
    spoilt[loudest] += 40.0

    assert strongest_days(spoilt, KNOWN, MARKETING, scales, RATIO)[0] > 3 * found[0]


def test_jump_on_one_day_is_one_step_of_evidence() -> None:
    counts = np.zeros((N_DAYS, 3))
    counts[10, 0] = 50.0
    counts[[10, 20, 30], 1] = 50.0
    counts[::2, 2] = 1.0

    assert effective_steps(counts)[:2] == pytest.approx([1.0, 3.0])
    assert effective_steps(counts)[2] >= 30.0


def test_clear_effect_due_to_one_day_is_flagged() -> None:
    ordinary = np.random.default_rng(1).poisson(30.0, (N_DAYS, 4)).astype(float)
    t_value = np.array([2.5, 2.5, -2.5, 1.0])
    strongest = np.array([1.8, 0.5, 1.8, 0.9])

    decided = one_day_decides(t_value, 2.0, strongest, ordinary)

    assert decided.tolist() == [True, False, True, False]


def test_type_on_two_days_raises_a_warning_and_the_others_do_not() -> None:
    observed = observe_totals(simulate_totals(TWO, 0))
    counts = observed.counts.copy()
    counts[:, 1] = 0.0
    counts[[60, 130], 1] = 300.0

    estimates = estimate_goal(replace(observed, counts=counts))

    assert "one_day_decides" in estimates.warnings[1]
    assert "one_day_decides" not in estimates.warnings[0]


def test_effect_due_to_a_single_day_of_sales_raises_a_warning() -> None:
    nothing = replace(TWO, kinds=tuple(replace(kind, delta=0.0) for kind in TWO.kinds))
    observed = observe_totals(simulate_totals(nothing, 3))
    counts, outcome = observed.counts.copy(), observed.outcome.copy()
    day = 90
    counts[day, 0] = 1_200.0
    outcome[day : day + 3] += [90.0, 60.0, 40.0]

    estimates = estimate_goal(replace(observed, counts=counts, outcome=outcome))

    assert "one_day_decides" in estimates.warnings[0]
