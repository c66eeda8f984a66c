"""Shocks are found, and neither marketing nor noise is taken for one."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.attribution.time_series.seasons import (
    choose_yearly,
    find_new_pattern,
    weekday_columns,
)
from chalicelib.attribution.time_series.shocks import Shock, find_shocks, shock_columns
from chalicelib.attribution.time_series.structural import Scales, coefficients

N_DAYS = 140
SCALES = Scales.constant(N_DAYS)
NOTHING = np.zeros((N_DAYS, 0))


def noise(seed: int, drift: float = 0.3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 100 + np.cumsum(rng.normal(0, drift, N_DAYS)) + rng.normal(0, 1.5, N_DAYS)


@pytest.mark.parametrize(
    ("shock", "size"),
    [
        (Shock(50, 51, "outlier"), 14.0),
        (Shock(50, 51, "outlier"), -14.0),
        (Shock(60, 67, "run"), 9.0),
        (Shock(80, N_DAYS, "level_shift"), 12.0),
    ],
)
def test_a_clear_shock_is_found_on_its_days(shock: Shock, size: float) -> None:
    outcome = noise(1) + size * shock.column(N_DAYS)

    assert find_shocks(outcome, NOTHING, SCALES, 1) == (shock,)


def test_several_shocks_are_found_one_after_the_other() -> None:
    shocks = (Shock(20, 21, "outlier"), Shock(60, 66, "run"), Shock(110, 111, "outlier"))
    outcome = noise(2) + shock_columns(shocks, N_DAYS) @ [15.0, -11.0, 15.0]

    assert find_shocks(outcome, NOTHING, SCALES, 1) == shocks


def test_shocks_are_rarely_found_where_there_are_none() -> None:
    found = [find_shocks(noise(seed), NOTHING, SCALES, 1) for seed in range(100, 125)]

    assert sum(bool(shocks) for shocks in found) <= 2


def test_three_conversions_at_a_low_rate_are_not_a_shock_and_eight_are() -> None:
    outcome = np.random.default_rng(11).poisson(0.25, N_DAYS).clip(max=2).astype(float)
    three, eight = outcome.copy(), outcome.copy()
    three[60], eight[60] = 3.0, 8.0

    assert find_shocks(three, NOTHING, SCALES, 1) == ()
    assert find_shocks(eight, NOTHING, SCALES, 1) == (Shock(60, 61, "outlier"),)


def test_effect_of_a_burst_of_marketing_is_not_a_shock() -> None:
    burst = np.zeros(N_DAYS)
    burst[60:65] = 1.0
    effect = np.convolve(burst, 0.6 ** np.arange(20))[:N_DAYS]
    outcome = noise(3) + 8.0 * effect

    assert find_shocks(outcome, NOTHING, SCALES, 1), "it would be one if marketing were not known"
    assert find_shocks(outcome, effect[:, None], SCALES, 1) == ()


def test_modelling_a_shock_restores_the_coefficients() -> None:
    marketing = np.random.default_rng(5).normal(size=(N_DAYS, 1))
    clean = noise(6) + 2.0 * marketing[:, 0]
    spoilt = clean + 30.0 * Shock(70, 76, "run").column(N_DAYS)
    found = find_shocks(spoilt, marketing, SCALES, 1)

    with_shocks = np.column_stack([marketing, shock_columns(found, N_DAYS)])

    assert coefficients(spoilt, with_shocks, SCALES, 0.05)[0] == pytest.approx(
        coefficients(clean, marketing, SCALES, 0.05)[0], abs=0.15
    )


def test_new_weekly_pattern_is_found_and_an_old_one_is_kept() -> None:
    weekdays = weekday_columns(np.ones(N_DAYS))
    pattern = weekdays @ np.array([6.0, -4.0, 3.0, -5.0, 4.0, -4.0])
    later = np.arange(N_DAYS) >= 70

    changed = find_new_pattern(noise(7) + pattern * later, weekdays, weekdays, SCALES)
    same = find_new_pattern(noise(7) + pattern, weekdays, weekdays, SCALES)

    assert changed in (63, 70, 77)
    assert same is None


def test_yearly_season_requires_one_and_a_half_years_and_evidence() -> None:
    days = np.arange(730)
    rng = np.random.default_rng(8)
    wave = 100 + 20 * np.sin(2 * np.pi * days / 365.25) + rng.normal(0, 2, 730)
    flat = 100 + rng.normal(0, 2, 730)

    def columns(outcome: np.ndarray) -> int:
        n = outcome.size
        return choose_yearly(outcome, np.zeros((n, 0)), Scales.constant(n), 1, np.arange(n)).shape[
            1
        ]

    assert columns(wave) >= 2
    assert columns(flat) == 0
    assert columns(wave[:500]) == 0


def test_weekday_columns_sum_to_zero_over_a_week_and_grow_with_the_level() -> None:
    columns = weekday_columns(np.repeat([1.0, 3.0], 70))

    assert columns[:7].sum(axis=0) == pytest.approx(np.zeros(6))
    assert columns[77] == pytest.approx(3.0 * columns[7])
    assert np.linalg.matrix_rank(columns[:7]) == 6
