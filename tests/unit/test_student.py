"""Student's distribution against scipy, to the ten digits that double precision allows."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from chalicelib.attribution.student import degrees_of_freedom, student_cdf, student_quantile

DEGREES = (1.0, 2.0, 2.7, 5.0, 19.0, 60.0, 783.0, 9_999.0, 250_000.0)


@pytest.mark.parametrize("degrees", DEGREES)
@pytest.mark.parametrize("t", [-40.0, -4.0, -1.7, -1e-3, 0.0, 0.2, 1.0, 1.96, 3.0, 12.0])
def test_distribution_function_equals_scipys(t: float, degrees: float) -> None:
    assert student_cdf(t, degrees) == pytest.approx(stats.t.cdf(t, degrees), rel=1e-8, abs=1e-14)


@pytest.mark.parametrize("degrees", DEGREES)
@pytest.mark.parametrize("probability", [0.5, 0.8, 0.95, 0.975, 0.999])
def test_quantile_equals_scipys(probability: float, degrees: float) -> None:
    expected = stats.t.ppf(probability, degrees)
    assert student_quantile(probability, degrees) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_infinite_degrees_give_the_normal_distribution() -> None:
    assert student_cdf(1.3, math.inf) == pytest.approx(stats.norm.cdf(1.3))
    assert student_quantile(0.975, math.inf) == pytest.approx(stats.norm.ppf(0.975))


@pytest.mark.parametrize("degrees", [1.0, 3.0, 11.0, 60.0, 5_000.0])
def test_degrees_follow_from_the_quantile(degrees: float) -> None:
    critical = float(stats.t.ppf(0.975, degrees))
    assert degrees_of_freedom(critical) == pytest.approx(degrees, rel=1e-6)


def test_normal_quantile_has_infinite_degrees_and_a_huge_one_has_one() -> None:
    assert degrees_of_freedom(1.959) == math.inf
    assert degrees_of_freedom(float(stats.norm.ppf(0.975))) > 1e6
    assert degrees_of_freedom(50.0) == 1.0
