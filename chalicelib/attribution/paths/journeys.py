"""Journeys as paths: what a person did up to a conversion, or without one, for the path models.

The path models (`classical`, `markov`, `shapley`) divide *all* conversions among whatever preceded
them, whether it caused them or not.  They are served for comparison, never as ROI.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Paths:
    """Journeys of at least one touch each, laid end to end (compressed sparse rows).

    Attributes
    ----------
    n_kinds : int
        K.
    kind : int array, shape (M,)
        Kind of each touch, 0 .. K - 1, path after path, in the order in which they happened.
    start : int array, shape (P + 1,)
        The touches of path p are ``start[p] .. start[p + 1] - 1``.
    time : float array, shape (M,)
        When each touch happened, days.
    converted : float array, shape (P,)
        Conversions at the end of one such journey; zero where it ended without.
    value : float array, shape (P,)
        What they were worth.
    weight : float array, shape (P,)
        How many identical journeys the path stands for, above zero.
    ended : float array, shape (P,)
        When the conversion happened, days; NaN where the journey ended without.
    uncredited, uncredited_value : float
        Conversions that no touch preceded, and what they were worth.
    """

    n_kinds: int
    kind: Ints
    start: Ints
    time: Floats
    converted: Floats
    value: Floats
    weight: Floats
    ended: Floats
    uncredited: float
    uncredited_value: float

    @property
    def length(self) -> Ints:
        """Touches on each path, shape (P,)."""
        return np.diff(self.start)

    @property
    def journeys(self) -> Floats:
        """How often a path counts, shape (P,): once per conversion, or once if there is none."""
        return np.where(self.converted > 0, self.weight * self.converted, self.weight)


@dataclass(frozen=True, slots=True)
class Credit:
    """How a model divides the conversions among the kinds.

    Attributes
    ----------
    method : str
        Name of the model.
    conversions : array, shape (K,)
        Conversions credited to each kind; they add up to all conversions that a touch preceded.
    value : array, shape (K,)
        The same of what the conversions were worth.
    uncredited, uncredited_value : float
        Conversions that no touch preceded, and what they were worth.
    standard_errors : array, shape (K,), or None
        Of `conversions`, from drawing permutations (not from the data: these models have none);
        None where nothing was drawn.
    """

    method: str
    conversions: Floats
    value: Floats
    uncredited: float
    uncredited_value: float
    standard_errors: Floats | None = None


def build_paths(
    person: Ints,
    time: Floats,
    kind: Ints,
    outcome_person: Ints,
    outcome_time: Floats,
    outcome_weight: Floats,
    outcome_value: Floats,
    *,
    n_kinds: int,
    lookback_days: float,
) -> Paths:
    """Cut the touches of each person into journeys.

    A journey ends at each conversion and holds the touches after the conversion before it that are
    no older than the look-back.  Touches that no conversion followed in that time are a journey
    without one, so that every touch lies on exactly one path.  A touch at the very time of a
    conversion comes before it; conversions of a person at the same time are one end of a path.

    Parameters
    ----------
    person, time, kind : arrays, shape (E,)
        Who engaged, when (days) and how, in any order; touches at the same time keep theirs.
    outcome_person, outcome_time, outcome_weight, outcome_value : arrays, shape (C,)
        Who converted, when, how many conversions (above zero) and what they were worth in all.
    n_kinds : int
        K.
    lookback_days : float
        How long before a conversion a touch may have been, above zero.

    Returns
    -------
    Paths
        Every path with a weight of one.

    Raises
    ------
    ValueError
        When the look-back or a number of conversions is not above zero.
    """
    if not lookback_days > 0:
        raise ValueError(f"the look-back must be above zero days, not {lookback_days}")
    if not np.all(outcome_weight > 0):
        raise ValueError("every outcome must stand for more than zero conversions")
    # lexsort is stable and touches stand first: at the same time they come before the conversion
    order = np.lexsort((np.concatenate([time, outcome_time]), np.r_[person, outcome_person]))
    is_outcome = order >= person.size
    touch = order[~is_outcome]
    outcome = order[is_outcome] - person.size
    buyer, bought = outcome_person[outcome], outcome_time[outcome]
    following = np.cumsum(is_outcome)[~is_outcome]  # position in `outcome` of the next conversion
    n_outcomes = outcome.size
    who, when = person[touch], time[touch]
    at = np.minimum(following, n_outcomes - 1)
    leads = np.zeros(touch.size, dtype=np.bool_)
    if n_outcomes:
        leads = (following < n_outcomes) & (buyer[at] == who)
        leads &= bought[at] - when <= lookback_days
    fresh = np.ones(touch.size, dtype=np.bool_)
    fresh[1:] = (np.diff(who) != 0) | (np.diff(following) != 0) | (np.diff(leads) != 0)
    first = np.flatnonzero(fresh)

    again = np.zeros(n_outcomes, dtype=np.bool_)
    again[1:] = (np.diff(buyer) == 0) & (np.diff(bought) == 0)
    end = np.flatnonzero(~again)
    end_of = np.cumsum(~again) - 1
    weights = np.bincount(end_of, outcome_weight[outcome], minlength=end.size)
    values = np.bincount(end_of, outcome_value[outcome], minlength=end.size)
    converted, value = np.zeros(first.size), np.zeros(first.size)
    ended = np.full(first.size, np.nan)
    with_end = leads[first]
    ends = end_of[following[first][with_end]]
    converted[with_end], value[with_end] = weights[ends], values[ends]
    ended[with_end] = bought[end][ends]
    untouched = np.ones(end.size, dtype=np.bool_)
    untouched[ends] = False
    return Paths(
        n_kinds=n_kinds,
        kind=np.asarray(kind[touch], dtype=np.int64),
        start=np.append(first, touch.size).astype(np.int64),
        time=np.asarray(when, dtype=np.float64),
        converted=converted,
        value=value,
        weight=np.ones(first.size),
        ended=ended,
        uncredited=float(weights[untouched].sum()),
        uncredited_value=float(values[untouched].sum()),
    )
