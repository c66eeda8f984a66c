"""Journeys as a Markov chain: what is lost when nobody can pass through a kind any more.

States are the last one to four kinds of a journey; it begins at a start and ends in a conversion
or in nothing.  The removal effect of a kind is the share of conversions that disappear when every
journey that reaches the kind ends in nothing there (Anderl, Becker, von Wangenheim, Schumann 2016,
International Journal of Research in Marketing 33); conversions are credited in proportion to it.
Probabilities of absorption come from linear systems (Kemeny, Snell 1960, theorem 3.3.7), not from
simulated journeys.  Reference: ChannelAttribution, in `tests/reference`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import bicgstab, spsolve

from chalicelib.attribution.paths.journeys import Credit, Paths

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_ORDER = 4
DENSE_STATES = 400
"""Up to as many states the systems are solved as dense matrices."""
RESIDUAL = 1e-13
"""Relative residual to which larger ones are solved."""


@dataclass(frozen=True, slots=True)
class Chain:
    """An absorbing chain whose states do not lead to themselves.

    Staying in a state changes nothing about where a journey ends, so such transitions are left out
    and the others of the state scaled up to one.

    Attributes
    ----------
    kind : int array, shape (S,)
        The last kind of each state's history.
    start : array, shape (S,)
        Probability that a journey begins in the state.
    Q : sparse matrix, shape (S, S)
        Probabilities from state to state.
    conversion : array, shape (S,)
        Probability that the journey converts next.
    """

    kind: Ints
    start: Floats
    Q: sparse.csr_array
    conversion: Floats


def credit_markov(paths: Paths, *, order: int = 1) -> Credit:
    """Conversions in proportion to the removal effects; value in the same proportion.

    Parameters
    ----------
    paths : Paths
        With those that did not convert.
    order : int
        How many kinds back the chain remembers, 1 .. 4.

    Raises
    ------
    ValueError
        When the order is not one of those.
    """
    effects = removal_effects(paths, order=order)
    share = effects / effects.sum() if effects.any() else effects
    return Credit(
        method=f"markov_{order}",
        conversions=share * float(paths.weight @ paths.converted),
        value=share * float(paths.weight @ paths.value),
        uncredited=paths.uncredited,
        uncredited_value=paths.uncredited_value,
    )


def removal_effects(paths: Paths, *, order: int = 1) -> Floats:
    """Share of the chain's conversions that pass through each kind, shape (K,).

    Zero for kinds on no path, and for all when nothing converted.

    Raises
    ------
    ValueError
        When the order is not 1 .. 4.
    """
    if order not in range(1, MAX_ORDER + 1):
        raise ValueError(f"the order must be 1 to {MAX_ORDER}, not {order}")
    effects = np.zeros(paths.n_kinds)
    if not paths.converted.any():
        return effects
    chain = fit_chain(paths, order)
    present = np.unique(chain.kind)
    baseline = float(chain.start @ _absorption(chain, np.ones(chain.kind.size, dtype=np.bool_)))
    for kind in present:
        left = float(chain.start @ _absorption(chain, chain.kind != kind))
        effects[kind] = max(1.0 - left / baseline, 0.0)
    return effects


def fit_chain(paths: Paths, order: int) -> Chain:
    """Count transitions between histories of at most `order` kinds.

    A journey with several conversions counts once per conversion.
    """
    first, last = paths.start[:-1], paths.start[1:] - 1
    state, kind = _states(paths, order)
    n_states = kind.size
    mass = paths.journeys
    moves = np.zeros(paths.kind.size, dtype=np.bool_)
    np.not_equal(state[:-1], state[1:], out=moves[:-1])
    moves[last] = False
    moved = np.flatnonzero(moves)
    Q = _sums(
        state[moved], state[moved + 1], np.repeat(mass, paths.length)[moved], n_states=n_states
    )
    ended = np.bincount(state[last], mass, minlength=n_states)
    bought = np.bincount(state[last], mass * (paths.converted > 0), minlength=n_states)
    left = Q.sum(axis=1) + ended
    return Chain(
        kind=kind,
        start=np.bincount(state[first], mass, minlength=n_states) / mass.sum(),
        Q=sparse.diags_array(1.0 / left) @ Q,
        conversion=bought / left,
    )


def _sums(row: Ints, column: Ints, mass: Floats, *, n_states: int) -> sparse.csr_array:
    """Total mass of each pair of states, shape (S, S)."""
    shape = (n_states, n_states)
    if n_states > DENSE_STATES:
        return sparse.coo_array((mass, (row, column)), shape=shape).tocsr()
    pairs = np.bincount(row * n_states + column, mass, minlength=n_states**2)
    return sparse.csr_array(pairs.reshape(shape))


def _states(paths: Paths, order: int) -> tuple[Ints, Ints]:
    """State of every touch, shape (M,), and the last kind of every state, shape (S,)."""
    present, digit = _ranked(paths.kind, paths.n_kinds)
    if order == 1:
        return digit, present
    position = np.arange(digit.size) - np.repeat(paths.start[:-1], paths.length)
    base = present.size + 1
    code = digit.copy()
    for back in range(1, order):
        # zero, "nothing yet", is a digit of its own: hence the shift by one
        known = np.flatnonzero(position >= back)
        code[known] += (digit[known - back] + 1) * base**back
    codes, state = _ranked(code, base**order)
    return state, present[codes % base]


def _ranked(numbers: Ints, bound: int) -> tuple[Ints, Ints]:
    """Distinct numbers of 0 .. bound - 1, ascending, and the rank of each: `np.unique`, faster."""
    if bound > 4 * numbers.size + 1024:
        distinct, rank = np.unique(numbers, return_inverse=True)
        return distinct, rank
    seen = np.zeros(bound, dtype=np.bool_)
    seen[numbers] = True
    return np.flatnonzero(seen), (np.cumsum(seen) - 1)[numbers]


def _absorption(chain: Chain, kept: NDArray[np.bool_]) -> Floats:
    """Probability of conversion from each state, shape (S,), when those not kept end in nothing."""
    Q, conversion = sparse.diags_array(kept.astype(np.float64)) @ chain.Q, kept * chain.conversion
    if conversion.size <= DENSE_STATES:
        return np.asarray(np.linalg.solve(np.eye(conversion.size) - Q.toarray(), conversion))
    system = sparse.eye_array(conversion.size, format="csr") - Q
    solution, failed = bicgstab(system, conversion, rtol=RESIDUAL, atol=0.0, maxiter=2_000)
    if failed:
        solution = spsolve(system.tocsc(), conversion)
    return np.asarray(solution)
