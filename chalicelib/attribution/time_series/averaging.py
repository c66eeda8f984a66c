"""Effects averaged over the unknowns: decays, shapes, and the variance of the level.

Every type has candidate columns, one per decay and shape of the response; all types share the
shape. Coefficients and the noise variance are integrated out in closed form. The decay of each
type is drawn in turn, conditional on the others (Gibbs sampling; George, McCulloch 1993), and
so are the shape and the variance ratio. Before each turn all decays may move together.
Averages use the whole conditional distribution, not the drawn candidate (Gelfand, Smith 1990), so
a few hundred sweeps suffice. Two chains from different starts must agree. The draws start from
fixed seeds: the same data give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.spread import average_candidates
from chalicelib.attribution.time_series.structural import Products

WARM_UP = 40
SWEEPS = (200, 1200)
"""Sweeps per chain; the second number applies if two chains of the first length disagree."""
_NEGLIGIBLE = 1e-3  # probability of a shape
_STEPS = (-4, -3, -2, -1, 1, 2, 3, 4)
"""Steps of the grid by which the decays of all types may move together."""
AGREEMENT = 0.65
"""Maximum difference between the effects of the two chains, in standard errors."""


class Prior(Protocol):
    """The prior of candidates."""

    @property
    def shapes(self) -> Floats:
        """Log prior of the shapes, shape (H,)."""
        ...

    def starts(self, n_kinds: int) -> tuple[Ints, Ints]:
        """Two very different decays per type, shape (K,) each."""
        ...

    def log_brands(self, chosen: Ints) -> Floats:
        """Log probability of these decays together with each brand (the shared parameters).

        Shape (B,).
        """
        ...

    def shifted(self, chosen: Ints, steps: int) -> Ints | None:
        """The decays of all types, `steps` further on the grid; None if that leaves the grid."""
        ...

    def given(self, kind: int, chosen: Ints, brand: int) -> Floats:
        """Log prior of every decay of a type given the shared parameters, shape (G,)."""
        ...


@dataclass(frozen=True, slots=True)
class Averaged:
    """Posterior of the effects."""

    effect: Floats
    """Means over decays and shapes. Shape (K,)."""
    cov: Floats
    """With the variances of those means (see `spread`) and the correlations of the draws. Shape (K,
    K).
    """
    decay_weights: Floats
    """Shape (K, G)."""
    shape_weights: Floats
    """Shape (H,)."""
    ratio_weights: Floats
    """Shape (Q,)."""
    degrees_of_freedom: int
    converged: bool
    """Whether both chains agree."""


@dataclass(frozen=True, slots=True)
class _Chain:
    """The results of a chain of S sweeps."""

    weight: Floats
    """Conditional probability of each decay, on average over the sweeps. Shape (K, G)."""
    within: Floats
    """Covariances at the drawn candidates. Shape (S, K, K)."""
    drawn: Floats
    """Means at the drawn candidates. Shape (S, K)."""
    chosen: Ints
    """The drawn candidates. Shape (S, K)."""
    ratios: Floats
    """Shape (Q,)."""
    shapes: Floats
    """Shape (H,)."""


def average(
    products: Products,
    to_effect: Floats,
    prior: Prior,
    *,
    shrink: Floats,
    groups: Ints | None = None,
) -> Averaged:
    """Average effects over candidates and ratios.

    Parameters
    ----------
    products : Products
        With the K * G * H candidate columns in the order type, decay, shape.
    to_effect : array, shape (K, G, H)
        Factor from a column's coefficient to the effect.
    shrink : array, shape (K, G, H)
        Prior precision of a coefficient, in units of the noise's precision.
    groups : int array, shape (G,), optional
        Disagreement within a group is attributed to chance, disagreement between groups is not. The
        groups are the shapes if every type has its own shape and candidates are pairs of decay and
        shape. One group by default.
    """
    if groups is None:
        groups = np.zeros(to_effect.shape[1], dtype=np.int64)
    regularised = _regularised(products, shrink)
    for sweeps in SWEEPS:
        chains = _run_chains(regularised, to_effect, prior, sweeps)
        averaged = _summarise(chains, regularised, to_effect, groups)
        if averaged.converged:
            break
    return averaged


@dataclass(frozen=True, slots=True)
class States:
    """The states of two chains of S sweeps, one after the other."""

    chosen: Ints
    """The candidate of each type. Shape (2 S, K)."""
    mean: Floats
    """Effects given those candidates. Shape (2 S, K)."""
    cov: Floats
    """Their covariances. Shape (2 S, K, K)."""


def sample_states(
    products: Products, to_effect: Floats, prior: Prior, *, shrink: Floats, sweeps: int
) -> States:
    """The draws behind `average`, for questions about more than effects.

    Parameters
    ----------
    products, to_effect, prior, shrink
        As for `average`, with one shape.
    sweeps : int
        S.
    """
    chains = _run_chains(_regularised(products, shrink), to_effect, prior, sweeps)
    return States(
        np.concatenate([chain.chosen for chain in chains]),
        np.concatenate([chain.drawn for chain in chains]),
        np.concatenate([chain.within for chain in chains]),
    )


def _regularised(products: Products, shrink: Floats) -> Products:
    gram = products.gram.copy()
    diagonal = np.arange(gram.shape[1] - 1)
    gram[:, diagonal, diagonal] += shrink.ravel()
    return Products(gram, products.log_weight, products.degrees_of_freedom)


def _run_chains(
    regularised: Products, to_effect: Floats, prior: Prior, sweeps: int
) -> list[_Chain]:
    """Two chains from different starts, with fixed seeds."""
    starts = zip(prior.starts(to_effect.shape[0]), (0, to_effect.shape[2] - 1), strict=True)
    return [
        _sample(regularised, to_effect, prior, *start, sweeps, np.random.default_rng(seed))
        for seed, start in enumerate(starts)
    ]


def _summarise(
    chains: list[_Chain], products: Products, to_effect: Floats, groups: Ints
) -> Averaged:
    """Means over all draws of the chains; converged if each chain alone agrees with them."""
    decays = np.mean([c.weight for c in chains], axis=0)
    shapes = np.mean([c.shapes for c in chains], axis=0)
    ratios = np.mean([c.ratios for c in chains], axis=0)
    effect, variance = _effects(products, to_effect, decays, shapes, ratios, groups)
    error = np.sqrt(variance)
    sampled = np.mean([c.within.mean(axis=0) for c in chains], axis=0) + np.atleast_2d(
        np.cov(np.concatenate([c.drawn for c in chains]).T)
    )
    unit = np.sqrt(np.diag(sampled))
    alone = [
        _effects(products, to_effect, chain.weight, chain.shapes, chain.ratios, groups)[0]
        for chain in chains
    ]
    return Averaged(
        effect,
        sampled / np.outer(unit, unit) * np.outer(error, error),
        decays,
        shapes,
        ratios,
        max(products.degrees_of_freedom - effect.size, 1),
        bool((np.abs(alone[0] - alone[1]) <= AGREEMENT * error).all()),
    )


def _effects(
    products: Products,
    to_effect: Floats,
    decays: Floats,
    shapes: Floats,
    ratios: Floats,
    groups: Ints,
) -> tuple[Floats, Floats]:
    """Effects and their variances, shape (K,) each.

    At a ratio and a shape, disagreement of decays within sampling variance does not count
    (`spread`). Disagreement of ratios and shapes counts in full.
    """
    weights = np.outer(ratios, shapes)
    likely = np.argwhere(weights > _NEGLIGIBLE)
    found = np.array(
        [
            _effects_at(products, to_effect, decays, int(ratio), int(shape), groups)
            for ratio, shape in likely
        ]
    )
    weight = weights[tuple(likely.T)]
    weight /= weight.sum()
    mean, variance = found[:, 0], found[:, 1]
    effect = weight @ mean
    return effect, weight @ (variance + (mean - effect) ** 2)


def _effects_at(
    products: Products, to_effect: Floats, decays: Floats, ratio: int, shape: int, groups: Ints
) -> tuple[Floats, Floats]:
    """Effects and their variances at a ratio and a shape, shape (K,) each."""
    n_kinds, n_decays, _ = to_effect.shape
    number = np.arange(to_effect.size).reshape(to_effect.shape)[:, :, shape]
    kinds, chosen = np.arange(n_kinds), np.argmax(decays, axis=1)
    gram, y = products.gram[ratio, :-1, :-1], products.gram[ratio, :-1, -1]
    columns = number[kinds, chosen]
    fitted = np.linalg.solve(gram[np.ix_(columns, columns)], y[columns])
    dof = max(products.degrees_of_freedom - n_kinds, 1)
    noise = (products.gram[ratio, -1, -1] - y[columns] @ fitted) / dof
    mean, variance = np.zeros(n_kinds), np.zeros(n_kinds)
    for kind in kinds:
        trials = np.tile(columns, (n_decays, 1))
        trials[:, kind] = number[kind]
        inverse = np.linalg.inv(gram[trials[:, :, None], trials[:, None, :]])
        rows = np.zeros((n_decays, y.size))
        own = inverse[:, kind] * to_effect[kind, :, shape, None]
        np.put_along_axis(rows, trials, own, axis=1)
        mean[kind], variance[kind] = _across_groups(
            decays[kind], rows @ y, rows @ gram @ rows.T * noise, groups
        )
    return mean, variance


def _across_groups(
    weight: Floats, effect: Floats, cov: Floats, groups: Ints
) -> tuple[float, float]:
    """Mean and variance over candidates; only disagreement between groups counts in full."""
    shares, means, variances = [], [], []
    for group in np.unique(groups):
        mine = groups == group
        share = float(weight[mine].sum())
        if share <= _NEGLIGIBLE:
            continue
        within = average_candidates(
            weight[mine] / share, effect[mine], cov[np.ix_(mine, mine)], chance=1.0
        )
        shares.append(share)
        means.append(within[0])
        variances.append(within[1])
    likely, apart = np.array(shares) / sum(shares), np.array(means)
    mean = float(likely @ apart)
    return mean, float(likely @ (np.array(variances) + (apart - mean) ** 2))


def _sample(
    products: Products,
    to_effect: Floats,
    prior: Prior,
    start: Ints,
    shape: int,
    sweeps: int,
    rng: np.random.Generator,
) -> _Chain:
    n_kinds, n_decays, n_shapes = to_effect.shape
    kinds = np.arange(n_kinds)
    number = np.arange(n_kinds * n_decays * n_shapes).reshape(to_effect.shape)
    dof = products.degrees_of_freedom
    t_dof = max(dof - n_kinds, 1)
    last = products.gram.shape[1] - 1
    with_y = np.concatenate(
        [number.transpose(0, 2, 1), np.full((n_kinds, n_shapes, 1), last)], axis=2
    )
    all_but = np.array([[other for other in kinds if other != kind] for kind in kinds], dtype=int)
    chosen = start.copy()
    ratio, shape, _ = _draw_shared(products, number[kinds, chosen], prior.shapes, rng)
    weight = np.zeros((n_kinds, n_decays))
    within = np.zeros((sweeps, n_kinds, n_kinds))
    drawn = np.zeros((sweeps, n_kinds))
    kept = np.zeros((sweeps, n_kinds), dtype=np.int64)
    shared = np.zeros((products.gram.shape[0], n_shapes))
    for sweep in range(-WARM_UP, sweeps):
        g = products.gram[ratio]
        chosen, log_brands = _move_together(chosen, prior, g, number[:, :, shape], dof, rng)
        brand = _draw(_normalise(log_brands), rng)
        squares = np.diag(g)
        columns = number[kinds, chosen, shape]
        for kind in range(n_kinds):
            others = columns[all_but[kind]]
            mine = number[kind, :, shape]
            to_y, own, rss = g[mine, last], squares[mine], g[last, last]
            if others.size:
                rows = others[:, None]
                right = g[rows, with_y[kind, shape]]
                solved = np.linalg.solve(g[rows, others], right)
                own = own - (right[:, :-1] * solved[:, :-1]).sum(axis=0)
                to_y = to_y - right[:, :-1].T @ solved[:, -1]
                rss = rss - right[:, -1] @ solved[:, -1]
            left = rss - to_y**2 / own
            p = _normalise(prior.given(kind, chosen, brand) - 0.5 * dof * np.log(left / rss))
            chosen[kind] = _draw(p, rng)
            columns[kind] = mine[chosen[kind]]
            if sweep >= 0:
                weight[kind] += p / sweeps
        if sweep >= 0:
            inverse = np.linalg.inv(g[columns[:, None], columns])
            coefficient = inverse @ g[columns, last]
            left_over = float(g[last, last] - g[columns, last] @ coefficient)
            scale = to_effect[kinds, chosen, shape]
            within[sweep] = inverse * np.outer(scale, scale) * left_over / t_dof
            drawn[sweep] = coefficient * scale
            kept[sweep] = chosen
        ratio, shape, p_shared = _draw_shared(products, number[kinds, chosen], prior.shapes, rng)
        if sweep >= 0:
            shared += p_shared / sweeps
    return _Chain(weight, within, drawn, kept, shared.sum(axis=1), shared.sum(axis=0))


def _move_together(
    chosen: Ints,
    prior: Prior,
    gram: Floats,
    number: Ints,
    degrees_of_freedom: int,
    rng: np.random.Generator,
) -> tuple[Ints, Floats]:
    """Propose to move the decays of all types by the same steps (Metropolis et al. 1953).

    Draws that change one type at a time rarely get from fast decays of all types to slow ones, or
    back.

    Returns the decays and their `Prior.log_brands`. `number`: index of the column of each type's
    decay, (K, G).
    """
    here = prior.log_brands(chosen)
    moved = prior.shifted(chosen, _STEPS[rng.integers(len(_STEPS))])
    if moved is None:
        return chosen, here
    there = prior.log_brands(moved)
    kinds = np.arange(chosen.size)
    gain = _log_sum(there) - _log_sum(here)
    gain += _log_fit(gram, number[kinds, moved], degrees_of_freedom)
    gain -= _log_fit(gram, number[kinds, chosen], degrees_of_freedom)
    return (moved, there) if np.log(rng.random()) < gain else (chosen, here)


def _log_fit(gram: Floats, columns: Ints, degrees_of_freedom: int) -> float:
    """Log likelihood of some columns, up to a constant."""
    solved = np.linalg.solve(gram[columns[:, None], columns], gram[columns, -1])
    return -0.5 * degrees_of_freedom * float(np.log(gram[-1, -1] - gram[columns, -1] @ solved))


def _log_sum(log_p: Floats) -> float:
    return float(np.log(np.exp(log_p - log_p.max()).sum()) + log_p.max())


def _draw_shared(
    products: Products, columns: Ints, log_shapes: Floats, rng: np.random.Generator
) -> tuple[int, int, Floats]:
    """Draw the variance ratio and the shape given the decays; also their distribution, (Q, H).

    `columns`: indexes of the columns of each type's decay, (K, H).
    """
    gram = products.gram
    numbers = columns.T  # (H, K)
    inner = gram[:, numbers[:, :, None], numbers[:, None, :]]
    to_y = gram[:, numbers, -1]
    solved = np.linalg.solve(inner, to_y[..., None])[..., 0]
    left = gram[:, -1, -1][:, None] - (to_y * solved).sum(axis=2)
    dof = products.degrees_of_freedom - numbers.shape[1]
    log_det = np.linalg.slogdet(inner)[1]
    p = _normalise(
        products.log_weight[:, None]
        + log_shapes[None, :]
        - 0.5 * (log_det.mean(axis=1, keepdims=True))
        - 0.5 * dof * np.log(left)
    )
    picked = _draw(p.ravel(), rng)
    return picked // p.shape[1], picked % p.shape[1], p


def _draw(p: Floats, rng: np.random.Generator) -> int:
    """Draw an index; like ``rng.choice(p.size, p=p)``, whose checks take longer than the draw."""
    cumulative = p.cumsum()
    return int((cumulative / cumulative[-1]).searchsorted(rng.random(), side="right"))


def _normalise(log_p: Floats) -> Floats:
    p = np.exp(log_p - log_p.max())
    return np.asarray(p / p.sum())
