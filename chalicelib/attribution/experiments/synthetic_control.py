"""A synthetic control: what a region would have done, from a weighted mean of other regions.

The weights are at least zero, add up to one and make the weighted changes of the others follow the
region's own; a constant difference of levels is allowed (Abadie, Diamond, Hainmueller 2010, JASA
105; with the constant Doudchenko, Imbens 2016 and Ferman, Pinto 2021).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_PENALTY = 1e4
"""Weight of "adds up to one" next to the fit; what is left of the violation is divided away."""


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
    """Target less its synthetic control, shape (T,); zero on average over the days trained on.

    Parameters
    ----------
    target : array, shape (T,)
    donors : array, shape (T, J)
    trained_on : int array
        Days from which weights and the constant are learnt.
    """
    known, others = target[trained_on], donors[trained_on]
    weights = simplex_weights(others - others.mean(axis=0), known - known.mean())
    gap = target - donors @ weights
    return np.asarray(gap - gap[trained_on].mean())
