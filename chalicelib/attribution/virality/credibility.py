"""Factors of groups: how many times the expected children their shares bring, shrunk to 1.

A group (the shares of a person, the shares of a content) has O children where E are expected. The
variance of the true factors comes from products of residuals of *different* shares of a group,
which the luck of a single share cannot raise. Factors are shrunk accordingly (Bühlmann, Straub
1970), with a gamma distribution for their intervals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from chalicelib.attribution.arrays import Floats, Ints

DEALINGS = 299
"""Random assignments of shares to groups, all of which the variance of the factors must exceed."""
CERTAINTY = 0.99
"""Level of the test for groups that grow by the children of their shares."""
NO_VARIANCE = 1e-9
"""A variance of the factors that counts as none."""


@dataclass(frozen=True, slots=True)
class Factors:
    """G groups."""

    variance: float
    """Of the true factors; 0 if groups cannot be told apart."""
    scale: float
    """Variance of the children of a group with factor 1, per expected child."""
    told_apart: bool
    center: float
    """Mean factor of the groups, by their credibility. 1 is the mean over shares."""
    found: Floats
    """Children. Shape (G,)."""
    expected: Floats
    """Shape (G,)."""

    @property
    def _known(self) -> float:
        return max(self.variance, NO_VARIANCE)

    @property
    def shape(self) -> Floats:
        """Shape of the gamma distribution of each factor. Shape (G,)."""
        return np.asarray(self.center**2 / self._known + self.found / self.scale)

    @property
    def rate(self) -> Floats:
        """Its rate. Shape (G,)."""
        return np.asarray(self.center / self._known + self.expected / self.scale)

    @property
    def factor(self) -> Floats:
        """Mean of each factor: ``1 + Z (O / E - 1)``. Shape (G,)."""
        return self.shape / self.rate

    def limit(self, probability: float) -> Floats:
        """Quantile of each factor. Shape (G,)."""
        return np.asarray(stats.gamma.ppf(probability, self.shape, scale=1.0 / self.rate))

    def above(self, limit: Floats | float) -> Floats:
        """Probability that each factor exceeds `limit`. Shape (G,)."""
        return np.asarray(stats.gamma.sf(limit, self.shape, scale=1.0 / self.rate))


def products(residual: Floats, group: Ints, n_groups: int) -> float:
    """Sum over groups of the products of residuals of different shares, each pair once."""
    sums = np.bincount(group, residual, minlength=n_groups)
    return float(sums @ sums - residual @ residual) / 2.0


def triple_products(residual: Floats, group: Ints, n_groups: int) -> float:
    """Sum over groups of the products of residuals of three different shares, each triple once.

    In expectation it has the sign of the skewness of the factors: above zero if a few groups have
    large factors, below zero if a few have factors near zero.
    """
    one, two, three = (np.bincount(group, residual**k, minlength=n_groups) for k in (1, 2, 3))
    return float(np.sum(one**3 - 3.0 * one * two + 2.0 * three)) / 6.0


def compare_groups(found: Floats, expected: Floats, group: Ints, n_groups: int) -> Factors:
    """Factors of groups, and whether they differ more than in random dealings.

    The sizes of groups must not depend on the children of their shares; see `compare_grown_groups`.

    Parameters
    ----------
    found : array, shape (n,)
        Children of each share.
    expected : array, shape (n,)
        Children that a share of this age, in this content, has on average.
    group : array, shape (n,)
        From 0 to ``n_groups - 1``.
    n_groups : int
    """
    variance = _variance(found, expected, group, n_groups)
    told_apart = variance > 0 and _beats_dealings(
        found - expected, expected, group, n_groups, variance
    )
    return _factors(found, expected, group, n_groups, variance if told_apart else 0.0)


def compare_grown_groups(found: Floats, expected: Floats, group: Ints, n_groups: int) -> Factors:
    """The same for groups that grow by the children of their shares, as contents do.

    A lucky share makes its content large, so random dealings are no comparison. But the residual of
    a share does not depend on earlier shares. In order of time, the products of each residual with
    the sum of the earlier ones are therefore uncorrelated, and their sum over its standard error
    is compared with the normal distribution.

    Parameters
    ----------
    found, expected, group, n_groups
        As in `compare_groups`; shares in order of time.
    """
    variance = _variance(found, expected, group, n_groups)
    residual = found - expected
    order = np.argsort(group, kind="stable")
    ordered, groups = residual[order], group[order]
    before = np.cumsum(ordered) - ordered
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    sizes = np.diff(np.append(starts, groups.size))
    terms = ordered * (before - np.repeat(before[starts], sizes))
    error = float(np.sqrt(terms @ terms))
    told_apart = error > 0 and float(terms.sum()) > float(stats.norm.ppf(CERTAINTY)) * error
    return _factors(found, expected, group, n_groups, variance if told_apart else 0.0)


def _variance(found: Floats, expected: Floats, group: Ints, n_groups: int) -> float:
    denominator = products(expected, group, n_groups)
    return products(found - expected, group, n_groups) / denominator if denominator > 0 else 0.0


def _factors(
    found: Floats, expected: Floats, group: Ints, n_groups: int, variance: float
) -> Factors:
    residual, total = found - expected, float(expected.sum())
    noise = float(residual @ residual) - variance * float(expected @ expected)
    scale = max(noise / total, 1.0) if total > 0 else 1.0
    found_by = np.bincount(group, found, minlength=n_groups).astype(np.float64)
    expected_by = np.bincount(group, expected, minlength=n_groups).astype(np.float64)
    center = 1.0
    if variance > 0:
        credible = expected_by / (expected_by + scale / variance)
        ratio = np.divide(found_by, expected_by, out=np.zeros(n_groups), where=expected_by > 0)
        center = max(float(credible @ ratio) / float(credible.sum()), NO_VARIANCE)
    return Factors(variance, scale, variance > 0, center, found_by, expected_by)


def _beats_dealings(
    residual: Floats, expected: Floats, group: Ints, n_groups: int, variance: float
) -> bool:
    random = np.random.default_rng(0)
    for _ in range(DEALINGS):
        dealt = random.permutation(group)
        denominator = products(expected, dealt, n_groups)
        if denominator <= 0 or products(residual, dealt, n_groups) / denominator >= variance:
            return False
    return True
