"""How long effects last, learnt from all kinds of a brand together.

Half-lives of one brand resemble each other without being the same: the log half-life of a kind is
normal around a centre that the kinds share, with a spread that they share too, and the centre is
normal around what is plausible beforehand.  With the likelihood of every decay on a grid, this
gives each kind's weights in closed form; a kind about which the data say nothing takes the
half-life of the others.

Regressions are run at the ten decays of `adstock.DECAYS`; what lies between is interpolated
(effects and likelihoods are smooth in the logarithm of the half-life), for where data are many,
the true decay lies between two that are both ruled out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import interpolate

from chalicelib.attribution.adstock import DECAYS

Floats = NDArray[np.float64]

CENTRE_DAYS = 2.2
"""Most plausible half-life before any data."""
SPREAD_OF_CENTRES = 1.2
"""Standard deviation of a brand's log half-life around it: a factor of 3.3 either way."""
SPREADS_OF_KINDS = (0.1, 0.3, 0.8)
"""Standard deviations of a kind's log half-life around its brand's, equally plausible beforehand:
whether the kinds of a brand are alike is learnt too."""

_HALF_LIFE_OF_NOTHING = 0.3  # days; an effect that is gone the next day
STEPS = 4
"""Steps of the fine grid from one decay of the grid to the next."""


def _fine_grid() -> tuple[Floats, Floats, Floats]:
    """Half-lives between those of the grid, and what leads from one to the other.

    Returns
    -------
    log_half_life : array, shape (F,)
    interpolation : array, shape (F, G)
        Cubic splines: values at the decays of the grid to values in between.
    shares : array, shape (F, G)
        How a weight in between is shared by its neighbours.
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
_CENTRES: Floats = np.linspace(LOG_HALF_LIFE[0], LOG_HALF_LIFE[-1], 25)


def _kinds_given_brand() -> tuple[Floats, Floats]:
    """Brands (pairs of centre and spread) and what each makes of a kind.

    Returns
    -------
    prior : array, shape (M,)
        Of the brands.
    weights : array, shape (M, F)
        Probability of each decay of the fine grid given the brand.
    """
    centre = np.exp(-0.5 * ((_CENTRES - np.log(CENTRE_DAYS)) / SPREAD_OF_CENTRES) ** 2)
    given = []
    for spread in SPREADS_OF_KINDS:
        weight = np.exp(-0.5 * ((LOG_HALF_LIFE[None, :] - _CENTRES[:, None]) / spread) ** 2)
        given.append(weight / weight.sum(axis=1, keepdims=True))
    prior = np.tile(centre, len(SPREADS_OF_KINDS))
    return prior / prior.sum(), np.concatenate(given)


_BRANDS, _GIVEN_BRAND = _kinds_given_brand()


def prior_weights() -> Floats:
    """Weight of each decay of the fine grid before any data, shape (F,)."""
    weight = _BRANDS @ _GIVEN_BRAND
    return np.asarray(weight / weight.sum())


def pooled_weights(log_likelihood: Floats) -> Floats:
    """Posterior weights of the decays of every kind.

    Parameters
    ----------
    log_likelihood : array, shape (K, F)
        Of each kind's decay on the fine grid, up to a constant per kind.

    Returns
    -------
    array, shape (K, F)
        Rows sum to one.
    """
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    given_brand = np.log(likelihood @ _GIVEN_BRAND.T + 1e-300)  # (K, M)
    log_brand = np.log(_BRANDS) + given_brand.sum(axis=0)
    brand = np.exp(log_brand - log_brand.max())
    brand /= brand.sum()
    # given the brand a kind's weights are prior times likelihood, normalised within the brand
    per_brand = brand / np.exp(given_brand)
    weights = (per_brand @ _GIVEN_BRAND) * likelihood
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def little_is_known(weights: Floats) -> NDArray[np.bool_]:
    """Whether the data hardly say how long an effect lasts, per kind, shape (K,).

    The log half-life is then nearly as uncertain as before any data.

    Parameters
    ----------
    weights : array, shape (K, G)
        Of the decays of the grid.
    """
    places = LOG_HALF_LIFE[::STEPS]
    before = _deviation(prior_weights() @ SHARES, places)
    return np.array([_deviation(row, places) > _NEARLY * before for row in weights], dtype=bool)


def _deviation(weight: Floats, places: Floats) -> float:
    return float(np.sqrt(weight @ (places - weight @ places) ** 2))


_NEARLY = 0.8


def with_unknown_size(log_likelihood: Floats, variance: Floats) -> Floats:
    """Log-likelihood of the decays when the size of the total effect is not known either.

    The likelihood at the best effect of each decay favours decays that leave the effect little
    room.  Here the total effect is normal around zero, as large beforehand with one decay as with
    another, and integrated out; how large effects are is learnt from all kinds (empirical Bayes).
    In a brand whose engagements do nothing that is nearly zero, and no decay is chosen for its
    chance effect.

    Parameters
    ----------
    log_likelihood : array, shape (K, F)
        At the best effect of each decay, less that of no effect.
    variance : array, shape (K, F)
        Of the total effect at each decay.

    Returns
    -------
    array, shape (K, F)
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
"""Variances of the effects that are tried, in units of the median variance of an estimate."""
