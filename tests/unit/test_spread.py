"""The mean over candidates and what is charged for their disagreement."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.attribution.spread import average_candidates


def test_a_single_candidate_keeps_its_own_variance() -> None:
    mean, variance = average_candidates(
        np.array([1.0]), np.array([0.3]), np.array([[0.04]]), chance=1.0
    )

    assert (mean, variance) == pytest.approx((0.3, 0.04))


def test_candidates_that_agree_share_their_noise_and_are_charged_once() -> None:
    cov = np.full((2, 2), 0.04)

    mean, variance = average_candidates(np.array([0.5, 0.5]), np.array([0.3, 0.3]), cov, chance=1.0)

    assert (mean, variance) == pytest.approx((0.3, 0.04))


def test_disagreement_within_chance_costs_nothing_and_beyond_it_counts() -> None:
    weight, cov = np.array([0.5, 0.5]), np.diag([0.04, 0.04])
    average, by_chance = 0.02, 0.02

    _, near = average_candidates(weight, np.array([0.2, 0.4]), cov, chance=1.0)
    _, far = average_candidates(weight, np.array([0.0, 1.0]), cov, chance=1.0)
    _, patient = average_candidates(weight, np.array([0.0, 1.0]), cov, chance=2.7)

    assert near == pytest.approx(average)
    assert far == pytest.approx(average + 0.25 - by_chance)
    assert patient == pytest.approx(average + 0.25 - 2.7 * by_chance)
