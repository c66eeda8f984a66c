"""Effects that come weeks later: noticed where there is a year of data, not invented elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.attribution.estimates import estimate_goal
from chalicelib.attribution.time_series.late_effects import LAGS, delayed_counts, late_effect_p
from chalicelib.attribution.time_series.structural import Scales
from tests.worlds.hard_totals import HARD_TOTALS
from tests.worlds.totals import TOTALS_WORLDS, TotalsWorld, observe_totals, simulate_totals


def warned(world: TotalsWorld, seed: int) -> bool:
    estimates = estimate_goal(observe_totals(simulate_totals(world, seed)))
    return any("delayed_effect_suspected" in each for each in estimates.warnings)


def test_late_counts_are_the_mean_over_the_lags() -> None:
    counts = np.random.default_rng(1).poisson(9.0, (90, 2)).astype(float)

    late = delayed_counts(counts)

    first, last = LAGS
    for day in (last, 50, 89):
        expected = counts[day - last : day - first + 1].mean(axis=0)
        assert late[day] == pytest.approx(expected)
    assert late[0] == pytest.approx(counts.mean(axis=0))


def test_a_late_column_that_acts_is_told_from_one_that_does_not() -> None:
    rng = np.random.default_rng(2)
    columns, late = rng.normal(size=(200, 2)), rng.normal(size=(200, 2))
    outcome = 40 + columns[:, 0] + rng.normal(size=200)
    scales = Scales.constant(200)

    assert late_effect_p(outcome, columns, late, scales, 1e-3) > 0.05
    assert late_effect_p(outcome + 0.5 * late[:, 1], columns, late, scales, 1e-3) < 1e-4
    assert late_effect_p(outcome - 0.5 * late[:, 1], columns, late, scales, 1e-3) > 0.05


def test_effects_that_come_weeks_later_are_suspected_in_a_year_of_data() -> None:
    assert sum(warned(HARD_TOTALS["delayed_year"], seed) for seed in range(8)) >= 3


@pytest.mark.parametrize("name", ["calm", "drifting", "saturating", "weekly_data", "demand_led"])
def test_effects_that_come_at_once_are_not_suspected(name: str) -> None:
    assert sum(warned(TOTALS_WORLDS[name], seed) for seed in range(6)) <= 1
