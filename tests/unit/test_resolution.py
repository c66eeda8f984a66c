"""The step of totals, and the conversion between weeks and days."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.attribution.time_series.resolution import Resolution, is_weekly, resolve

N_DAYS = 140
DAILY = np.random.default_rng(1).poisson(20, N_DAYS).astype(np.float64)
WEEKLY = np.where(np.arange(N_DAYS) % 7 == 3, 140.0, 0.0)


def test_totals_on_one_weekday_only_are_weekly() -> None:
    assert is_weekly(WEEKLY)
    assert not is_weekly(DAILY)


def test_a_few_days_that_happen_to_be_mondays_are_not_weekly() -> None:
    rare = np.zeros(N_DAYS)
    rare[[3, 17, 31]] = 50.0

    assert not is_weekly(rare)


def test_weekly_outcome_is_compared_by_weeks_from_its_weekday() -> None:
    resolution = resolve(WEEKLY, np.array([False, False]))

    assert resolution == Resolution(7, 3, 20)
    padded = np.zeros(resolution.n_days)
    padded[:N_DAYS] = WEEKLY
    assert resolution.total(padded) == pytest.approx(np.full(20, 140.0))


def test_daily_conversions_are_added_up_if_most_types_are_weekly() -> None:
    resolution = resolve(DAILY, np.array([True, True, False]))

    assert resolution == Resolution(7, 0, 20)
    assert resolution.total(DAILY)[2] == DAILY[14:21].sum()


def test_days_stay_days_if_most_types_are_daily() -> None:
    resolution = resolve(DAILY, np.array([True, False]))

    assert resolution == Resolution(1, 0, N_DAYS)
    assert np.array_equal(resolution.total(DAILY), DAILY)


def test_weekly_total_is_spread_over_its_seven_days() -> None:
    counts = np.column_stack([WEEKLY, DAILY])

    spread = Resolution(7, 3, 19).spread(counts, np.array([True, False]))

    assert spread[3:10, 0] == pytest.approx(np.full(7, 20.0))
    assert spread[:3, 0] == pytest.approx(np.zeros(3))
    assert np.array_equal(spread[:, 1], DAILY[:136])
