"""What the panel estimator averages over, against the same averages worked out a second time.

Coefficients, covariances and scores come from `regression`; the rest follows the definitions of
priors and likelihoods in plain loops.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy import interpolate

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.within_user.panel_effects import estimate_effects
from chalicelib.attribution.within_user.regression import fit_within_user, reduce_panel
from tests.contract.machinery import (
    KINDS,
    adstocks,
    dummies,
    fit,
    held,
    reference,
    scale,
    small,
)

Floats = NDArray[np.float64]

G = DECAYS.size
FINE = np.linspace(0, G - 1, 4 * (G - 1) + 1)
HALF_LIVES = np.append(0.3, np.log(2) / -np.log(DECAYS[1:]))
LOG_HALF_LIVES = np.interp(FINE, np.arange(G), np.log(HALF_LIVES))


class Sums:
    """Cross products of all adstocks of a panel, and the people's scores."""

    def __init__(self, name: str) -> None:
        rows = dummies(name)
        columns = [adstocks(name, (g, g)) for g in range(G)]
        left = rows.left(np.stack(columns, axis=2).reshape(rows.outcome.size, -1))
        weighted = left * rows.weights[:, None]
        self.gram = left.T @ weighted
        self.product = weighted.T @ rows.outcome
        scores = rows.sum_by_person(weighted * rows.residual(reference(name))[:, None])
        clusters = np.unique(rows.person).size
        self.meat = scores.T @ scores * clusters / (clusters - 1)
        self.noise = noise(name)

    def candidates(self, kind: int, chosen: tuple[int, ...]) -> tuple[Floats, Floats, Floats]:
        """Coefficients (G,), classical variances (G,), and rows (G, K G) of one type's decays."""
        beta, bread = np.zeros(G), np.zeros(G)
        rows = np.zeros((G, self.product.size))
        for g in range(G):
            trial = [*chosen]
            trial[kind] = g
            at = [k * G + decay for k, decay in enumerate(trial)]
            inverse = np.linalg.inv(self.gram[np.ix_(at, at)])
            rows[g, at] = inverse[kind]
            beta[g], bread[g] = rows[g] @ self.product, inverse[kind, kind] * self.noise
        return beta, bread, rows


@functools.cache
def sums(name: str) -> Sums:
    """The sums of a panel."""
    return Sums(name)


def noise(name: str) -> float:
    """Weighted variance of a person-day without regressors."""
    rows = dummies(name)
    plain = rows.left(rows.outcome[:, None])[:, 0]
    return float((plain**2 * rows.weights).sum() / rows.outcome.size)


def explained(name: str, chosen: tuple[int, ...], slope: float) -> float:
    """Sum of squares that one decay per type explains at a slope of the response."""
    rows = dummies(name)
    left = rows.left(adstocks(name, chosen, slope))
    weighted = left * rows.weights[:, None]
    product = weighted.T @ rows.outcome
    return float(product @ np.linalg.solve(left.T @ weighted, product))


def between(values: Floats) -> Floats:
    """Values (G, ...) at the decays of the grid, on the fine grid (F, ...)."""
    return np.asarray(interpolate.CubicSpline(np.arange(G), values, bc_type="natural")(FINE))


def brands() -> list[tuple[float, Floats]]:
    """Prior weights of brands, and what each makes of the decays of a type."""
    found = []
    for spread in (0.1, 0.3, 0.8, 1.6):
        for centre in np.linspace(LOG_HALF_LIVES[0], LOG_HALF_LIVES[-1], 25):
            given = np.exp(-0.5 * ((LOG_HALF_LIVES - centre) / spread) ** 2)
            prior = float(np.exp(-0.5 * ((centre - np.log(2.2)) / 1.2) ** 2))
            found.append((prior, given / given.sum()))
    total = sum(prior for prior, _ in found)
    return [(prior / total, given) for prior, given in found]


def with_size(log_likelihood: Floats, variance: Floats) -> Floats:
    """The size of effects integrated out, at the size that is likeliest for all types."""
    prior = np.sum([weight * given for weight, given in brands()], axis=0)
    best: tuple[float, Floats] = (-np.inf, log_likelihood)
    for exponent in np.arange(-1.0, 4.5, 0.5):
        size = 10.0**exponent * np.median(variance)
        share = size / (variance + size)
        trial = 0.5 * np.log(1.0 - share) + log_likelihood * share
        evidence = sum(float(np.log(np.exp(row - row.max()) @ prior) + row.max()) for row in trial)
        if evidence > best[0]:
            best = (evidence, trial)
    return best[1]


def posterior(evidence: Floats) -> Floats:
    """Weights of the decays of every type, brands integrated out, (K, F)."""
    likelihood = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    weights = np.zeros_like(likelihood)
    for prior, given in brands():
        of_types = likelihood @ given
        for kind in range(weights.shape[0]):
            others = np.prod(np.delete(of_types, kind))
            weights[kind] += prior * others * given * likelihood[kind]
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def check_decays_are_averaged_by_their_posterior() -> None:
    """Weights, effects and variances at convergence: each type given the others' likeliest."""
    for name in ("strata", "alike"):
        with held(slope=0.0):
            ours = fit(name)
        chosen = tuple(int(g) for g in ours.decay_weights.argmax(axis=1))
        found, to_effect = sums(name), scale_of_grid(name)
        evidence, variances, effects, rows = [], [], [], []
        for kind in KINDS:
            beta, bread, row = found.candidates(kind, chosen)
            at = chosen[kind]
            factor = bread[at] / (row[at] @ found.meat @ row[at])
            evidence.append(between(0.5 * factor * beta**2 / bread))
            variances.append(np.exp(between(np.log(bread / factor * to_effect[kind] ** 2))))
            effects.append(between(beta * to_effect[kind]))
            rows.append(between(row * to_effect[kind][:, None]))
        weights = posterior(with_size(np.array(evidence), np.array(variances)))
        share = np.maximum(1.0 - np.abs(FINE[:, None] - np.arange(G)), 0.0)
        assert_allclose(ours.decay_weights, weights @ share, rtol=1e-5, atol=1e-9)
        for kind in KINDS:
            w, effect = weights[kind], effects[kind]
            cov = rows[kind] @ found.meat @ rows[kind].T
            mean, average = w @ effect, w @ cov @ w
            chance = w @ np.diag(cov) - average
            variance = average + max(w @ (effect - mean) ** 2 - 2.7 * chance, 0.0)
            assert_allclose(ours.delta[kind], mean, rtol=1e-5)
            assert_allclose(ours.cov[kind, kind], variance, rtol=1e-5)


def scale_of_grid(name: str, slope: float = 0.0) -> Floats:
    """From coefficients to effects at every decay, shape (K, G)."""
    return np.stack([scale(name, (g, g), slope) for g in range(G)], axis=1)


def check_slopes_are_averaged_by_their_posterior() -> None:
    """Three nodes give the mean and the variance of a fine integral over the slope.

    Tolerances in standard errors: three nodes stand for a posterior that is not quite normal.
    """
    for name in ("strata", "steep"):
        slopes, inside = np.linspace(-0.7, 1.5, 23), small(name).inside
        with held(slope=None):
            panel = reduce_panel(small(name).people)
            ours = fit_within_user(panel, inside)
            fits = [estimate_effects(panel, inside, slope) for slope in slopes]
            central = estimate_effects(panel, inside, ours.slope)
        chosen = tuple(int(g) for g in central.chosen)
        explains = np.array([explained(name, chosen, slope) for slope in slopes])
        log_posterior = 0.5 * central.factor * explains / noise(name)
        log_posterior -= 0.5 * ((slopes - 0.25) / 0.4) ** 2
        weight = np.exp(log_posterior - log_posterior.max())
        weight /= weight.sum()
        deltas = np.array([one.delta for one in fits])
        gaps = deltas - weight @ deltas
        total = np.tensordot(weight, np.array([one.cov for one in fits]), 1)
        total += gaps.T @ (gaps * weight[:, None])
        error = np.sqrt(np.diag(total))
        assert_allclose((ours.delta - weight @ deltas) / error, 0.0, atol=0.03)
        assert_allclose(np.sqrt(np.diag(ours.cov)) / error, 1.0, atol=0.008)
        assert_allclose(correlation(ours.cov), correlation(total), atol=0.01)


def correlation(cov: Floats) -> Floats:
    """Of a covariance, shape (K, K)."""
    error = np.sqrt(np.diag(cov))
    return np.asarray(cov / np.outer(error, error))
