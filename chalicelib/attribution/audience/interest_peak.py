"""Events at the time of a follow: the share of them that leads to follows.

Before a follow there are only purchases that did *not* make the person follow. If a purchase leads
to a follow with probability p, the range before a follow has only the share 1 - p of the person's
purchases. The excess of purchases around follows estimates p.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.audience.before_after import Change, Ranges
from chalicelib.attribution.audience.day_factors import DayFactors
from chalicelib.attribution.audience.event_counts import EventCounts
from chalicelib.attribution.audience.follow_design import GAP_DAYS, Design
from chalicelib.attribution.audience.person_groups import Replicates, divide, sum_by_replicate, z_of

_MOST = 0.8
_MOST_HIDDEN = 0.8
PEAK_SHARE = 0.02
"""Share of all events above which interest is material."""
_Z_INTEREST = 1.64
_LEFT, _LEFT_OF_SEEN_INTEREST = 0.5, 0.75
"""Share of interest that is left after a fortnight."""


@dataclass(frozen=True, slots=True)
class Peak:
    """Events that come with follows, as a share of all events of people at risk."""

    before: Replicates
    """Excess of the fortnight before a follow (with its day) over the fortnight before that."""
    after: Replicates
    """Excess of the fortnight after a follow over the next one. Shape (G + 1,) each."""
    after_per_follow: float
    """The latter as events per follow."""
    unrecorded: float
    """Share of the events that may be of people who follow already, without a recorded follow."""

    @property
    def least_share(self) -> Replicates:
        """The share p of events that lead to a follow, if all people could still follow."""
        return np.minimum(np.nan_to_num(self.before + self.after), _MOST)

    @property
    def share(self) -> Replicates:
        """The share p among the events of people who do not follow yet. Shape (G + 1,)."""
        return np.minimum(self.least_share / (1.0 - self.unrecorded), _MOST)


def find_peak(counts: EventCounts, factors: DayFactors, design: Design) -> Peak:
    """Excess of events around follows."""
    n_days, risk = design.n_days, design.at_risk
    everyone = np.arange(design.follow_day.size)
    known = (design.follow_day >= 0) & (design.follow_day < n_days)
    stop = np.where(known, design.follow_day + 1, n_days)
    stop = np.where(design.follow_day < 0, 0, stop)
    at_risk = sum_by_replicate(counts.within(everyone, risk.start, stop), risk.group)
    person = np.flatnonzero(known & (design.follow_day >= risk.start) & ~design.together)
    follow, start = design.follow_day[person], risk.start[person]
    stratum, group = risk.stratum[person], risk.group[person]
    follows = sum_by_replicate(np.ones(person.size), group)

    def excess(near: tuple[int, int], far: tuple[int, int]) -> tuple[Replicates, float]:
        low, high = min(near[0], far[0]), max(near[1], far[1])
        usable = (follow + low >= start) & (follow + high <= n_days)
        here = counts.within(person, follow + near[0], follow + near[1])
        there = counts.within(person, follow + far[0], follow + far[1])
        m_here = factors.between(stratum, follow + near[0], follow + near[1])[0]
        m_there = factors.between(stratum, follow + far[0], follow + far[1])[0]
        usable &= (m_here > 0) & (m_there > 0)
        ratio: Floats = np.divide(m_here, m_there, out=np.ones_like(m_here), where=usable)
        total = sum_by_replicate(usable * (here - there * ratio), group)
        per_follow = divide(total, sum_by_replicate(usable.astype(np.float64), group))
        return divide(per_follow * follows, at_risk), float(np.nan_to_num(per_follow[0]))

    before, _ = excess((-GAP_DAYS, 1), (-2 * GAP_DAYS, -GAP_DAYS))
    after, per_follow = excess((1, GAP_DAYS + 1), (GAP_DAYS + 1, 2 * GAP_DAYS + 1))
    unrecorded = 0.0
    if at_risk[0] > 0 and known.any():
        theirs = counts.within(person, start, follow).sum()
        rate = float(theirs) / max(float((follow - start).sum()), 1.0)
        seen = person.size / max(int((known & ~design.together).sum()), 1)
        days = float(np.count_nonzero(design.covered))
        unrecorded = min(design.unrecorded * seen * rate * days / float(at_risk[0]), _MOST_HIDDEN)
    return Peak(before, after, per_follow, unrecorded)


def is_interest_peak(peak: Peak, placebo: float) -> bool:
    """Whether purchases rise towards the follow, and fall after it.

    Either by a material share of all purchases, or visibly in three comparisons together: of the
    fortnight before the follow, of the one after it, and of the placebo.
    """
    z = (z_of(peak.before) + z_of(peak.after) + placebo) / math.sqrt(3.0)
    return bool(peak.share[0] > PEAK_SHARE or z > _Z_INTEREST)


def possible_bias(
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
