"""Expected descendants of an engagement, and the sum of their effects.

One engagement of type k has on average ``M[k, j]`` direct children of type j, which have children
themselves. The expected number of engagements in its cascade, itself included, is row k of ``I + M
+ M^2 + ... = (I - M)^-1`` (a branching process with several types: Harris 1963, ch. II; the same
sum as in input-output analysis, Leontief 1936). ``M`` describes what happened in the window; it is
not an estimate. So the variance of the sum is that of a linear combination of effects.

Pure standard library, so that the API can use it without loading numpy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Numbers = Mapping[int, float]

SINGULAR = 1e-9
"""A smaller pivot counts as zero."""


def expect_cascade(root: int, children: Mapping[int, Numbers]) -> dict[int, float] | None:
    """Expected engagements of each type in the cascade of one engagement, itself included.

    Elimination without pivoting. All pivots are above 0 if and only if ``I - M``, for the types
    that the cascade can reach, is a nonsingular M-matrix, which is so if and only if the spectral
    radius of ``M`` is below 1 (Berman, Plemmons 1994, ch. 6, theorem 2.3).

    If each engagement has at most one parent, and no chain of parents is a circle, the radius is
    always below 1, because all engagements of the window together have fewer children than members.

    The result is None if the expected number is infinite.

    Parameters
    ----------
    root : int
        Type of the engagement.
    children : mapping
        Rows of ``M``, of the types that have children.
    """
    reached = _reachable(root, children)
    spreading = [kind for kind in reached if children.get(kind)]
    size = len(spreading)
    # expected numbers x solve (I - M)^T x = e(root), over the types that have children
    rows = [
        [float(to == origin) - children[origin].get(to, 0.0) for origin in spreading]
        + [float(to == root)]
        for to in spreading
    ]
    for at in range(size):
        pivot = rows[at][at]
        if pivot <= SINGULAR:
            return None
        for below in rows[at + 1 :]:
            factor = below[at] / pivot
            for column in range(at, size + 1):
                below[column] -= factor * rows[at][column]
    solved = [0.0] * size
    for at in reversed(range(size)):
        known = sum(rows[at][column] * solved[column] for column in range(at + 1, size))
        solved[at] = (rows[at][size] - known) / rows[at][at]
    found = dict(zip(spreading, solved, strict=True))
    for kind in reached:
        if kind not in found:
            brought = sum(found[one] * children[one].get(kind, 0.0) for one in spreading)
            found[kind] = float(kind == root) + brought
    return found


def combine_effects(weights: Numbers, effects: Numbers) -> float:
    """``w' delta``, over the types of `weights`."""
    return sum(weight * effects[kind] for kind, weight in weights.items())


def covary(one: Numbers, other: Numbers, cov: Sequence[Sequence[float]]) -> float:
    """``w' C v``: the covariance of two linear combinations; with itself, the variance."""
    return sum(w * v * cov[k][j] for k, w in one.items() for j, v in other.items())


def _reachable(root: int, children: Mapping[int, Numbers]) -> list[int]:
    """The root, then all types that its cascade can reach, in order of discovery."""
    reached = {root: None}
    waiting = [root]
    while waiting:
        for kind, number in children.get(waiting.pop(), {}).items():
            if number > 0 and kind not in reached:
                reached[kind] = None
                waiting.append(kind)
    return list(reached)
