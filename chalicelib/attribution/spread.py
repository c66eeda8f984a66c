"""The variance of an average over candidate models: their noise and their disagreement."""

from __future__ import annotations

import numpy as np

from chalicelib.attribution.arrays import Floats


def average_candidates(
    weight: Floats, effect: Floats, cov: Floats, *, chance: float
) -> tuple[float, float]:
    """Mean of an effect over candidates (decays), and its variance.

    The variance has two parts: the sampling variance of an average with these weights, and the
    disagreement of the candidates *beyond* the sampling variance of their differences. The usual
    variance of a mixture of posteriors counts the noise that the candidates share once more for
    each of them. For a type without an effect, whose data cannot separate decays, it counts that
    noise twice.

    Parameters
    ----------
    weight : array, shape (C,)
        Of the candidates; sums to one.
    effect : array, shape (C,)
        At each candidate.
    cov : array, shape (C, C)
        Of the effects at different candidates, from the same data.
    chance : float
        Multiple of its expectation up to which disagreement is attributed to chance.
    """
    mean = float(weight @ effect)
    average = float(weight @ cov @ weight)
    apart = float(weight @ (effect - mean) ** 2)
    by_chance = float(weight @ np.diag(cov)) - average
    return mean, average + max(apart - chance * by_chance, 0.0)


def mix_models(
    weight: float, first: tuple[Floats, Floats], second: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Means and variances over two nested models, the second of which includes more causes.

    Estimates of the larger model are those of the smaller one plus noise (Hausman 1978): the
    variance of the difference is the difference of the variances. Disagreement beyond that counts.

    Parameters
    ----------
    weight : float
        Of the second model.
    first, second : pairs of arrays, shape (K,) each
        Effects and their variances.
    """
    effect, variance = first
    other, other_variance = second
    wider = np.maximum(other_variance - variance, 0.0)
    apart = np.maximum((other - effect) ** 2 - wider, 0.0)
    return (
        effect + weight * (other - effect),
        variance + weight**2 * (other_variance - variance) + weight * (1.0 - weight) * apart,
    )
