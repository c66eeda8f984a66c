"""The panel regression a second time, with dummy variables in statsmodels.

Rows are people and days. Every column follows its definition here, day by day; nothing is shared
with the estimators but the grid of decays and the strata.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy import linalg

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.within_user.panel import strata_of
from tests.contract.panels import Small

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAD_DECAY = DECAYS[5]
REFERENCE_DECAY = 4
"""Decay of the plain regression whose residuals give the clustered covariance."""

AS_GIVEN: dict[str, bool] = {"hasconst": False}
"""Do not look for a constant, which only R-squared needs: that takes as long as the regression."""


@dataclass(frozen=True)
class Fitted:
    """Coefficients (m,), covariance (m, m) and the people's scores (N, m)."""

    params: Floats
    cov: Floats
    scores: Floats


class Dummies:
    """A small panel as rows with one dummy per person and per stratum and day.

    Parameters
    ----------
    small : Small
    newcomers, surrounded : bool
        Whether every stratum has coefficients of its own for the time since newcomers were first
        seen, and for the engagements around a day.
    """

    def __init__(self, small: Small, *, newcomers: bool = False, surrounded: bool = False) -> None:
        self._small = small
        n_days = small.counts.shape[1]
        self._used = np.ones(n_days, dtype=bool) if small.used is None else small.used
        at_risk = (np.arange(n_days) > small.first[:, None]) & self._used
        at_risk &= at_risk.sum(axis=1, keepdims=True) >= 2
        self.person, self.day = np.nonzero(at_risk)
        self.strata = strata_of(small.people)
        self.outcome = small.outcome[self.person, self.day]
        self._stratum = self.strata[self.person]
        dummies = [_indicators(self.person), _indicators(self._stratum * n_days + self.day)]
        self._nuisance = plain = _independent(np.hstack(dummies))
        self._plain_basis = np.linalg.qr(plain)[0]
        if newcomers:
            dummies.append(self._by_stratum(self.tenures()))
        if surrounded:
            dummies.append(self._by_stratum(self.surroundings()))
        if newcomers or surrounded:
            self._nuisance = _independent(np.hstack(dummies))
        by_stratum = self._activity(n_days)
        self._of_strata = by_stratum
        self.activity = by_stratum[self._stratum]
        self.weights = self._precision()[self._stratum]
        self._basis = np.linalg.qr(self._nuisance * np.sqrt(self.weights)[:, None])[0]

    def adstock(self, kind: int, decay: int) -> Floats:
        """What is left of the engagements up to the day, shape (R,)."""
        return self._lagged(kind, lambda lag: DECAYS[decay] ** np.abs(lag) * (lag >= 0))

    def lead(self, kind: int) -> Floats:
        """Engagements from tomorrow on, shape (R,)."""
        return self._lagged(kind, lambda lag: LEAD_DECAY ** np.abs(lag) * (lag < 0))

    def block(self, kind: int, number: int) -> Floats:
        """Mean engagements of the second week before the day, or of two weeks before; (R,)."""
        first, last = ((7, 14), (15, 30))[number]
        return self._lagged(
            kind, lambda lag: ((lag >= first) & (lag <= last)) / (last - first + 1.0)
        )

    def surroundings(self) -> Floats:
        """Engagements around the day: up to today and from tomorrow on, all types, shape (R, 1)."""
        kinds = range(self._small.counts.shape[2])
        return np.sum([self.adstock(k, 5) + self.lead(k) for k in kinds], axis=0)[:, None]

    def tenures(self) -> Floats:
        """Time since a newcomer was first seen, shape (R, 2)."""
        first = self._small.first[self.person]
        since = np.where(first >= 14, self.day - first, -1)
        spans = ((1, 7), (8, 28))
        return np.stack([(since >= a) & (since <= b) for a, b in spans], axis=1).astype(float)

    def _by_stratum(self, columns: Floats) -> Floats:
        """A copy of the columns for every stratum, zero elsewhere, shape (R, S * m)."""
        strata = np.unique(self._stratum)
        return np.hstack([columns * (self._stratum == s)[:, None] for s in strata])

    def fit(self, columns: Floats, *, reference: Floats | None = None) -> Fitted:
        """Weighted least squares with dummies in statsmodels, clustered by person.

        Parameters
        ----------
        columns : array, shape (R, m)
        reference : array, shape (R, r), optional
            Regressors of the plain regression whose residuals count; None: those of the fit itself,
            and the covariance is that of statsmodels.
        """
        m = columns.shape[1]
        design = np.hstack([columns, self._nuisance])
        fitted = sm.WLS(self.outcome, design, weights=self.weights, **AS_GIVEN).fit(
            method="qr",
            cov_type="cluster",
            cov_kwds={"groups": self.person, "use_correction": False},
        )
        clusters = np.unique(self.person).size
        residual = fitted.resid if reference is None else self.residual(reference)
        left = self.left(columns)
        scores = self.sum_by_person(left * (residual * self.weights)[:, None])
        bread = np.linalg.inv(left.T @ (left * self.weights[:, None]))
        cov = bread @ scores.T @ scores @ bread
        if reference is None:
            cov = fitted.cov_params()[:m, :m]
        return Fitted(fitted.params[:m], cov * clusters / (clusters - 1), scores)

    def residual(self, reference: Floats) -> Floats:
        """Residuals of ordinary least squares with dummies, shape (R,).

        By projection (Frisch, Waugh 1933), as the reference has few columns and dummies are many.
        """
        basis = np.linalg.qr(self._without_dummies(reference))[0]
        left = self._without_dummies(self.outcome[:, None])
        return np.asarray(left - basis @ (basis.T @ left))[:, 0]

    def _without_dummies(self, columns: Floats) -> Floats:
        """What the plain dummies leave of those columns that they do not explain."""
        left = columns - self._plain_basis @ (self._plain_basis.T @ columns)
        sizes, before = np.linalg.norm(left, axis=0), np.linalg.norm(columns, axis=0)
        return _independent(left[:, sizes > 1e-9 * before])

    def pooled_z_of_leads(self, reference: Floats) -> float:
        """z-value of what the leads have in common in ordinary least squares, classical errors."""
        kinds = range(self._small.counts.shape[2])
        leads = np.stack([self.lead(kind) for kind in kinds], axis=1)
        others = self._without_dummies(reference)
        design = np.hstack([leads, others, self._plain_basis])
        plain = sm.OLS(self.outcome, design, **AS_GIVEN).fit(method="qr")
        precision = np.linalg.inv(plain.normalized_cov_params[: len(kinds), : len(kinds)])
        precision /= (plain.resid**2).mean()
        weight = precision.sum(axis=0)
        return float(weight @ plain.params[: len(kinds)] / np.sqrt(weight.sum()))

    def left(self, columns: Floats) -> Floats:
        """What the dummies leave of the columns in weighted least squares, shape (R, m)."""
        root = np.sqrt(self.weights)[:, None]
        return np.asarray(columns - self._basis @ (self._basis.T @ (columns * root)) / root)

    def mean_response(self, slope: float) -> Floats:
        """Mean of the activity to the power of the slope over the engagements, shape (K,)."""
        touches = (self._small.counts * self._used[:, None]).sum(axis=1)
        response = self._of_strata[self.strata] ** slope
        return np.asarray(response @ touches / touches.sum(axis=0))

    def _lagged(self, kind: int, weight_of: Callable[[Ints], Floats]) -> Floats:
        n_days = self._small.counts.shape[1]
        lag = np.arange(n_days)[:, None] - np.arange(n_days)[None, :]
        weight = np.asarray(weight_of(lag), dtype=float)
        return (self._small.counts[:, :, kind] @ weight.T)[self.person, self.day]

    def _activity(self, n_days: int) -> Floats:
        """Engagements per person-day at risk of every stratum; the idle count half the least."""
        small, sizes = self._small, int(self.strata.max()) + 1
        at_risk = (np.arange(n_days) > small.first[:, None]) & self._used
        touches = (small.counts.sum(axis=2) * at_risk).sum(axis=1)
        total = np.bincount(self.strata, touches, minlength=sizes)
        days = np.bincount(self.strata, at_risk.sum(axis=1), minlength=sizes)
        activity = total / np.maximum(days, 1)
        return np.maximum(activity, activity[activity > 0].min() / 2)

    def _precision(self) -> Floats:
        """Relative inverse variance of every stratum: log-quadratic in the activity."""
        sizes = int(self.strata.max()) + 1
        activity = np.log(self._of_strata)
        stratum = self._stratum
        basis = np.linalg.qr(self._nuisance)[0]
        residual = self.outcome - basis @ (basis.T @ self.outcome)
        squares = np.bincount(stratum, residual**2, minlength=sizes)
        members = np.array([np.unique(self.person[stratum == s]).size for s in range(sizes)])
        freedom = np.bincount(stratum, minlength=sizes) - members
        late = np.arange(self._small.outcome.shape[1]) > self._small.first[:, None]
        late &= self._used
        bought = np.bincount(self.strata, (self._small.outcome * late).sum(1), minlength=sizes)
        known = (squares > 1e-9) & (bought > 0) & (freedom > 0)
        if known.sum() < 4:
            return np.ones(sizes)
        design = np.stack([np.ones(sizes), activity, activity**2], axis=1)
        observed = np.log(squares[known] / freedom[known])
        parabola = sm.WLS(observed, design[known], weights=bought[known]).fit().params
        held = np.clip(activity, activity[known].min(), activity[known].max())
        noise = np.exp(np.stack([np.ones(sizes), held, held**2], axis=1) @ parabola)
        return np.asarray(noise.mean() / noise)

    def sum_by_person(self, rows: Floats) -> Floats:
        """Sums of rows (R, m) over each person, shape (N, m)."""
        out = np.zeros((self._small.counts.shape[0], rows.shape[1]))
        np.add.at(out, self.person, rows)
        return out


def _indicators(of: Ints) -> Floats:
    return (of[:, None] == np.unique(of)[None, :]).astype(float)


def _independent(columns: Floats) -> Floats:
    """As many of the columns as are independent."""
    length = np.maximum(np.linalg.norm(columns, axis=0), 1e-12)
    triangle, order = linalg.qr(columns / length, mode="r", pivoting=True)
    size = np.abs(np.diag(triangle))
    return columns[:, np.sort(order[: int((size > 1e-9).sum())])]
