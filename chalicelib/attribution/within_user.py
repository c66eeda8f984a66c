"""Effects from people who engage at some times and not at others (`within_user`).

The model: conversions of person i on day t are a person effect, plus a day effect of the person's
activity stratum, plus ``sum_k beta_k * adstock_k(theta_k)``.  Loyal people, who like more and buy
more anyway, are compared with themselves; the calendar, which moves likes and demand, with people
of equal activity on the same day.

The decay of each kind is not chosen but averaged over a grid: every decay is weighted by how well
it explains the data (a quasi-likelihood, scaled for the heteroskedasticity of counts), times how
plausible it is for this brand (`decays`).  So the interval knows that the decay is not known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.decays import pooled_weights, prior_weights
from chalicelib.attribution.panel import People, Progress, strata_of
from chalicelib.attribution.projection import (
    HALVES,
    WHOLE,
    Projection,
    project,
    score_products,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MIN_DAYS_TO_CORRECT = 42
"""Halves of fewer days would cost more precision than the correction is worth."""

_SWEEPS = 8
_REFERENCE = 3  # index into DECAYS at which the first residuals are taken


@dataclass(frozen=True, slots=True)
class Panel:
    """The sums of a panel that every later step needs; nothing in it grows with the people.

    Attributes
    ----------
    gram : array, shape (2, p, p)
        Cross products of the projected columns (kind-major, the outcome last), p = K * G + 1; with
        effects per person, and per person and half.
    meat : array, shape (2, q, 2, q)
        Sum over persons of the outer products of their scores in both forms, q = p - 1.
    corrected : bool
        Whether the bias of estimated person effects is taken out by the half-panel jackknife.
    n_people, n_rows : int
        People and person-days at risk.
    """

    gram: Floats
    meat: Floats
    corrected: bool
    n_people: int
    n_rows: int

    @property
    def n_kinds(self) -> int:
        """K."""
        return int((self.gram.shape[1] - 1) // DECAYS.size)

    def restrict(self, kinds: Ints) -> Panel:
        """The panel of some of the kinds only."""
        columns = (kinds[:, None] * DECAYS.size + np.arange(DECAYS.size)).ravel()
        kept = np.append(columns, self.gram.shape[1] - 1)
        return Panel(
            self.gram[:, kept[:, None], kept],
            self.meat[:, columns][:, :, :, columns],
            self.corrected,
            self.n_people,
            self.n_rows,
        )

    def variation(self) -> Floats:
        """Sum of squares of each kind's column that is left within persons and days, shape (K,)."""
        return np.asarray(np.diag(self.gram[WHOLE])[_REFERENCE : -1 : DECAYS.size])

    def correlation(self) -> Floats:
        """Correlation of the kinds within persons and days, shape (K, K)."""
        columns = np.arange(self.n_kinds) * DECAYS.size + _REFERENCE
        gram = self.gram[WHOLE][np.ix_(columns, columns)]
        scale = np.sqrt(np.diag(gram))
        return np.asarray(gram / np.outer(scale, scale))


@dataclass(frozen=True, slots=True)
class WithinUserFit:
    """What one engagement of each kind causes.

    Attributes
    ----------
    delta : array, shape (K,)
        Conversions inside the window caused by one engagement, on average over the engagements.
    cov : array, shape (K, K)
        Covariance of `delta`, clustered by person, with the uncertainty of the decays.
    decay_weights : array, shape (K, G)
        Weight of each decay of the grid, rows sum to one.
    kernel : array, shape (K, G)
        Weighted coefficient of the adstock at each decay: the effect of a kind on a day is
        ``kernel[k] @ adstock[day, k]``.
    """

    delta: Floats
    cov: Floats
    decay_weights: Floats
    kernel: Floats


@dataclass(frozen=True, slots=True)
class _Regression:
    """One least-squares fit.

    `beta` (K,) and `cov` (K, K) are corrected where the panel is; `plain` (K,) is the fit with one
    effect per person, and `inverse` (K, K) its inverse cross products.
    """

    beta: Floats
    cov: Floats
    plain: Floats
    inverse: Floats


def reduce_panel(people: People, progress: Progress | None = None) -> Panel:
    """Two passes over the people: cross products, then scores.

    Parameters
    ----------
    people : People
    progress : callable, optional
        Told the share of the work done, in [0, 1].
    """
    strata = strata_of(people)
    projection = project(people, strata, _part(progress, 0.0, 0.6))
    reference = _reference_coefficients(projection, people.n_kinds)
    meat = score_products(people, strata, projection, reference, _part(progress, 0.6, 1.0))
    clusters = projection.n_people
    q = reference.shape[1]
    return Panel(
        projection.gram,
        meat.reshape(2, q, 2, q) * (clusters / max(clusters - 1, 1)),
        people.n_days >= MIN_DAYS_TO_CORRECT,
        clusters,
        projection.n_rows,
    )


def fit_within_user(panel: Panel, inside: Floats) -> WithinUserFit:
    """Effects and their covariance, averaged over the grid of decays.

    Decays are weighted kind by kind given the likeliest decays of the others (the kinds' columns
    are nearly orthogonal within persons), sweep by sweep until nothing moves.

    Parameters
    ----------
    panel : Panel
        Every kind in it must vary within persons, and no two be collinear.
    inside : array, shape (K, G)
        Mean over a kind's engagements of the adstock weights inside the window, per decay.

    Raises
    ------
    numpy.linalg.LinAlgError
        If kinds are exactly collinear.
    """
    n_kinds, n_decays = inside.shape
    chosen = np.full(n_kinds, int(np.argmax(prior_weights())))
    weights = np.tile(prior_weights(), (n_kinds, 1))
    noise = panel.gram[WHOLE, -1, -1] / max(panel.n_rows, 1)
    beta = np.zeros((n_kinds, n_decays))
    plain = np.zeros((n_kinds, n_decays))
    robust = np.zeros((n_kinds, n_decays))
    log_likelihood = np.zeros((n_kinds, n_decays))
    for sweep in range(_SWEEPS):
        before = chosen.copy()
        for kind in range(n_kinds):
            fits = [_regress(panel, _with(chosen, kind, g)) for g in range(n_decays)]
            beta[kind] = [fit.beta[kind] for fit in fits]
            plain[kind] = [fit.plain[kind] for fit in fits]
            robust[kind] = [fit.cov[kind, kind] for fit in fits]
            bread = np.array([fit.inverse[kind, kind] for fit in fits])
            # a quasi-likelihood, scaled to the curvature of the robust covariance: people differ
            # in how much they buy, and plain least squares would be too sure
            factor = bread[chosen[kind]] * noise / robust[kind, chosen[kind]]
            log_likelihood[kind] = 0.5 * factor * plain[kind] ** 2 / (bread * noise)
        weights = pooled_weights(log_likelihood)
        chosen = np.argmax(weights, axis=1)
        if sweep > 1 and np.array_equal(chosen, before):
            break
    effect = beta * inside
    delta = (weights * effect).sum(axis=1)
    spread = (weights * (robust * inside**2 + (effect - delta[:, None]) ** 2)).sum(axis=1)
    central = _regress(panel, chosen).cov
    scale = np.sqrt(spread / np.diag(central))
    cov = central * np.outer(scale, scale)
    return WithinUserFit(delta, (cov + cov.T) / 2, weights, weights * beta)


def _regress(panel: Panel, chosen: Ints) -> _Regression:
    """Least squares on one decay per kind, with the sandwich covariance."""
    columns = np.arange(chosen.size) * DECAYS.size + chosen
    inverses = [np.linalg.inv(gram[np.ix_(columns, columns)]) for gram in panel.gram]
    betas = [inverses[form] @ panel.gram[form, columns, -1] for form in (WHOLE, HALVES)]
    weights = (2.0, -1.0) if panel.corrected else (1.0, 0.0)
    meat = panel.meat[:, columns][:, :, :, columns]
    cov = np.zeros_like(inverses[WHOLE])
    for one in (WHOLE, HALVES):
        for other in (WHOLE, HALVES):
            part = inverses[one] @ meat[one, :, other] @ inverses[other]
            cov += weights[one] * weights[other] * part
    beta = weights[WHOLE] * betas[WHOLE] + weights[HALVES] * betas[HALVES]
    return _Regression(beta, cov, betas[WHOLE], inverses[WHOLE])


def _reference_coefficients(projection: Projection, n_kinds: int) -> Floats:
    """Coefficients (2, q) of plain fits with one middling decay for all kinds."""
    columns = np.arange(n_kinds) * DECAYS.size + _REFERENCE
    coefficients = np.zeros((2, projection.gram.shape[1] - 1))
    for form, gram in enumerate(projection.gram):
        # least norm: a kind without variation, or one collinear with another, is refused later
        coefficients[form, columns] = np.linalg.lstsq(
            gram[np.ix_(columns, columns)], gram[columns, -1], rcond=1e-10
        )[0]
    return coefficients


def _with(chosen: Ints, kind: int, decay: int) -> Ints:
    changed = chosen.copy()
    changed[kind] = decay
    return changed


def _part(progress: Progress | None, start: float, stop: float) -> Progress | None:
    """A progress callable that fills the part [start, stop] of another."""
    if progress is None:
        return None
    told = progress
    return lambda share: told(start + (stop - start) * share)
