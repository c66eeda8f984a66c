"""Events at the time of a follow: the share of them that leads to follows.

Before a follow there are only purchases that did *not* make the person follow. If a purchase leads
to a follow with probability p, the range before a follow has only the share 1 - p of the person's
purchases. The excess of purchases around follows estimates p.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.audience.day_factors import DayFactors
from chalicelib.attribution.audience.event_counts import EventCounts
from chalicelib.attribution.audience.follow_design import GAP_DAYS, Design
from chalicelib.attribution.audience.person_groups import Replicates, divide, sum_by_replicate

_MOST = 0.8


@dataclass(frozen=True, slots=True)
class Peak:
    """Events that come with follows, as a share of all events of people at risk."""

    before: Replicates
    """Excess of the fortnight before a follow (with its day) over the fortnight before that."""
    after: Replicates
    """Excess of the fortnight after a follow over the next one. Shape (G + 1,) each."""

    @property
    def share(self) -> Replicates:
        """The share p of events that lead to a follow; not above 0.8. Shape (G + 1,)."""
        return np.minimum(np.nan_to_num(self.before + self.after), _MOST)


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

    def excess(near: tuple[int, int], far: tuple[int, int]) -> Replicates:
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
        return divide(per_follow * follows, at_risk)

    return Peak(
        excess((-GAP_DAYS, 1), (-2 * GAP_DAYS, -GAP_DAYS)),
        excess((1, GAP_DAYS + 1), (GAP_DAYS + 1, 2 * GAP_DAYS + 1)),
    )
