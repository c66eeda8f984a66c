"""The input of the estimator of followers: one channel's page, and one goal."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints


def _nothing() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Followers:
    """Follows of one channel's page, purchases of one goal, and engagements, by person and day."""

    n_people: int
    n_days: int
    """N, T. Days since the first stored day of history, not only those of the fit's window."""
    window_start: int
    """First day of the fit's window."""
    change_person: Ints
    change_day: Ints
    change_kind: Ints
    """Follows (+1) and unfollows (-1) of identified people, in time order for each person. Shape
    (C,).
    """
    change_time: Floats
    """Their exact times in days, for the order within a day. Shape (C,)."""
    bought_person: Ints
    bought_day: Ints
    bought_weight: Floats
    """Conversions of the goal. Shape (B,)."""
    touch_person: Ints
    touch_day: Ints
    touch_kind: Ints
    touch_count: Floats
    """Engagements of causes of all channels, without follows. Shape (E,)."""
    own_kinds: Bools
    """The types of this channel through which following may act. Shape (K,)."""
    first_day: Ints
    last_day: Ints
    """Days of a person's first and last event of any kind; `n_days` and -1 if there is none. Shape
    (N,).
    """
    sizes: Floats
    """Size of the whole audience per day, NaN if unknown. Shape (T,)."""
    anonymous_follows: Floats
    anonymous_unfollows: Floats
    """Counts without a person, or of people who are not in the arrays (if they are a sample). NaN
    counts as none. Shape (T,).
    """
    covered: Bools
    """Days for which all sources have data. Shape (T,)."""
    group: Ints
    """A stable hash of the person, 0 to 65,535. Shape (N,)."""
    elsewhere_person: Ints = field(default_factory=_nothing)
    elsewhere_day: Ints = field(default_factory=_nothing)
    """Follows of the pages of other channels, by identified people. Shape (D,)."""
    engagements: Floats | None = None
    """All engagements of each type within the window, anonymous ones and those of people who are
    not in the arrays included; None: those in the arrays. Shape (K,).
    """


@dataclass(frozen=True, slots=True)
class EngagementEffects:
    """Conversions per engagement, from a fit."""

    delta: Floats
    """Shape (K,)."""
    cov: Floats
    """Shape (K, K)."""
    critical: Floats
    """Two-sided 95 % quantile. Shape (K,)."""
    estimated: Bools
    """Types that have an estimate. Shape (K,)."""
