"""The value of a share with all it brings: the interval of a product."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.attribution.ratio import fieller
from chalicelib.attribution.virality.estimated import Estimated
from chalicelib.attribution.virality.share_value import value_share


def test_effects_are_summed_with_their_weights_and_amplified() -> None:
    found = value_share([1.0, 3.0], [2.0, 0.5], [[0, 0], [0, 0]], 1.96, Estimated(2.0, 2.0, 2.0))

    assert (found.estimate, found.ci_low, found.ci_high) == pytest.approx((7.0, 7.0, 7.0))


def test_without_spreading_the_interval_is_that_of_the_effects() -> None:
    cov = [[0.04, 0.01], [0.01, 0.09]]

    found = value_share([1.0, 2.0], [2.0, 1.0], cov, 2.0, Estimated(1.0, 1.0, 1.0))

    half = 2.0 * np.sqrt(0.04 + 2 * 2 * 0.01 + 4 * 0.09)
    assert found.ci_low == pytest.approx(4.0 - half)
    assert found.ci_high == pytest.approx(4.0 + half)


@pytest.mark.parametrize("total", [3.0, 0.1, -0.1, -3.0])
def test_symmetric_intervals_give_the_set_of_fieller(total: float) -> None:
    # 1 / A = 0.5 with a standard error of 0.1
    amplification = Estimated(2.0, 1 / (0.5 + 0.196), 1 / (0.5 - 0.196))

    found = value_share([1.0], [total], [[0.25]], 1.96, amplification)

    set_ = fieller(total, 0.5, 0.25, 0.01, 0.0, 1.96)
    assert found.ci_low == pytest.approx(set_.low)
    assert found.ci_high == pytest.approx(set_.high)


def test_if_r_may_be_one_a_positive_value_has_no_upper_end() -> None:
    found = value_share([1.0], [3.0], [[0.01]], 1.96, Estimated(5.0, 2.0, None))

    assert found.estimate == pytest.approx(15.0)
    assert found.ci_low is not None
    assert 5.0 < found.ci_low < 6.1
    assert found.ci_high is None


def test_if_r_may_be_one_a_negative_value_has_no_lower_end() -> None:
    found = value_share([1.0], [-3.0], [[0.01]], 1.96, Estimated(5.0, 2.0, None))

    assert found.ci_low is None
    assert found.ci_high is not None
    assert -6.1 < found.ci_high < -5.0


def test_if_r_may_be_one_and_the_effect_zero_nothing_is_known() -> None:
    found = value_share([1.0], [0.1], [[1.0]], 1.96, Estimated(5.0, 2.0, None))

    assert (found.ci_low, found.ci_high) == (None, None)


def test_above_the_tipping_point_there_is_only_a_lower_end() -> None:
    found = value_share([1.0], [3.0], [[0.01]], 2.0, Estimated(None, 2.0, None))

    assert found.estimate is None
    assert found.ci_low == pytest.approx(2.8 * 2.0)
    assert found.ci_high is None


def test_without_any_amplification_there_is_no_value() -> None:
    found = value_share([1.0], [3.0], [[0.01]], 2.0, Estimated(None, None, None))

    assert (found.estimate, found.ci_low, found.ci_high) == (None, None, None)


def test_the_interval_contains_the_true_product() -> None:
    random = np.random.default_rng(0)
    effect, r, error = 0.02, 0.6, 0.12
    held = []
    for _ in range(1000):
        seen = effect + 0.006 * random.standard_normal()
        log_r = np.log(r) + error * random.standard_normal()
        ends = np.exp(log_r + np.array([0.0, -1.96, 1.96]) * error)
        a = [float(1 / (1 - end)) if end < 1 else None for end in ends]
        found = value_share([1.0], [seen], [[0.006**2]], 1.96, Estimated(a[0], a[1], a[2]))
        low, high = found.ci_low, found.ci_high
        truth = effect / (1 - r)
        held.append((low is None or low <= truth) and (high is None or truth <= high))

    # 1,000 at 95 %: below 93 % once in five hundred
    assert 0.93 <= np.mean(held) <= 0.985
