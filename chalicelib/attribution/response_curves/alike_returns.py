"""Returns of one brand resemble each other: a prior for choices among channels.

The best of several estimates is often the luckiest one (the optimizer's curse; Smith,
Winkler 2006, Management Science 52). The remedy is a joint prior: the return of a channel is normal
around the brand's, ``r_k ~ N(m, (c m)^2)``.

The states of a chain are not drawn again under this prior but weighted. If the effects of a state
are ``N(a, V)`` at the maximum L of its likelihood, its weight is the integral of ``L exp(...)``
over the prior: ``|V|^(1/2) N(a; m, V + (c m)^2 I)``. The brand's return m and c are on a grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints

SPREADS = (0.3, 0.5, 0.8, 1.2)
"""Standard deviations c of a channel's return around the brand's, in shares of it; equally likely.

A probability that all returns are equal (c = 0) was tried. In worlds where they are, it lowered the
mean chance given to a better plan only from 0.75 to 0.71, 0.66 and 0.66 (prior probability 0.1, 0.3
and 0.5), because the bends stay uncertain. Elsewhere it raised the regret: with linear responses
from 0.23 to 0.30, 0.32 and 0.35 (20 seeds of the worlds in docs/accuracy.md).
"""
NOTHING = 0.05
"""Prior probability that no channel brings anything."""
_MEANS = 61
_REACH = 30.0
"""The brand's return is between this many times and this part of the pooled estimate's size."""


@dataclass(frozen=True, slots=True)
class Returns:
    """D draws of C returns."""

    state: Ints
    """Index of the state that each draw belongs to. Shape (D,)."""
    returns: Floats
    """Shape (D, C)."""
    effective: float
    """Effective number of states (Kish 1965): how many remain after weighting."""


def draw_alike(
    mean: Floats,
    cov: Floats,
    draws: int,
    rng: np.random.Generator,
) -> Returns:
    """Draw returns under the joint prior.

    Parameters
    ----------
    mean : array, shape (S, C)
        Return of each channel in each state.
    cov : array, shape (S, C, C)
    draws : int
        D.
    """
    n_states, n_channels = mean.shape
    mu, spread, log_prior = _grid(mean, cov)
    values, vectors = np.linalg.eigh(cov)
    values = np.maximum(values, 1e-12 * values.max(axis=1, keepdims=True))
    own = np.einsum("scd,sc->sd", vectors, mean)  # in the axes of each state's covariance
    alike = vectors.sum(axis=1)
    tau_squared = (spread * mu) ** 2
    total = values[:, None, :] + tau_squared[:, None]
    off = own[:, None, :] - mu[:, None] * alike[:, None, :]
    log_weight = log_prior - 0.5 * (np.log(total / values[:, None, :]) + off**2 / total).sum(axis=2)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    of_states = weight.sum(axis=1)
    places = (rng.random() + np.arange(draws)) / draws  # systematic resampling
    state = np.searchsorted(np.cumsum(of_states), places * of_states.sum()).clip(0, n_states - 1)
    returns = np.empty((draws, n_channels))
    for draw, number in enumerate(state):
        chosen = int(rng.choice(mu.size, p=weight[number] / of_states[number]))
        if tau_squared[chosen] == 0.0:
            returns[draw] = mu[chosen]
            continue
        precision = 1.0 / values[number] + 1.0 / tau_squared[chosen]
        centre = own[number] / values[number] + mu[chosen] * alike[number] / tau_squared[chosen]
        drawn = centre / precision + rng.standard_normal(n_channels) / np.sqrt(precision)
        returns[draw] = vectors[number] @ drawn
    return Returns(
        state.astype(np.int64),
        returns,
        float(1.0 / (of_states**2).sum()),
    )


def _grid(mean: Floats, cov: Floats) -> tuple[Floats, Floats, Floats]:
    """The brand's return, the spread of channels around it, and the log prior, shape (M,) each."""
    within = cov.mean(axis=0) + np.atleast_2d(np.cov(mean.T))
    weights = 1.0 / np.maximum(np.diag(within), 1e-300)
    pooled = float(weights @ mean.mean(axis=0) / weights.sum())
    size = max(abs(pooled), float(1.0 / np.sqrt(weights.sum())))
    steps = np.geomspace(size / _REACH, size * _REACH, _MEANS)
    n_cells = steps.size * len(SPREADS)
    return (
        np.append(np.repeat(steps, len(SPREADS)), 0.0),
        np.append(np.tile(SPREADS, steps.size), 0.0),
        np.log(np.append(np.full(n_cells, (1.0 - NOTHING) / n_cells), NOTHING)),
    )
