"""Effects of a panel at one slope of the response, averaged over decays and late effects.

The speed of decay is averaged over a grid. Each decay is weighted by how well it explains
the data (a quasi-likelihood, scaled for the heteroskedasticity of counts) times its prior
for this brand and channel (`decays`). The presence of late effects is averaged over as
well (`late_blocks`). So intervals include the uncertainty of both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.decays import (
    INTERPOLATION,
    SHARES,
    STEPS,
    pooled_weights,
    prior_weights,
    with_unknown_size,
)
from chalicelib.attribution.observations import Inside
from chalicelib.attribution.spread import average_candidates, mix_models
from chalicelib.attribution.within_user.late_blocks import LateEffects, read_late_effects
from chalicelib.attribution.within_user.panel_columns import BLOCKS, Columns
from chalicelib.attribution.within_user.pooling import Panel, Pooled, pool

_CHANCE = 2.7  # decays disagree by more than that in one case of ten: chi-squared, 1 degree
_SWEEPS = 8
_NEGLIGIBLE = 0.01
_SLOWEST_BESIDE_LATE = 6
"""Index into DECAYS of the slowest adstock in a model with late blocks: a half-life of three and a
half days. A slower one would only change the shape of the late effect.
"""
_SHAPE = 0.15
"""Standard deviation of a late effect, as a share of it, because it may not come evenly."""


@dataclass(frozen=True, slots=True)
class PanelEffects:
    """Effects averaged over the decays, at one slope."""

    delta: Floats
    """Conversions inside the window caused by one engagement. Shape (K,)."""
    cov: Floats
    """Shape (K, K)."""
    decay_weights: Floats
    kernel: Floats
    """Weight of each decay, and weighted coefficient of its adstock. Shape (K, G)."""
    late: Floats
    """Weighted coefficients of the late blocks. Shape (K, B)."""
    late_probability: float
    """Probability that the brand has late effects."""
    chosen: Ints
    """Likeliest decay. Shape (K,)."""
    freedom: Floats
    """Degrees of freedom of the variances. Shape (K,)."""
    factor: float
    """Factor that scales down the overconfident likelihood, at most 1."""


@dataclass(frozen=True, slots=True)
class _Decayed:
    """Effects of the adstocks alone: `variance` (K,), the rest as in `PanelEffects`."""

    delta: Floats
    variance: Floats
    decay_weights: Floats
    kernel: Floats
    chosen: Ints
    factor: float


@dataclass(frozen=True, slots=True)
class _Regression:
    """One least-squares fit: `beta` (K,), its clustered `cov` (K, K), and the `inverse` (K, K) of
    the cross products.
    """

    beta: Floats
    cov: Floats
    inverse: Floats


def estimate_effects(panel: Panel, inside: Inside, slope: float) -> PanelEffects:
    """Effects at one slope of the response, averaged over decays and over late effects."""
    pooled = pool(panel, slope)
    fading = _average_decays(pooled, inside.adstock, panel.channels)
    delta, variance, kernel = fading.delta, fading.variance, fading.kernel
    weights, chosen = fading.decay_weights, fading.chosen
    late = np.zeros((panel.n_kinds, len(BLOCKS)))
    found = read_late_effects(pooled, chosen)
    if found.probability > _NEGLIGIBLE:
        scale = inside.blocks * pooled.response[:, None]
        without_blocks = pooled.without_columns(Columns(panel.n_kinds).blocks.ravel())
        with_blocks = _average_decays(
            without_blocks, inside.adstock, panel.channels, _SLOWEST_BESIDE_LATE
        )
        more, more_variance = _with_late(with_blocks, found, scale, inside.adstock, pooled)
        delta, variance = mix_models(found.probability, (delta, variance), (more, more_variance))
        late = found.weight * found.coefficient * pooled.response[:, None] * found.probability
        kernel = (1 - found.probability) * kernel + found.probability * with_blocks.kernel
        weights = (1 - found.probability) * weights + found.probability * with_blocks.decay_weights
        if found.probability > 0.5:
            chosen = with_blocks.chosen
    central = _regress(pooled, chosen).cov
    ratio = np.sqrt(variance / np.diag(central))
    cov = central * np.outer(ratio, ratio)
    return PanelEffects(
        delta,
        (cov + cov.T) / 2,
        weights,
        kernel,
        late,
        found.probability,
        chosen,
        _freedom(pooled, chosen, panel.n_people),
        fading.factor,
    )


def _with_late(
    with_blocks: _Decayed, found: LateEffects, scale: Floats, inside: Floats, pooled: Pooled
) -> tuple[Floats, Floats]:
    """Effects with their late part, and their variances, shape (K,) each."""
    part = found.weight * scale
    added = part * found.coefficient
    own = np.diagonal(found.cov, axis1=1, axis2=2) * scale**2
    early = inside[np.arange(added.shape[0]), with_blocks.chosen] * pooled.response
    together = 2 * (part * found.with_adstock).sum(axis=1) * early
    between = np.maximum((found.coefficient * scale) ** 2 - own, 0.0)
    unsure = (found.weight * (1 - found.weight) * between).sum(axis=1)
    noise = np.einsum("kb,kbc,kc->k", part, found.cov, part)
    total = added.sum(axis=1)
    variance = with_blocks.variance + together + noise + (_SHAPE * total) ** 2
    return with_blocks.delta + total, np.maximum(variance, 0.25 * with_blocks.variance) + unsure


def _average_decays(
    pooled: Pooled, inside: Floats, channels: Ints, slowest: int | None = None
) -> _Decayed:
    """Effects of the adstocks averaged over the decays, up to the `slowest` one.

    Decays are weighted type by type given the likeliest decays of the others (the types' columns
    are nearly orthogonal within persons), sweep by sweep until nothing changes.
    """
    scale = inside * pooled.response[:, None]
    n_kinds, n_decays = inside.shape
    weights = np.tile(prior_weights(), (n_kinds, 1))
    chosen = np.argmax(weights @ SHARES, axis=1)
    beta = np.zeros((n_kinds, n_decays))
    bread = np.zeros((n_kinds, n_decays))
    factor = np.ones(n_kinds)
    for sweep in range(_SWEEPS):
        before = chosen.copy()
        for kind in range(n_kinds):
            fits = [_regress(pooled, _with(chosen, kind, g)) for g in range(n_decays)]
            beta[kind] = [fit.beta[kind] for fit in fits]
            bread[kind] = [fit.inverse[kind, kind] * pooled.noise for fit in fits]
            # a quasi-likelihood, scaled to the curvature of the robust covariance: people differ
            # in how much they buy, and plain least squares would be overconfident
            robust = fits[chosen[kind]].cov[kind, kind]
            factor[kind] = bread[kind, chosen[kind]] / robust
        log_likelihood = 0.5 * factor[:, None] * beta**2 / bread
        log_variance = np.log(bread / factor[:, None] * scale**2)
        evidence = with_unknown_size(
            log_likelihood @ INTERPOLATION.T, np.exp(log_variance @ INTERPOLATION.T)
        )
        if slowest is not None:
            evidence[:, slowest * STEPS + 1 :] = -np.inf
        weights = pooled_weights(evidence, channels)
        chosen = np.argmax(weights @ SHARES, axis=1)
        if sweep > 1 and np.array_equal(chosen, before):
            break
    effect = beta * scale
    delta = (weights * (effect @ INTERPOLATION.T)).sum(axis=1)
    coarse = weights @ SHARES
    return _Decayed(
        delta,
        _spread(pooled, chosen, weights, effect, scale),
        coarse,
        coarse * beta * pooled.response[:, None],
        chosen,
        float(min(1.0, np.median(factor))),
    )


def _freedom(pooled: Pooled, chosen: Ints, n_people: int) -> Floats:
    """Degrees of freedom of the clustered variances (Satterthwaite 1946), shape (K,).

    ``2 V^2 / Var(V)`` for the sum V of the people's squared scores, with
    ``Var(V) = sum s^4 - V^2 / n``: n for normal scores, fewer if few people dominate, and at most
    the number of people less one.
    """
    columns = Columns(chosen.size).adstocks(chosen)
    total = np.diag(pooled.meat)[columns]
    most = max(n_people - 1, 1)
    variance = np.maximum(pooled.fourth[columns] - total**2 / n_people, 2.0 * total**2 / most)
    freedom = np.divide(2.0 * total**2, variance, out=np.ones_like(total), where=variance > 0)
    return np.asarray(freedom)


def _spread(pooled: Pooled, chosen: Ints, weights: Floats, effect: Floats, scale: Floats) -> Floats:
    """Variance of the effects averaged over the decays, shape (K,)."""
    n_kinds, n_decays = effect.shape
    spread = np.zeros(n_kinds)
    for kind in range(n_kinds):
        rows = np.zeros((n_decays, pooled.meat.shape[0]))
        for g in range(n_decays):
            trial = _with(chosen, kind, g)
            columns = Columns(n_kinds).adstocks(trial)
            inverse = np.linalg.inv(pooled.gram[np.ix_(columns, columns)])
            rows[g, columns] = inverse[kind] * scale[kind, g]
        between = INTERPOLATION @ rows
        cov = between @ pooled.meat @ between.T
        _, spread[kind] = average_candidates(
            weights[kind], INTERPOLATION @ effect[kind], cov, chance=_CHANCE
        )
    return spread


def _regress(pooled: Pooled, chosen: Ints) -> _Regression:
    """Least squares on one decay per type, with the sandwich covariance."""
    columns = Columns(chosen.size).adstocks(chosen)
    inverse = np.asarray(np.linalg.inv(pooled.gram[np.ix_(columns, columns)]), dtype=np.float64)
    return _Regression(
        beta=inverse @ (pooled.product + pooled.shift)[columns],
        cov=inverse @ pooled.meat[np.ix_(columns, columns)] @ inverse,
        inverse=inverse,
    )


def _with(chosen: Ints, kind: int, decay: int) -> Ints:
    changed = chosen.copy()
    changed[kind] = decay
    return changed
