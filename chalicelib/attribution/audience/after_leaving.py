"""Whether the conversions and engagements that came with a follow go with the unfollow.

If following has an effect, it ends with the unfollow. If a lasting interest made people follow and
buy, the level stays after the unfollow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.audience.before_after import Change, compare
from chalicelib.attribution.audience.day_factors import DayFactors
from chalicelib.attribution.audience.event_counts import EventCounts
from chalicelib.attribution.audience.follow_design import (
    Design,
    around_unfollows,
    around_whole_spells,
)
from chalicelib.attribution.audience.person_groups import Interval, Replicates, interval_of, z_of

LEAST_LEAVERS = 20
"""People who must have left for a comparison."""
_Z_SALES, _Z_ENGAGEMENTS, _Z_ABOVE_BEFORE = 2.33, 3.0, 3.0


@dataclass(frozen=True, slots=True)
class AfterLeaving:
    """Levels after an unfollow, per day."""

    change: Interval | None
    """Compared with the days of following; None with too few leavers."""
    against_following_z: float
    """Of the effect of following minus the decline at the unfollow; above zero if less went than
    came. The smaller of two scales, additional events per day and relative change, because those
    who leave may engage more or less than new followers.
    """
    against_before_z: float
    """Of the level after the unfollow minus that before the follow."""
    leavers: int


def compare_after_leaving(
    counts: EventCounts,
    factors: DayFactors,
    design: Design,
    follow: Change,
    kept: Replicates,
) -> AfterLeaving:
    """Compare levels before, during and after following.

    Parameters
    ----------
    follow : Change
        At the follow.
    kept : array, shape (G + 1,)
        As in `compare`.
    """
    unfollows, whole = around_unfollows(design), around_whole_spells(design)
    leavers = int(unfollows.person.size)
    change, stays = None, 0.0
    if leavers >= LEAST_LEAVERS:
        unfollow = compare(counts, factors, unfollows)
        change = interval_of(unfollow.per_day)
        stays = min(
            z_of(follow.per_day + unfollow.per_day),
            z_of(_logarithm(follow.relative) + _logarithm(unfollow.relative)),
        )
    above = 0.0
    if whole.person.size >= LEAST_LEAVERS:
        above = z_of(compare(counts, factors, whole, kept).per_day)
    return AfterLeaving(change, _finite(stays), _finite(above), leavers)


def sales_stay(sales: AfterLeaving) -> bool:
    """Whether less goes with the unfollow than came, and the level is above that before."""
    return sales.against_following_z > _Z_SALES and sales.against_before_z >= 0


def engagements_stay(engagements: AfterLeaving) -> bool:
    """Whether engagements are above those before the follow, or fewer go than came."""
    if engagements.against_before_z > _Z_ABOVE_BEFORE:
        return True
    return engagements.against_following_z > _Z_ENGAGEMENTS and engagements.against_before_z >= 0


def _logarithm(relative: Replicates) -> Replicates:
    """NaN without events, so that there is no test."""
    return np.log(np.where(relative > 0, relative, np.nan))


def _finite(z: float) -> float:
    return z if np.isfinite(z) else 0.0
