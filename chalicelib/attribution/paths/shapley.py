"""Shapley values: a type's mean contribution over all orders in which types could occur.

A journey counts as the set of its types. The value of a set is the conversion rate of the journeys
with exactly this set, including those without a conversion; a set without journeys has value zero.
Each journey's rate is divided among its types by the Shapley value of the game on their subsets, so
credits add up to the conversions (Zhao, Mahboobi, Bagheri 2018, arXiv 1804.05327). A type
with which journeys convert less than without it gets negative credit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.paths.journeys import Credit, Paths

Keys = NDArray[np.uint64]

MAX_EXACT_KINDS = 15
PERMUTATIONS = 200


def credit_shapley(
    paths: Paths,
    *,
    seed: int = 0,
    permutations: int = PERMUTATIONS,
    max_exact_kinds: int = MAX_EXACT_KINDS,
) -> Credit:
    """Credit conversions and their value by Shapley values.

    Exact if at most `max_exact_kinds` types appear on paths. Beyond that, the mean over random
    permutations, with its standard error (Castro, Gómez, Tejada 2009, Computers & Operations
    Research 36).

    Parameters
    ----------
    paths : Paths
        Including those without a conversion.
    seed : int
        Of the permutations.
    permutations : int
        Number of permutations to draw, at least two.
    max_exact_kinds : int
        The exact values take time and memory in proportion to ``2 ** types``.

    Raises
    ------
    ValueError
        If fewer than two permutations are requested.
    """
    if permutations < 2:
        raise ValueError(f"a standard error needs at least two permutations, not {permutations}")
    seen = np.bincount(paths.kind, minlength=paths.n_kinds) > 0
    present = np.flatnonzero(seen)
    amounts = np.stack([paths.weight * paths.converted, paths.weight * paths.value], axis=1)
    rank = (np.cumsum(seen) - 1)[paths.kind]
    credits, errors = np.zeros((paths.n_kinds, 2)), None
    if present.size <= max_exact_kinds:
        credits[present] = _exact(paths, rank, present.size, amounts)
    else:
        draws = _drawn(paths, rank, present.size, amounts, permutations, seed)
        credits[present] = draws.mean(axis=0)
        errors = np.zeros(paths.n_kinds)
        errors[present] = draws[:, :, 0].std(axis=0, ddof=1) / np.sqrt(permutations)
    return Credit(
        method="shapley" if errors is None else "shapley_sampled",
        conversions=credits[:, 0],
        value=credits[:, 1],
        uncredited=paths.uncredited,
        uncredited_value=paths.uncredited_value,
        standard_errors=errors,
    )


def _exact(paths: Paths, rank: Ints, n: int, amounts: Floats) -> Floats:
    """Credits, shape (n, 2), through the potential of the game (Hart, Mas-Colell 1989).

    The potential of a set is ``(value + sum of the potentials without one member) / members``, and
    a member's Shapley value in the game on the set is the potential less that without the member:
    all games on all subsets at once.
    """
    credits = np.zeros((n, 2))
    if n == 0:
        return credits
    mask = np.bitwise_or.reduceat(np.left_shift(1, rank), paths.start[:-1])
    journeys = np.bincount(mask, paths.journeys, minlength=1 << n)
    total = np.stack([np.bincount(mask, a, minlength=1 << n) for a in amounts.T], axis=1)
    potential = np.divide(
        total, journeys[:, None], out=np.zeros_like(total), where=journeys[:, None] > 0
    )
    sets = np.arange(1 << n)
    members = np.bitwise_count(sets)
    for size in range(1, n + 1):
        level = sets[members == size]
        for bit in range(n):
            having = level[level >> bit & 1 == 1]
            potential[having] += potential[having ^ (1 << bit)]
        potential[level] /= size
    for bit in range(n):
        having = sets[sets >> bit & 1 == 1]
        gain = potential[having] - potential[having ^ (1 << bit)]
        credits[bit] = journeys[having] @ gain
    return credits


def _drawn(
    paths: Paths, rank: Ints, n: int, amounts: Floats, permutations: int, seed: int
) -> Floats:
    """Credits under each of the permutations, shape (permutations, n, 2)."""
    rng = np.random.default_rng(seed)
    keys = _keys(n, rng)
    path, member = _members(paths, rank, n)
    size = np.bincount(path, minlength=paths.length.size)
    name = np.add.reduceat(keys[member], np.append(0, np.cumsum(size)[:-1]))
    names, example, group = np.unique(name, return_index=True, return_inverse=True)
    journeys = np.bincount(group, paths.journeys)
    rate = np.stack([np.bincount(group, a) for a in amounts.T], axis=1) / journeys[:, None]

    # the members of each distinct set, set after set
    chosen = np.zeros(size.size, dtype=np.bool_)
    chosen[example] = True
    inside = chosen[path]
    set_of, member = group[path[inside]], member[inside]
    draws = np.empty((permutations, n, 2))
    for draw in range(permutations):
        place = rng.permutation(n)
        order = np.argsort(set_of * n + place[member])
        owner, coming = set_of[order], member[order]
        opens = np.ones(owner.size, dtype=np.bool_)
        opens[1:] = owner[1:] != owner[:-1]
        running = np.cumsum(keys[coming], dtype=np.uint64)
        before = (running - keys[coming])[opens]
        prefix = running - np.repeat(before, np.diff(np.append(np.flatnonzero(opens), owner.size)))
        at = np.minimum(np.searchsorted(names, prefix), names.size - 1)
        worth = np.where((names[at] == prefix)[:, None], rate[at], 0.0)
        gain = worth.copy()
        gain[1:] -= np.where(opens[1:, None], 0.0, worth[:-1])
        gain *= journeys[owner][:, None]
        draws[draw] = np.stack([np.bincount(coming, g, minlength=n) for g in gain.T], axis=1)
    return draws


def _keys(n: int, rng: np.random.Generator) -> Keys:
    """A number per type so that the sum over a set identifies the set, shape (n,).

    Powers of two as long as they fit; beyond, 64 random bits each (Zobrist 1970). Two of a
    million sets have the same sum with a probability of 3e-8.
    """
    if n <= 64:
        return np.left_shift(np.uint64(1), np.arange(n, dtype=np.uint64))
    return rng.integers(0, 2**64, size=n, dtype=np.uint64)


def _members(paths: Paths, rank: Ints, n: int) -> tuple[Ints, Ints]:
    """Path and type of each distinct pair of the two, path after path."""
    path = np.repeat(np.arange(paths.length.size), paths.length)
    pairs = np.unique(path * n + rank)
    return pairs // n, pairs % n
