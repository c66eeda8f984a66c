"""What daily totals answer: which of the open kinds they may speak for, and what they say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.draft import Draft, refuse_collinear
from chalicelib.attribution.observations import Observations
from chalicelib.attribution.time_series import fit_time_series

Floats = NDArray[np.float64]

MIN_CONVERSIONS = 20
MIN_ENGAGEMENTS = 50
MIN_DAYS = 28


def estimate_from_totals(
    observed: Observations, inside: Floats, explained: Floats, draft: Draft
) -> None:
    """Fill in the kinds that are still open from daily totals, or refuse them.

    Parameters
    ----------
    observed : Observations
    inside : array, shape (K, G)
        Mean over a kind's engagements of the adstock weights inside the window, per decay.
    explained : array, shape (T,)
        Conversions per day that better methods already explained.
    draft : Draft
        Filled in: an estimate or a reason for every open kind.
    """
    n_days = observed.counts.shape[0]
    total = observed.counts.sum(axis=0)
    candidates = []
    for kind in draft.open_kinds():
        reason = _reason_against(observed, kind, n_days, float(total[kind]))
        if reason is not None:
            draft.reasons[kind].append(reason)
        else:
            candidates.append(kind)
    kinds = np.array(candidates, dtype=np.int64)
    if kinds.size == 0:
        return
    outcome = observed.outcome - explained
    if outcome.std() <= 1e-9 * max(observed.outcome.mean(), 1.0):
        draft.refuse(kinds, "no_variation_in_conversions")
        return
    changes = _less_weekdays(observed.counts[:, kinds])
    varying = np.sqrt((changes**2).mean(axis=0)) > 1e-6 * observed.counts[:, kinds].mean(axis=0)
    draft.refuse(kinds[~varying], "no_variation")
    kinds, changes = kinds[varying], changes[:, varying]
    if kinds.size == 0:
        return
    scale = np.sqrt((changes**2).sum(axis=0))
    correlation = changes.T @ changes / np.outer(scale, scale)
    refused, control = refuse_collinear(correlation, kinds, observed.names, draft)
    kept = np.flatnonzero(~refused | control)
    if n_days < MIN_DAYS + 3 * kept.size:
        draft.refuse(kinds[~refused], "too_short_window")
        return
    fit = fit_time_series(outcome, observed.counts[:, kinds[kept]], inside[kinds[kept]])
    answered = np.flatnonzero(~refused[kept])
    if not fit.converged:
        draft.refuse(kinds[kept][answered], "did_not_converge")
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
        draft.warn(kinds[kept][answered], "autocorrelated_residuals")
    draft.diagnostics["residual_autocorrelation_p"] = round(fit.residual_p, 4)


def _reason_against(observed: Observations, kind: int, n_days: int, total: float) -> str | None:
    if observed.exposure[kind]:
        return "exposure_only"
    if observed.outcome.sum() < MIN_CONVERSIONS:
        return "too_few_conversions"
    if total < MIN_ENGAGEMENTS:
        return "too_few_engagements"
    if n_days < MIN_DAYS:
        return "too_short_window"
    return None


def _less_weekdays(counts: Floats) -> Floats:
    """Day-to-day changes with the mean of each weekday taken out, shape (T - 1, K)."""
    changes = np.diff(counts, axis=0)
    weekday = np.arange(changes.shape[0]) % 7
    for day in range(7):
        changes[weekday == day] -= changes[weekday == day].mean(axis=0)
    return np.asarray(changes)
