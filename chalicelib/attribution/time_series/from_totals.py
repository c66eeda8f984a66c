"""Estimates from totals: which of the open types qualify, and their effects."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.coverage import find_common_days
from chalicelib.attribution.draft import Draft, TotalsModel, reject_collinear
from chalicelib.attribution.observations import Context, Observations
from chalicelib.attribution.sensitivity import sensitivity_time_series
from chalicelib.attribution.time_series.averaged_models import TimeSeriesFit, fit_time_series
from chalicelib.attribution.time_series.covariates import build_covariates
from chalicelib.attribution.time_series.joint_runs import JointRuns
from chalicelib.attribution.time_series.resolution import Resolution, is_weekly, resolve
from chalicelib.attribution.time_series.timeline import Timeline, distinct
from chalicelib.attribution.time_series.totals_doubts import Series, warn_of_doubts

MIN_CONVERSIONS = 20
MIN_ENGAGEMENTS = 50
MIN_DAYS = 28
MIN_DEGREES_OF_FREEDOM = 14
MAX_INFLATION = 25.0
"""Maximum variance inflation of an estimate by the other types' changes."""
_TOGETHER = 0.8
_DIGITS = 12  # digits of compared shares, above the rounding error from another scale


@dataclass(frozen=True, slots=True)
class TotalsToFit:
    """The types that totals can estimate, and the series of their model."""

    resolution: Resolution
    totals: Floats
    """The outcome per step. Shape (N,)."""
    counts: Floats
    """Engagements per day of the types in the model. Shape (n_days, k)."""
    covered: Bools
    """Days on which each was observed. Shape (n_days, k)."""
    kinds: Ints
    """The types in the model. Shape (k,)."""
    answered: Ints
    """Positions in `kinds` of the types to estimate; the others are only in the model."""
    usable: Bools
    """Days on which everything was observed. Shape (T,)."""
    series: Series
    runs: JointRuns
    ignored: tuple[str, ...]
    """Controls with too many unknown days."""
    whole_timeline: Timeline
    """All usable steps, with those of joint runs."""


def estimate_from_totals(observed: Observations, explained: Floats, draft: Draft) -> None:
    """Estimate the types that are still open from totals, or reject them.

    Parameters
    ----------
    explained : array, shape (T,)
        Conversions per day that better methods already explain.
    draft : Draft
        With the estimates from people and regions. Receives an estimate or a reason for every
        open type.
    """
    data = select_totals(observed, explained, draft)
    if data is None:
        return
    place, answered = data.answered, data.kinds[data.answered]
    fit = fit_time_series(
        data.totals,
        data.counts,
        data.resolution,
        data.series.timeline,
        data.covered,
        observed.channels[data.kinds],
    )
    if _outside_shocks(data.totals, fit, data.series.timeline) < MIN_CONVERSIONS:
        draft.reject(answered, "too_few_conversions")
        return
    if not fit.converged:
        draft.reject(answered, "did_not_converge")
        return
    draft.totals = TotalsModel(data.kinds, fit.model)
    _write_estimates(fit, data.resolution, answered, place, draft)
    if data.usable.sum() < data.usable.size:
        draft.warn(answered, "coverage_gap")
    for code in context_used(observed.context, data.usable):
        draft.warn(answered, code)
    warn_of_doubts(fit, data.series, data.runs, answered, place, draft)
    draft.diagnostics |= {
        "usable_days": int(data.usable.sum()),
        "context_columns": data.whole_timeline.context.shape[1],
        "controls_ignored": list(data.ignored),
        "joint_runs": [
            _days_of(*run, data.whole_timeline, data.resolution) for run in data.runs.runs
        ],
    }


def select_totals(observed: Observations, explained: Floats, draft: Draft) -> TotalsToFit | None:
    """Choose the open types that totals can estimate, and reject the others.

    Returns None if none is left. Parameters as in `estimate_from_totals`.
    """
    by_region = np.flatnonzero([method == "time_series" for method in draft.methods])
    kinds, usable = _candidates(observed, draft)
    if kinds.size == 0:
        return None
    outcome = observed.outcome - explained
    if outcome[usable].std() <= 1e-9 * max(observed.outcome[usable].mean(), 1.0):
        draft.reject(kinds, "no_variation_in_conversions")
        return None
    sparse = np.array([is_sparse(observed.counts[:, kind], observed.outcome) for kind in kinds])
    draft.reject(kinds[sparse], "sparse_totals")
    kinds = kinds[~sparse]
    if kinds.size == 0:
        return None
    weekly = np.array([is_weekly(observed.counts[:, kind]) for kind in kinds])
    resolution = resolve(observed.outcome, weekly)
    mixed = weekly if resolution.step_days == 1 else np.zeros_like(weekly)
    draft.reject(kinds[mixed], "weekly_totals")
    counts = resolution.spread(observed.counts[:, kinds], weekly)
    timeline, ignored = used_steps(observed, usable, resolution)
    if timeline.times.size < 2 * MIN_DEGREES_OF_FREEDOM // resolution.step_days:
        draft.reject(kinds[~mixed], "too_short_window")
        return None
    changes = _changes(counts, resolution, timeline)
    varying = np.sqrt((changes**2).mean(axis=0)) > 1e-6 * resolution.total(counts).mean(axis=0)
    draft.reject(kinds[~varying & ~mixed], "no_variation")
    answerable = np.flatnonzero(varying & ~mixed)
    if answerable.size == 0:
        return None
    kept, answered = _separable(changes, answerable, kinds, observed.names, draft)
    kept = np.concatenate([kept, np.flatnonzero(varying & mixed)])
    if _degrees_of_freedom(timeline, kept.size) < MIN_DEGREES_OF_FREEDOM:
        draft.reject(kinds[answered], "too_short_window")
        return None
    padded = np.zeros(max(resolution.n_days, outcome.size))
    padded[: outcome.size] = outcome
    totals = resolution.total(padded)
    covered = _extended(observed.covered.counts[:, kinds[kept]], resolution.n_days)
    names = tuple(observed.names[kind] for kind in kinds[kept])
    whole = Series(
        names,
        resolution.total(counts[:, kept]),
        totals,
        timeline,
        resolution.total(_spread_days(observed.counts[:, by_region], resolution)),
        tuple(observed.names[kind] for kind in by_region),
    )
    runs = whole.joint_runs()
    ordinary = timeline.only(runs.ordinary)
    used = _degrees_of_freedom(ordinary, kept.size) >= MIN_DEGREES_OF_FREEDOM
    return TotalsToFit(
        resolution=resolution,
        totals=totals,
        counts=counts[:, kept],
        covered=covered,
        kinds=kinds[kept],
        answered=np.flatnonzero(np.isin(kept, answered)),
        usable=usable,
        series=replace(whole, timeline=ordinary) if used else whole,
        whole_timeline=timeline,
        runs=runs,
        ignored=ignored,
    )


def _spread_days(counts: Floats, resolution: Resolution) -> Floats:
    """Counts on the days of the resolution; weekly totals are spread over their days."""
    return resolution.spread(counts, np.array([is_weekly(one) for one in counts.T], dtype=bool))


def _days_of(start: int, stop: int, timeline: Timeline, resolution: Resolution) -> dict[str, int]:
    """First and last day of the rows from `start` to before `stop`."""
    first, last = int(timeline.times[start]), int(timeline.times[stop - 1])
    return {
        "from": resolution.first + first * resolution.step_days,
        "to": resolution.first + (last + 1) * resolution.step_days - 1,
    }


def _write_estimates(
    fit: TimeSeriesFit, resolution: Resolution, kinds: Ints, position: Ints, draft: Draft
) -> None:
    """Put the results for `kinds`, which are at `position` in the fit, into the draft."""
    late_share = np.zeros((kinds.size, draft.late_share.shape[1]))
    late_share[:, -1] = fit.late_share[position]  # the last block has the days of `late_effects`
    draft.accept(
        kinds,
        "time_series",
        fit.delta[position],
        fit.cov[np.ix_(position, position)],
        fit.decay_weights[position],
        fit.critical,
        late_share,
    )
    for place, kind in zip(position, kinds, strict=True):
        draft.sensitivities[kind] = sensitivity_time_series(
            float(fit.t_value[place]), fit.degrees_of_freedom, fit.critical
        )
    draft.diagnostics |= {
        "residual_autocorrelation_p": round(fit.residual_p, 4),
        "linear_response_probability": round(float(fit.linear.min()), 4),
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


def is_sparse(counts: Floats, outcome: Floats) -> bool:
    """Whether totals come less than once a week and days without one are not zeros.

    Engagements and conversions then both exist on the same few days, more than a week apart.
    """
    days, sold = np.flatnonzero(counts > 0), np.flatnonzero(outcome > 0)
    together = np.intersect1d(days, sold)
    return bool(
        together.size >= 2
        and together.size >= _TOGETHER * max(days.size, sold.size)
        and np.median(np.diff(together)) > 7
    )


def _candidates(observed: Observations, draft: Draft) -> tuple[Ints, Bools]:
    """Open types with enough engagements and conversions on common days, and these days, (T,).

    The others are rejected.
    """
    covered = observed.covered
    candidates = []
    for kind in draft.open_kinds():
        reason = _reason_against(observed, kind)
        if reason is not None:
            draft.reasons[kind].append(reason)
        else:
            candidates.append(kind)
    common = find_common_days(covered, np.array(candidates, dtype=np.int64), MIN_DAYS)
    for kind, reason in common.rejected.items():
        draft.reasons[kind].append(reason)
    return by_content(observed.counts, common.types), common.days


def by_content(counts: Floats, kinds: Ints) -> Ints:
    """Sort types by their own series alone, not by name or scale.

    The draws of `averaging` take types one after the other, so without this sorting the result
    would depend on the caller's order.
    """
    if kinds.size == 0:
        return kinds
    mine = counts[:, kinds]
    share = np.round(mine / np.maximum(mine.sum(axis=0), 1e-300), _DIGITS)
    return kinds[np.lexsort(share[::-1])]


def used_steps(
    observed: Observations, usable: Bools, resolution: Resolution
) -> tuple[Timeline, tuple[str, ...]]:
    """Steps whose days are all usable, with their context; and ignored controls."""
    days = _extended(usable, resolution.n_days).astype(np.float64)
    steps = resolution.total(days) == resolution.step_days
    covariates = build_covariates(observed.context, resolution, steps)
    times = np.flatnonzero(steps & covariates.known)
    context = distinct(covariates.columns[times]) if times.size else covariates.columns[times]
    return Timeline(times, resolution.step_days, context), covariates.ignored


def context_used(context: Context, usable: Bools) -> list[str]:
    """Notes that annotations, or public holidays, on usable days are part of the model."""
    annotated = context.annotated(usable.size)[usable]
    used = {name for name, column in zip(context.names, annotated.T, strict=True) if column.any()}
    notes = (
        ("annotations_used", used - context.holidays),
        ("holidays_used", used & context.holidays),
    )
    return [warning for warning, names in notes if names]


def _extended(known: Bools, n_days: int) -> Bools:
    """Extend days to `n_days`: a week cut by the window's end is observed if its last day is."""
    missing = max(n_days - known.shape[0], 0)
    return np.concatenate([known[:n_days], np.repeat(known[-1:], missing, axis=0)])


def _reason_against(observed: Observations, kind: int) -> str | None:
    covered = observed.covered
    if observed.outcome[covered.outcome].sum() < MIN_CONVERSIONS:
        return "too_few_conversions"
    if observed.counts[covered.counts[:, kind], kind].sum() < MIN_ENGAGEMENTS:
        return "too_few_engagements"
    if observed.outcome.size < MIN_DAYS:
        return "too_short_window"
    return None


def _outside_shocks(totals: Floats, fit: TimeSeriesFit, timeline: Timeline) -> float:
    """Conversions on observed days that nothing else explains."""
    ordinary = np.zeros(totals.size, dtype=bool)
    ordinary[timeline.times] = True
    for shock in fit.shocks:
        if shock.kind in ("outlier", "run"):
            ordinary[shock.start : shock.stop] = False
    return float(totals[ordinary].sum())


def _degrees_of_freedom(timeline: Timeline, n_kinds: int) -> int:
    patterns = timeline.period - 1 + timeline.context.shape[1]
    return timeline.times.size - 1 - int(patterns) - n_kinds


def _changes(counts: Floats, resolution: Resolution, timeline: Timeline) -> Floats:
    """Changes between observed steps, less the mean of each weekday, shape (N - 1, K)."""
    changes = np.diff(resolution.total(counts)[timeline.times], axis=0)
    phases = timeline.times[:-1] % timeline.period
    for phase in np.unique(phases):
        changes[phases == phase] -= changes[phases == phase].mean(axis=0)
    return np.asarray(changes)


def _separable(
    changes: Floats, answerable: Ints, kinds: Ints, names: tuple[str, ...], draft: Draft
) -> tuple[Ints, Ints]:
    """Types that stay in the model, and types to estimate, as positions in `kinds`.

    Pairs that move together are rejected, and types that several others explain.
    """
    mine = changes[:, answerable]
    scale = np.sqrt((mine**2).sum(axis=0))
    correlation = mine.T @ mine / np.outer(scale, scale)
    rejected, control = reject_collinear(correlation, kinds[answerable], names, draft)
    kept = np.flatnonzero(~rejected | control)
    own = correlation[np.ix_(kept, kept)] + 1e-6 * np.eye(kept.size)
    inflation = np.diag(np.linalg.inv(own))
    for position in np.flatnonzero(inflation > MAX_INFLATION):
        kind = kept[position]
        if rejected[kind]:
            continue
        others = np.abs(np.where(np.arange(kept.size) == position, 0.0, correlation[kind, kept]))
        partner = kept[int(np.argmax(others))]
        draft.reject(
            kinds[answerable[[kind]]], f"collinear_with:{names[kinds[answerable[partner]]]}"
        )
        rejected[kind] = True
    return answerable[kept], answerable[np.flatnonzero(~rejected)]
