"""Fieller's set and the equivalence test, against closed forms; simulations: `tests/reference`."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from chalicelib.attribution.ratio import fieller, tost

Z = 1.959964


def t_at(ratio: float, a: float, b: float, va: float, vb: float, vab: float) -> float:
    """Distance of ``a - ratio b`` from zero, in standard errors."""
    return abs(a - ratio * b) / math.sqrt(va - 2 * ratio * vab + ratio**2 * vb)


def test_exact_denominator_gives_the_plain_interval() -> None:
    interval = fieller(0.6, 2.0, 0.04, 0.0, 0.0, Z)

    assert interval.shape == "bounded"
    assert interval.low == pytest.approx((0.6 - Z * 0.2) / 2.0)
    assert interval.high == pytest.approx((0.6 + Z * 0.2) / 2.0)


@pytest.mark.parametrize(
    "pair",
    [
        (0.5, 1.0, 0.02, 0.03, 0.005),
        (-0.5, 1.0, 0.02, 0.03, 0.005),
        (0.5, -1.0, 0.02, 0.03, -0.01),
        (0.0, 1.0, 0.02, 0.03, 0.0),
    ],
)
def test_bounds_of_the_set_are_the_ratios_just_rejected(
    pair: tuple[float, float, float, float, float],
) -> None:
    interval = fieller(*pair, Z)

    assert interval.shape == "bounded"
    assert interval.low is not None
    assert interval.high is not None
    assert interval.low < pair[0] / pair[1] < interval.high
    for end in (interval.low, interval.high):
        assert t_at(end, *pair) == pytest.approx(Z)


def test_insignificant_denominator_and_numerator_leave_everything_open() -> None:
    interval = fieller(0.1, 0.1, 1.0, 1.0, 0.0, Z)

    assert interval.shape == "everything"
    assert (interval.estimate, interval.low, interval.high) == (None, None, None)
    assert interval.holds(1e9)
    assert interval.holds(-1e9)


@pytest.mark.parametrize(
    "pair",
    [
        (5.0, 0.1, 0.01, 0.04, 0.0),
        (-5.0, 0.1, 0.01, 0.04, 0.0),
        (5.0, -0.1, 0.01, 0.04, 0.0),
        (1.5, 1.5, 1.0, 1.0, -0.5),  # neither is significant, but their sum is
    ],
)
def test_denominator_that_may_be_negative_leaves_the_outside_of_an_interval(
    pair: tuple[float, float, float, float, float],
) -> None:
    interval = fieller(*pair, Z)

    assert interval.shape == "outside"
    assert (interval.estimate, interval.low, interval.high) == (None, None, None)
    assert interval.excluded is not None
    low, high = interval.excluded
    assert low < high
    for end in (low, high):
        assert t_at(end, *pair) == pytest.approx(Z)
    assert interval.holds(low - 1)
    assert interval.holds(high + 1)
    assert not interval.holds((low + high) / 2)


@pytest.mark.parametrize(("numerator", "shape"), [(5.0, "above"), (-5.0, "below")])
def test_denominator_on_the_border_leaves_a_half_line(numerator: float, shape: str) -> None:
    pair = (numerator, 2.0, 0.01, 1.0, 0.0)

    interval = fieller(*pair, critical=2.0)

    assert interval.shape == f"unbounded_{shape}"
    assert interval.estimate == numerator / 2.0
    end, none = (interval.low, interval.high)[:: 1 if shape == "above" else -1]
    assert none is None
    assert end is not None
    assert t_at(end, *pair) == pytest.approx(2.0)
    assert interval.holds(math.copysign(1e12, numerator))
    assert not interval.holds(0.0)


def test_two_exact_zeros_allow_any_ratio() -> None:
    assert fieller(0.0, 0.0, 0.0, 0.0, 0.0, Z).shape == "everything"
    assert fieller(1.0, 0.0, 0.1, 0.0, 0.0, Z).shape == "everything"


def test_bounds_stay_exact_with_a_vanishing_leading_coefficient() -> None:
    pair = (5.0, 2.0 + 1e-13, 0.01, 1.0, 0.0)

    interval = fieller(*pair, critical=2.0)

    assert interval.shape == "bounded"
    assert interval.low == pytest.approx(fieller(5.0, 2.0, 0.01, 1.0, 0.0, 2.0).low)
    assert interval.high is not None
    assert interval.high > 1e10


def test_a_ratio_well_inside_the_margin_is_equivalent() -> None:
    result = tost(1.0, 1.0, 0.0005, 0.0005, 0.0, 0.2, Z)

    assert result.equivalent
    assert result.p_value < 0.001


def test_a_ratio_of_one_with_wide_errors_is_not_equivalent() -> None:
    assert not tost(1.0, 1.0, 0.04, 0.04, 0.0, 0.2, Z).equivalent


@pytest.mark.parametrize("degrees", [4.0, 30.0, math.inf])
def test_equivalence_test_uses_the_distribution_of_the_quantile(degrees: float) -> None:
    critical = float(stats.t.ppf(0.975, degrees))

    result = tost(1.05, 1.0, 0.001, 0.001, 0.0, 0.2, critical)

    nearest = (1.2 - 1.05) / math.sqrt(0.001 + 1.44 * 0.001)
    assert result.p_value == pytest.approx(stats.t.sf(nearest, degrees), rel=1e-4)


@pytest.mark.parametrize("shift", [-1e-6, 1e-6])
def test_equivalent_agrees_with_the_p_value_at_the_level_itself(shift: float) -> None:
    error = 0.1
    gap = (float(stats.norm.ppf(0.95)) + shift) * error * math.sqrt(1 + 1.2**2)

    result = tost(1.2 - gap, 1.0, error**2, error**2, 0.0, 0.2, Z)
    close = tost(1.2 - gap, 1.0, error**2 / 100, error**2 / 100, 0.0, 0.2, Z)

    assert result.equivalent == (result.p_value <= 0.05)
    assert close.equivalent


@pytest.mark.parametrize("pair", [(-1.0, -1.0), (0.0, 0.0), (0.1, -0.1)])
def test_baseline_without_an_effect_is_never_equivalent(pair: tuple[float, float]) -> None:
    result = tost(*pair, 0.0001, 0.0001, 0.0, 0.2, Z)

    assert not result.equivalent
    assert result.p_value >= 0.5


def test_invalid_covariance_is_not_evidence() -> None:
    assert tost(1.0, 1.0, 0.01, 0.01, 0.02, 0.2, Z).p_value == 1.0
