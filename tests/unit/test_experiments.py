"""Hold-outs: intervals against published and hand-computed values."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chalicelib.attribution.experiments import (
    CRITICAL,
    Arm,
    analyse_holdout,
    from_standard_error,
    standard_error_of,
)


@pytest.mark.parametrize(
    ("treated", "control", "low", "high"),
    [  # Newcombe 1998, Statistics in Medicine 17, table II, method 10
        (Arm(70, 56), Arm(80, 48), 0.0524, 0.3339),
        (Arm(10, 9), Arm(10, 3), 0.1705, 0.8090),
        (Arm(56, 5), Arm(29, 0), -0.0381, 0.1926),
        (Arm(10, 10), Arm(20, 0), 0.6791, 1.0000),
    ],
)
def test_the_interval_of_shares_is_the_published_one(
    treated: Arm, control: Arm, low: float, high: float
) -> None:
    found = analyse_holdout(treated, control)

    assert found.low / treated.size == pytest.approx(low, abs=1e-4)
    assert found.high / treated.size == pytest.approx(high, abs=1e-4)


def test_the_estimate_is_scaled_to_the_treated_group() -> None:
    found = analyse_holdout(Arm(100_000, 1_200), Arm(50_000, 500))

    assert found.estimate == pytest.approx(200.0)  # 1,200 less twice 500
    pooled = 1_700 / 150_000
    error = math.sqrt(pooled * (1 - pooled) * (1 / 100_000 + 1 / 50_000))
    assert found.p_value == pytest.approx(math.erfc(0.002 / error / math.sqrt(2)))


def test_more_conversions_than_people_are_poisson_counts() -> None:
    found = analyse_holdout(Arm(100, 150), Arm(100, 90))

    wald = CRITICAL * math.sqrt(150 + 90)
    assert found.estimate == pytest.approx(60.0)
    assert found.high - found.low == pytest.approx(2 * wald, rel=0.02)


def test_no_conversion_at_all_says_little_but_something() -> None:
    found = analyse_holdout(Arm(1_000, 0), Arm(1_000, 0))

    assert (found.estimate, found.p_value) == (0.0, 1.0)
    assert -4.0 < found.low < -3.0
    assert 3.0 < found.high < 4.0


def test_an_empty_group_is_refused() -> None:
    with pytest.raises(ValueError, match="people"):
        analyse_holdout(Arm(0, 0), Arm(10, 1))


def test_engagements_that_were_taken_away_turn_the_sign() -> None:
    lost = analyse_holdout(Arm(1_000, 50), Arm(1_000, 100))

    per = lost.per(-500)

    assert per.estimate == pytest.approx(0.1)
    assert per.low == pytest.approx(lost.high / -500)
    assert 0 < per.low < per.estimate < per.high


def test_an_interval_of_another_level_gives_its_standard_error() -> None:
    assert standard_error_of(10.0, 20.0, 0.9) == pytest.approx(5.0 / 1.6448536)
    assert from_standard_error(3.0, 1.0).variance == pytest.approx(1.0)
    assert from_standard_error(1.959964, 1.0).p_value == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize(("rate", "effect"), [(0.002, 0.0), (0.002, 0.004), (0.05, 0.01)])
def test_the_interval_holds_the_truth_with_few_conversions_too(rate: float, effect: float) -> None:
    rng = np.random.default_rng(3)
    held = []
    for _ in range(1_500):
        treated = Arm(2_000, float(rng.binomial(2_000, rate + effect)))
        found = analyse_holdout(treated, Arm(1_000, float(rng.binomial(1_000, rate))))
        held.append(found.low <= 2_000 * effect <= found.high)

    assert 0.935 <= np.mean(held) <= 0.985
