"""True shares from what the classifier says, if its errors are known from other messages.

What is said is a mixture of the rows P(said | true) (Forman 2008, Data Mining and Knowledge
Discovery 17; Hopkins, King 2010, American Journal of Political Science 54). This holds if the
classifier errs here as it does there.
"""

from __future__ import annotations

import itertools

import numpy as np

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.dialogue.confusion import CLASSES

_RIDGE = 1e-9
"""Keeps the least squares of equal rows solvable; far below any error of sampling."""
_TINY = -1e-9


def mixture_shares(errors: Floats, said: Floats) -> Floats:
    """Shares on the simplex whose mixture is closest to what is said, by least squares.

    The optimum is inside one of the seven faces of the triangle: each is solved, and the best
    admissible solution wins.

    Parameters
    ----------
    errors : array, shape (draws, 3, 3)
        P(said | true), rows by the true class.
    said : array, shape (draws, 3)
        Shares of the classes said.

    Returns
    -------
    array, shape (draws, 3)
        Shares of the true classes.
    """
    best = np.zeros((said.shape[0], CLASSES))
    least = np.full(said.shape[0], np.inf)
    for size in range(1, CLASSES + 1):
        for face in itertools.combinations(range(CLASSES), size):
            shares = np.zeros((said.shape[0], CLASSES))
            shares[:, face] = _on_face(errors[:, face, :], said)
            misfit = np.square(np.einsum("dk,dkj->dj", shares, errors) - said).sum(axis=1)
            better = (shares.min(axis=1) >= _TINY) & (misfit < least)
            best[better], least[better] = shares[better], misfit[better]
    best = np.clip(best, 0.0, None)
    normed: Floats = best / best.sum(axis=1, keepdims=True)
    return normed


def _on_face(rows: Floats, said: Floats) -> Floats:
    """Least squares with shares that sum to one but may be negative, shape (draws, size)."""
    last = rows[:, -1, :]
    if rows.shape[1] == 1:
        return np.ones((said.shape[0], 1))
    contrasts = rows[:, :-1, :] - last[:, None, :]
    gram = np.einsum("daj,dbj->dab", contrasts, contrasts)
    gram = gram + _RIDGE * np.eye(gram.shape[1])
    right = np.einsum("daj,dj->da", contrasts, said - last)
    free = np.linalg.solve(gram, right[..., None])[..., 0]
    return np.concatenate([free, 1.0 - free.sum(axis=1, keepdims=True)], axis=1)
