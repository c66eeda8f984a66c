"""Goals that a person reaches at most once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chalicelib.attribution.within_user.once_only import converts_once, share_not_brought_forward
from chalicelib.attribution.within_user.panel import People
from tests.contract.panels import Small


def people_of(n: int, days: int, conversion_day: np.ndarray, touch_day: np.ndarray) -> People:
    """Every person touches once, on `touch_day`, and converts on a day, or not at all (-1)."""
    counts, outcome = np.zeros((n, days, 1)), np.zeros((n, days))
    counts[np.arange(n), touch_day, 0] = 1.0
    bought = np.flatnonzero(conversion_day >= 0)
    outcome[bought, conversion_day[bought]] = 1.0
    return Small(counts, outcome, np.full(n, -1), np.zeros(1)).people


def test_many_single_conversions_indicate_a_goal_reached_once() -> None:
    once = people_of(100, 50, np.where(np.arange(100) < 40, 10, -1), np.full(100, 5))
    twice = replace(
        once,
        outcome_person=np.append(once.outcome_person, 0),
        outcome_day=np.append(once.outcome_day, 30),
        outcome_weight=np.append(once.outcome_weight, 1.0),
    )
    few = people_of(10_000, 50, np.where(np.arange(10_000) < 40, 10, -1), np.full(10_000, 5))

    assert converts_once(once)
    assert not converts_once(twice)
    assert not converts_once(few)


def test_share_is_the_probability_of_not_converting_in_the_rest_of_the_window() -> None:
    n = 1_000
    day = np.full(n, -1)
    day[:100], day[100:400] = 2, 30  # 100 early, 300 of the 900 others later
    people = people_of(n, 50, day, np.full(n, 10))

    assert share_not_brought_forward(people) == pytest.approx([600 / 900])


def test_engagements_after_the_conversion_do_not_count() -> None:
    n = 1_000
    day = np.where(np.arange(n) < 500, 20, -1)
    touches = np.where(np.arange(n) < 500, 30, 10)  # converters touch after their conversion
    people = people_of(n, 50, day, touches)

    assert share_not_brought_forward(people) == pytest.approx([0.5])


def test_without_conversions_nothing_is_brought_forward() -> None:
    people = people_of(10, 20, np.full(10, -1), np.full(10, 5))

    assert share_not_brought_forward(people).tolist() == [1.0]
