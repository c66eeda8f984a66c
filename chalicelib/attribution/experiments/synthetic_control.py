"""A synthetic control: the counterfactual of a region, from a weighted mean of other regions.

The weights are non-negative, add up to one and make the weighted changes of the others follow the
region's own. A constant difference of levels is allowed (Abadie, Diamond, Hainmueller 2010, JASA
105; with the constant Doudchenko, Imbens 2016 and Ferman, Pinto 2021).
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from chalicelib.attribution.arrays import Floats, Ints

_PENALTY = 1e4
"""Weight of the constraint "adds up to one" relative to the fit; the remainder is divided away."""


def simplex_weights(donors: Floats, target: Floats) -> Floats:
    """Weights w >= 0 with sum 1 that minimise ``|target - donors w|^2``, shape (J,).

    Parameters
    ----------
    donors : array, shape (T, J)
    target : array, shape (T,)
    """
    n_days, n_donors = donors.shape
    if n_donors == 1:
        return np.ones(1)
    scale = max(float(np.abs(donors).max(initial=0.0)), float(np.abs(target).max(initial=0.0)))
    penalty = _PENALTY * np.sqrt(n_days)
    system = np.vstack([donors / (scale or 1.0), np.full((1, n_donors), penalty)])
    weights, _ = nnls(system, np.append(target / (scale or 1.0), penalty), maxiter=50 * n_donors)
    return np.asarray(weights / weights.sum())


def gaps(target: Floats, donors: Floats, trained_on: Ints) -> Floats:
    """Target less its synthetic control, shape (T,); zero on average over the training days.

    Parameters
    ----------
    target : array, shape (T,)
    donors : array, shape (T, J)
    trained_on : int array
        Days on which weights and the constant are estimated.
    """
    known, others = target[trained_on], donors[trained_on]
    weights = simplex_weights(others - others.mean(axis=0), known - known.mean())
    gap = target - donors @ weights
    return np.asarray(gap - gap[trained_on].mean())
