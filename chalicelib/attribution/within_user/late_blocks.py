"""Effects that come weeks after the engagement instead of fading from its day on.

The regression has one adstock per type and its late blocks, the engagements of one to four weeks
ago. A Bayes factor of the coefficients (approximated by their normal distribution; Kass, Raftery
1995) compares a brand with late effects to one without. In a brand with late effects, each block of
each type may or may not have an effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.within_user.panel_columns import Columns
from chalicelib.attribution.within_user.pooling import Pooled

LATE_BRANDS, LATE_BLOCKS = 0.15, 0.5
"""Prior probability that a brand has late effects, and that a block of a type of such a brand has
one.
"""
_SIZES = np.array([4.0, 16.0, 64.0])
"""Candidate variances of late effects, in units of the variance of an estimate."""


@dataclass(frozen=True, slots=True)
class LateEffects:
    """Late effects and their probabilities."""

    coefficient: Floats
    """Shape (K, B)."""
    cov: Floats
    """Clustered covariance of the coefficients of each type. Shape (K, B, B)."""
    with_adstock: Floats
    """Covariance of each with the coefficient of its type's adstock. Shape (K, B)."""
    weight: Floats
    """Probability of an effect in the block if the brand has late effects. Shape (K, B)."""
    probability: float
    """Probability that the brand has late effects."""


def read_late_effects(pooled: Pooled, decays: Ints) -> LateEffects:
    """Late effects in addition to one adstock per type.

    Parameters
    ----------
    decays : int array, shape (K,)
        Decay of every type.
    """
    n_kinds = decays.size
    where = Columns(n_kinds)
    blocks = where.blocks.T  # (K, B)
    columns = np.concatenate([where.adstocks(decays), blocks.ravel()])
    gram = pooled.gram[np.ix_(columns, columns)]
    inverse = np.linalg.pinv(gram, rcond=1e-12, hermitian=True)
    solved = inverse @ (pooled.product + pooled.shift)[columns]
    cov = inverse @ pooled.meat[np.ix_(columns, columns)] @ inverse
    coefficient = solved[n_kinds:].reshape(blocks.shape)
    late = cov[n_kinds:, n_kinds:].reshape(*blocks.shape, *blocks.shape)
    kinds = np.arange(n_kinds)
    own = late[kinds, :, kinds, :]
    variance = np.maximum(np.diagonal(own, axis1=1, axis2=2), 1e-300)
    factor = _bayes_factor(coefficient / np.sqrt(variance))
    log_odds = np.log(LATE_BRANDS / (1 - LATE_BRANDS))
    log_odds += float(np.log(1 - LATE_BLOCKS + LATE_BLOCKS * factor).sum())
    return LateEffects(
        coefficient,
        own,
        cov[:n_kinds, n_kinds:].reshape(n_kinds, *blocks.shape)[kinds, kinds],
        LATE_BLOCKS * factor / (1 - LATE_BLOCKS + LATE_BLOCKS * factor),
        float(1.0 / (1.0 + np.exp(-np.clip(log_odds, -700, 700)))),
    )


def _bayes_factor(z: Floats) -> Floats:
    """Bayes factor of a positive effect of unknown size against none, shape as `z`.

    The size is half normal with each of `_SIZES` as its variance, all equally likely.
    """
    size = _SIZES[:, None, None]
    shrunk = z * np.sqrt(size / (1.0 + size))
    log_factor = (
        0.5 * shrunk**2 - 0.5 * np.log(1.0 + size) + np.log(2.0) + stats.norm.logcdf(shrunk)
    )
    return np.asarray(np.exp(np.minimum(log_factor, 600.0)).mean(axis=0))
