"""Half-lives of effects, estimated from all types of a brand and of a channel together.

Half-lives of one brand resemble each other, and those of one channel even more (`hierarchy`). The
variance of types around their brand, and the part of it that the types of a channel share, are
estimated too. With the likelihood of every decay on a grid, the posterior is a sum in closed
form. A type whose data contain no information takes the half-life of its channel, or of the brand
if the channel has none either.

Regressions are run at the ten decays of `adstock.DECAYS` and interpolated between them; effects and
likelihoods are smooth in the logarithm of the half-life. With many data, the true decay may lie
between two grid points that are both ruled out.
"""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.hierarchy import Hierarchy, by_channel

CENTRE_DAYS = 2.2
"""Prior centre of half-lives, in days."""
SPREAD_OF_CENTRES = 1.2
"""Standard deviation of a brand's log half-life around it: a factor of 3.3 either way."""
SPREADS_OF_KINDS = (0.1, 0.3, 0.8, 1.6)
"""Standard deviations of a type's log half-life around its brand's, with equal prior weight. The
data determine how similar the types of a brand are.
"""
COMMON_TO_CHANNELS = (0.0, 0.5, 0.9)
"""Shares of that variance common to the types of a channel, with equal prior weight."""

_HALF_LIFE_OF_NOTHING = 0.3  # days; an effect that is gone the next day
STEPS = 4
"""Steps of the fine grid from one decay of the grid to the next."""


def _fine_grid() -> tuple[Floats, Floats, Floats]:
    """A fine grid of log half-lives (F,), and the interpolation from and to the coarse grid.

    From values at the decays of the grid to values in between: cubic splines, (F, G). Back: how a
    weight in between is divided between its neighbours, (F, G).
    """
    known = np.log(
        np.where(DECAYS > 0, np.log(2.0) / -np.log(np.maximum(DECAYS, 1e-9)), _HALF_LIFE_OF_NOTHING)
    )
    places = np.arange(DECAYS.size)
    fine = np.linspace(0, DECAYS.size - 1, (DECAYS.size - 1) * STEPS + 1)
    shares = np.maximum(1.0 - np.abs(fine[:, None] - places[None, :]), 0.0)
    splines = interpolate.CubicSpline(places, np.eye(DECAYS.size), bc_type="natural")(fine)
    return shares @ known, splines, shares


LOG_HALF_LIFE, INTERPOLATION, SHARES = _fine_grid()


_HIERARCHY = Hierarchy.around(
    CENTRE_DAYS,
    SPREAD_OF_CENTRES,
    SPREADS_OF_KINDS,
    COMMON_TO_CHANNELS,
    log_half_lives=LOG_HALF_LIFE,
    log_centres=np.linspace(LOG_HALF_LIFE[0], LOG_HALF_LIFE[-1], 25),
)
_TINY = 1e-300


def prior_weights() -> Floats:
    """Prior weight of each decay of the fine grid, shape (F,)."""
    weight = np.einsum("sm,smf->f", _HIERARCHY.brands, _HIERARCHY.of_brand)
    return np.asarray(weight / weight.sum())


def pooled_weights(log_likelihood: Floats, channels: Ints) -> Floats:
    """Posterior weights of the decays of every type.

    The result has shape (K, F); rows sum to one.

    Parameters
    ----------
    log_likelihood : array, shape (K, F)
        Of each type's decay on the fine grid, up to a constant per type.
    channels : int array, shape (K,)
        Index of each type's channel.
    """
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    members = by_channel(channels)
    found = [_given_brand(likelihood[kinds]) for kinds in members]
    log_brand = np.log(_HIERARCHY.brands) + sum(evidence for evidence, _ in found)
    brand = np.exp(log_brand - log_brand.max())
    weights = np.empty_like(likelihood)
    for kinds, (_, decays) in zip(members, found, strict=True):
        weights[kinds] = np.einsum("sm,ksmf->kf", brand, decays)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _given_brand(likelihood: Floats) -> tuple[Floats, Floats]:
    """Log evidence of one channel's types, (S, M), and weights of their decays, (k, S, M, F).

    Conditional on the brand's spread and centre; the channel's centre is summed out.
    """
    if likelihood.shape[0] == 1:
        decays = _HIERARCHY.of_brand * likelihood[0]
        evidence = decays.sum(axis=-1) + _TINY
        return np.log(evidence), (decays / evidence[..., None])[None]
    decays = _HIERARCHY.of_channel * likelihood[:, None, None, :]  # (k, S, M, F)
    of_kinds = decays.sum(axis=-1) + _TINY
    log_channel = np.log(of_kinds).sum(axis=0)  # (S, M)
    highest = log_channel.max(axis=1, keepdims=True)
    centres = _HIERARCHY.channels * np.exp(log_channel - highest)[:, None, :]  # (S, M, M)
    evidence = centres.sum(axis=-1) + _TINY
    centres /= evidence[..., None]
    return np.log(evidence) + highest, centres @ (decays / of_kinds[..., None])


def is_poorly_identified(weights: Floats) -> Bools:
    """Whether the duration of an effect is poorly identified, per type, shape (K,).

    It is if the posterior standard deviation of the log half-life exceeds `_POORLY_IDENTIFIED`
    times the prior one.

    Parameters
    ----------
    weights : array, shape (K, G)
        Of the decays of the grid.
    """
    places = LOG_HALF_LIFE[::STEPS]
    limit = _POORLY_IDENTIFIED * _deviation(prior_weights() @ SHARES, places)
    return np.array([_deviation(row, places) > limit for row in weights], dtype=bool)


def _deviation(weight: Floats, places: Floats) -> float:
    return float(np.sqrt(weight @ (places - weight @ places) ** 2))


_POORLY_IDENTIFIED = 0.6
"""Limit as a share of the prior's standard deviation: a factor of 1.9 either way."""


def with_unknown_size(log_likelihood: Floats, variance: Floats) -> Floats:
    """Log-likelihood of the decays with the size of the total effect integrated out.

    The likelihood at the best effect of each decay favours decays that leave the effect little
    room. Here the total effect has a normal prior around zero, with the same variance for every
    decay, and is integrated out. That variance is estimated from all types (empirical Bayes). In a
    brand whose engagements have no effect it is nearly zero, so no decay is chosen because of a
    chance effect.

    The result has shape (K, F).

    Parameters
    ----------
    log_likelihood : array, shape (K, F)
        At the best effect of each decay, less that of no effect.
    variance : array, shape (K, F)
        Of the total effect at each decay.
    """
    unit = np.median(variance)
    best, evidence = log_likelihood, -np.inf
    for ratio in _SIZES:
        size = ratio * unit
        trial = 0.5 * np.log(variance / (variance + size))
        trial += log_likelihood * size / (variance + size)
        top = trial.max(axis=1, keepdims=True)
        found = float((np.log(np.exp(trial - top) @ prior_weights()) + top[:, 0]).sum())
        if found > evidence:
            best, evidence = trial, found
    return best


_SIZES = 10.0 ** np.arange(-1.0, 4.5, 0.5)
"""Candidate variances of the effects, in units of the median variance of an estimate."""
