"""The part of the effect of following that acts through engagements, and its upper limit.

Engagements that following brings, times the conversions per engagement of the fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.audience.after_leaving import AfterLeaving, compare_after_leaving
from chalicelib.attribution.audience.before_after import Change, Ranges, compare
from chalicelib.attribution.audience.day_factors import DayFactors, fit_day_factors
from chalicelib.attribution.audience.event_counts import EventCounts, count_events
from chalicelib.attribution.audience.follow_design import Design
from chalicelib.attribution.audience.followers import EngagementEffects, Followers
from chalicelib.attribution.audience.interest_peak import find_peak
from chalicelib.attribution.audience.person_groups import (
    GROUPS,
    Interval,
    Replicates,
    interval_of,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One engagement type through which following acts."""

    kind: int
    brought: Interval
    """Additional engagements per follower-day."""
    delta: float
    delta_error: float
    """Conversions per engagement, of the fit."""


@dataclass(frozen=True, slots=True)
class ThroughEngagements:
    """Conversions per follower-day through engagements that following brings."""

    per_day: Replicates
    """NaN if no type has an effect. Shape (G + 1,)."""
    fit_variance: float
    """Part of the variance that comes from the effects of engagements."""
    parts: tuple[Part, ...]
    total: AfterLeaving
    """Of all engagements together, with and without an effect."""

    @property
    def is_known(self) -> bool:
        """Whether there is an estimate, with all replicates."""
        return bool(np.isfinite(self.per_day).all())


def estimate_through_engagements(
    followers: Followers, effects: EngagementEffects, design: Design, ranges: Ranges
) -> ThroughEngagements | None:
    """Estimate engagements that following brings, and their conversions.

    None if there is no engagement of a type through which following may act.
    """
    own = np.flatnonzero(followers.own_kinds)
    on = followers.own_kinds[followers.touch_kind]
    if not on.any():
        return None
    person, day = followers.touch_person[on], followers.touch_day[on]
    kind, count = followers.touch_kind[on], followers.touch_count[on]
    usable = effects.estimated[own] & np.isfinite(effects.delta[own])
    brought, parts, kinds = [], [], []
    for k in own[usable]:
        mine = kind == k
        if not mine.any():
            continue
        one = count_events(design.n_days, person[mine], day[mine], count[mine])
        rate = _brought(one, design, ranges)[0].per_day
        if not np.isfinite(rate).all():
            continue
        kinds.append(int(k))
        brought.append(rate)
        error = math.sqrt(max(float(effects.cov[k, k]), 0.0))
        parts.append(Part(int(k), interval_of(rate), float(effects.delta[k]), error))
    together = count_events(design.n_days, person, day, count)
    change, factors, kept = _brought(together, design, ranges)
    total = compare_after_leaving(together, factors, design, change, kept)
    if not brought:
        return ThroughEngagements(np.full(GROUPS + 1, np.nan), 0.0, (), total)
    rates = np.column_stack(brought)
    delta, cov = effects.delta[kinds], effects.cov[np.ix_(kinds, kinds)]
    return ThroughEngagements(rates @ delta, float(rates[0] @ cov @ rates[0]), tuple(parts), total)


def _brought(
    counts: EventCounts, design: Design, ranges: Ranges
) -> tuple[Change, DayFactors, Replicates]:
    """The change at the follow, the calendar, and the share that does not lead to follows."""
    factors = fit_day_factors(counts, design.at_risk, design.covered)
    kept = 1.0 - find_peak(counts, factors, design).share
    return compare(counts, factors, ranges, kept), factors, kept


def upper_limit(followers: Followers, effects: EngagementEffects) -> Interval | None:
    """All conversions through engagements of the channel, per follower-day of the window."""
    window = np.arange(followers.n_days) >= followers.window_start
    size = followers.sizes[window & np.isfinite(followers.sizes)]
    if size.size == 0 or size.sum() <= 0:
        return None
    follower_days = float(size.mean()) * float((window & followers.covered).sum())
    on = followers.touch_day >= followers.window_start
    number = np.bincount(
        followers.touch_kind[on], followers.touch_count[on], minlength=effects.delta.size
    ).astype(np.float64)
    if followers.engagements is not None:
        number = followers.engagements
    own = np.flatnonzero(followers.own_kinds & effects.estimated & np.isfinite(effects.delta))
    if own.size == 0 or number[own].sum() <= 0 or follower_days <= 0:
        return None
    n = number[own] / follower_days
    value = float(n @ effects.delta[own])
    error = math.sqrt(max(float(n @ effects.cov[np.ix_(own, own)] @ n), 0.0))
    critical = float(effects.critical[own].max())
    return Interval(value, error, value - critical * error, value + critical * error)
