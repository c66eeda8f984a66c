"""Checks of the effect of following: a placebo before the follow, and whether the effect fades."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from chalicelib.attribution.audience.before_after import Ranges, compare
from chalicelib.attribution.audience.day_factors import DayFactors
from chalicelib.attribution.audience.follow_design import (
    GAP_DAYS,
    LEAST_DAYS,
    LEAST_FOLLOWERS,
    Design,
)
from chalicelib.attribution.audience.person_groups import Replicates, z_of


def placebo_z(design: Design, factors: DayFactors, ranges: Ranges) -> float:
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


def fading_z(design: Design, factors: DayFactors, ranges: Ranges, kept: Replicates) -> float:
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
