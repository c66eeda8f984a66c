"""Recorded parents that cannot be true, people who share twice, totals among events."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.attribution.virality.share_clock import share_clock
from chalicelib.attribution.virality.share_edges import is_total, use_edges
from tests.shares import make_shares, permuted


def test_rows_are_put_in_order_of_time_with_their_parents() -> None:
    edges = use_edges(make_shares([3.0, 1.0, 2.0], [1, -1, 1]), as_of=10.0)

    assert edges.time.tolist() == [1.0, 2.0, 3.0]
    assert edges.parent.tolist() == [-1, 0, 0]
    assert edges.age.tolist() == [9.0, 8.0, 7.0]
    assert edges.delay[1:].tolist() == [1.0, 2.0]
    assert np.isnan(edges.delay[0])


def test_a_parent_after_its_child_is_missing_but_named() -> None:
    edges = use_edges(make_shares([1.0, 2.0], [1, -1]), as_of=10.0)

    assert edges.parent.tolist() == [-1, -1]
    assert edges.brought.tolist() == [True, False]


def test_a_share_is_not_its_own_parent() -> None:
    edges = use_edges(make_shares([1.0, 2.0], [0, 0]), as_of=10.0)

    assert edges.parent.tolist() == [-1, 0]


def test_a_circle_of_parents_at_the_same_moment_is_cut() -> None:
    shares = make_shares([1.0, 1.0, 1.0, 2.0, 1.0], [1, 2, 0, 0, -1], person=[-1] * 5)

    edges = use_edges(shares, as_of=10.0)

    assert sorted(edges.parent[edges.time == 1.0].tolist()) == [-1, -1, -1, -1]
    assert edges.parent[edges.time == 2.0][0] >= 0, "the edge below the circle can be true"


def test_a_chain_at_the_same_moment_stays() -> None:
    edges = use_edges(make_shares([1.0, 1.0, 1.0], [-1, 0, 1], person=[-1] * 3), as_of=10.0)

    assert np.sum(edges.linked) == 2
    assert edges.delay[edges.linked].min() > 0


def test_a_person_counts_once_per_content_and_keeps_the_children_of_both_shares() -> None:
    shares = make_shares(
        [1.0, 2.0, 3.0, 4.0], [-1, -1, 0, 1], person=[7, 7, 1, 2], content=[0, 0, 0, 0]
    )

    edges = use_edges(shares, as_of=10.0)

    assert edges.person.tolist() == [7, 1, 2]
    assert edges.parent.tolist() == [-1, 0, 0]


def test_a_person_counts_again_for_another_content() -> None:
    shares = make_shares([1.0, 2.0], person=[7, 7], content=[0, 1])

    assert use_edges(shares, as_of=10.0).time.size == 2


def test_repetitions_by_the_same_person_are_no_children_if_the_content_is_unknown() -> None:
    shares = make_shares([1.0, 2.0, 3.0, 4.0], [-1, 0, 1, 2], person=[7, 7, 7, 1], content=[-1] * 4)

    edges = use_edges(shares, as_of=10.0)

    assert edges.person.tolist() == [7, 1]
    assert edges.parent.tolist() == [-1, 0]


def test_anonymous_shares_of_the_same_content_are_different_people() -> None:
    shares = make_shares([1.0, 2.0, 3.0], [-1, 0, 0], person=[-1, -1, -1])

    assert use_edges(shares, as_of=10.0).time.size == 3


def test_shares_after_the_end_of_the_data_do_not_exist_yet() -> None:
    edges = use_edges(make_shares([1.0, 2.0, 5.0], [-1, 2, 0]), as_of=3.0)

    assert edges.time.tolist() == [1.0, 2.0]
    assert edges.parent.tolist() == [-1, -1]


def test_a_total_of_one_at_the_time_of_day_of_totals_is_a_total() -> None:
    shares = make_shares(
        [1.25, 2.25, 3.25, 3.5, 2.25, 1.25],
        count=[5.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        person=[-1, -1, 3, -1, -1, -1],
        channel=[0, 0, 0, 0, 1, 0],
        parent=[-1, -1, -1, -1, -1, 3],
        n_channels=2,
        complete=[True, True],
    )

    assert is_total(shares).tolist() == [True, True, False, False, False, False]


def test_midnight_is_the_same_time_of_day_before_and_after() -> None:
    shares = make_shares([1.0, 2.0 - 1e-9], count=[3.0, 1.0], person=[-1, -1])

    assert is_total(shares).tolist() == [True, True]


@pytest.mark.parametrize(
    "wrong",
    [
        {"time": [1.0, np.nan]},
        {"parent": [-1, 2]},
        {"parent": [-2, -1]},
        {"channel": [0, 1]},
        {"count": [1.0]},
        {"complete": [True, False]},
    ],
)
def test_arrays_that_do_not_fit_together_are_rejected(wrong: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match="must"):
        make_shares(**({"time": [1.0, 2.0]} | wrong))  # type: ignore[arg-type]


@st.composite
def any_shares(draw: st.DrawFn) -> tuple[list[int], list[int], list[int], list[int]]:
    n = draw(st.integers(0, 12))
    times = draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
    parents = draw(st.lists(st.integers(-1, n - 1), min_size=n, max_size=n))
    people = draw(st.lists(st.integers(-1, 3), min_size=n, max_size=n))
    contents = draw(st.lists(st.integers(-1, 2), min_size=n, max_size=n))
    return times, parents, people, contents


@settings(max_examples=60, deadline=None)
@given(any_shares())
def test_usable_edges_form_trees_in_order_of_time(
    drawn: tuple[list[int], list[int], list[int], list[int]],
) -> None:
    times, parents, people, contents = drawn
    shares = make_shares(times, parents, person=people, content=contents)

    edges = use_edges(shares, as_of=3.0)

    assert np.all(edges.time <= 3.0)
    at = edges.parent.copy()
    assert np.all(edges.time[at[at >= 0]] <= edges.time[at >= 0])
    for _ in range(len(times) + 1):
        at = np.where(at >= 0, edges.parent[at], -1)
    assert np.all(at == -1), "no circles"
    known = (edges.person >= 0) & (edges.content >= 0)
    pairs = list(zip(edges.person[known], edges.content[known], strict=True))
    assert len(set(pairs)) == len(pairs)


def test_the_order_of_the_rows_does_not_matter() -> None:
    random = np.random.default_rng(0)
    time = random.uniform(0, 5, 40)
    parent = np.where(random.uniform(size=40) < 0.5, random.integers(0, 40, 40), -1)
    shares = make_shares(time, parent, person=random.integers(-1, 9, 40))

    one = use_edges(shares, as_of=4.0)
    other = use_edges(permuted(shares, random.permutation(40)), as_of=4.0)

    assert np.array_equal(one.time, other.time)
    assert np.array_equal(one.parent, other.parent)


def test_the_clock_runs_slowly_at_hours_without_shares() -> None:
    time = np.sort(np.concatenate([np.arange(10) + 0.75 + k / 400 for k in range(100)]))

    moved = share_clock(time, np.array([0.0, 0.25, 0.75, 1.0, 3.0]))

    assert moved[1] < 0.05
    assert moved[2] < 0.1
    assert moved[[0, 3, 4]].tolist() == [0.0, 1.0, 3.0]


def test_the_clock_of_few_or_short_data_is_the_usual_one() -> None:
    at = np.array([0.1, 0.9])

    assert share_clock(np.linspace(0, 1.5, 500), at).tolist() == [0.1, 0.9]
    assert share_clock(np.linspace(0, 30, 50), at).tolist() == [0.1, 0.9]
