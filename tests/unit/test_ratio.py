"""Fieller's set and the equivalence test, against simulation and closed forms."""

from __future__ import annotations

import math
import random

import pytest

from chalicelib.attribution.ratio import fieller, growth_until_settled, tost

Z = 1.959964


def test_without_noise_in_the_denominator_fieller_is_the_plain_interval() -> None:
    interval = fieller(0.6, 2.0, 0.04, 0.0, 0.0, Z)

    assert interval.shape == "bounded"
    assert interval.low == pytest.approx((0.6 - Z * 0.2) / 2.0)
    assert interval.high == pytest.approx((0.6 + Z * 0.2) / 2.0)


def test_the_ends_of_a_bounded_set_are_the_ratios_that_are_just_rejected() -> None:
    interval = fieller(0.5, 1.0, 0.02, 0.03, 0.005, Z)

    for end in (interval.low, interval.high):
        assert end is not None
        spread = 0.02 - 2 * end * 0.005 + end**2 * 0.03
        assert abs(0.5 - end * 1.0) / math.sqrt(spread) == pytest.approx(Z)


def test_a_denominator_near_zero_leaves_everything_open() -> None:
    assert fieller(0.1, 0.1, 1.0, 1.0, 0.0, Z).shape == "everything"
    assert fieller(0.1, 0.1, 1.0, 1.0, 0.0, Z).low is None


def test_a_clear_numerator_over_a_denominator_near_zero_has_only_a_lower_end() -> None:
    interval = fieller(5.0, 0.1, 0.01, 0.04, 0.0, Z)

    assert interval.shape == "unbounded_above"
    assert interval.high is None
    assert interval.low is not None
    assert 0 < interval.low < 50


def test_a_clear_negative_numerator_has_only_an_upper_end() -> None:
    interval = fieller(-5.0, 0.1, 0.01, 0.04, 0.0, Z)

    assert interval.shape == "unbounded_below"
    assert interval.low is None
    assert interval.high is not None
    assert interval.high < 0


def test_fieller_covers_the_true_ratio_in_95_of_100_cases() -> None:
    draw = random.Random(3)
    hits = 0
    for _ in range(4000):
        a, b = draw.gauss(0.6, 0.2), draw.gauss(1.0, 0.25)
        interval = fieller(a, b, 0.04, 0.0625, 0.0, Z)
        low = -math.inf if interval.low is None else interval.low
        high = math.inf if interval.high is None else interval.high
        hits += low <= 0.6 <= high
    assert 0.943 <= hits / 4000 <= 0.965


def test_a_ratio_well_inside_the_margin_is_equivalent() -> None:
    result = tost(1.0, 1.0, 0.0005, 0.0005, 0.0, margin=0.2)

    assert result.equivalent
    assert result.p_value < 0.001


def test_a_ratio_of_one_with_wide_errors_is_not_equivalent() -> None:
    assert not tost(1.0, 1.0, 0.04, 0.04, 0.0, margin=0.2).equivalent


def test_the_equivalence_test_rejects_at_its_level_on_the_margin_itself() -> None:
    draw = random.Random(5)
    claims = sum(
        tost(draw.gauss(1.2, 0.05), draw.gauss(1.0, 0.05), 0.0025, 0.0025, 0.0, 0.2).equivalent
        for _ in range(4000)
    )
    assert claims / 4000 <= 0.06


def test_the_data_needed_would_settle_the_question_with_the_promised_power() -> None:
    a, b, var_a, var_b = 0.6, 1.0, 0.04, 0.04
    growth = growth_until_settled(a, b, var_a, var_b, 0.0, 0.2, Z)
    assert growth is not None
    draw = random.Random(11)
    settled = 0
    for _ in range(2000):
        x = draw.gauss(a, math.sqrt(var_a / growth))
        y = draw.gauss(b, math.sqrt(var_b / growth))
        interval = fieller(x, y, var_a / growth, var_b / growth, 0.0, Z)
        settled += interval.high is not None and interval.high < 1.0
    assert 0.76 <= settled / 2000 <= 0.86


def test_a_ratio_of_exactly_one_is_settled_by_the_margin_and_not_never() -> None:
    assert growth_until_settled(1.0, 1.0, 0.04, 0.04, 0.0, 0.2, Z) is not None
    assert growth_until_settled(1.0, -1.0, 0.04, 0.04, 0.0, 0.2, Z) is None
