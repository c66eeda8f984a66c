"""What the estimator of followers returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chalicelib.attribution.audience.after_leaving import AfterLeaving
from chalicelib.attribution.audience.follower_counts import FollowerCounts
from chalicelib.attribution.audience.person_groups import CRITICAL, Interval
from chalicelib.attribution.audience.through_engagements import Part
from chalicelib.attribution.sensitivity import Sensitivity

Method = Literal["within_person", "through_engagements", "ceiling"]


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
    counts: FollowerCounts
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
