"""What totals answer: which of the open kinds they may speak for, and what they say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.draft import Draft, refuse_collinear
from chalicelib.attribution.observations import Observations
from chalicelib.attribution.resolution import Resolution, is_weekly, resolve
from chalicelib.attribution.sensitivity import sensitivity_time_series
from chalicelib.attribution.time_series import TimeSeriesFit, fit_time_series

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MIN_CONVERSIONS = 20
MIN_ENGAGEMENTS = 50
MIN_DAYS = 28
MIN_DEGREES_OF_FREEDOM = 14
MAX_INFLATION = 25.0
"""Of the variance of an estimate by what the other kinds explain of the kind's changes."""
_TOGETHER = 0.8
UNKNOWN_SHAPE = (0.1, 0.97)
"""Probability of linear responses between which nobody knows whether they saturate: above, the data
speak for linear ones more clearly than was believed beforehand."""


def estimate_from_totals(observed: Observations, explained: Floats, draft: Draft) -> None:
    """Fill in the kinds that are still open from totals, or refuse them.

    Parameters
    ----------
    observed : Observations
    explained : array, shape (T,)
        Conversions per day that better methods already explained.
    draft : Draft
        Filled in: an estimate or a reason for every open kind.
    """
    kinds = _candidates(observed, draft)
    if kinds.size == 0:
        return
    outcome = observed.outcome - explained
    if outcome.std() <= 1e-9 * max(observed.outcome.mean(), 1.0):
        draft.refuse(kinds, "no_variation_in_conversions")
        return
    sparse = np.array([_is_sparse(observed.counts[:, kind], observed.outcome) for kind in kinds])
    draft.refuse(kinds[sparse], "sparse_totals")
    kinds = kinds[~sparse]
    if kinds.size == 0:
        return
    weekly = np.array([is_weekly(observed.counts[:, kind]) for kind in kinds])
    resolution = resolve(observed.outcome, weekly)
    mixed = weekly if resolution.step_days == 1 else np.zeros_like(weekly)
    draft.refuse(kinds[mixed], "weekly_totals")
    counts = resolution.spread(observed.counts[:, kinds], weekly)
    changes = _changes(counts, resolution)
    varying = np.sqrt((changes**2).mean(axis=0)) > 1e-6 * resolution.total(counts).mean(axis=0)
    draft.refuse(kinds[~varying & ~mixed], "no_variation")
    answerable = np.flatnonzero(varying & ~mixed)
    if answerable.size == 0:
        return
    kept, answered = _separable(changes, answerable, kinds, observed.names, draft)
    kept = np.concatenate([kept, np.flatnonzero(varying & mixed)])
    if _degrees_of_freedom(resolution, kept.size) < MIN_DEGREES_OF_FREEDOM:
        draft.refuse(kinds[answered], "too_short_window")
        return
    padded = np.zeros(max(resolution.n_days, outcome.size))
    padded[: outcome.size] = outcome
    totals = resolution.total(padded)
    fit = fit_time_series(totals, counts[:, kept], resolution)
    if _outside_shocks(totals, fit) < MIN_CONVERSIONS:
        draft.refuse(kinds[answered], "too_few_conversions")
        return
    _tell(fit, resolution, kinds[answered], np.flatnonzero(np.isin(kept, answered)), draft)


def _tell(
    fit: TimeSeriesFit, resolution: Resolution, kinds: Ints, position: Ints, draft: Draft
) -> None:
    """Put what the fit says of `kinds`, which are at `position` in it, into the draft."""
    if not fit.converged:
        draft.refuse(kinds, "did_not_converge")
        return
    draft.accept(
        kinds,
        "time_series",
        fit.delta[position],
        fit.cov[np.ix_(position, position)],
        fit.decay_weights[position],
        fit.critical,
    )
    for place, kind in zip(position, kinds, strict=True):
        draft.sensitivities[kind] = sensitivity_time_series(
            float(fit.t_value[place]), fit.degrees_of_freedom, fit.critical
        )
    if fit.residual_p < 0.01:
        draft.warn(kinds, "autocorrelated_residuals")
    if UNKNOWN_SHAPE[0] < fit.linear < UNKNOWN_SHAPE[1]:
        draft.warn(kinds, "saturation_unknown")
    if fit.shocks:
        draft.warn(kinds, "shocks_removed")
    if fit.follows_demand:
        draft.warn(kinds, "follows_demand")
    draft.diagnostics |= {
        "residual_autocorrelation_p": round(fit.residual_p, 4),
        "linear_response_probability": round(fit.linear, 4),
        "step_days": resolution.step_days,
    }
    days = [
        {
            "from": resolution.first + shock.start * resolution.step_days,
            "to": resolution.first + shock.stop * resolution.step_days - 1,
            "kind": shock.kind,
        }
        for shock in fit.shocks
    ]
    draft.diagnostics["shocks"] = days  # days of the window, from 0


def _is_sparse(counts: Floats, outcome: Floats) -> bool:
    """Whether totals come less often than once a week, and days without one are no zeros.

    Engagements and conversions are both there on the same few days, more than a week apart.
    """
    days, sold = np.flatnonzero(counts > 0), np.flatnonzero(outcome > 0)
    together = np.intersect1d(days, sold)
    return bool(
        together.size >= 2
        and together.size >= _TOGETHER * max(days.size, sold.size)
        and np.median(np.diff(together)) > 7
    )


def _candidates(observed: Observations, draft: Draft) -> Ints:
    """Open kinds with engagements and conversions enough; the others are refused."""
    n_days = observed.counts.shape[0]
    total = observed.counts.sum(axis=0)
    candidates = []
    for kind in draft.open_kinds():
        reason = _reason_against(observed, kind, n_days, float(total[kind]))
        if reason is not None:
            draft.reasons[kind].append(reason)
        else:
            candidates.append(kind)
    return np.array(candidates, dtype=np.int64)


def _reason_against(observed: Observations, kind: int, n_days: int, total: float) -> str | None:
    if observed.outcome.sum() < MIN_CONVERSIONS:
        return "too_few_conversions"
    if total < MIN_ENGAGEMENTS:
        return "too_few_engagements"
    if n_days < MIN_DAYS:
        return "too_short_window"
    return None


def _outside_shocks(totals: Floats, fit: TimeSeriesFit) -> float:
    """Conversions on days that nothing else explains."""
    ordinary = np.ones(totals.size, dtype=bool)
    for shock in fit.shocks:
        if shock.kind in ("outlier", "run"):
            ordinary[shock.start : shock.stop] = False
    return float(totals[ordinary].sum())


def _degrees_of_freedom(resolution: Resolution, n_kinds: int) -> int:
    return resolution.n_steps - 1 - (6 if resolution.step_days == 1 else 0) - n_kinds


def _changes(counts: Floats, resolution: Resolution) -> Floats:
    """Changes from step to step with the mean of each weekday taken out, shape (N - 1, K)."""
    changes = np.diff(resolution.total(counts), axis=0)
    period = 7 if resolution.step_days == 1 else 1
    for phase in range(period):
        changes[phase::period] -= changes[phase::period].mean(axis=0)
    return np.asarray(changes)


def _separable(
    changes: Floats, answerable: Ints, kinds: Ints, names: tuple[str, ...], draft: Draft
) -> tuple[Ints, Ints]:
    """Kinds that stay in the model and those that get an answer, as positions in `kinds`.

    Refused are pairs that move together, and kinds that several others make up.
    """
    mine = changes[:, answerable]
    scale = np.sqrt((mine**2).sum(axis=0))
    correlation = mine.T @ mine / np.outer(scale, scale)
    refused, control = refuse_collinear(correlation, kinds[answerable], names, draft)
    kept = np.flatnonzero(~refused | control)
    own = correlation[np.ix_(kept, kept)] + 1e-6 * np.eye(kept.size)
    inflation = np.diag(np.linalg.inv(own))
    for position in np.flatnonzero(inflation > MAX_INFLATION):
        kind = kept[position]
        if refused[kind]:
            continue
        others = np.abs(np.where(np.arange(kept.size) == position, 0.0, correlation[kind, kept]))
        partner = kept[int(np.argmax(others))]
        draft.refuse(
            kinds[answerable[[kind]]], f"collinear_with:{names[kinds[answerable[partner]]]}"
        )
        refused[kind] = True
    return answerable[kept], answerable[np.flatnonzero(~refused)]
