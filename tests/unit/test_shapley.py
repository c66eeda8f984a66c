"""Shapley values of engagement types.

The example, counted by hand: of 10 journeys of A alone 2 convert, of 10 of B alone 1, of 10 of both
6. Values: A 0.2, B 0.1, both 0.6. On a journey with both, A gets (0.2 + (0.6 - 0.1)) / 2 = 0.35 and
B (0.1 + (0.6 - 0.2)) / 2 = 0.25. Credits: A 2 + 10 · 0.35 = 5.5, B 1 + 10 · 0.25 = 3.5; together
the nine conversions.
"""

from __future__ import annotations

import itertools
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.attribution.paths.journeys import Paths
from chalicelib.attribution.paths.shapley import credit_shapley
from tests.unit.test_classical import Journey, make_journeys
from tests.unit.test_markov import DRAWN_JOURNEYS

EXAMPLE: list[Journey] = [
    ("A", 1, 10, 2),
    ("A", 0, 0, 8),
    ("B", 1, 20, 1),
    ("B", 0, 0, 9),
    ("AB", 1, 30, 4),
    ("BAB", 1, 30, 2),
    ("BA", 0, 0, 4),
]


def drawn_journeys(n_kinds: int, number: int, seed: int = 3) -> Paths:
    rng = np.random.default_rng(seed)
    journeys: list[Journey] = []
    for _ in range(number):
        kinds = rng.integers(n_kinds, size=rng.geometric(0.35))
        text = "".join(chr(ord("A") + kind) for kind in kinds)
        bought = float(rng.random() < 0.1 + 0.5 * (0 in kinds) * (1 in kinds))
        journeys.append((text, bought, 20 * bought, 1))
    return make_journeys(*journeys, n_kinds=n_kinds)


def by_all_permutations(journeys: list[Journey], kinds: str) -> list[float]:
    """Mean, over all orders of the types, of what each adds to journeys cut to the types so far."""
    number: dict[frozenset[str], float] = defaultdict(float)
    bought: dict[frozenset[str], float] = defaultdict(float)
    for text, converted, _, weight in journeys:
        number[frozenset(text)] += weight * (converted or 1)
        bought[frozenset(text)] += weight * converted

    def worth(chosen: frozenset[str]) -> float:
        cut = [(n, full & chosen) for full, n in number.items()]
        return sum(n * bought[part] / number[part] for n, part in cut if number[part])

    credits = dict.fromkeys(kinds, 0.0)
    orders = list(itertools.permutations(kinds))
    for order in orders:
        for position, kind in enumerate(order):
            gain = worth(frozenset(order[: position + 1])) - worth(frozenset(order[:position]))
            credits[kind] += gain / len(orders)
    return list(credits.values())


def test_the_example_comes_out_as_counted_by_hand() -> None:
    credit = credit_shapley(make_journeys(*EXAMPLE))

    assert credit.conversions == pytest.approx([5.5, 3.5, 0, 0])
    assert credit.value.sum() == pytest.approx(20 + 20 + 180)
    assert (credit.method, credit.uncredited) == ("shapley", 3.0)
    assert credit.standard_errors is None


def test_journeys_without_conversion_count() -> None:
    more = credit_shapley(make_journeys(*EXAMPLE, ("A", 0, 0, 90)))
    assert more.conversions[0] < 5.5


def test_exact_values_equal_the_mean_over_all_permutations() -> None:
    rng = np.random.default_rng(5)
    journeys: list[Journey] = [
        ("".join(rng.choice(list("ABCD"), rng.integers(1, 6))), float(rng.integers(3)), 1, 1)
        for _ in range(60)
    ]

    credit = credit_shapley(make_journeys(*journeys))

    assert credit.conversions == pytest.approx(by_all_permutations(journeys, "ABCD"))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_sampled_values_are_within_four_standard_errors_of_exact_ones(seed: int) -> None:
    paths = drawn_journeys(8, 1_500)
    exact = credit_shapley(paths)

    sampled = credit_shapley(paths, max_exact_kinds=7, permutations=400, seed=seed)

    errors = sampled.standard_errors
    assert errors is not None
    assert sampled.method == "shapley_sampled"
    assert np.all(np.abs(sampled.conversions - exact.conversions) < 4 * errors)
    assert errors.max() < 0.1 * exact.conversions.max()
    assert sampled.value == pytest.approx(20 * sampled.conversions)


def test_standard_error_matches_the_scatter_over_seeds() -> None:
    paths = drawn_journeys(6, 400)
    drawn = [
        credit_shapley(paths, max_exact_kinds=0, permutations=50, seed=seed) for seed in range(150)
    ]
    scatter = np.std([credit.conversions for credit in drawn], axis=0, ddof=1)
    errors = [c.standard_errors for c in drawn if c.standard_errors is not None]
    stated = np.mean(errors, axis=0)

    assert stated == pytest.approx(scatter, rel=0.25)


def test_same_seed_draws_the_same_and_another_seed_does_not() -> None:
    paths = drawn_journeys(16, 400)
    one, same, other = (credit_shapley(paths, permutations=20, seed=s) for s in (1, 1, 2))

    assert one.conversions.tolist() == same.conversions.tolist()
    assert one.conversions.tolist() != other.conversions.tolist()


def test_fifteen_types_are_exact_and_sixteen_are_sampled() -> None:
    assert credit_shapley(drawn_journeys(15, 300)).standard_errors is None
    assert credit_shapley(drawn_journeys(16, 300), permutations=5).standard_errors is not None


def test_types_on_no_path_do_not_make_it_inexact() -> None:
    paths = make_journeys(*EXAMPLE, n_kinds=300)
    credit = credit_shapley(paths)

    assert credit.standard_errors is None
    assert credit.conversions[:3] == pytest.approx([5.5, 3.5, 0])


@pytest.mark.parametrize("n_kinds", [64, 65, 90])
def test_more_types_than_bits_are_credited_too(n_kinds: int) -> None:
    alone: list[Journey] = [(chr(ord("A") + k), 1, 0, k + 1) for k in range(n_kinds)]
    silent: list[Journey] = [(chr(ord("A") + k), 0, 0, 1) for k in range(n_kinds)]
    paths = make_journeys(*alone, *silent, n_kinds=n_kinds)

    credit = credit_shapley(paths, permutations=2)

    assert credit.conversions == pytest.approx(np.arange(n_kinds) + 1.0)


def test_standard_error_requires_two_permutations() -> None:
    with pytest.raises(ValueError, match="two permutations"):
        credit_shapley(make_journeys(*EXAMPLE), permutations=1)


def test_no_paths_get_no_credit() -> None:
    assert credit_shapley(make_journeys()).conversions.tolist() == [0, 0, 0, 0]


@given(DRAWN_JOURNEYS, st.sampled_from([0, 15]))
def test_all_conversions_and_all_value_are_credited(
    journeys: list[Journey], max_exact_kinds: int
) -> None:
    paths = make_journeys(*journeys)

    credit = credit_shapley(paths, max_exact_kinds=max_exact_kinds, permutations=5)

    assert credit.conversions.sum() == pytest.approx(paths.weight @ paths.converted)
    assert credit.value.sum() == pytest.approx(paths.weight @ paths.value)
