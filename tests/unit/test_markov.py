"""Removal effects of a Markov chain.

The example, counted by hand: journeys A B → conversion, A → nothing, B → conversion, B → nothing,
once each. Order 1: start → A 1/2, B 1/2; A → B 1/2, nothing 1/2; B → conversion 2/3. A journey
converts with probability 1/2 · 1/2 · 2/3 + 1/2 · 2/3 = 1/2. Without A the probability is 1/3,
without B zero: removal effects 1/3 and 1, so of two conversions A gets 1/2 and B 3/2.
"""

from __future__ import annotations

import itertools
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.attribution.paths import markov
from chalicelib.attribution.paths.markov import credit_markov, removal_effects
from tests.unit.test_classical import Journey, make_journeys

SOME_JOURNEYS: list[Journey] = [
    ("AAB", 1, 5, 3),
    ("BAA", 1, 7, 1),
    ("A", 1, 2, 2),
    ("CBAC", 2, 9, 2),
    ("BBBC", 1, 1, 1),
    ("ABABCA", 1, 1, 2),
    ("AAB", 0, 0, 2),
    ("BAA", 0, 0, 4),
    ("CCCAB", 0, 0, 4),
    ("C", 0, 0, 6),
    ("A", 0, 0, 5),
]


DRAWN_JOURNEYS = st.lists(
    st.tuples(
        st.text("ABCD", min_size=1, max_size=6),
        st.sampled_from([0.0, 0.0, 1.0, 2.5]),
        st.integers(0, 99),
        st.integers(1, 5),
    ),
    min_size=1,
    max_size=12,
)


def by_power_iteration(journeys: list[Journey], order: int, removed: str | None) -> float:
    """Share of journeys that convert, by running the chain step by step until all journeys end."""
    moves: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for kinds, converted, _, weight in journeys:
        mass = weight * (converted or 1.0)
        states = ["^", *(kinds[max(0, i + 1 - order) : i + 1] for i in range(len(kinds)))]
        states.append("+" if converted else "-")
        for here, there in itertools.pairwise(states):
            moves[here][there] += mass
    under_way, converted_share = {"^": 1.0}, 0.0
    while sum(under_way.values()) > 1e-15:
        moved: dict[str, float] = defaultdict(float)
        for here, share in under_way.items():
            for there, mass in moves[here].items():
                part = share * mass / sum(moves[here].values())
                if there == "+":
                    converted_share += part
                elif there != "-" and there[-1] != removed:
                    moved[there] += part
        under_way = moved
    return converted_share


def test_the_example_comes_out_as_counted_by_hand() -> None:
    paths = make_journeys(("AB", 1, 30, 1), ("A", 0, 0, 1), ("B", 1, 10, 1), ("B", 0, 0, 1))

    credit = credit_markov(paths)

    assert removal_effects(paths) == pytest.approx([1 / 3, 1, 0, 0])
    assert credit.conversions == pytest.approx([0.5, 1.5, 0, 0])
    assert credit.value == pytest.approx([10, 30, 0, 0])
    assert (credit.method, credit.uncredited) == ("markov_1", 3.0)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("dense_states", [0, 400])
def test_removal_effects_equal_those_of_a_chain_run_step_by_step(
    order: int, dense_states: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markov, "DENSE_STATES", dense_states)
    baseline = by_power_iteration(SOME_JOURNEYS, order, None)
    expected = [1 - by_power_iteration(SOME_JOURNEYS, order, k) / baseline for k in "ABCD"]

    effects = removal_effects(make_journeys(*SOME_JOURNEYS), order=order)

    assert effects == pytest.approx(expected, rel=1e-10, abs=1e-12)


def test_direct_solver_is_used_if_the_iterative_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = make_journeys(*SOME_JOURNEYS)
    expected = removal_effects(paths, order=2)
    monkeypatch.setattr(markov, "DENSE_STATES", 0)
    monkeypatch.setattr(markov, "bicgstab", lambda system, right, **_: (right, 1))

    assert removal_effects(paths, order=2) == pytest.approx(expected, rel=1e-10)


def test_higher_order_separates_histories_that_order_one_mixes() -> None:
    journeys: list[Journey] = [("AC", 1, 0, 10), ("BC", 0, 0, 10)]

    first = credit_markov(make_journeys(*journeys), order=1).conversions
    second = credit_markov(make_journeys(*journeys), order=2).conversions

    assert first[1] == pytest.approx(first[0])
    assert second[1] == pytest.approx(0.0)


def test_a_journey_without_conversion_counts() -> None:
    bought: list[Journey] = [("AB", 1, 0, 1), ("B", 1, 0, 1)]

    without = removal_effects(make_journeys(*bought))
    with_one = removal_effects(make_journeys(*bought, ("B", 0, 0, 1)))

    assert without[0] == pytest.approx(1 / 2)
    assert with_one[0] == pytest.approx(1 / 3)


def test_weights_count_identical_journeys() -> None:
    once = make_journeys(*SOME_JOURNEYS)
    repeated = make_journeys(
        *((*journey[:3], 1) for journey in SOME_JOURNEYS for _ in range(int(journey[3])))
    )

    assert credit_markov(once, order=2).conversions == pytest.approx(
        credit_markov(repeated, order=2).conversions
    )


@pytest.mark.parametrize("order", [0, 5])
def test_unsupported_order_raises_an_error(order: int) -> None:
    with pytest.raises(ValueError, match="order must be 1 to 4"):
        credit_markov(make_journeys(*SOME_JOURNEYS), order=order)


def test_without_conversions_there_is_no_credit() -> None:
    assert credit_markov(make_journeys(("AB", 0, 0, 1))).conversions.tolist() == [0, 0, 0, 0]
    assert credit_markov(make_journeys()).conversions.tolist() == [0, 0, 0, 0]


@given(DRAWN_JOURNEYS, st.integers(1, 4))
def test_all_conversions_are_credited_and_no_credit_is_negative(
    journeys: list[Journey], order: int
) -> None:
    paths = make_journeys(*journeys)

    credit = credit_markov(paths, order=order)

    assert credit.conversions.sum() == pytest.approx(paths.weight @ paths.converted)
    assert credit.conversions.min() >= 0
    seen_at_conversions = {k for kinds, converted, _, _ in journeys if converted for k in kinds}
    for position, kind in enumerate("ABCD"):
        if kind in seen_at_conversions:
            assert credit.conversions[position] > 0
