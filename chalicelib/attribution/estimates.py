"""Which method answers for which kind: estimates for one goal, each with its method or its reasons.

`within_user` outranks `time_series`; a kind for which neither has enough to go on is refused with a
reason, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.observations import Observations, mean_inside, mean_order_value
from chalicelib.attribution.panel import People, Progress
from chalicelib.attribution.time_series import adstock_series, fit_time_series
from chalicelib.attribution.within_user import fit_within_user, reduce_panel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MIN_CONVERSIONS = 20
MIN_ENGAGEMENTS = 50
MIN_IDENTIFIED_SHARE = 0.5
MIN_IDENTIFIED_CONVERSIONS_SHARE = 0.8
MIN_DAYS_WITHIN_USER = 14
MIN_DAYS_TIME_SERIES = 28
COLLINEAR = 0.95
EDGE_WEIGHT = 0.5
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class GoalEstimates:
    """Estimates for one goal.

    Attributes
    ----------
    delta : array, shape (K,)
        Conversions inside the window caused by one engagement; NaN where refused.
    cov : array, shape (K, K)
        Covariance; zero in the rows of refused kinds and between methods.
    critical : array, shape (K,)
        Two-sided 95 % quantiles of Student's distribution.
    methods : list of str or None, length K
    reasons, warnings : lists of lists of str, length K
    decay_weights : array, shape (K, G)
        Weights of the decays `adstock.DECAYS`.
    value_mean, value_variance : float
        Mean value of a conversion and the variance of that mean.
    diagnostics : dict
        Plain numbers that describe the fit.
    """

    delta: Floats
    cov: Floats
    critical: Floats
    methods: list[str | None]
    reasons: list[list[str]]
    warnings: list[list[str]]
    decay_weights: Floats
    value_mean: float
    value_variance: float
    diagnostics: dict[str, float | int | None]


@dataclass(slots=True)
class _Draft:
    """Estimates while they are being put together."""

    delta: Floats
    cov: Floats
    critical: Floats
    decay_weights: Floats
    methods: list[str | None]
    reasons: list[list[str]]
    warnings: list[list[str]]
    diagnostics: dict[str, float | int | None] = field(default_factory=dict)

    def accept(
        self, kinds: Ints, method: str, delta: Floats, cov: Floats, weights: Floats, critical: float
    ) -> None:
        self.delta[kinds] = delta
        self.cov[np.ix_(kinds, kinds)] = cov
        self.decay_weights[kinds] = weights
        self.critical[kinds] = critical
        for position, kind in enumerate(kinds):
            self.methods[kind] = method
            if weights[position, -1] > EDGE_WEIGHT:
                self.warnings[kind].append("decay_at_edge")


def estimate_goal(observed: Observations, progress: Progress | None = None) -> GoalEstimates:
    """Estimates of every kind for one goal, each with a method or with the reasons for none."""
    n_days, n_kinds = observed.counts.shape
    draft = _Draft(
        delta=np.full(n_kinds, np.nan),
        cov=np.zeros((n_kinds, n_kinds)),
        critical=np.full(n_kinds, float(stats.norm.ppf(0.5 + LEVEL / 2))),
        decay_weights=np.zeros((n_kinds, DECAYS.size)),
        methods=[None] * n_kinds,
        reasons=[[] for _ in range(n_kinds)],
        warnings=[[] for _ in range(n_kinds)],
    )
    inside = mean_inside(observed.counts)
    explained = np.zeros(n_days)
    within = _kinds_within_user(observed)
    if within.size:
        explained = _estimate_within_user(observed, within, inside, draft, progress)
    _estimate_time_series(observed, inside, explained, draft)
    mean, variance = mean_order_value(observed.order_value, observed.order_count)
    draft.diagnostics |= {
        "days": n_days,
        "conversions": float(observed.outcome.sum()),
        "identified_conversions": float(observed.people.outcome_weight.sum()),
    }
    return GoalEstimates(
        draft.delta,
        draft.cov,
        draft.critical,
        draft.methods,
        draft.reasons,
        draft.warnings,
        draft.decay_weights,
        mean,
        variance,
        draft.diagnostics,
    )


def _kinds_within_user(observed: Observations) -> Ints:
    """Kinds that the panel may answer for, by how much of the data carries a person."""
    people = observed.people
    identified = people.outcome_weight.sum()
    at_risk = people.outcome_day > people.first_day[people.outcome_person]
    if (
        observed.counts.shape[0] < MIN_DAYS_WITHIN_USER
        or people.outcome_weight[at_risk].sum() < MIN_CONVERSIONS
        or identified < MIN_IDENTIFIED_CONVERSIONS_SHARE * observed.outcome.sum()
    ):
        return np.zeros(0, dtype=np.int64)
    total = observed.counts.sum(axis=0)
    enough = (observed.identified >= MIN_ENGAGEMENTS) & (
        observed.identified >= MIN_IDENTIFIED_SHARE * total
    )
    return np.flatnonzero(enough)


def _estimate_within_user(
    observed: Observations,
    kinds: Ints,
    inside: Floats,
    draft: _Draft,
    progress: Progress | None,
) -> Floats:
    """Fill in what the panel says; returns the conversions per day that it explains, shape (T,)."""
    people = _restrict_people(observed.people, kinds)
    panel = reduce_panel(people, progress)
    varying = panel.variation() > 1e-9 * np.maximum(observed.identified[kinds], 1.0)
    for kind in kinds[~varying]:
        draft.reasons[kind].append("no_variation")
    position = np.flatnonzero(varying)
    if position.size == 0:
        return np.zeros(observed.counts.shape[0])
    panel = panel.restrict(position)
    kinds = kinds[varying]
    refused, control = _refuse_collinear(panel.correlation(), kinds, observed.names, draft)
    kept = np.flatnonzero(~refused | control)
    fit = fit_within_user(panel.restrict(kept), inside[kinds[kept]])
    answered = np.flatnonzero(~refused[kept])
    effective = min(panel.n_people, int(people.outcome_weight.sum()))
    critical = float(stats.t.ppf(0.5 + LEVEL / 2, max(effective - kept.size - 1, 1)))
    draft.accept(
        kinds[kept][answered],
        "within_user",
        fit.delta[answered],
        fit.cov[np.ix_(answered, answered)],
        fit.decay_weights[answered],
        critical,
    )
    draft.diagnostics |= {"people": panel.n_people, "person_days": panel.n_rows}
    stocks = adstock_series(observed.counts[:, kinds[kept]])
    return np.asarray(np.einsum("tkg,kg->t", stocks, fit.kernel))


def _estimate_time_series(
    observed: Observations, inside: Floats, explained: Floats, draft: _Draft
) -> None:
    """Fill in the kinds that are still open from daily totals, or refuse them."""
    n_days = observed.counts.shape[0]
    total = observed.counts.sum(axis=0)
    candidates = []
    for kind in range(observed.counts.shape[1]):
        if draft.methods[kind] is not None or draft.reasons[kind]:
            continue
        reason = _reason_against_time_series(observed, kind, n_days, float(total[kind]))
        if reason is not None:
            draft.reasons[kind].append(reason)
        else:
            candidates.append(kind)
    kinds = np.array(candidates, dtype=np.int64)
    if kinds.size == 0:
        return
    outcome = observed.outcome - explained
    if outcome.std() <= 1e-9 * max(observed.outcome.mean(), 1.0):
        for kind in kinds:
            draft.reasons[kind].append("no_variation_in_conversions")
        return
    changes = _less_weekdays(observed.counts[:, kinds])
    varying = np.sqrt((changes**2).mean(axis=0)) > 1e-6 * observed.counts[:, kinds].mean(axis=0)
    for kind in kinds[~varying]:
        draft.reasons[kind].append("no_variation")
    kinds, changes = kinds[varying], changes[:, varying]
    if kinds.size == 0:
        return
    scale = np.sqrt((changes**2).sum(axis=0))
    correlation = changes.T @ changes / np.outer(scale, scale)
    refused, control = _refuse_collinear(correlation, kinds, observed.names, draft)
    kept = np.flatnonzero(~refused | control)
    if n_days < MIN_DAYS_TIME_SERIES + 3 * kept.size:
        for kind in kinds[~refused]:
            draft.reasons[kind].append("too_short_window")
        return
    fit = fit_time_series(outcome, observed.counts[:, kinds[kept]], inside[kinds[kept]])
    answered = np.flatnonzero(~refused[kept])
    if not fit.converged:
        for kind in kinds[kept][answered]:
            draft.reasons[kind].append("did_not_converge")
        return
    draft.accept(
        kinds[kept][answered],
        "time_series",
        fit.delta[answered],
        fit.cov[np.ix_(answered, answered)],
        fit.decay_weights[answered],
        fit.critical,
    )
    if fit.residual_p < 0.01:
        for kind in kinds[kept][answered]:
            draft.warnings[kind].append("autocorrelated_residuals")
    draft.diagnostics["residual_autocorrelation_p"] = round(fit.residual_p, 4)


def _reason_against_time_series(
    observed: Observations, kind: int, n_days: int, total: float
) -> str | None:
    if observed.exposure[kind]:
        return "exposure_only"
    if observed.outcome.sum() < MIN_CONVERSIONS:
        return "too_few_conversions"
    if total < MIN_ENGAGEMENTS:
        return "too_few_engagements"
    if n_days < MIN_DAYS_TIME_SERIES:
        return "too_short_window"
    return None


def _refuse_collinear(
    correlation: Floats, kinds: Ints, names: tuple[str, ...], draft: _Draft
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Refuse kinds that move together, naming the partner.

    Returns
    -------
    refused, control : bool arrays, shape (K,)
        Who gets no answer, and who of those stays in the model so that what the pair does together
        is not credited to others.
    """
    refused = np.zeros(kinds.size, dtype=bool)
    control = np.zeros(kinds.size, dtype=bool)
    for first in range(kinds.size):
        for second in range(first + 1, kinds.size):
            if abs(correlation[first, second]) <= COLLINEAR:
                continue
            draft.reasons[kinds[first]].append(f"collinear_with:{names[kinds[second]]}")
            draft.reasons[kinds[second]].append(f"collinear_with:{names[kinds[first]]}")
            control[first] = not refused[first]
            refused[[first, second]] = True
            control[second] = False
    return refused, control


def _less_weekdays(counts: Floats) -> Floats:
    """Day-to-day changes with the mean of each weekday taken out, shape (T - 1, K)."""
    changes = np.diff(counts, axis=0)
    weekday = np.arange(changes.shape[0]) % 7
    for day in range(7):
        changes[weekday == day] -= changes[weekday == day].mean(axis=0)
    return np.asarray(changes)


def _restrict_people(people: People, kinds: Ints) -> People:
    """The journeys over some of the kinds, renumbered; nobody is dropped."""
    number = np.full(people.n_kinds, -1, dtype=np.int64)
    number[kinds] = np.arange(kinds.size)
    kept = number[people.touch_kind] >= 0
    return replace(
        people,
        n_kinds=int(kinds.size),
        touch_person=people.touch_person[kept],
        touch_day=people.touch_day[kept],
        touch_kind=number[people.touch_kind[kept]],
        touch_count=people.touch_count[kept],
    )
