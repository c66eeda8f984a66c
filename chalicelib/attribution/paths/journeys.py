"""Journeys as paths: a person's touches up to a conversion, or without one, for the path models.

The path models (`rules`, `markov`, `shapley`) divide *all* conversions among the touches before
them, whether or not those caused them. They are shown for comparison, never as ROI.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Paths:
    """Journeys of at least one touch each, stored end to end (compressed sparse rows)."""

    n_kinds: int
    """Number of engagement types K."""
    kind: Ints
    """Type of each touch, 0 .. K - 1, path after path, in chronological order. Shape (M,)."""
    start: Ints
    """The touches of path p are ``start[p] .. start[p + 1] - 1``. Shape (P + 1,)."""
    time: Floats
    """Time of each touch, in days. Shape (M,)."""
    converted: Floats
    """Conversions at the end of one such journey; zero without a conversion. Shape (P,)."""
    value: Floats
    """Their value. Shape (P,)."""
    weight: Floats
    """Number of identical journeys that the path represents, above zero. Shape (P,)."""
    ended: Floats
    """Time of the conversion, in days; NaN without a conversion. Shape (P,)."""
    uncredited: float
    uncredited_value: float
    """Conversions without a touch before them, and their value."""

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
    """A model's division of the conversions among the engagement types."""

    method: str
    """Name of the model."""
    conversions: Floats
    """Conversions credited to each type; they add up to all conversions with a touch before them.
    Shape (K,).
    """
    value: Floats
    """The same for the value of the conversions. Shape (K,)."""
    uncredited: float
    uncredited_value: float
    """Conversions without a touch before them, and their value."""
    standard_errors: Floats | None = None
    """Of `conversions`, from drawing permutations (not from the data: the models do not quantify
    that error); None if no permutations were drawn. Shape (K,), or None.
    """


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

    A journey ends at each conversion. It contains the touches since the previous conversion that
    are within the look-back. Touches without a conversion in that time form a journey without one,
    so every touch is on exactly one path. A touch at the same time as a conversion counts as before
    it. Conversions of a person at the same time are one end of a path.

    Parameters
    ----------
    person, time, kind : arrays, shape (E,)
        Person, time (days) and type of each touch, in any order; the order of simultaneous touches
        is kept.
    outcome_person, outcome_time, outcome_weight, outcome_value : arrays, shape (C,)
        Person, time, number of conversions (above zero) and their total value.
    lookback_days : float
        Longest time between a touch and a conversion, above zero.

    Returns
    -------
    Paths
        Every path with a weight of one.

    Raises
    ------
    ValueError
        If the look-back or a number of conversions is not above zero.
    """
    if not lookback_days > 0:
        raise ValueError(f"the look-back must be above zero days, not {lookback_days}")
    if not np.all(outcome_weight > 0):
        raise ValueError("the number of conversions of every outcome must be above zero")
    # lexsort is stable and touches come first: at the same time they precede the conversion
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
