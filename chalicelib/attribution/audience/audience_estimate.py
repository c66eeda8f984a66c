"""What following one channel's page causes: the estimate, or the reasons why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from chalicelib.attribution.audience.after_leaving import AfterLeaving, compare_after_leaving
from chalicelib.attribution.audience.before_after import Change, Ranges, compare
from chalicelib.attribution.audience.day_factors import DayFactors, fit_day_factors
from chalicelib.attribution.audience.event_counts import EventCounts, count_events
from chalicelib.attribution.audience.follow_design import (
    GAP_DAYS,
    LEAST_DAYS,
    Design,
    around_follows,
    arrange,
)
from chalicelib.attribution.audience.followers import EngagementEffects, Followers
from chalicelib.attribution.audience.interest_peak import Peak, find_peak
from chalicelib.attribution.audience.lifetime import (
    Leaving,
    Lifetime,
    estimate_lifetime,
    leaving_today,
)
from chalicelib.attribution.audience.person_groups import (
    CRITICAL,
    GROUPS,
    Interval,
    Replicates,
    divide,
    interval_of,
    sum_by_replicate,
    z_of,
)
from chalicelib.attribution.power import Threshold, growth_until_beyond, smallest_detectable
from chalicelib.attribution.sensitivity import Sensitivity, sensitivity_within_user

Method = Literal["within_person", "through_engagements", "ceiling"]

LEAST_FOLLOWERS = 50
LEAST_CONVERSIONS = 20.0
LEAST_HISTORY_DAYS = 56
SILENT_DAYS = 28
PEAK_SHARE = 0.02
MOST_WITHOUT_HISTORY = 0.3
MOST_SILENT = 0.3
MOST_TOGETHER = 0.1
_Z_SALES, _Z_ENGAGEMENTS, _Z_ABOVE_BEFORE, _Z_WARNING = 2.33, 3.0, 3.0, 3.0
_Z_INTEREST = 1.64
_LEFT, _LEFT_OF_SEEN_INTEREST = 0.5, 0.75
_NEARLY_ALL = 0.9
_EXPECTED_PAIRS = 6.0


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
class Counts:
    """Follows and unfollows within the fit's window, anonymous ones included."""

    followed: int = 0
    left: int = 0
    used: int = 0
    """New followers of the whole history with two weeks on both sides."""
    known_before: float | None = None
    """`used` as a share of the new followers of the history."""
    without_history: float | None = None
    """Share of the new followers who had not been seen before the day of the follow."""
    silent: float | None = None
    """Share of the followers on the last day without an event for four weeks."""
    conversions: float = 0.0
    """Of the used followers, in both ranges."""
    size: float | None = None
    size_at_start: float | None = None


@dataclass(frozen=True, slots=True)
class Needed:
    """More data that would settle whether following has an effect, with 80 % power."""

    days: int
    followers: int


@dataclass(frozen=True, slots=True)
class AudienceEstimate:
    """What following causes, in conversions per follower-day; all numbers are plain Python."""

    method: Method | None
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    counts: Counts
    effect: Interval | None = None
    effect_replicates: tuple[float, ...] = ()
    """Length G."""
    bias_down: float = 0.0
    bias_up: float = 0.0
    """How much the interval of `effect` was extended for a possible bias."""
    through: Interval | None = None
    through_replicates: tuple[float, ...] = ()
    through_fit_variance: float = 0.0
    """Part of its variance that comes from the effects of engagements."""
    parts: tuple[Part, ...] = ()
    ceiling: Interval | None = None
    """Upper limit of what following can cause through engagements."""
    associated: Interval | None = None
    """Conversions of followers minus those of others: not an effect."""
    after_leaving: AfterLeaving | None = None
    engagements_after_leaving: AfterLeaving | None = None
    placebo_z: float | None = None
    peak_share: float | None = None
    sensitivity: Sensitivity | None = None
    smallest_detectable: float | None = None
    needed: Needed | None = None
    seen_days: int = 0
    days_grid: tuple[int, ...] = ()
    days_passed: tuple[tuple[float, ...], ...] = ()
    survival: tuple[float, ...] = ()
    hazard: tuple[float, ...] = ()
    """As in `Lifetime`. Length G + 1 each."""
    unfollows: float | None = None
    follower_days: float | None = None
    """As in `Leaving`."""
    critical: float = CRITICAL


@dataclass(frozen=True, slots=True)
class _Through:
    through: Replicates
    fit_variance: float
    parts: tuple[Part, ...]
    total: AfterLeaving


def estimate_audience(followers: Followers, effects: EngagementEffects) -> AudienceEstimate:
    """Estimate what following causes per follower-day.

    Parameters
    ----------
    followers : Followers
    effects : EngagementEffects
        Over the same K types.
    """
    design = arrange(followers)
    spells = design.spells
    began = int(spells.known.sum())
    counts = _count(followers, design)
    lifetime = estimate_lifetime(spells, followers.n_days, design.at_risk.group)
    base = _with_lifetime(
        AudienceEstimate(None, (), (), counts), lifetime, leaving_today(followers, spells)
    )
    base = replace(base, ceiling=_ceiling(followers, effects))
    if began == 0:
        return _without_people(followers, base)
    if followers.n_days < LEAST_HISTORY_DAYS:
        return replace(base, reasons=("too_short_window",))
    ranges = around_follows(design)
    base = replace(base, associated=_associated(design, followers))
    if ranges.person.size < LEAST_FOLLOWERS:
        return _fall_back(base, _why_few(design, ranges, counts))
    return _compare(followers, effects, design, ranges, base)


def _why_few(design: Design, ranges: Ranges, counts: Counts) -> str:
    """The reason why too few followers can be compared."""
    if ranges.person.size + int(design.together.sum()) >= LEAST_FOLLOWERS:
        return "pages_followed_together"
    unseen = counts.without_history or 0.0
    return "no_history" if unseen > _NEARLY_ALL else "too_few_followers"


def _compare(
    followers: Followers,
    effects: EngagementEffects,
    design: Design,
    ranges: Ranges,
    base: AudienceEstimate,
) -> AudienceEstimate:
    factors = fit_day_factors(design.bought, design.at_risk, design.covered)
    followed = design.followed_days(ranges.person, *ranges.after, factors)
    ranges = replace(ranges, exposed=followed)
    peak = find_peak(design.bought, factors, design)
    kept = 1.0 - peak.share
    change = compare(design.bought, factors, ranges, kept)
    base = replace(base, counts=replace(base.counts, conversions=change.events))
    through = _through(followers, effects, design, ranges)
    if _converts_once(followers):
        return _only_through(base, through, "one_time_goal")
    if change.events < LEAST_CONVERSIONS or not np.isfinite(change.per_day).all():
        return _only_through(base, through, "too_few_conversions")
    leaving = compare_after_leaving(design.bought, factors, design, change, kept)
    base = replace(
        base,
        after_leaving=leaving,
        engagements_after_leaving=None if through is None else through.total,
        peak_share=float(peak.share[0]),
    )
    if _sales_stay(leaving) or (through is not None and _engagements_stay(through)):
        return replace(base, reasons=("stays_after_leaving",), ceiling=None)
    placebo = _placebo(design, factors, ranges)
    fades = _fades(design, factors, ranges, kept)
    warnings = [*_population_warnings(base.counts)]
    interested = _is_interest_peak(peak, placebo)
    if interested:
        warnings.append("follows_at_interest_peak")
    if abs(placebo) > _Z_WARNING:
        warnings.append("placebo_failed")
    if fades > _Z_WARNING:
        warnings.append("effect_fades")
    if design.together.sum() > MOST_TOGETHER * (design.together.sum() + ranges.person.size):
        warnings.append("pages_followed_together")
    if through is not None and np.isfinite(through.through).all():
        base = _with_through(base, through)
        warnings.append("engagements_assumed_alike")
    base = replace(base, warnings=tuple(warnings), placebo_z=placebo)
    bias = _possible_bias(change, peak, ranges, interested=interested)
    return _with_effect(base, change, bias, followers.n_days)


def _only_through(base: AudienceEstimate, through: _Through | None, why: str) -> AudienceEstimate:
    """The part through engagements, where purchases do not show an effect."""
    if through is None or not np.isfinite(through.through).all():
        return _fall_back(base, why)
    if _engagements_stay(through):
        return replace(base, reasons=("stays_after_leaving",), ceiling=None)
    return replace(
        _with_through(base, through),
        method="through_engagements",
        reasons=(why,),
        warnings=(*_population_warnings(base.counts), "engagements_assumed_alike"),
    )


def _converts_once(followers: Followers) -> bool:
    """Whether no person converts twice although many would if conversions were independent.

    Then a conversion before the follow rules out one after it, and people cannot be compared with
    themselves. The criterion is that of `within_user.once_only`.
    """
    weight = np.bincount(followers.bought_person, followers.bought_weight)
    if weight.size == 0:
        return False
    expected = float(weight.sum()) ** 2 / (2.0 * max(followers.n_people, 1))
    return expected >= _EXPECTED_PAIRS and float(weight.max()) <= 1.0


def _with_effect(
    base: AudienceEstimate, change: Change, bias: tuple[float, float], n_days: int
) -> AudienceEstimate:
    effect = interval_of(change.per_day)
    down, up = bias
    effect = replace(effect, low=effect.low - down, high=effect.high + up)
    growth = None
    if effect.low <= 0 <= effect.high and effect.error > 0:
        growth = growth_until_beyond(Threshold(effect.estimate, effect.error, CRITICAL, 0.0, 0.0))
    needed = None
    if growth is not None:
        more = growth - 1.0
        needed = Needed(math.ceil(more * n_days), math.ceil(more * base.counts.used))
    return replace(
        base,
        method="within_person",
        effect=effect,
        effect_replicates=tuple(map(float, change.per_day[1:])),
        bias_down=down,
        bias_up=up,
        sensitivity=sensitivity_within_user(
            effect.estimate, effect.error, CRITICAL, effect.estimate, change.usual
        ),
        smallest_detectable=smallest_detectable(effect.error, CRITICAL),
        needed=needed,
    )


def _possible_bias(
    change: Change, peak: Peak, ranges: Ranges, *, interested: bool
) -> tuple[float, float]:
    """How much the estimate may be too high, and too low.

    Too high: interest that is still above the usual in the fortnight after a follow may last beyond
    it. It is taken to fall to a half per fortnight, or to three quarters if people are seen to
    follow when they are interested. Too low: the correction for purchases that lead to follows
    assumes that earlier followers, whose follow is not recorded, buy like new ones.
    """
    followed = float(ranges.exposed.mean())
    left = _LEFT_OF_SEEN_INTEREST if interested else _LEFT
    beyond = max(peak.after_per_follow, 0.0) * left / (1.0 - left)
    least = max(float(peak.least_share[0]), 0.0)
    most = max(float(peak.share[0]), 0.0)
    return beyond / max(followed, 1.0), change.usual * (1.0 - (1.0 - most) / (1.0 - least))


def _is_interest_peak(peak: Peak, placebo: float) -> bool:
    """Whether purchases rise towards the follow, and fall after it.

    Either by a material share of all purchases, or visibly in three comparisons together: of the
    fortnight before the follow, of the one after it, and of the placebo.
    """
    z = (z_of(peak.before) + z_of(peak.after) + placebo) / math.sqrt(3.0)
    return bool(peak.share[0] > PEAK_SHARE or z > _Z_INTEREST)


def _through(
    followers: Followers, effects: EngagementEffects, design: Design, ranges: Ranges
) -> _Through | None:
    """Engagements that following brings, and their conversions; None without any own type."""
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
        return _Through(np.full(GROUPS + 1, np.nan), 0.0, (), total)
    rates = np.column_stack(brought)
    delta, cov = effects.delta[kinds], effects.cov[np.ix_(kinds, kinds)]
    return _Through(rates @ delta, float(rates[0] @ cov @ rates[0]), tuple(parts), total)


def _brought(
    counts: EventCounts, design: Design, ranges: Ranges
) -> tuple[Change, DayFactors, Replicates]:
    factors = fit_day_factors(counts, design.at_risk, design.covered)
    kept = 1.0 - find_peak(counts, factors, design).share
    return compare(counts, factors, ranges, kept), factors, kept


def _sales_stay(leaving: AfterLeaving) -> bool:
    """Less went than came, and the level is above that before the follow."""
    return leaving.against_following_z > _Z_SALES and leaving.against_before_z >= 0


def _engagements_stay(through: _Through) -> bool:
    total = through.total
    if total.against_before_z > _Z_ABOVE_BEFORE:
        return True
    return total.against_following_z > _Z_ENGAGEMENTS and total.against_before_z >= 0


def _with_through(base: AudienceEstimate, through: _Through) -> AudienceEstimate:
    return replace(
        base,
        through=interval_of(through.through, through.fit_variance),
        through_replicates=tuple(map(float, through.through[1:])),
        through_fit_variance=through.fit_variance,
        parts=through.parts,
    )


def _placebo(design: Design, factors: DayFactors, ranges: Ranges) -> float:
    """z of a change four weeks before the follow, when nothing had happened."""
    follow = design.follow_day[ranges.person]
    earlier = replace(
        ranges,
        before=(ranges.before[0], follow - 2 * GAP_DAYS),
        after=(follow - 2 * GAP_DAYS, follow - GAP_DAYS),
        exposed=np.full(follow.size, float(GAP_DAYS)),
    )
    earlier = earlier.only(follow - 2 * GAP_DAYS - ranges.before[0] >= LEAST_DAYS)
    if earlier.person.size < LEAST_FOLLOWERS:
        return 0.0
    z = z_of(compare(design.bought, factors, earlier).per_day)
    return z if math.isfinite(z) else 0.0


def _fades(design: Design, factors: DayFactors, ranges: Ranges, kept: Replicates) -> float:
    """z of the effect in the first half of the days after the follow minus the second half."""
    low, high = ranges.after
    middle = (low + high) // 2
    halves = []
    for part in ((low, middle), (middle, high)):
        followed = design.followed_days(ranges.person, part[0], part[1], factors)
        halves.append(
            compare(
                design.bought, factors, replace(ranges, after=part, exposed=followed), kept
            ).per_day
        )
    z = z_of(halves[0] - halves[1])
    return z if math.isfinite(z) else 0.0


def _associated(design: Design, followers: Followers) -> Interval | None:
    """Conversions per day of people while they follow, minus those of people who do not."""
    n_days = design.n_days
    everyone = np.arange(followers.n_people)
    passed = np.concatenate([[0], np.cumsum(design.covered)])
    seen = np.clip(followers.first_day + 1, 0, n_days)
    total = design.bought.within(everyone, seen, np.full_like(seen, n_days))
    days = (passed[n_days] - passed[seen]).astype(np.float64)
    spells = design.spells
    start = np.maximum(np.clip(spells.start, 0, n_days).astype(np.int64), seen[spells.person])
    end = np.maximum(np.clip(spells.end, 0, n_days).astype(np.int64), start)
    theirs = np.bincount(
        spells.person, design.bought.within(spells.person, start, end), minlength=everyone.size
    ).astype(np.float64)
    followed = np.bincount(
        spells.person, passed[end] - passed[start], minlength=everyone.size
    ).astype(np.float64)
    group = design.at_risk.group
    rates = [
        divide(sum_by_replicate(events, group), sum_by_replicate(of_days, group))
        for events, of_days in ((theirs, followed), (total - theirs, days - followed))
    ]
    difference = rates[0] - rates[1]
    return interval_of(difference) if np.isfinite(difference).all() else None


def _ceiling(followers: Followers, effects: EngagementEffects) -> Interval | None:
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


def _without_people(followers: Followers, base: AudienceEstimate) -> AudienceEstimate:
    """The answer if no follow has a person."""
    anonymous = float(np.nansum(followers.anonymous_follows)) > 0
    if base.ceiling is not None:
        return replace(
            base, method="ceiling", reasons=("anonymous_follows" if anonymous else "size_only",)
        )
    if anonymous:
        return replace(base, reasons=("anonymous_follows",))
    known = np.isfinite(followers.sizes).any()
    return replace(base, reasons=("size_only" if known else "no_follows",))


def _fall_back(base: AudienceEstimate, reason: str) -> AudienceEstimate:
    """The upper limit, if there is one."""
    method: Method | None = "ceiling" if base.ceiling is not None else None
    warnings = _population_warnings(base.counts)
    return replace(base, method=method, reasons=(reason,), warnings=warnings)


def _population_warnings(counts: Counts) -> tuple[str, ...]:
    warnings = []
    if (counts.without_history or 0.0) > MOST_WITHOUT_HISTORY:
        warnings.append("followers_without_history")
    if (counts.silent or 0.0) > MOST_SILENT:
        warnings.append("silent_followers")
    return tuple(warnings)


def _count(followers: Followers, design: Design) -> Counts:
    spells, n_days = design.spells, design.n_days
    known, ended = spells.known, spells.ended
    window = slice(followers.window_start, None)
    followed = int((known & (spells.start >= followers.window_start)).sum())
    followed += int(np.nansum(followers.anonymous_follows[window]))
    left = int((ended & (spells.end >= followers.window_start)).sum())
    left += int(np.nansum(followers.anonymous_unfollows[window]))
    person = np.flatnonzero((design.follow_day >= 0) & (design.follow_day < n_days))
    used = int(around_follows(design).person.size)
    without = known_before = silent = None
    if person.size:
        unseen = followers.first_day[person] >= design.follow_day[person]
        without, known_before = float(unseen.mean()), used / person.size
    still = spells.person[~ended]
    if still.size:
        silent = float((followers.last_day[still] < n_days - SILENT_DAYS).mean())
    size = followers.sizes[window]
    size = size[np.isfinite(size)]
    ends = (float(size[-1]), float(size[0])) if size.size else (None, None)
    return Counts(followed, left, used, known_before, without, silent, 0.0, *ends)


def _with_lifetime(
    base: AudienceEstimate, lifetime: Lifetime, leaving: Leaving
) -> AudienceEstimate:
    known = math.isfinite(leaving.unfollows) and leaving.follower_days > 0
    base = replace(
        base,
        unfollows=leaving.unfollows if known else None,
        follower_days=leaving.follower_days if known else None,
    )
    if lifetime.seen_days == 0:
        return base
    return replace(
        base,
        seen_days=lifetime.seen_days,
        days_grid=tuple(map(int, lifetime.grid)),
        days_passed=tuple(tuple(map(float, row)) for row in lifetime.passed),
        survival=tuple(map(float, lifetime.survival)),
        hazard=tuple(map(float, lifetime.hazard)),
    )
