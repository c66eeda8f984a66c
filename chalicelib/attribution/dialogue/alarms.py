"""Days with more criticism than chance explains, at a promised number of false alarms a year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats
from chalicelib.attribution.dialogue.bounded import DayVerdict
from chalicelib.attribution.dialogue.usual_counts import (
    UsualCounts,
    usual_counts,
)

LEAST_MESSAGES = 5
"""Fewer critical messages (or messages) on a day are no alarm."""
FALSE_ALARMS_PER_YEAR = 2.0
_DAYS_OF_YEAR = 365.0
_LARGER_PART = 0.02
"""P-value at which criticism is a larger part of the talk than usual."""


@dataclass(frozen=True, slots=True)
class DayAlarm:
    """What a day was like, compared with the days before."""

    verdict: DayVerdict | None
    """None with a reason: ``history_too_short``, or ``no_data`` for the day."""
    messages: float | None
    criticism: float | None
    usual: float | None
    """Expected criticism."""
    usual_high: float | None
    """The highest criticism that is not unusual."""
    reasons: tuple[str, ...]


def find_alarms(
    messages: Floats, criticism: Floats, false_alarms_per_year: float = FALSE_ALARMS_PER_YEAR
) -> tuple[DayAlarm, ...]:
    """Compare each day with what the days before it make usual.

    `shitstorm`: unusually much criticism, and it is a larger part of the talk than usual. `buzz`:
    unusually many messages, without a larger part of criticism.

    Parameters
    ----------
    messages, criticism : array, shape (d,)
        Counts of consecutive days, all messages about the brand and critical ones; NaN for days
        without data.
    false_alarms_per_year : float
        Days of a year without any storm that may be called unusual; above 0.

    Raises
    ------
    ValueError
        If the shapes differ, or the number of false alarms is not above 0 and below 365.
    """
    if messages.shape != criticism.shape:
        raise ValueError("messages and criticism need the same days")
    if not 0.0 < false_alarms_per_year < _DAYS_OF_YEAR:
        raise ValueError("false_alarms_per_year must be above 0 and below 365")
    chance = false_alarms_per_year / _DAYS_OF_YEAR
    has_data = ~np.isnan(messages) & ~np.isnan(criticism)
    talk = np.where(has_data, messages, np.nan)
    bad = np.where(has_data, criticism, np.nan)
    usual, usual_talk = usual_counts(bad), usual_counts(talk)
    high = usual.highest(chance)
    is_much = (usual.chance_of(bad) < chance) & (bad >= LEAST_MESSAGES)
    is_loud = (usual_talk.chance_of(talk) < chance) & (talk >= LEAST_MESSAGES)
    is_larger = _is_larger_part(talk, bad, usual)
    known = has_data & ~np.isnan(usual.mean)
    days = []
    for day in range(bad.size):
        if not known[day]:
            reason = "history_too_short" if has_data[day] else "no_data"
            days.append(
                DayAlarm(None, _or_none(talk[day]), _or_none(bad[day]), None, None, (reason,))
            )
            continue
        verdict: DayVerdict = "quiet"
        if is_much[day] and is_larger[day]:
            verdict = "shitstorm"
        elif is_loud[day]:
            verdict = "buzz"
        days.append(
            DayAlarm(
                verdict,
                float(talk[day]),
                float(bad[day]),
                float(usual.mean[day]),
                float(high[day]),
                (),
            )
        )
    return tuple(days)


def _is_larger_part(talk: Floats, bad: Floats, usual: UsualCounts) -> Bools:
    """Whether there is more criticism than the volume of the other talk explains, shape (d,)."""
    others = talk - bad
    usual_others = usual_counts(others)
    shape = 1.0 / usual_others.scatter
    louder = np.where(
        usual_others.chance_of(others) < _LARGER_PART,
        others / usual_others.mean,
        # the mean of a gamma rate, given its count: few other messages say little about the day
        np.maximum((others + shape) / (usual_others.mean + shape), 1.0),
    )
    for_volume = UsualCounts(usual.mean * louder, usual.scatter)
    larger: Bools = for_volume.chance_of(bad) < _LARGER_PART
    return larger


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
