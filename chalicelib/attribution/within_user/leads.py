"""Causes that change over time within a person, detected by engagements of later days.

People are keen at first, lose interest, leave or come back. While they are keen they
engage more and buy more, which a constant person effect does not capture.
Engagements of *later* days do: they cannot cause today's purchases, so under the assumptions of
the panel their coefficients, the leads, are zero (Flanders, Strickland, Klein 2017).

Leads of several types point to a common hidden cause. It moves all engagements, before a purchase
and after it alike, so the sum of engagements around a day, with symmetric weights, is a
measurement of it: the *surroundings*. With them in the regression, effects rest on
the difference between engagements before a day and those after it (cf. Shi, Miao, Tchetgen Tchetgen
2020: a negative control of the exposure). A lead of one type alone means that buyers react; nothing
may be subtracted then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.within_user.panel_columns import LEAD, Columns
from chalicelib.attribution.within_user.pooling import Panel, Pooled

REACTION_Z, REACTION_RATIO = 5.0, 3.0
"""A type is a reaction to purchases if its lead is this many standard errors above those of the
others, and this many times as large.
"""
SPREAD_OF_Z = 4.0
"""Standard deviation of the pooled lead's z-value if there is a hidden cause."""


@dataclass(frozen=True, slots=True)
class Change:
    """The evidence of the leads."""

    z: Floats
    """z-value of every type's lead. Shape (K,)."""
    reacts: Bools
    """Types that follow purchases while the others do not. Shape (K,)."""
    pooled_z: float
    """z-value of the common lead of the other types; 0 with fewer than two of them."""
    probability: float
    """Posterior probability of a hidden cause that changes over time; the prior is one half."""


def read_change(coefficient: Floats, cov: Floats) -> Change:
    """Separate a common hidden cause from types that react to purchases.

    Parameters
    ----------
    coefficient : array, shape (K,)
        Of the leads, all in one regression.
    cov : array, shape (K, K)
    """
    n_kinds = coefficient.size
    reacts = np.zeros(n_kinds, dtype=bool)
    while (~reacts).sum() > 1:
        worst, apart = -1, REACTION_Z
        for kind in np.flatnonzero(~reacts):
            others = np.flatnonzero(~reacts & (np.arange(n_kinds) != kind))
            common, weight = _common(coefficient, cov, others)
            contrast = -weight
            contrast[kind] = 1.0
            z = float(contrast @ coefficient / np.sqrt(contrast @ cov @ contrast))
            if z > apart and coefficient[kind] > REACTION_RATIO * common:
                worst, apart = int(kind), z
        if worst < 0:
            break
        reacts[worst] = True
    pooled_z = 0.0
    rest = np.flatnonzero(~reacts)
    if rest.size > 1:
        common, weight = _common(coefficient, cov, rest)
        pooled_z = common / float(np.sqrt(weight @ cov @ weight))
    return Change(coefficient / np.sqrt(np.diag(cov)), reacts, pooled_z, _probability(pooled_z))


def _common(coefficient: Floats, cov: Floats, kinds: Ints) -> tuple[float, Floats]:
    """Precision-weighted mean of the leads of some types, and its weights, shape (K,)."""
    weight = np.zeros(coefficient.size)
    solved = np.linalg.solve(cov[np.ix_(kinds, kinds)], np.ones(kinds.size))
    weight[kinds] = solved / solved.sum()
    return float(weight @ coefficient), weight


def _probability(z: float) -> float:
    """Posterior probability of z ~ N(0, 1 + s^2), z > 0, against z ~ N(0, 1), at even odds."""
    if z <= 0:
        return 0.0
    inflated = 1.0 + SPREAD_OF_Z**2
    log_odds = 0.5 * z**2 * SPREAD_OF_Z**2 / inflated - 0.5 * np.log(inflated)
    return float(1.0 / (1.0 + np.exp(-log_odds)))


def surroundings(n_kinds: int, members: Bools) -> Floats:
    """The engagements around a day as a combination of the panel's regressors, shape (1, q).

    Parameters
    ----------
    members : bool array, shape (K,)
        Types that are summed.
    """
    where = Columns(n_kinds)
    row = np.zeros((1, where.n_regressors))
    row[0, where.adstocks(np.full(n_kinds, LEAD))[members]] = 1.0
    row[0, where.leads[members]] = 1.0
    return row


def controls(n_kinds: int) -> Floats:
    """Tenures of newcomers and follows, as rows over the panel's regressors, (3, q)."""
    where = Columns(n_kinds)
    return np.eye(where.n_regressors)[where.controls]


def take_out(panel: Panel, nuisance: Floats) -> Panel:
    """The panel with some combinations of its regressors projected out, stratum by stratum.

    Parameters
    ----------
    nuisance : array, shape (m, q)
        Rows over the regressors. Every stratum has its own coefficients for them (Frisch, Waugh
        1933).
    """
    gram, scores = panel.projection.gram.copy(), panel.scores
    meat, shift, fourth = scores.meat.copy(), scores.shift.copy(), scores.fourth.copy()
    q = nuisance.shape[1]
    for stratum in range(gram.shape[0]):
        cross = nuisance @ gram[stratum, :q, :]
        own = cross[:, :q] @ nuisance.T
        if not own.any():
            continue
        slopes = np.linalg.pinv(own, rcond=1e-9, hermitian=True) @ cross
        gram[stratum] -= cross.T @ slopes
        change = np.eye(q) - slopes[:, :q].T @ nuisance
        shift[stratum] = change @ shift[stratum]
        meat[stratum] = change @ meat[stratum] @ change.T
        # fourth powers of new scores are unknown; assume that the kurtosis stays the same
        before = np.diag(scores.meat[stratum])
        left = np.divide(np.diag(meat[stratum]), before, out=np.zeros(q), where=before > 0)
        fourth[stratum] *= np.clip(left, 0.0, 1.0) ** 2
    gram = (gram + gram.transpose(0, 2, 1)) / 2
    return replace(
        panel,
        projection=replace(panel.projection, gram=gram),
        scores=replace(scores, meat=meat, shift=shift, fourth=fourth),
    )


def lead_coefficients(pooled: Pooled, decays: Ints) -> tuple[Floats, Floats]:
    """Coefficients of the leads next to one adstock per type, and their clustered covariance.

    Returns
    -------
    coefficient : array, shape (K,)
    cov : array, shape (K, K)
    """
    where = Columns(decays.size)
    columns = np.concatenate([where.adstocks(decays), where.leads])
    inverse = np.linalg.inv(pooled.gram[np.ix_(columns, columns)])
    coefficient = inverse @ (pooled.product + pooled.shift)[columns]
    cov = inverse @ pooled.meat[np.ix_(columns, columns)] @ inverse
    leads = slice(decays.size, None)
    return coefficient[leads], cov[leads, leads]
