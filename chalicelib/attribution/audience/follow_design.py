"""Who is compared on which days: ranges before and after a follow, and around an unfollow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.audience.before_after import Ranges
from chalicelib.attribution.audience.day_factors import AtRisk, DayFactors
from chalicelib.attribution.audience.event_counts import EventCounts, count_events
from chalicelib.attribution.audience.follow_spells import Spells, spells_of
from chalicelib.attribution.audience.followers import Followers
from chalicelib.attribution.audience.person_groups import groups_of

GAP_DAYS = 14
"""Days before and after a follow or unfollow that are not compared: people follow when they are
interested.
"""
LEAST_DAYS = 14
"""Days that both ranges must have."""
LEAST_FOLLOWERS = 50
"""People that a comparison must have."""
NEWCOMER_DAYS = 15
"""People are at risk from this time after they were first seen: the event that made them known has
effects of its own.
"""
TOGETHER_DAYS = 28
"""Follows of several pages within this time cannot be separated."""
_MOST_STRATA = 4
_LEAST_EVENTS = 100.0
"""Number of strata, and of conversions that each must have."""


@dataclass(frozen=True, slots=True)
class Design:
    """One channel's followers, arranged for comparisons."""

    n_days: int
    covered: Bools
    spells: Spells
    follow_day: Ints
    """Day of a person's first follow; T if there is none, -1 if it was not observed. Shape (N,)."""
    at_risk: AtRisk
    together: Bools
    """People who followed another page at about the same time. Shape (N,)."""
    unrecorded: float
    """Expected number of people with a history who follow although no follow was recorded."""
    bought: EventCounts

    def followed_days(self, person: Ints, low: Ints, high: Ints, factors: DayFactors) -> Floats:
        """Usable days on which each person follows, from `low` to before `high`, shape (n,)."""
        spells = self.spells
        position = np.full(self.follow_day.size, -1, dtype=np.int64)
        position[person] = np.arange(person.size)
        at = position[spells.person]
        mine = at >= 0
        at = at[mine]
        start = np.clip(spells.start[mine], 0, self.n_days).astype(np.int64)
        end = np.clip(spells.end[mine], 0, self.n_days).astype(np.int64)
        days = factors.usable_days(
            self.at_risk.stratum[person][at],
            np.maximum(start, low[at]),
            np.minimum(end, high[at]),
        )
        return np.bincount(at, days, minlength=person.size).astype(np.float64)

    def ranges(self, person: Ints, before: tuple[Ints, Ints], after: tuple[Ints, Ints]) -> Ranges:
        """Ranges of days with the strata and groups of the people; exposed are all days after."""
        exposed = np.maximum(after[1] - after[0], 0).astype(np.float64)
        stratum, group = self.at_risk.stratum[person], self.at_risk.group[person]
        return Ranges(person, stratum, group, before, after, exposed)


def arrange(followers: Followers) -> Design:
    """Find the days at risk, the strata and the first follow of each person."""
    n_days = followers.n_days
    spells = spells_of(followers)
    follow = np.full(followers.n_people, n_days, dtype=np.int64)
    first = spells.first
    start = np.where(np.isfinite(spells.start), np.floor(spells.start), -1.0)
    follow[spells.person[first]] = np.clip(start[first], -1, n_days).astype(np.int64)
    risk_start = np.clip(followers.first_day + NEWCOMER_DAYS, 0, n_days)
    risk_stop = np.where(follow < n_days, follow - GAP_DAYS, n_days)
    risk_stop = np.maximum(risk_stop, risk_start)
    bought = count_events(
        n_days, followers.bought_person, followers.bought_day, followers.bought_weight
    )
    sales = bought.within(np.arange(followers.n_people), risk_start, risk_stop)
    n_strata = int(np.clip(sales.sum() // _LEAST_EVENTS, 1, _MOST_STRATA))
    stratum = _strata(followers, risk_start, risk_stop, sales, n_strata)
    at_risk = AtRisk(risk_start, risk_stop, stratum, groups_of(followers.group), n_strata)
    covered = np.asarray(followers.covered, dtype=bool)
    together, unrecorded = _together(followers, follow), _unrecorded(followers, spells)
    return Design(n_days, covered, spells, follow, at_risk, together, unrecorded, bought)


def _strata(followers: Followers, start: Ints, stop: Ints, sales: Floats, n_strata: int) -> Ints:
    """Strata by engagements per day at risk, each with about as many conversions."""
    person, day = followers.touch_person, followers.touch_day
    on = (day >= start[person]) & (day < stop[person])
    touches = np.bincount(person[on], followers.touch_count[on], minlength=start.size)
    activity = touches / np.maximum(stop - start, 1)
    values, level = np.unique(activity, return_inverse=True)
    passed = np.cumsum(np.bincount(level, sales, minlength=values.size))
    if sales.sum() <= 0:
        return np.zeros(start.size, dtype=np.int64)
    middle = passed - 0.5 * np.diff(passed, prepend=0.0)
    slices = np.minimum((middle / passed[-1] * n_strata).astype(np.int64), n_strata - 1)
    return np.unique(slices, return_inverse=True)[1][level].astype(np.int64)


def _together(followers: Followers, follow: Ints) -> Bools:
    person, day = followers.elsewhere_person, followers.elsewhere_day
    near = np.abs(day - follow[person]) <= TOGETHER_DAYS
    together = np.zeros(follow.size, dtype=bool)
    together[person[near]] = True
    return together & (follow >= 0) & (follow < followers.n_days)


def _unrecorded(followers: Followers, spells: Spells) -> float:
    """Followers at the start of the history who have not left since, if they are as often
    identified as new ones.
    """
    sizes = followers.sizes[np.isfinite(followers.sizes)]
    identified = float(spells.known.sum())
    follows = identified + float(np.nansum(followers.anonymous_follows))
    if sizes.size == 0 or follows == 0:
        return 0.0
    return max(float(sizes[0]) * identified / follows - float((~spells.known).sum()), 0.0)


def around_follows(design: Design) -> Ranges:
    """Days at risk before the first follow, and all days from a fortnight after it.

    Days after an unfollow are among them (intention to treat). `exposed` is not yet set to the
    days of following.
    """
    person = np.flatnonzero(
        (design.follow_day >= 0) & (design.follow_day < design.n_days) & ~design.together
    )
    follow, start = design.follow_day[person], design.at_risk.start[person]
    end = np.full(person.size, design.n_days)
    ranges = design.ranges(person, (start, follow - GAP_DAYS), (follow + GAP_DAYS + 1, end))
    return ranges.only(_long_enough(ranges, design.covered))


def around_unfollows(design: Design) -> Ranges:
    """Days of following before a person's first unfollow, and days after it until the next follow.

    Also for people whose follow was not observed.
    """
    spells = design.spells
    leaver = np.flatnonzero(spells.first & spells.ended)
    person = spells.person[leaver]
    left = np.floor(spells.end[leaver]).astype(np.int64)
    start = np.where(spells.known[leaver], spells.start[leaver] + GAP_DAYS + 1, 0.0)
    start = np.maximum(np.floor(start).astype(np.int64), design.at_risk.start[person])
    ranges = design.ranges(
        person, (start, left - GAP_DAYS), (left + GAP_DAYS + 1, _until_next(design, leaver))
    )
    return ranges.only(_long_enough(ranges, design.covered) & ~design.together[person])


def around_whole_spells(design: Design) -> Ranges:
    """Days at risk before a follow, and days after the unfollow that ended the spell."""
    spells = design.spells
    leaver = np.flatnonzero(spells.first & spells.ended & spells.known)
    person = spells.person[leaver]
    left = np.floor(spells.end[leaver]).astype(np.int64)
    ranges = design.ranges(
        person,
        (design.at_risk.start[person], design.follow_day[person] - GAP_DAYS),
        (left + GAP_DAYS + 1, _until_next(design, leaver)),
    )
    return ranges.only(_long_enough(ranges, design.covered) & ~design.together[person])


def _until_next(design: Design, leaver: Ints) -> Ints:
    """A fortnight before the person's next follow; the last day if there is none."""
    spells = design.spells
    until = np.full(leaver.size, design.n_days, dtype=np.int64)
    follows_again = np.flatnonzero(leaver + 1 < spells.person.size)
    follows_again = follows_again[
        spells.person[leaver[follows_again] + 1] == spells.person[leaver[follows_again]]
    ]
    next_start = spells.start[leaver[follows_again] + 1]
    until[follows_again] = np.floor(next_start).astype(np.int64) - GAP_DAYS
    return until


def _long_enough(ranges: Ranges, covered: Bools) -> Bools:
    passed = np.concatenate([[0], np.cumsum(covered)])

    def days(low: Ints, high: Ints) -> Ints:
        low, high = np.clip(low, 0, covered.size), np.clip(high, 0, covered.size)
        return np.where(high > low, passed[high] - passed[low], 0)

    return np.asarray((days(*ranges.before) >= LEAST_DAYS) & (days(*ranges.after) >= LEAST_DAYS))
