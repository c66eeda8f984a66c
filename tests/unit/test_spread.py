"""The mean over candidates, and the variance from their disagreement."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.attribution.spread import average_candidates


def test_a_single_candidate_keeps_its_own_variance() -> None:
    mean, variance = average_candidates(
        np.array([1.0]), np.array([0.3]), np.array([[0.04]]), chance=1.0
    )

    assert (mean, variance) == pytest.approx((0.3, 0.04))


def test_agreeing_candidates_count_their_common_noise_once() -> None:
    cov = np.full((2, 2), 0.04)

    mean, variance = average_candidates(np.array([0.5, 0.5]), np.array([0.3, 0.3]), cov, chance=1.0)

    assert (mean, variance) == pytest.approx((0.3, 0.04))


def test_disagreement_counts_only_beyond_chance() -> None:
    weight, cov = np.array([0.5, 0.5]), np.diag([0.04, 0.04])
    average, by_chance = 0.02, 0.02

    _, near = average_candidates(weight, np.array([0.2, 0.4]), cov, chance=1.0)
    _, far = average_candidates(weight, np.array([0.0, 1.0]), cov, chance=1.0)
    _, patient = average_candidates(weight, np.array([0.0, 1.0]), cov, chance=2.7)

    assert near == pytest.approx(average)
    assert far == pytest.approx(average + 0.25 - by_chance)
    assert patient == pytest.approx(average + 0.25 - 2.7 * by_chance)
