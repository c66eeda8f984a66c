"""What following one channel's page causes: the estimate, or the reasons why there is none."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from chalicelib.attribution.audience.after_leaving import (
    compare_after_leaving,
    engagements_stay,
    sales_stay,
)
from chalicelib.attribution.audience.association import associated_conversions
from chalicelib.attribution.audience.audience_result import AudienceEstimate, Method, Needed
from chalicelib.attribution.audience.before_after import Change, Ranges, compare
from chalicelib.attribution.audience.day_factors import fit_day_factors
from chalicelib.attribution.audience.follow_design import (
    LEAST_FOLLOWERS,
    Design,
    around_follows,
    arrange,
)
from chalicelib.attribution.audience.follower_counts import (
    FollowerCounts,
    count_followers,
    population_warnings,
)
from chalicelib.attribution.audience.followers import EngagementEffects, Followers
from chalicelib.attribution.audience.interest_peak import find_peak, is_interest_peak, possible_bias
from chalicelib.attribution.audience.lifetime import (
    Leaving,
    Lifetime,
    estimate_lifetime,
    leaving_today,
)
from chalicelib.attribution.audience.person_groups import CRITICAL, interval_of
from chalicelib.attribution.audience.placebo import fading_z, placebo_z
from chalicelib.attribution.audience.through_engagements import (
    ThroughEngagements,
    estimate_through_engagements,
    upper_limit,
)
from chalicelib.attribution.power import Threshold, growth_until_beyond, smallest_detectable
from chalicelib.attribution.sensitivity import sensitivity_within_user

LEAST_CONVERSIONS = 20.0
LEAST_HISTORY_DAYS = 56
MOST_TOGETHER = 0.1
_Z_WARNING = 3.0
_NEARLY_ALL = 0.9
_EXPECTED_PAIRS = 6.0


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
    counts = count_followers(followers, design)
    lifetime = estimate_lifetime(spells, followers.n_days, design.at_risk.group)
    base = _with_lifetime(
        AudienceEstimate(None, (), (), counts), lifetime, leaving_today(followers, spells)
    )
    base = replace(base, ceiling=upper_limit(followers, effects))
    if began == 0:
        return _without_people(followers, base)
    if followers.n_days < LEAST_HISTORY_DAYS:
        return replace(base, reasons=("too_short_window",))
    ranges = around_follows(design)
    base = replace(base, associated=associated_conversions(design, followers))
    if ranges.person.size < LEAST_FOLLOWERS:
        return _fall_back(base, _why_few(design, ranges, counts))
    return _compare(followers, effects, design, ranges, base)


def _why_few(design: Design, ranges: Ranges, counts: FollowerCounts) -> str:
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
    through = estimate_through_engagements(followers, effects, design, ranges)
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
    if sales_stay(leaving) or (through is not None and engagements_stay(through.total)):
        return replace(base, reasons=("stays_after_leaving",), ceiling=None)
    placebo = placebo_z(design, factors, ranges)
    fades = fading_z(design, factors, ranges, kept)
    warnings = [*population_warnings(base.counts)]
    interested = is_interest_peak(peak, placebo)
    if interested:
        warnings.append("follows_at_interest_peak")
    if abs(placebo) > _Z_WARNING:
        warnings.append("placebo_failed")
    if fades > _Z_WARNING:
        warnings.append("effect_fades")
    if design.together.sum() > MOST_TOGETHER * (design.together.sum() + ranges.person.size):
        warnings.append("pages_followed_together")
    if through is not None and through.is_known:
        base = _with_through(base, through)
        warnings.append("engagements_assumed_alike")
    base = replace(base, warnings=tuple(warnings), placebo_z=placebo)
    bias = possible_bias(change, peak, ranges, interested=interested)
    return _with_effect(base, change, bias, followers.n_days)


def _only_through(
    base: AudienceEstimate, through: ThroughEngagements | None, why: str
) -> AudienceEstimate:
    """The part through engagements, where purchases do not show an effect."""
    if through is None or not through.is_known:
        return _fall_back(base, why)
    if engagements_stay(through.total):
        return replace(base, reasons=("stays_after_leaving",), ceiling=None)
    return replace(
        _with_through(base, through),
        method="through_engagements",
        reasons=(why,),
        warnings=(*population_warnings(base.counts), "engagements_assumed_alike"),
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


def _with_through(base: AudienceEstimate, through: ThroughEngagements) -> AudienceEstimate:
    return replace(
        base,
        through=interval_of(through.per_day, through.fit_variance),
        through_replicates=tuple(map(float, through.per_day[1:])),
        through_fit_variance=through.fit_variance,
        parts=through.parts,
    )


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
    warnings = population_warnings(base.counts)
    return replace(base, method=method, reasons=(reason,), warnings=warnings)


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
