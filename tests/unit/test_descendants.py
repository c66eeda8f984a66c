"""Expected cascades against the inverse matrix and the spectral radius of numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from chalicelib.attribution.descendants import combine_effects, covary, expect_cascade

TIGHT = 1e-6
"""Near a radius of 1 the numbers are large and the equations badly conditioned."""


def rows_of(matrix: NDArray[np.float64]) -> dict[int, dict[int, float]]:
    return {
        one: {other: float(row[other]) for other in np.flatnonzero(row)}
        for one, row in enumerate(matrix)
        if row.any()
    }


def drawn(seed: int) -> NDArray[np.float64]:
    """Children of up to six types, some without any; radius from 0 to about 2."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 7))
    matrix = rng.uniform(0, 4.0 / size, (size, size)) * (rng.random((size, size)) < 0.6)
    matrix[rng.random(size) < 0.3] = 0.0
    return matrix


@given(st.integers(0, 2**32))
def test_cascade_is_a_row_of_the_inverse_and_endless_from_a_radius_of_one_on(seed: int) -> None:
    matrix = drawn(seed)
    size = len(matrix)
    for root in range(size):
        reached = np.linalg.matrix_power(np.eye(size) + (matrix > 0), size)[root] > 0
        inside = matrix[np.ix_(reached, reached)]
        radius = float(np.abs(np.linalg.eigvals(inside)).max())
        if abs(radius - 1.0) < 1e-4:
            continue

        found = expect_cascade(root, rows_of(matrix))

        if radius > 1.0:
            assert found is None
            continue
        assert found is not None
        assert set(found) == set(np.flatnonzero(reached).tolist())
        expected = np.linalg.inv(np.eye(size) * 1.0 - np.where(reached[:, None], matrix, 0.0))[root]
        for kind, number in found.items():
            assert number == pytest.approx(expected[kind], rel=TIGHT)


def test_two_types_that_lead_to_each_other_have_no_end() -> None:
    assert expect_cascade(0, {0: {1: 1.0}, 1: {0: 1.0}}) is None
    assert expect_cascade(0, {0: {1: 1.0}, 1: {0: 0.5}}) == {0: 2.0, 1: 2.0}


def test_types_that_the_root_cannot_reach_do_not_matter() -> None:
    assert expect_cascade(0, {0: {2: 3.0}, 1: {1: 7.0}}) == {0: 1.0, 2: 3.0}


def test_type_without_children_is_its_only_member() -> None:
    assert expect_cascade(4, {0: {4: 1.0}}) == {4: 1.0}


def test_sums_and_covariances_are_those_of_linear_combinations() -> None:
    cov = np.array([[4.0, 1.0, 0.5], [1.0, 9.0, -2.0], [0.5, -2.0, 1.0]])
    effects = np.array([0.1, 0.2, 0.4])
    one, other = np.array([1.0, 2.0, 0.0]), np.array([0.0, 0.5, 3.0])

    weights, others = ({k: float(n) for k, n in enumerate(w) if n} for w in (one, other))

    assert combine_effects(weights, dict(enumerate(effects))) == pytest.approx(one @ effects)
    assert covary(weights, others, cov.tolist()) == pytest.approx(one @ cov @ other)
    assert covary(weights, weights, cov.tolist()) == pytest.approx(one @ cov @ one)
