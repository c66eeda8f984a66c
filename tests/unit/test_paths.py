"""Touches of persons cut into journeys."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.attribution.paths.journeys import Paths, build_paths

Touch = tuple[int, float, int]
Outcome = tuple[int, float, float, float]


def make_paths(
    touches: list[Touch], outcomes: list[Outcome], *, n_kinds: int = 4, lookback_days: float = 30.0
) -> Paths:
    person, time, kind = (np.array([t[i] for t in touches]) for i in range(3))
    buyer, bought, number, value = (np.array([o[i] for o in outcomes]) for i in range(4))
    return build_paths(
        person.astype(np.int64),
        time.astype(float),
        kind.astype(np.int64),
        buyer.astype(np.int64),
        bought.astype(float),
        number.astype(float),
        value.astype(float),
        n_kinds=n_kinds,
        lookback_days=lookback_days,
    )


def listed(paths: Paths) -> list[tuple[list[int], float]]:
    """Types of each path and its conversions."""
    pieces = np.split(paths.kind, paths.start[1:-1])
    return [(piece.tolist(), float(c)) for piece, c in zip(pieces, paths.converted, strict=True)]


def test_journey_ends_at_each_conversion_and_the_rest_has_none() -> None:
    paths = make_paths(
        [(1, 1, 0), (1, 2, 1), (1, 5, 2), (1, 9, 3)], [(1, 3, 1, 10.0), (1, 6, 2, 50.0)]
    )

    assert listed(paths) == [([0, 1], 1.0), ([2], 2.0), ([3], 0.0)]
    assert paths.value.tolist() == [10.0, 50.0, 0.0]
    assert paths.uncredited == 0.0


def test_path_has_the_time_of_its_conversion() -> None:
    paths = make_paths([(1, 1, 0), (1, 4, 1), (2, 1, 2)], [(1, 3, 1, 1.0), (1, 9, 2, 1.0)])

    assert paths.ended.tolist() == pytest.approx([3.0, 9.0, np.nan], nan_ok=True)


def test_persons_do_not_share_journeys() -> None:
    paths = make_paths([(2, 1, 0), (1, 1, 1), (3, 1, 2)], [(2, 2, 1, 5.0)])

    assert listed(paths) == [([1], 0.0), ([0], 1.0), ([2], 0.0)]


def test_touches_may_be_in_any_order() -> None:
    paths = make_paths([(1, 4, 2), (1, 1, 0), (1, 2, 1)], [(1, 5, 1, 5.0)])

    assert listed(paths) == [([0, 1, 2], 1.0)]
    assert paths.time.tolist() == [1.0, 2.0, 4.0]


def test_touch_older_than_the_lookback_is_on_a_separate_path() -> None:
    paths = make_paths([(1, 0, 0), (1, 10, 1), (1, 15, 2)], [(1, 20, 1, 5.0)], lookback_days=10.0)

    assert listed(paths) == [([0], 0.0), ([1, 2], 1.0)]


def test_touch_at_the_time_of_a_conversion_counts_as_before_it() -> None:
    assert listed(make_paths([(1, 3, 0)], [(1, 3, 1, 5.0)])) == [([0], 1.0)]


def test_conversions_without_touches_are_not_credited() -> None:
    paths = make_paths(
        [(1, 5, 0)], [(1, 4, 1, 7.0), (1, 6, 2, 11.0), (9, 1, 3, 13.0), (1, 99, 4, 17.0)]
    )

    assert listed(paths) == [([0], 2.0)]
    assert (paths.uncredited, paths.uncredited_value) == (8.0, 37.0)


def test_conversions_at_the_same_time_end_one_path() -> None:
    paths = make_paths([(1, 1, 0)], [(1, 2, 1, 5.0), (1, 2, 2, 6.0)])

    assert listed(paths) == [([0], 3.0)]
    assert paths.value.tolist() == [11.0]


def test_empty_input_has_no_paths() -> None:
    assert make_paths([], []).weight.size == 0
    assert make_paths([], [(1, 1, 2, 5.0)]).uncredited == 2.0
    assert listed(make_paths([(1, 1, 0)], [])) == [([0], 0.0)]


def test_a_path_counts_once_per_conversion_or_once() -> None:
    paths = make_paths([(1, 1, 0), (2, 1, 0)], [(1, 2, 3, 5.0)])
    paths = replace(paths, weight=np.array([2.0, 5.0]))

    assert paths.journeys.tolist() == [6.0, 5.0]


def test_lookback_of_zero_raises_an_error() -> None:
    with pytest.raises(ValueError, match="look-back"):
        make_paths([(1, 1, 0)], [], lookback_days=0.0)


def test_outcome_without_conversions_raises_an_error() -> None:
    with pytest.raises(ValueError, match="above zero"):
        make_paths([(1, 1, 0)], [(1, 2, 0, 5.0)])


def paths_one_by_one(
    touches: list[Touch], outcomes: list[Outcome], lookback_days: float
) -> list[tuple[list[int], float]]:
    """The definition, person by person and touch by touch."""
    found = []
    for person in sorted({t[0] for t in touches}):
        ends = sorted({o[1] for o in outcomes if o[0] == person})
        journeys: dict[tuple[float, bool], list[int]] = {}
        for _, time, kind in sorted((t for t in touches if t[0] == person), key=lambda t: t[1]):
            end = next((e for e in ends if e >= time), np.inf)
            journeys.setdefault((end, end - time <= lookback_days), []).append(kind)
        for (end, leads), kinds in journeys.items():
            number = sum(o[2] for o in outcomes if leads and o[0] == person and o[1] == end)
            found.append((kinds, float(number)))
    return found


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 3)), max_size=25),
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 30), st.integers(1, 3), st.integers(0, 9)),
        max_size=10,
    ),
    st.integers(1, 12),
)
def test_paths_follow_the_definition_and_contain_every_touch(
    touches: list[Touch], outcomes: list[Outcome], lookback_days: int
) -> None:
    paths = make_paths(touches, outcomes, lookback_days=lookback_days)

    assert sorted(paths.kind.tolist()) == sorted(t[2] for t in touches)
    if touches:
        assert listed(paths) == paths_one_by_one(touches, outcomes, lookback_days)
    credited = paths.converted.sum() + paths.uncredited
    assert credited == pytest.approx(sum(o[2] for o in outcomes))
    assert paths.value.sum() + paths.uncredited_value == pytest.approx(sum(o[3] for o in outcomes))
