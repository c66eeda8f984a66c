"""Journeys as a Markov chain, and the removal effect of each engagement type.

States are the last one to four types of a journey. The chain begins at a start and ends in a
conversion or without one. The removal effect of a type is the share of conversions that disappear
if every journey ends without a conversion when it reaches the type (Anderl, Becker, von Wangenheim,
Schumann 2016, International Journal of Research in Marketing 33). Conversions are credited in
proportion to it. Probabilities of absorption come from linear systems (Kemeny, Snell 1960, theorem
3.3.7), not from simulated journeys. Reference: ChannelAttribution, in `tests/reference`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import bicgstab, spsolve

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.paths.journeys import Credit, Paths

MAX_ORDER = 4
DENSE_STATES = 400
"""Largest number of states for which the systems are solved as dense matrices."""
RESIDUAL = 1e-13
"""Relative residual to which larger ones are solved."""


@dataclass(frozen=True, slots=True)
class Chain:
    """An absorbing chain whose states do not lead to themselves.

    Staying in a state does not affect the end of a journey, so such transitions are omitted
    and the others of the state scaled up to one.
    """

    kind: Ints
    """The last type of each state's history. Shape (S,)."""
    start: Floats
    """Probability that a journey begins in the state. Shape (S,)."""
    Q: sparse.csr_array
    """Probabilities from state to state. Shape (S, S)."""
    conversion: Floats
    """Probability that the journey converts next. Shape (S,)."""


def credit_markov(paths: Paths, *, order: int = 1) -> Credit:
    """Credit conversions in proportion to the removal effects, and value in the same proportion.

    Parameters
    ----------
    paths : Paths
        Including those without a conversion.
    order : int
        Number of types in a state, 1 .. 4.

    Raises
    ------
    ValueError
        If the order is out of range.
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
    """Share of the chain's conversions that pass through each type, shape (K,).

    Zero for types on no path, and for all types if there are no conversions.

    Raises
    ------
    ValueError
        If the order is not 1 .. 4.
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
    """Count transitions between histories of at most `order` types.

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
    """State of every touch, shape (M,), and the last type of every state, shape (S,)."""
    present, digit = _ranked(paths.kind, paths.n_kinds)
    if order == 1:
        return digit, present
    position = np.arange(digit.size) - np.repeat(paths.start[:-1], paths.length)
    base = present.size + 1
    code = digit.copy()
    for back in range(1, order):
        # zero, "nothing yet", is a separate digit: hence the shift by one
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


def _absorption(chain: Chain, kept: Bools) -> Floats:
    """Probability of conversion from each state, shape (S,), if those not kept end without one."""
    Q, conversion = sparse.diags_array(kept.astype(np.float64)) @ chain.Q, kept * chain.conversion
    if conversion.size <= DENSE_STATES:
        return np.asarray(np.linalg.solve(np.eye(conversion.size) - Q.toarray(), conversion))
    system = sparse.eye_array(conversion.size, format="csr") - Q
    solution, failed = bicgstab(system, conversion, rtol=RESIDUAL, atol=0.0, maxiter=2_000)
    if failed:
        solution = spsolve(system.tocsc(), conversion)
    return np.asarray(solution)
