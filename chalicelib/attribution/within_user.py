"""Effects from people who engage at some times and not at others (`within_user`).

The model: conversions of person i on day t are a person effect, plus a day effect of the person's
activity stratum, plus ``sum_k beta_k * a_i ** slope * adstock_k(theta_k)``.  Loyal people, who like
more and buy more anyway, are compared with themselves; the calendar, which moves likes and demand,
with people of equal activity on the same day.

Neither the decay of a kind nor the slope of the response is chosen: every decay of a grid is
weighted by how well it explains the data (a quasi-likelihood, scaled for the heteroskedasticity of
counts), times how plausible it is for this brand (`decays`); the slope is integrated over its
posterior.  So the interval knows that neither is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from chalicelib.attribution.adstock import DECAYS, MIDDLING
from chalicelib.attribution.decays import (
    INTERPOLATION,
    SHARES,
    pooled_weights,
    prior_weights,
    with_unknown_size,
)
from chalicelib.attribution.panel import People, Progress, strata_of
from chalicelib.attribution.pooling import Panel, Pooled, pool
from chalicelib.attribution.projection import Projection, project, score
from chalicelib.attribution.spread import average_candidates

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SLOPE_CENTRE, SLOPE_SPREAD = 0.25, 0.4
"""Prior of the response's slope: effects are alike, or grow less than in proportion to activity."""

_CHANCE = 2.7  # decays disagree by more than that in one case of ten: chi-squared, 1 degree
_FAST, _SLOW = 2, MIDDLING + 1  # indexes into DECAYS
_SWEEPS = 8
_SLOPE_ROUNDS = 2
_SLOPE_BOUNDS = (-1.0, 2.0)
_NODES = np.array([0.0, -np.sqrt(3.0), np.sqrt(3.0)])  # Gauss-Hermite, three points
_NODE_WEIGHTS = np.array([2 / 3, 1 / 6, 1 / 6])


@dataclass(frozen=True, slots=True)
class WithinUserFit:
    """What one engagement of each kind causes.

    Attributes
    ----------
    delta : array, shape (K,)
        Conversions inside the window caused by one engagement, on average over the engagements.
    cov : array, shape (K, K)
        Covariance of `delta`, clustered by person, with the uncertainty of decays and slope.
    decay_weights : array, shape (K, G)
        Weight of each decay of the grid, rows sum to one.
    kernel : array, shape (K, G)
        Weighted coefficient of the adstock at each decay: the effect of a kind on a day is
        ``kernel[k] @ adstock[day, k]``.
    freedom : array, shape (K,)
        Degrees of freedom of the variances: few where the evidence of few people decides.
    slope : float
        Exponent of the activity in the response.
    two_speeds : array, shape (K,)
        z-value of conversions on the very day of an engagement beyond those of one fading effect.
    """

    delta: Floats
    cov: Floats
    decay_weights: Floats
    kernel: Floats
    freedom: Floats
    slope: float
    two_speeds: Floats

    @property
    def critical(self) -> Floats:
        """Two-sided 95 % quantiles of Student's distribution, shape (K,)."""
        return np.asarray(stats.t.ppf(0.975, np.maximum(self.freedom, 1.0)))


@dataclass(frozen=True, slots=True)
class _AtSlope:
    """Effects averaged over the decays, at one slope; attributes as in `WithinUserFit`."""

    delta: Floats
    cov: Floats
    decay_weights: Floats
    kernel: Floats
    chosen: Ints  # likeliest decay per kind
    freedom: Floats
    factor: float  # by which the likelihood is too sure of itself, at most 1


@dataclass(frozen=True, slots=True)
class _Regression:
    """One least-squares fit: `beta` (K,), its clustered `cov` (K, K), and the `inverse` (K, K) of
    the cross products."""

    beta: Floats
    cov: Floats
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
    scores = score(people, strata, projection, reference, _part(progress, 0.6, 1.0))
    n_strata = projection.n_people.size
    days_at_risk = np.maximum(people.n_days - 1 - people.first_day, 0)
    days = np.bincount(strata, days_at_risk, minlength=n_strata)
    counted = people.touch_day > people.first_day[people.touch_person]
    at_risk = np.bincount(
        strata[people.touch_person[counted]], people.touch_count[counted], minlength=n_strata
    )
    activity = at_risk / np.maximum(days, 1)
    touches = np.zeros((n_strata, people.n_kinds))
    np.add.at(touches, (strata[people.touch_person], people.touch_kind), people.touch_count)
    counted = people.outcome_day > people.first_day[people.outcome_person]
    conversions = np.zeros(n_strata)
    np.add.at(conversions, strata[people.outcome_person[counted]], people.outcome_weight[counted])
    # those who engaged only on the day they were first seen: half as active as the least active
    least = activity[activity > 0].min(initial=1.0) / 2
    return Panel(projection, scores, np.maximum(activity, least), touches, conversions)


def fit_within_user(panel: Panel, inside: Floats) -> WithinUserFit:
    """Effects and their covariance, averaged over decays and over the slope of the response.

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
    slope, spread = SLOPE_CENTRE, SLOPE_SPREAD
    central = _fit_at(panel, inside, 0.0)
    for _ in range(_SLOPE_ROUNDS):
        slope, spread = _slope(panel, central.chosen, central.factor)
        central = _fit_at(panel, inside, slope)
    fits = [central, *(_fit_at(panel, inside, slope + node * spread) for node in _NODES[1:])]
    delta = np.sum([w * fit.delta for w, fit in zip(_NODE_WEIGHTS, fits, strict=True)], axis=0)
    cov = np.zeros_like(central.cov)
    for weight, fit in zip(_NODE_WEIGHTS, fits, strict=True):
        gap = fit.delta - delta
        cov += weight * (fit.cov + np.outer(gap, gap))
    return WithinUserFit(
        delta,
        cov,
        central.decay_weights,
        central.kernel,
        central.freedom,
        float(slope),
        _two_speeds(pool(panel, slope), central.chosen),
    )


def _two_speeds(pooled: Pooled, chosen: Ints) -> Floats:
    """z-values of a second component next to every kind's likeliest adstock, shape (K,).

    The counts of the day itself, or a slow adstock where the likeliest is fast already.
    """
    columns = np.arange(chosen.size) * DECAYS.size + chosen
    z = np.zeros(chosen.size)
    for kind in range(chosen.size):
        second = 0 if chosen[kind] > _FAST else _SLOW
        both = np.append(columns, kind * DECAYS.size + second)
        inverse = np.linalg.inv(pooled.gram[np.ix_(both, both)])
        coefficient = (inverse @ (pooled.product + pooled.shift)[both])[-1]
        variance = (inverse @ pooled.meat[np.ix_(both, both)] @ inverse)[-1, -1]
        z[kind] = coefficient / np.sqrt(variance)
    return z


def _slope(panel: Panel, chosen: Ints, factor: float) -> tuple[float, float]:
    """Mode and spread of the posterior of the response's slope, at the chosen decays."""
    columns = np.arange(chosen.size) * DECAYS.size + chosen

    def against(slope: float) -> float:
        pooled = pool(panel, slope)
        product = (pooled.product + pooled.shift)[columns]
        explained = product @ np.linalg.solve(pooled.gram[np.ix_(columns, columns)], product)
        prior = ((slope - SLOPE_CENTRE) / SLOPE_SPREAD) ** 2
        return float(-0.5 * (factor * explained / pooled.noise - prior))

    found = optimize.minimize_scalar(
        against, bounds=_SLOPE_BOUNDS, method="bounded", options={"xatol": 0.005}
    )
    slope, step = float(found.x), 0.05
    curvature = (against(slope + step) - 2 * against(slope) + against(slope - step)) / step**2
    least = 1.0 / SLOPE_SPREAD**2  # data do not make it less certain than the prior was
    return slope, float(1.0 / np.sqrt(max(curvature, least)))


def _fit_at(panel: Panel, inside: Floats, slope: float) -> _AtSlope:
    """Effects averaged over the decays.

    Decays are weighted kind by kind given the likeliest decays of the others (the kinds' columns
    are nearly orthogonal within persons), sweep by sweep until nothing moves.
    """
    pooled = pool(panel, slope)
    scale = inside * pooled.response[:, None]
    n_kinds, n_decays = inside.shape
    weights = np.tile(prior_weights(), (n_kinds, 1))
    chosen = np.argmax(weights @ SHARES, axis=1)
    beta = np.zeros((n_kinds, n_decays))
    bread = np.zeros((n_kinds, n_decays))
    factor = np.ones(n_kinds)
    for sweep in range(_SWEEPS):
        before = chosen.copy()
        for kind in range(n_kinds):
            fits = [_regress(pooled, _with(chosen, kind, g)) for g in range(n_decays)]
            beta[kind] = [fit.beta[kind] for fit in fits]
            bread[kind] = [fit.inverse[kind, kind] * pooled.noise for fit in fits]
            # a quasi-likelihood, scaled to the curvature of the robust covariance: people differ
            # in how much they buy, and plain least squares would be too sure
            robust = fits[chosen[kind]].cov[kind, kind]
            factor[kind] = bread[kind, chosen[kind]] / robust
        log_likelihood = 0.5 * factor[:, None] * beta**2 / bread
        log_variance = np.log(bread / factor[:, None] * scale**2)
        weights = pooled_weights(
            with_unknown_size(
                log_likelihood @ INTERPOLATION.T, np.exp(log_variance @ INTERPOLATION.T)
            )
        )
        chosen = np.argmax(weights @ SHARES, axis=1)
        if sweep > 1 and np.array_equal(chosen, before):
            break
    effect = beta * scale
    delta = (weights * (effect @ INTERPOLATION.T)).sum(axis=1)
    spread = _spread(pooled, chosen, weights, effect, scale)
    central = _regress(pooled, chosen).cov
    ratio = np.sqrt(spread / np.diag(central))
    cov = central * np.outer(ratio, ratio)
    coarse = weights @ SHARES
    return _AtSlope(
        delta,
        (cov + cov.T) / 2,
        coarse,
        coarse * beta * pooled.response[:, None],
        chosen,
        _freedom(pooled, chosen, panel.n_people),
        float(min(1.0, np.median(factor))),
    )


def _freedom(pooled: Pooled, chosen: Ints, n_people: int) -> Floats:
    """Degrees of freedom of the clustered variances (Satterthwaite 1946), shape (K,).

    ``2 V^2 / Var(V)`` for the sum V of the people's squared scores, with
    ``Var(V) = sum s^4 - V^2 / n``: n for normal scores, fewer where few people decide; never more
    than there are people less one.
    """
    columns = np.arange(chosen.size) * DECAYS.size + chosen
    total = np.diag(pooled.meat)[columns]
    most = max(n_people - 1, 1)
    variance = np.maximum(pooled.fourth[columns] - total**2 / n_people, 2.0 * total**2 / most)
    freedom = np.divide(2.0 * total**2, variance, out=np.ones_like(total), where=variance > 0)
    return np.asarray(freedom)


def _spread(pooled: Pooled, chosen: Ints, weights: Floats, effect: Floats, scale: Floats) -> Floats:
    """Variance of the effects averaged over the decays, shape (K,)."""
    n_kinds, n_decays = effect.shape
    spread = np.zeros(n_kinds)
    for kind in range(n_kinds):
        rows = np.zeros((n_decays, pooled.meat.shape[0]))
        for g in range(n_decays):
            trial = _with(chosen, kind, g)
            columns = np.arange(n_kinds) * n_decays + trial
            inverse = np.linalg.inv(pooled.gram[np.ix_(columns, columns)])
            rows[g, columns] = inverse[kind] * scale[kind, g]
        between = INTERPOLATION @ rows
        cov = between @ pooled.meat @ between.T
        _, spread[kind] = average_candidates(
            weights[kind], INTERPOLATION @ effect[kind], cov, chance=_CHANCE
        )
    return spread


def _regress(pooled: Pooled, chosen: Ints) -> _Regression:
    """Least squares on one decay per kind, with the sandwich covariance."""
    columns = np.arange(chosen.size) * DECAYS.size + chosen
    inverse = np.linalg.inv(pooled.gram[np.ix_(columns, columns)])
    return _Regression(
        beta=inverse @ (pooled.product + pooled.shift)[columns],
        cov=inverse @ pooled.meat[np.ix_(columns, columns)] @ inverse,
        inverse=inverse,
    )


def _reference_coefficients(projection: Projection, n_kinds: int) -> Floats:
    """Coefficients (q,) of a plain fit with one middling decay for all kinds."""
    gram = projection.gram.sum(axis=0)
    columns = np.arange(n_kinds) * DECAYS.size + MIDDLING
    coefficients = np.zeros(gram.shape[0] - 1)
    # least norm: a kind without variation, or one collinear with another, is refused later
    coefficients[columns] = np.linalg.lstsq(
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
