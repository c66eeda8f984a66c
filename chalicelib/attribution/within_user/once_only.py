"""Goals that a person reaches at most once: an earlier signup is not an additional one.

The panel sees that an engagement is followed by conversions. If no person converts twice, some of
these people would have converted later anyway: their conversion was brought forward, not caused.
The incremental share is the probability that a similar person who had not converted by the day of
the engagement would not have converted by the end of the window. It is the ratio of two survival
functions (Kaplan, Meier 1958) of the person's activity stratum.
"""

from __future__ import annotations

import numpy as np

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.within_user.panel import People, strata_of

MIN_EXPECTED_PAIRS = 6.0
"""Minimum number of expected pairs of conversions of one person; having none is then not chance."""


UNSURE = 0.25
"""Standard deviation of the share that is brought forward, relative to it: people of one stratum
differ, and those who engage are not its average.
"""


def converts_once(people: People) -> bool:
    """Whether no person converts twice although many would if conversions were independent.

    With too few conversions for this test, hardly any person would have converted later anyway, and
    conversions brought forward are negligible.
    """
    per_person = np.bincount(people.outcome_person, people.outcome_weight)
    expected = per_person.sum() ** 2 / (2.0 * max(people.n_people, 1))
    return bool(expected >= MIN_EXPECTED_PAIRS and per_person.max() <= 1.0)


def share_not_brought_forward(people: People) -> Floats:
    """Share of the conversions after an engagement that would not have come later, shape (K,).

    The mean over the engagements of people who had not converted by then; 1 for a type without any.
    """
    n_days = people.n_days
    strata = strata_of(people)
    converted = np.full(people.n_people, n_days)
    np.minimum.at(converted, people.outcome_person, people.outcome_day)
    entry = people.first_day + 1
    survival = np.ones((int(strata.max(initial=0)) + 1, n_days + 1))
    for stratum in range(survival.shape[0]):
        members = np.flatnonzero((strata == stratum) & (entry <= converted))
        entered = np.bincount(np.clip(entry[members], 0, n_days), minlength=n_days + 1)[:n_days]
        reached = members[converted[members] < n_days]
        events = np.bincount(converted[reached], minlength=n_days)
        at_risk = np.cumsum(entered) - np.concatenate([[0], np.cumsum(events)[:-1]])
        hazard = np.divide(events, at_risk, out=np.zeros(n_days), where=at_risk > 0)
        survival[stratum, 1:] = np.cumprod(1.0 - hazard)
    who = people.touch_person
    open_ = (people.touch_day > people.first_day[who]) & (people.touch_day <= converted[who])
    who, day, kind = who[open_], people.touch_day[open_], people.touch_kind[open_]
    now = survival[strata[who], day + 1]
    later = np.divide(survival[strata[who], -1], now, out=np.ones(now.size), where=now > 0)
    count = people.touch_count[open_]
    weight = np.bincount(kind, count, minlength=people.n_kinds)
    total = np.bincount(kind, count * later, minlength=people.n_kinds)
    return np.divide(total, weight, out=np.ones(people.n_kinds), where=weight > 0)
