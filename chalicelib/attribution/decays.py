"""How long effects last, learnt from all kinds of a brand together.

Half-lives of one brand resemble each other without being the same: the log half-life of a kind is
normal around a centre that the kinds share, and the centre is normal around what is plausible
beforehand.  With the likelihood of every decay on the grid, this gives each kind's weights in
closed form; a kind about which the data say nothing takes the half-life of the others.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.adstock import DECAYS

Floats = NDArray[np.float64]

CENTRE_DAYS = 1.9
"""Most plausible half-life before any data."""
SPREAD_OF_CENTRES = 0.9
"""Standard deviation of a brand's log half-life around it: a factor of about 2.5 either way."""
SPREAD_OF_KINDS = 0.4
"""Standard deviation of a kind's log half-life around its brand's.  Chosen by coverage in simulated
worlds: with complete pooling intervals were too short, with none a third wider than need be."""

_LOG_HALF_LIFE: Floats = np.log(np.log(2.0) / -np.log(np.maximum(DECAYS, 0.1)))
_CENTRES: Floats = np.linspace(_LOG_HALF_LIFE[1], _LOG_HALF_LIFE[-1], 25)
_CENTRE_PRIOR: Floats = np.exp(-0.5 * ((_CENTRES - np.log(CENTRE_DAYS)) / SPREAD_OF_CENTRES) ** 2)


def _kinds_given_centre() -> Floats:
    """Probability of each decay of the grid given a centre, shape (M, G)."""
    distance = (_LOG_HALF_LIFE[None, :] - _CENTRES[:, None]) / SPREAD_OF_KINDS
    weight = np.exp(-0.5 * distance**2)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


_GIVEN_CENTRE: Floats = _kinds_given_centre()


def prior_weights() -> Floats:
    """Weight of each decay of the grid before any data, shape (G,)."""
    weight = _CENTRE_PRIOR @ _GIVEN_CENTRE
    return np.asarray(weight / weight.sum())


def pooled_weights(log_likelihood: Floats) -> Floats:
    """Posterior weights of the decays of every kind.

    Parameters
    ----------
    log_likelihood : array, shape (K, G)
        Of each kind's decay, up to a constant per kind.

    Returns
    -------
    array, shape (K, G)
        Rows sum to one.
    """
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    given_centre = np.log(likelihood @ _GIVEN_CENTRE.T + 1e-300)  # (K, M)
    log_centre = np.log(_CENTRE_PRIOR) + given_centre.sum(axis=0)
    centre = np.exp(log_centre - log_centre.max())
    centre /= centre.sum()
    # given the centre a kind's weights are prior times likelihood, normalised within the centre
    per_centre = centre / np.exp(given_centre)
    weights = (per_centre @ _GIVEN_CENTRE) * likelihood
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
