"""Effects from people who engage at some times and not at others (`within_user`).

The model: conversions of person i on day t are a person effect, plus a day effect of the person's
activity stratum, plus ``sum_k beta_k * a_i ** slope * adstock_k(theta_k)``. Loyal people, who like
more and buy more anyway, are compared with themselves. People of equal activity are compared
on the same day, which accounts for a calendar that moves likes and demand.

Effects are averaged over decays and late effects (`panel_effects`),
and the slope of the response is integrated over its posterior. A person effect is constant, but
people change. Leads show whether a hidden cause changes over time (`leads`), and the
estimates with and without its measurement are averaged by its probability.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, stats

from chalicelib.attribution.adstock import DECAYS, MIDDLING
from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.observations import Inside
from chalicelib.attribution.spread import mix_models
from chalicelib.attribution.within_user.leads import (
    Change,
    controls,
    lead_coefficients,
    read_change,
    surroundings,
    take_out,
)
from chalicelib.attribution.within_user.panel import (
    People,
    counted_outcomes,
    counted_touches,
    strata_of,
)
from chalicelib.attribution.within_user.panel_columns import Columns
from chalicelib.attribution.within_user.panel_effects import PanelEffects, estimate_effects
from chalicelib.attribution.within_user.pooling import Panel, Pooled, pool
from chalicelib.attribution.within_user.projection import Projection, project, score

SLOPE_CENTRE, SLOPE_SPREAD = 0.25, 0.4
"""Prior of the response's slope: effects are alike, or grow less than in proportion to activity."""

_FAST, _SLOW = 2, MIDDLING + 1  # indexes into DECAYS
_SLOPE_ROUNDS = 2
_SLOPE_BOUNDS = (-1.0, 2.0)
_NODES = np.array([0.0, -np.sqrt(3.0), np.sqrt(3.0)])  # Gauss-Hermite, three points
_NODE_WEIGHTS = np.array([2 / 3, 1 / 6, 1 / 6])
_NEGLIGIBLE, _EVIDENT = 0.02, 3.0
_IMPERFECT = 0.35
"""Share of the change made by the surroundings that may be wrong in either direction (one standard
deviation), because they are a noisy measurement of the hidden cause.
"""


@dataclass(frozen=True, slots=True)
class WithinUserFit:
    """Effects of one engagement of each type."""

    delta: Floats
    """Conversions inside the window caused by one engagement, on average over the engagements.
    Shape (K,).
    """
    cov: Floats
    """Covariance of `delta`, clustered by person, with the uncertainty of decays and slope. Shape
    (K, K).
    """
    decay_weights: Floats
    """Weight of each decay of the grid, rows sum to one. Shape (K, G)."""
    kernel: Floats
    """Weighted coefficient of the adstock at each decay: the effect of a type on a day is
    ``kernel[k] @ adstock[day, k]``. Shape (K, G).
    """
    late: Floats
    """Weighted coefficients of the late blocks of `panel_columns`, per engagement. Shape (K, B)."""
    late_probability: float
    """Probability that the brand has late effects."""
    freedom: Floats
    """Degrees of freedom of the variances: few if the evidence comes from few people. Shape (K,).
    """
    slope: float
    """Exponent of the activity in the response."""
    two_speeds: Floats
    """z-value of conversions on the day of an engagement beyond those of one fading effect. Shape
    (K,).
    """
    change: Change
    """Traces of a hidden cause that changes over time."""

    def late_share(self, inside: Inside) -> Floats:
        """Share of each effect that comes in each late block, between 0 and 1, shape (K, B)."""
        late = np.maximum(self.late * inside.blocks, 0.0)
        whole = np.maximum(self.delta, late.sum(axis=1))[:, None]
        return np.asarray(np.divide(late, whole, out=np.zeros_like(late), where=whole > 0))

    def scaled(self, share: Floats, error: Floats) -> WithinUserFit:
        """The fit with a share of every effect; the shares and their standard errors are (K,)."""
        return replace(
            self,
            delta=self.delta * share,
            cov=self.cov * np.outer(share, share) + np.diag((self.delta * error) ** 2),
            kernel=self.kernel * share[:, None],
            late=self.late * share[:, None],
        )

    @property
    def critical(self) -> Floats:
        """Two-sided 95 % quantiles of Student's distribution, shape (K,)."""
        return np.asarray(stats.t.ppf(0.975, np.maximum(self.freedom, 1.0)))


def reduce_panel(people: People) -> Panel:
    """Two passes over the people: cross products, then scores.

    Every type is its own channel until `Panel.in_channels` changes that.

    """
    strata = strata_of(people)
    projection = project(people, strata)
    reference = _reference_coefficients(projection, people.n_kinds)
    scores = score(people, strata, projection, reference)
    n_strata = projection.n_people.size
    days_at_risk = np.maximum(people.days.size - people.entry, 0)
    days = np.bincount(strata, days_at_risk, minlength=n_strata)
    counted = counted_touches(people)
    at_risk = np.bincount(
        strata[people.touch_person[counted]], people.touch_count[counted], minlength=n_strata
    )
    activity = at_risk / np.maximum(days, 1)
    touches = np.zeros((n_strata, people.n_kinds))
    on = np.isin(people.touch_day, people.days)
    np.add.at(
        touches, (strata[people.touch_person[on]], people.touch_kind[on]), people.touch_count[on]
    )
    counted = counted_outcomes(people)
    conversions = np.zeros(n_strata)
    np.add.at(conversions, strata[people.outcome_person[counted]], people.outcome_weight[counted])
    # people who engaged only on the day they were first seen: half as active as the least active
    least = activity[activity > 0].min(initial=1.0) / 2
    return Panel(
        projection,
        scores,
        np.maximum(activity, least),
        touches,
        conversions,
        np.arange(people.n_kinds),
    )


def fit_within_user(panel: Panel, inside: Inside) -> WithinUserFit:
    """Effects and their covariance, averaged over decays, late effects, slope and hidden change.

    Parameters
    ----------
    panel : Panel
        Every type in it must vary within persons, and no two may be collinear.
    inside : Inside
        The part of effects inside the window.

    Raises
    ------
    numpy.linalg.LinAlgError
        If types are exactly collinear.
    """
    n_kinds = panel.n_kinds
    panel = take_out(panel, controls(n_kinds))
    fit = _over_slopes(panel, inside)
    pooled = pool(panel, fit.slope)
    change = read_change(*lead_coefficients(pooled, fit.central.chosen))
    speeds = _two_speeds(pooled, fit.central.chosen)
    if change.probability > _NEGLIGIBLE:
        around = surroundings(n_kinds, ~change.reacts)
        fit = _mix(change.probability, fit, _over_slopes(take_out(panel, around), inside))
    return WithinUserFit(
        fit.delta,
        fit.cov,
        fit.central.decay_weights,
        fit.central.kernel,
        fit.central.late,
        fit.central.late_probability,
        fit.central.freedom,
        fit.slope,
        speeds,
        change,
    )


@dataclass(frozen=True, slots=True)
class _OverSlopes:
    """Effects averaged over the slope: `delta` (K,), `cov` (K, K); `central` at the likeliest."""

    delta: Floats
    cov: Floats
    central: PanelEffects
    slope: float


def _over_slopes(panel: Panel, inside: Inside) -> _OverSlopes:
    slope, spread = SLOPE_CENTRE, SLOPE_SPREAD
    central = estimate_effects(panel, inside, 0.0)
    for _ in range(_SLOPE_ROUNDS):
        slope, spread = _slope(panel, central.chosen, central.factor)
        central = estimate_effects(panel, inside, slope)
    fits = [
        central,
        *(estimate_effects(panel, inside, slope + node * spread) for node in _NODES[1:]),
    ]
    delta = np.sum([w * fit.delta for w, fit in zip(_NODE_WEIGHTS, fits, strict=True)], axis=0)
    cov = np.zeros_like(central.cov)
    for weight, fit in zip(_NODE_WEIGHTS, fits, strict=True):
        gap = fit.delta - delta
        cov += weight * (fit.cov + np.outer(gap, gap))
    return _OverSlopes(delta, cov, central, float(slope))


def _mix(probability: float, plain: _OverSlopes, adjusted: _OverSlopes) -> _OverSlopes:
    """The average of the estimates without and with the surroundings in the regression."""
    delta, variance = mix_models(
        probability,
        (plain.delta, np.diag(plain.cov)),
        (adjusted.delta, np.diag(adjusted.cov)),
    )
    variance = variance + probability * (_IMPERFECT * (adjusted.delta - plain.delta)) ** 2
    likelier = adjusted if probability > 0.5 else plain
    ratio = np.sqrt(variance / np.diag(likelier.cov))
    central = replace(
        likelier.central,
        decay_weights=_between(
            probability, plain.central.decay_weights, adjusted.central.decay_weights
        ),
        kernel=_between(probability, plain.central.kernel, adjusted.central.kernel),
        late=_between(probability, plain.central.late, adjusted.central.late),
        late_probability=likelier.central.late_probability,
    )
    return _OverSlopes(delta, likelier.cov * np.outer(ratio, ratio), central, plain.slope)


def _between(weight: float, first: Floats, second: Floats) -> Floats:
    return (1.0 - weight) * first + weight * second


def _two_speeds(pooled: Pooled, chosen: Ints) -> Floats:
    """z-values of a second component in addition to every type's likeliest adstock, shape (K,).

    The component is the counts of the day itself, or a slow adstock if the likeliest is fast
    already.
    """
    columns = Columns(chosen.size).adstocks(chosen)
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
    columns = Columns(chosen.size).adstocks(chosen)

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
    least = 1.0 / SLOPE_SPREAD**2  # the posterior is at least as certain as the prior
    return slope, float(1.0 / np.sqrt(max(curvature, least)))


def _reference_coefficients(projection: Projection, n_kinds: int) -> Floats:
    """Coefficients (q,) of a plain fit with one medium decay for all types.

    If leads show a hidden cause, the surroundings are in the fit. Otherwise residuals would contain
    the cause, be correlated with later engagements, and look like reactions to purchases.
    """
    where = Columns(n_kinds)
    gram = projection.gram.sum(axis=0)
    q = gram.shape[0] - 1
    rows = [np.eye(q)[where.adstocks(np.full(n_kinds, MIDDLING))], controls(n_kinds)]
    with_leads = np.concatenate([*rows, np.eye(q)[where.leads]])
    solved, inverse = _least_squares(gram, with_leads)
    noise = (gram[q, q] - solved @ with_leads @ gram[:q, q]) / max(projection.n_rows.sum(), 1)
    leads = slice(-n_kinds, None)
    own = inverse[leads, leads] * noise
    if (np.diag(own) > 0).all():
        change = read_change(solved[leads], own + 1e-12 * np.diag(np.diag(own)))
        if change.pooled_z > _EVIDENT:
            rows.append(surroundings(n_kinds, ~change.reacts))
    combined = np.concatenate(rows)
    return _least_squares(gram, combined)[0] @ combined


def _least_squares(gram: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Coefficients of combinations of the regressors, and the inverse of their cross products.

    Least norm: a type without variation, or one collinear with another, is rejected later.
    """
    inverse = np.linalg.pinv(rows @ gram[:-1, :-1] @ rows.T, rcond=1e-10, hermitian=True)
    return np.asarray(inverse @ rows @ gram[:-1, -1]), np.asarray(inverse, dtype=np.float64)
