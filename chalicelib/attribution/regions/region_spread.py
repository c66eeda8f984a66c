"""Differences of effects between regions, and their contribution to the error.

With separate coefficients ``beta_r`` in every region, the regression weights them by their
information, ``beta = sum_r W_r beta_r``, while the overall effect is the mean over the engagements.
If regions differ by more than chance, the difference of both weightings is an error with the
variance ``sum_r (W_rk - n_rk)^2 tau_k^2``, with n_rk the share of the type's engagements in region
r. The variance between regions tau^2 is estimated by moments (DerSimonian, Laird 1986), for
estimates that are correlated because the regions share their days. Cochran's Q tests whether it is
more than chance. A few regions contain little information on a variance, so it is averaged
with a prior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.regions.day_effects import PanelFit

USUAL = 0.25
"""Prior standard deviation between regions, relative to the effect."""
AS_SURE_AS = 4
"""Weight of that prior, in numbers of regions."""
_LEAST = 1e-6
"""Part of all regions' information on a type that is added to each, in case one has none."""


@dataclass(frozen=True, slots=True)
class RegionSpread:
    """Differences between regions."""

    tau: Floats
    """Standard deviation of the coefficients between regions, from the data alone. Shape (K,)."""
    p: Floats
    """P-value of no differences. Shape (K,)."""
    variance: Floats
    """Contribution of the differences to the variance of the coefficients. Shape (K,)."""
    degrees_of_freedom: int
    """Of the variance between regions."""


def measure_spread(fit: PanelFit, shares: Floats) -> RegionSpread:
    """Measure the differences of coefficients between regions.

    Parameters
    ----------
    fit : PanelFit
        Of K columns over R regions.
    shares : array, shape (R, K)
        Share of each type's engagements in each region.
    """
    n_regions, n_kinds = fit.scores.shape
    information = fit.information.copy()
    pooled = information.sum(axis=(0, 2))
    each, kinds = np.arange(n_regions)[:, None], np.arange(n_kinds)
    information[each, kinds, each, kinds] += _LEAST * np.maximum(np.diag(pooled), 1e-300)
    size = n_regions * n_kinds
    inverse = np.linalg.inv(information.reshape(size, size))
    gaps = (inverse @ fit.scores.ravel()).reshape(n_regions, n_kinds)
    cov = fit.noise * inverse.reshape(information.shape)
    tau, p = np.zeros(n_kinds), np.ones(n_kinds)
    for kind in kinds:
        seen = np.flatnonzero(shares[:, kind] > 0)
        if seen.size > 1:
            mine = cov[np.ix_(seen, [kind], seen, [kind])][:, 0, :, 0]
            tau[kind], p[kind] = _between(gaps[seen, kind], (mine + mine.T) / 2)
    pull = np.einsum("kl,rlj->rkj", np.linalg.pinv(pooled), fit.information.sum(axis=2))
    pull[:, kinds, kinds] -= shares
    freedom = AS_SURE_AS + n_regions - 1
    between = AS_SURE_AS * (USUAL * fit.beta) ** 2 + (n_regions - 1) * tau**2
    variance = np.einsum("rkj,j->k", pull**2, between / freedom)
    return RegionSpread(tau, p, variance, freedom)


def _between(gaps: Floats, cov: Floats) -> tuple[float, float]:
    """Standard deviation between regions beyond chance, and the p-value of no differences.

    `gaps`: estimates of the regions, (R,), with the covariance `cov`.
    """
    weight = 1.0 / np.diag(cov)
    centring = np.diag(weight) - np.outer(weight, weight) / weight.sum()
    beyond = float(gaps @ centring @ gaps) - float(np.trace(centring @ cov))
    tau = float(np.sqrt(max(beyond / np.trace(centring), 0.0)))
    precision = np.linalg.inv(cov)
    ones = precision.sum(axis=1)
    q = float(gaps @ precision @ gaps) - float(ones @ gaps) ** 2 / float(ones.sum())
    return tau, float(stats.chi2.sf(q, gaps.size - 1))
