"""The short form of the worlds of budgets: few seeds, bounds that a broken plan misses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.worlds.budget_judge import budget_table, judge_budgets
from tests.worlds.budgets import BUDGET_WORLDS, simulate_budgets

SEEDS = range(1_000, 1_003)


def test_plans_gain_where_returns_differ() -> None:
    verdicts = [judge_budgets(BUDGET_WORLDS["unequal"], seed) for seed in SEEDS]

    assert sum(v.followed for v in verdicts) > 0.3 * sum(v.best for v in verdicts)
    assert all(v.followed > -0.01 for v in verdicts)
    assert not any(v.over_budget or v.frozen_moved for v in verdicts)
    assert sum(v.low <= v.considered <= v.high for v in verdicts) >= 2


def test_a_channel_of_brand_search_is_frozen() -> None:
    verdict = judge_budgets(BUDGET_WORLDS["brand_search"], 1_000)

    assert "brand_search" in verdict.frozen
    assert not verdict.frozen_moved
    run = simulate_budgets(BUDGET_WORLDS["brand_search"], 1_000)
    assert run.returns[-1] == 0.0
    assert run.claims.argmax() == run.claims.size - 1, "the world must be one that misleads"


def test_nothing_is_promised_where_nothing_works() -> None:
    verdicts = [judge_budgets(BUDGET_WORLDS["nothing_works"], seed) for seed in SEEDS]

    assert [v.verdict for v in verdicts].count("move") <= 1


def test_the_best_plan_is_better_than_any_other_and_within_the_truth() -> None:
    run = simulate_budgets(BUDGET_WORLDS["usual"], 1_000)
    verdict = judge_budgets(replace(BUDGET_WORLDS["usual"], n_days=200), 1_000)

    assert verdict.best >= max(verdict.claims, verdict.argmax, verdict.curve, verdict.considered)
    assert np.isclose(run.value(run.spend.mean(axis=0)), run.returns @ run.spend.mean(axis=0))


def test_the_table_has_a_line_per_world() -> None:
    verdict = judge_budgets(replace(BUDGET_WORLDS["linear"], n_days=120), 1_000)

    table = budget_table([verdict], ["usual", "linear"]).splitlines()

    assert [line.split("|")[1].strip() for line in table[2:]] == ["linear"]
    assert len(table[2].split("|")) == len(table[0].split("|"))
