"""Automated accounts: programs, shared devices of a team, test accounts.

They engage far more often than the most active people, without any effect. In a panel they would
form the most active stratum and suggest that active people do not respond. They are excluded from
the panel. Their engagements stay in the counts, so the effect of an average engagement is that of
people's engagements times their share.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats
from chalicelib.attribution.within_user.panel import People, touches_at_risk

LEAST_PER_DAY = 10.0
"""Engagements a day, every day, that a person does not reach."""
TIMES_USUAL = 50.0
"""Factor by which an account must exceed the mean of all people."""


def find_bots(people: People) -> Bools:
    """Automated accounts, shape (N,)."""
    days = np.maximum(people.n_days - 1 - people.first_day, 1)
    per_day = touches_at_risk(people) / days
    active = per_day[per_day > 0]
    if active.size == 0:
        return np.zeros(people.n_people, dtype=bool)
    return np.asarray(per_day > max(LEAST_PER_DAY, TIMES_USUAL * float(np.median(active))))


def without(people: People, bots: Bools) -> People:
    """The journeys of the others; the accounts keep their indexes and are never at risk."""
    touched, converted = ~bots[people.touch_person], ~bots[people.outcome_person]
    return replace(
        people,
        touch_person=people.touch_person[touched],
        touch_day=people.touch_day[touched],
        touch_kind=people.touch_kind[touched],
        touch_count=people.touch_count[touched],
        outcome_person=people.outcome_person[converted],
        outcome_day=people.outcome_day[converted],
        outcome_weight=people.outcome_weight[converted],
        first_day=np.where(bots, people.n_days, people.first_day),
    )


def share_of_people(people: People, bots: Bools) -> Floats:
    """Share of the engagements of each type made by people, shape (K,)."""
    total = np.bincount(people.touch_kind, people.touch_count, minlength=people.n_kinds)
    theirs = ~bots[people.touch_person]
    kept = np.bincount(
        people.touch_kind[theirs], people.touch_count[theirs], minlength=people.n_kinds
    )
    return np.divide(kept, total, out=np.ones(people.n_kinds), where=total > 0)
