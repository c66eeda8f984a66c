"""Short runs of `simulate_equivalence` with fixed seeds and bounds three errors wide.

At 20,000 draws the standard error of a share of 95 % is 0.15 points, at 4,000 draws of 80 % it is
0.63 points and of 5 % it is 0.35.
"""

from __future__ import annotations

import pytest

from tests.reference import simulate_equivalence as long_run


@pytest.mark.parametrize("name", long_run.COVERAGE)
def test_fiellers_set_contains_the_true_ratio_for_any_denominator(name: str) -> None:
    found = long_run.coverage(long_run.COVERAGE[name], 20_000)

    assert 0.945 <= found.covered <= 0.955
    assert found.covered_by_bounds >= found.covered


def test_without_its_negative_half_the_set_would_miss_negative_ratios() -> None:
    truth = long_run.COVERAGE["weak negative denominator, clear numerator"]

    assert long_run.coverage(truth, 5_000).half_dropped < 0.85


@pytest.mark.parametrize("name", long_run.AT_THE_MARGIN)
def test_equivalence_is_claimed_at_the_margin_in_at_most_five_percent(name: str) -> None:
    assert long_run.claims(long_run.AT_THE_MARGIN[name], 4_000) <= 0.05 + 3 * 0.0035


def test_equal_effects_with_small_errors_are_equivalent() -> None:
    powers = [long_run.claims(truth, 2_000) for truth in long_run.INSIDE.values()]

    assert powers[0] > 0.98
    assert powers == sorted(powers, reverse=True)
    assert 0.70 < powers[2] < 0.80  # both sides: 2 Phi(0.2 / (0.05 sqrt 2) - 1.645) - 1, about
    assert powers[-1] < 0.2


@pytest.mark.parametrize("name", long_run.OPEN)
def test_needed_data_settle_the_question_in_eighty_of_a_hundred_cases(name: str) -> None:
    growth, anew, added = long_run.settled_after(long_run.OPEN[name], 4_000)

    assert growth > 1
    assert min(anew, added) == pytest.approx(0.8, abs=0.025)
    assert max(anew, added) >= 0.78


@pytest.mark.parametrize("name", ["clearly different", "correlated", "few degrees"])
def test_minimum_detectable_ratio_is_detected_in_eighty_of_a_hundred_cases(name: str) -> None:
    power = long_run.power_at_the_detectable_ratio(long_run.OPEN[name], 4_000)

    assert power == pytest.approx(0.8, abs=0.025)


@pytest.mark.parametrize(("error", "cost"), [(0.002, 0.0), (6.0, 300.0)])
def test_minimum_detectable_value_is_detected_against_zero_and_cost(
    error: float, cost: float
) -> None:
    exact = long_run.power_at_the_detectable_value(error, 50.0, 2.0, 4_000, cost)
    vague = long_run.power_at_the_detectable_value(error, 50.0, 8.0, 4_000, cost)

    assert exact == pytest.approx(0.8, abs=0.025)
    assert 0.8 <= vague <= 0.9  # an imprecise order value makes it conservative
