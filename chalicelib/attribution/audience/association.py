"""How much more followers buy than other people: a difference, not an effect."""

from __future__ import annotations

import numpy as np

from chalicelib.attribution.audience.follow_design import Design
from chalicelib.attribution.audience.followers import Followers
from chalicelib.attribution.audience.person_groups import (
    Interval,
    divide,
    interval_of,
    sum_by_replicate,
)


def associated_conversions(design: Design, followers: Followers) -> Interval | None:
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
