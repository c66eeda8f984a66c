"""Needed data and minimum detectable effects; simulated powers are in `tests/reference`."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from scipy import integrate, stats

from chalicelib.attribution.power import (
    Comparison,
    chance_settled,
    growth_until_settled,
    smallest_detectable,
    smallest_detectable_ratio,
)

Z = 1.959964
OPEN = Comparison(0.6, 1.0, 0.0625, 0.0625, 0.01, 0.2, Z)


def test_chance_equals_the_integral_over_both_estimates() -> None:
    compared = Comparison(1.05, 1.0, 0.004, 0.003, 0.001, 0.2, Z)
    density = stats.multivariate_normal(
        [1.05, 1.0], [[0.004, 0.001], [0.001, 0.003]], allow_singular=False
    )

    def settled(b: float, a: float) -> float:
        told = abs(a - b) > Z * compared.error_at(1.0)
        inside = a - 0.8 * b > 1.644854 * compared.error_at(0.8) and 1.2 * b - a > (
            1.644854 * compared.error_at(1.2)
        )
        return float(density.pdf([a, b])) * (told or inside)

    steps = [0.6 + 0.9 * n / 300 for n in range(301)]
    grid = [[settled(b, a) for b in steps] for a in steps]
    expected = integrate.trapezoid(integrate.trapezoid(grid, steps), steps)
    assert chance_settled(compared, 1.0, 1.0) == pytest.approx(expected, abs=0.005)


def test_difference_without_covariance_needs_the_textbook_amount() -> None:
    compared = Comparison(2.5, 1.0, 1.0, 0.3, 0.0, 0.2, Z)

    growth = growth_until_settled(compared)

    textbook = 1.3 * ((Z + 0.841621) / 1.5) ** 2
    assert growth == pytest.approx(textbook, rel=0.03)


def test_ratio_of_exactly_one_is_settled_by_the_margin() -> None:
    assert growth_until_settled(Comparison(1.0, 1.0, 0.04, 0.04, 0.0, 0.2, Z)) is not None


def test_two_effects_of_zero_or_of_equal_harm_are_never_settled() -> None:
    assert growth_until_settled(Comparison(0.0, 0.0, 0.04, 0.04, 0.0, 0.2, Z)) is None
    assert growth_until_settled(Comparison(-1.0, -1.0, 0.04, 0.04, 0.0, 0.2, Z)) is None


def test_open_verdict_always_needs_more_data() -> None:
    almost = Comparison(1.108, 1.0, 0.00192, 0.00137, 0.0, 0.2, Z)

    assert chance_settled(almost, 1.0, 1.0) > 0.8, "gathered anew, these data would do"
    assert chance_settled(almost, 1.0, 0.0) == 0.0, "but as they are they do not"
    growth = growth_until_settled(almost)
    assert growth is not None
    assert growth > 1.01


def test_larger_quantiles_need_more() -> None:
    usual = growth_until_settled(OPEN)
    few_degrees = growth_until_settled(replace(OPEN, critical=2.5))

    assert usual is not None
    assert few_degrees is not None
    assert few_degrees > 1.2 * usual


def test_perfectly_correlated_estimates_are_supported() -> None:
    compared = Comparison(1.0, 1.0, 0.04, 0.04, 0.04, 0.2, Z)

    assert growth_until_settled(compared) is not None


def test_minimum_detectable_effect_is_both_quantiles_times_the_error() -> None:
    assert smallest_detectable(0.5, Z) == pytest.approx((Z + 0.841621) * 0.5, rel=1e-5)
    five = float(stats.t.ppf(0.975, 5))
    shown = smallest_detectable(0.5, five)
    assert shown == pytest.approx((five + stats.t.ppf(0.8, 5)) * 0.5, rel=1e-4)


def test_imprecise_order_value_raises_the_effect_until_none_is_detectable() -> None:
    exact, vague = (smallest_detectable(0.5, Z, relative_variance=w) for w in (0.0, 0.05))

    assert exact is not None
    assert vague is not None
    assert vague > exact
    multiple = (Z + 0.841621) * math.sqrt(0.5**2 + vague**2 * 0.05)
    assert vague == pytest.approx(multiple, rel=1e-5)
    assert smallest_detectable(0.5, Z, relative_variance=0.2) is None


def test_minimum_detectable_value_exceeds_its_threshold() -> None:
    shown = smallest_detectable(0.5, Z, beyond=10.0)

    assert shown == pytest.approx(10.0 + (Z + 0.841621) * 0.5, rel=1e-5)


def test_insignificant_denominator_has_no_detectable_ratio() -> None:
    assert smallest_detectable_ratio(replace(OPEN, denominator=0.4)) is None
    assert smallest_detectable_ratio(replace(OPEN, denominator=-1.0)) is None
    error = math.sqrt(0.0625 + 0.0625 - 0.02)
    assert smallest_detectable_ratio(OPEN) == pytest.approx((Z + 0.841621) * error, rel=1e-5)
