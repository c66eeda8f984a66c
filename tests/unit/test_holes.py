"""Days that look like missing data."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from chalicelib.services.fitting.holes import has_whole_unit, infer_days, usual_days

MONDAY = dt.date(2026, 1, 5)
DAYS = 182


def daily(mean: float = 40.0, seed: int = 0, days: int = DAYS) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, days).astype(float)


def without(series: np.ndarray, first: int, last: int) -> np.ndarray:
    series = series.copy()
    series[first : last + 1] = 0
    return series


def gaps(series: np.ndarray, **options: object) -> list[tuple[int, int]]:
    return infer_days(series.tolist(), MONDAY, **options).holes  # type: ignore[arg-type]


def covered(series: np.ndarray) -> tuple[int, int, int]:
    days = np.flatnonzero(infer_days(series.tolist(), MONDAY).days)
    return int(days[0]), int(days[-1]), int(days.size)


def test_a_whole_series_is_covered() -> None:
    assert covered(daily()) == (0, DAYS - 1, DAYS)
    assert gaps(daily()) == []


def test_a_dense_series_ends_with_its_events() -> None:
    assert covered(without(daily(), 161, DAYS - 1)) == (0, 160, 161)
    assert covered(without(daily(), 0, 20)) == (21, DAYS - 1, DAYS - 21)


@pytest.mark.parametrize(("first", "last"), [(70, 76), (63, 76), (66, 80)])
def test_a_missing_week_is_a_hole(first: int, last: int) -> None:
    assert gaps(without(daily(), first, last)) == [(first, last)]


def test_missing_month_is_a_hole_on_any_weekdays() -> None:
    april = (dt.date(2026, 4, 1) - MONDAY).days
    assert gaps(without(daily(), april, april + 29)) == [(april, april + 29)]


def test_other_missing_days_stay_zero_except_for_conversions() -> None:
    series = without(daily(), 66, 70)
    assert gaps(series) == []
    assert gaps(series, is_outcome=True) == [(66, 70)]
    assert gaps(without(daily(), 66, 67), is_outcome=True) == []


def test_days_without_any_event_in_a_channel_are_a_hole() -> None:
    series = without(daily(), 66, 70)
    assert gaps(series, silent=[count == 0 for count in series]) == [(66, 70)]


def test_a_series_that_fades_out_and_in_has_no_hole() -> None:
    series = daily(200.0)
    slope = np.clip(np.abs(np.arange(DAYS) - 91) - 7, 0, 60) / 60
    assert gaps(np.floor(series * slope)) == []


def test_weekly_totals_and_rare_events_have_no_holes_and_reach_to_the_edges() -> None:
    weekly = np.zeros(DAYS)
    weekly[::7] = 300
    rare = np.zeros(DAYS)
    rare[3::10] = 1
    for series in (weekly, rare):
        assert covered(series) == (0, DAYS - 1, DAYS)


def test_rare_events_that_stop_end_the_coverage() -> None:
    rare = np.zeros(DAYS)
    rare[:120:5] = 2
    assert covered(rare)[1] == 115


def test_shop_closed_on_weekends_is_dense_and_lacks_only_a_week() -> None:
    series = daily()
    series[5::7] = 0
    series[6::7] = 0
    assert usual_days(series.tolist(), 0) is not None
    assert gaps(series) == []
    assert gaps(without(series, 70, 76)) == [(68, 76)]
    assert covered(series) == (0, DAYS - 1, DAYS)


def test_campaigns_that_start_and_stop_are_not_dense() -> None:
    series = daily()
    for first in range(10, DAYS, 20):
        series[first : first + 10] = 0
    assert gaps(series) == []


def test_an_incomplete_last_day_is_not_covered() -> None:
    series = daily(100.0)
    series[-1] = 12
    series[0] = 9
    assert covered(series) == (1, DAYS - 2, DAYS - 2)


def test_series_without_events_has_no_coverage() -> None:
    assert not any(infer_days([0.0] * 30, MONDAY).days)


def test_complete_series_rarely_lose_a_day() -> None:
    lost = sum(
        DAYS - covered(daily(mean, seed))[2] for mean in (5.5, 12.0, 80.0) for seed in range(100)
    )
    assert lost <= 10


@pytest.mark.parametrize(
    ("first", "last", "is_whole"),
    [
        ("2026-03-02", "2026-03-08", True),
        ("2026-03-03", "2026-03-14", False),
        ("2026-03-03", "2026-03-15", True),
        ("2026-02-01", "2026-02-28", True),
        ("2026-03-02", "2026-03-07", False),
    ],
)
def test_whole_units_are_weeks_from_monday_and_months(
    first: str, last: str, is_whole: bool
) -> None:
    assert has_whole_unit(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) == is_whole
