"""Bounds, instruments and verdicts of the path through search."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chalicelib.attribution.ratio import RatioInterval
from chalicelib.attribution.search.search_paths import (
    Side,
    is_strong,
    path_bound,
    path_by_instrument,
    path_verdict,
)

CLEAR = Side(0.28, 0.04, 2.0)  # 0.20 to 0.36
UNCLEAR = Side(0.05, 0.04, 2.0)  # -0.03 to 0.13
HARMFUL = Side(-0.28, 0.04, 2.0)
VISITS = Side(6.0, 0.5, 2.0)
NO_VISITS = Side(0.1, 0.5, 2.0)


def test_the_bound_is_the_smaller_of_two_upper_ends_and_never_negative() -> None:
    assert path_bound(CLEAR, 0.5) == pytest.approx(0.36)
    assert path_bound(CLEAR, 0.31) == 0.31
    assert path_bound(CLEAR, None) == pytest.approx(0.36)
    assert path_bound(None, 0.31) == 0.31
    assert path_bound(HARMFUL, 0.31) == 0.0
    assert path_bound(None, None) is None


def test_an_instrument_must_exceed_zero_by_two_half_widths() -> None:
    assert is_strong(Side(2.01, 0.5, 2.0))
    assert not is_strong(Side(1.99, 0.5, 2.0))
    assert not is_strong(Side(-6.0, 0.5, 2.0))
    assert not is_strong(None)


def test_the_path_by_an_instrument_is_its_worth_of_a_visit_times_the_visits() -> None:
    found = path_by_instrument(VISITS, Side(0.2, 1e-6, 2.0), Side(4.0, 1e-6, 2.0), 0.0)

    assert found.estimate == pytest.approx(6.0 * 0.2 / 4.0)
    assert found.low == pytest.approx(5.0 * 0.05, rel=1e-4)
    assert found.high == pytest.approx(7.0 * 0.05, rel=1e-4)


def test_the_interval_of_an_instrument_contains_the_path_as_often_as_it_should() -> None:
    rng = np.random.default_rng(1)
    visits, total, own = 6.0, 0.2, 4.0
    covered = 0
    for _ in range(2_000):
        a, t, b = rng.normal((visits, total, own), (0.5, 0.05, 0.3))
        found = path_by_instrument(Side(a, 0.5, 1.96), Side(t, 0.05, 1.96), Side(b, 0.3, 1.96), 0.0)
        assert found.shape == "bounded"
        covered += found.holds(visits * total / own)
    # 95 %, with a standard error of half a point
    assert 0.93 < covered / 2_000 < 0.97


def test_visits_that_err_together_narrow_the_interval() -> None:
    apart = path_by_instrument(VISITS, CLEAR, Side(4.0, 0.3, 2.0), 0.0)
    together = path_by_instrument(VISITS, CLEAR, Side(4.0, 0.3, 2.0), 0.1)

    assert together.low is not None
    assert apart.low is not None
    assert together.high is not None
    assert apart.high is not None
    assert together.high - together.low < apart.high - apart.low


THROUGH = RatioInterval(0.3, 0.2, 0.4, "bounded")
UNSURE = RatioInterval(0.1, -0.2, 0.4, "bounded")


@pytest.mark.parametrize(
    ("total", "visits", "at_most", "through", "verdict"),
    [
        (CLEAR, VISITS, 0.31, None, "may_come_through_search"),
        (CLEAR, VISITS, 0.04, None, "not_through_search"),
        (CLEAR, NO_VISITS, 0.04, None, "not_through_search"),
        (CLEAR, NO_VISITS, 0.31, None, "effect_path_unknown"),
        (CLEAR, None, 0.36, None, "effect_path_unknown"),
        (CLEAR, VISITS, 0.31, THROUGH, "through_search"),
        (CLEAR, VISITS, 0.31, UNSURE, "may_come_through_search"),
        (UNCLEAR, VISITS, 0.13, None, "brings_visits_only"),
        (None, VISITS, 0.13, None, "brings_visits_only"),
        (UNCLEAR, NO_VISITS, 0.13, None, "no_effect_seen"),
        (UNCLEAR, None, 0.13, None, "no_effect_seen"),
        (HARMFUL, VISITS, 0.0, None, "effect_path_unknown"),
        (None, None, None, None, "not_estimable"),
    ],
)
def test_verdicts(
    total: Side | None,
    visits: Side | None,
    at_most: float | None,
    through: RatioInterval | None,
    verdict: str,
) -> None:
    assert path_verdict(total, visits, at_most, through) == verdict


@pytest.mark.parametrize(
    ("total", "visits", "through", "doubted", "verdict"),
    [
        (CLEAR, VISITS, None, "total", "inconclusive"),
        (CLEAR, VISITS, THROUGH, "total", "inconclusive"),
        (CLEAR, VISITS, None, "visits", "effect_path_unknown"),
        (CLEAR, VISITS, THROUGH, "visits", "effect_path_unknown"),
        (UNCLEAR, VISITS, None, "visits", "inconclusive"),
        (None, VISITS, None, "visits", "inconclusive"),
        (UNCLEAR, VISITS, None, "total", "brings_visits_only"),
        (UNCLEAR, NO_VISITS, None, "visits", "no_effect_seen"),
        (HARMFUL, VISITS, None, "total", "effect_path_unknown"),
    ],
)
def test_a_warning_against_an_interval_changes_the_verdict_that_rests_on_it(
    total: Side | None,
    visits: Side,
    through: RatioInterval | None,
    doubted: str,
    verdict: str,
) -> None:
    found = path_verdict(
        total,
        visits,
        0.31,
        through,
        total_doubted=doubted == "total",
        visits_doubted=doubted == "visits",
    )

    assert found == verdict


def test_the_ends_of_a_side_are_the_estimate_plus_and_minus_half_the_width() -> None:
    assert math.isclose(CLEAR.low, 0.20)
    assert math.isclose(CLEAR.high, 0.36)
