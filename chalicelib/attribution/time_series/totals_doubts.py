"""Warnings of an estimate from totals, and the types that they are about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.draft import Draft
from chalicelib.attribution.observations import channel_of
from chalicelib.attribution.time_series.averaged_models import LIKELY_ENOUGH, TimeSeriesFit
from chalicelib.attribution.time_series.influence import one_day_decides
from chalicelib.attribution.time_series.joint_runs import JointRuns, find_joint_runs
from chalicelib.attribution.time_series.same_day import gone_tomorrow, is_search_ad, jump_together
from chalicelib.attribution.time_series.timeline import Timeline

UNKNOWN_SHAPE = (0.1, 0.97)
"""Limits of the probability of linear responses between which saturation is unknown.

Above them, the data support linear responses more clearly than the prior did.
"""
CORRELATED = 0.01
"""Ljung-Box p-value below which residuals are correlated."""


@dataclass(frozen=True, slots=True)
class Series:
    """The totals of a fit."""

    names: tuple[str, ...]
    """``channel/type``. Length K."""
    counts: Floats
    """Per step. Shape (N, K)."""
    outcome: Floats
    """Shape (N,)."""
    timeline: Timeline
    """Steps that are used."""
    others: Floats
    """Types estimated from regions: not in the fit, but moved by the same demand. Shape (N, J)."""
    other_names: tuple[str, ...]
    """Length J."""

    @property
    def channels(self) -> tuple[str, ...]:
        """The channel of each type, the others last."""
        return tuple(channel_of(name) for name in (*self.names, *self.other_names))

    def used_counts(self) -> Floats:
        """Counts of the types of the fit on the used steps."""
        return self.counts[self.timeline.times]

    def used(self) -> tuple[Floats, Floats, tuple[str, ...], Timeline]:
        """Counts of all types and outcome of the used steps, with channels and times."""
        times = self.timeline.times
        counts = np.column_stack([self.counts[times], self.others[times]])
        return counts, self.outcome[times], self.channels, self.timeline

    def joint_runs(self) -> JointRuns:
        """Runs of used steps in which several channels rose together."""
        return find_joint_runs(*self.used())


def warn_of_doubts(
    fit: TimeSeriesFit,
    series: Series,
    runs: JointRuns,
    kinds: Ints,
    place: Ints,
    draft: Draft,
) -> None:
    """Add warnings to the estimates of `kinds`, which are at `place` in the fit."""
    search = np.array([is_search_ad(name) for name in series.names])
    gone = gone_tomorrow(fit.t_value, fit.decay_weights, search)
    if jump_together(*series.used()):
        gone[:] = True
    draft.warn(kinds[gone[place]], "same_day_demand_suspected")
    draft.warn(kinds[search[place]], "search_ads_not_split")
    if runs.runs:
        draft.warn(kinds, "promotion_suspected" if runs.sales_jump else "joint_runs_left_out")
    if fit.residual_p < CORRELATED:
        draft.warn(kinds, "autocorrelated_residuals")
    linear = fit.linear[place]
    draft.warn(
        kinds[(UNKNOWN_SHAPE[0] < linear) & (linear < UNKNOWN_SHAPE[1])], "saturation_unknown"
    )
    if fit.shocks:
        draft.warn(kinds, "shocks_removed")
    decided = one_day_decides(fit.t_value, fit.critical, fit.strongest_days, series.used_counts())
    draft.warn(kinds[decided[place]], "one_day_decides")
    if fit.late_probability >= LIKELY_ENOUGH:
        included = fit.late_probability > 0.5
        draft.warn(kinds, "delayed_effect" if included else "delayed_effect_suspected")
    if fit.follows_demand:
        draft.warn(kinds, "follows_demand")
