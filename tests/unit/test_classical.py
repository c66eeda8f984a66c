"""First, last, linear, position-based and time-decay credit.

The example, counted by hand: of kinds A, B, C, D

===========  ==================  ===========  ======
path         times               conversions  value
===========  ==================  ===========  ======
A B C B      0, 7, 14, 21        2            100
C            3                   1            30
B A          0, 14               1            10
D            5                   none
===========  ==================  ===========  ======

Linear: A 2/4 + 1/2 = 1, B 2·2/4 + 1/2 = 3/2, C 2/4 + 1 = 3/2.
Position: A 2·0.4 + 0.5 = 1.3, B 2·(0.1 + 0.4) + 0.5 = 1.5, C 2·0.1 + 1 = 1.2.
Time decay, half-life 7 days: weights 1, 2, 4, 8 of 15 on the first path, 4 and 1 of 5 for A and B
on the third: A 2/15 + 4/5 = 14/15, B 2·10/15 + 1/5 = 23/15, C 2·4/15 + 1 = 23/15.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.attribution.paths.journeys import Credit, Paths
from chalicelib.attribution.paths.rules import (
    credit_first,
    credit_last,
    credit_linear,
    credit_position,
    credit_time_decay,
)

Journey = tuple[str, float, float, float]
RULES = [credit_first, credit_last, credit_linear, credit_position, credit_time_decay]


def make_journeys(*journeys: Journey, n_kinds: int = 4) -> Paths:
    """Paths from (kinds as letters, conversions, value, weight), a touch per day."""
    kind = [ord(letter) - ord("A") for journey in journeys for letter in journey[0]]
    columns = np.array([journey[1:] for journey in journeys], dtype=float).reshape(-1, 3)
    return Paths(
        n_kinds=n_kinds,
        kind=np.array(kind, dtype=np.int64),
        start=np.cumsum([0, *(len(journey[0]) for journey in journeys)], dtype=np.int64),
        time=np.arange(len(kind), dtype=np.float64),
        converted=columns[:, 0],
        value=columns[:, 1],
        weight=columns[:, 2],
        ended=np.where(columns[:, 0] > 0, 99.0, np.nan),
        uncredited=3.0,
        uncredited_value=60.0,
    )


def example() -> Paths:
    paths = make_journeys(("ABCB", 2, 100, 1), ("C", 1, 30, 1), ("BA", 1, 10, 1), ("D", 0, 0, 1))
    return replace(paths, time=np.array([0, 7, 14, 21, 3, 0, 14, 5], dtype=float))


@pytest.mark.parametrize(
    ("rule", "conversions", "value"),
    [
        (credit_first, [2, 1, 1, 0], [100, 10, 30, 0]),
        (credit_last, [1, 2, 1, 0], [10, 100, 30, 0]),
        (credit_linear, [1, 1.5, 1.5, 0], [30, 55, 55, 0]),
        (credit_position, [1.3, 1.5, 1.2, 0], [45, 55, 40, 0]),
        (
            credit_time_decay,
            [14 / 15, 23 / 15, 23 / 15, 0],
            [100 / 15 + 8, 1000 / 15 + 2, 400 / 15 + 30, 0],
        ),
    ],
)
def test_the_example_comes_out_as_counted_by_hand(
    rule: Callable[[Paths], Credit], conversions: list[float], value: list[float]
) -> None:
    credit = rule(example())

    assert credit.conversions == pytest.approx(conversions)
    assert credit.value == pytest.approx(value)
    assert (credit.uncredited, credit.uncredited_value) == (3.0, 60.0)
    assert credit.standard_errors is None


def test_shares_of_the_ends_are_configurable() -> None:
    paths = make_journeys(("ABC", 1, 0, 1), ("AD", 1, 0, 1))

    credit = credit_position(paths, first=0.6, last=0.2)

    assert credit.conversions == pytest.approx([0.6 + 0.75, 0.2, 0.2, 0.25])


def test_ends_with_the_full_share_leave_nothing_between() -> None:
    credit = credit_position(make_journeys(("ABC", 1, 0, 1)), first=0.5, last=0.5)
    assert credit.conversions == pytest.approx([0.5, 0, 0.5, 0])


@pytest.mark.parametrize(("half_life_days", "rule"), [(1e-3, credit_last), (1e9, credit_linear)])
def test_extreme_half_life_equals_last_touch_or_linear(
    half_life_days: float, rule: Callable[[Paths], Credit]
) -> None:
    credit = credit_time_decay(example(), half_life_days=half_life_days)
    assert credit.conversions == pytest.approx(rule(example()).conversions)


@pytest.mark.parametrize(("first", "last"), [(0.7, 0.4), (-0.1, 0.4), (0.0, 0.0)])
def test_invalid_shares_raise_an_error(first: float, last: float) -> None:
    with pytest.raises(ValueError, match="shares of the ends"):
        credit_position(example(), first=first, last=last)


@pytest.mark.parametrize("half_life_days", [0.0, -1.0, float("nan")])
def test_invalid_half_life_raises_an_error(half_life_days: float) -> None:
    with pytest.raises(ValueError, match="half-life"):
        credit_time_decay(example(), half_life_days=half_life_days)


@pytest.mark.parametrize("rule", RULES)
def test_no_paths_get_no_credit(rule: Callable[[Paths], Credit]) -> None:
    assert rule(make_journeys()).conversions.tolist() == [0, 0, 0, 0]


@given(
    st.lists(
        st.tuples(
            st.text("ABCD", min_size=1, max_size=6),
            st.sampled_from([0.0, 0.0, 1.0, 2.5]),
            st.integers(0, 99),
            st.integers(1, 5),
        ),
        max_size=12,
    )
)
def test_every_rule_credits_all_conversions_and_all_value(journeys: list[Journey]) -> None:
    paths = make_journeys(*journeys)
    for rule in RULES:
        credit = rule(paths)
        assert credit.conversions.sum() == pytest.approx(paths.weight @ paths.converted)
        assert credit.value.sum() == pytest.approx(paths.weight @ paths.value)
        assert credit.conversions.min() >= 0
