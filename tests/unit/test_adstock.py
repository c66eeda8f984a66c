"""Adstock weights."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.attribution.adstock import DECAYS, adstock_series, share_inside


def test_the_share_inside_the_window_is_the_sum_of_the_weights() -> None:
    for theta in DECAYS:
        assert share_inside(theta, np.array([5.0]))[0] == pytest.approx(
            sum(theta**lag for lag in range(5))
        )


def test_an_engagement_on_the_last_day_counts_its_first_day_only() -> None:
    assert share_inside(0.9, np.array([1.0]))[0] == pytest.approx(1.0)


def test_adstock_carries_the_remaining_effect_to_the_next_day() -> None:
    stocks = adstock_series(np.array([[1.0], [0.0], [2.0]]))

    for position, theta in enumerate(DECAYS):
        assert stocks[:, 0, position] == pytest.approx([1.0, theta, theta**2 + 2.0])
