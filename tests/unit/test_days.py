"""Days at the edges."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.model.days import EARLIEST, LATEST, WrongDay, parse_day


@pytest.mark.parametrize("day", [EARLIEST, dt.date(2024, 2, 29), LATEST])
def test_a_day_within_bounds_is_read(day: dt.date) -> None:
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1969-12-31", "out_of_range"),
        ("3000-01-01", "out_of_range"),
        ("0001-01-01", "out_of_range"),
        ("2026-02-29", "invalid_format"),
        ("0000-01-01", "invalid_format"),
        ("20260101", "invalid_format"),
        ("2026-W01-1", "invalid_format"),
        ("٢٠٢٦-٠١-٠١", "invalid_format"),
        ("2026-01-01\n", "invalid_format"),
        (20260101, "invalid_format"),
        (None, "invalid_format"),
    ],
)
def test_what_is_no_day_here_is_rejected_with_its_code(value: Any, code: str) -> None:
    with pytest.raises(WrongDay) as rejected:
        parse_day(value)
    assert rejected.value.code == code
