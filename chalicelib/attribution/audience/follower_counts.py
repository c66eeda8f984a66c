"""How many people follow, come and leave, and what is known about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.audience.follow_design import Design, around_follows
from chalicelib.attribution.audience.followers import Followers

SILENT_DAYS = 28
"""A follower without an event for so long is silent."""
MOST_WITHOUT_HISTORY = 0.3
MOST_SILENT = 0.3
"""Shares of the followers above which there is a warning."""


@dataclass(frozen=True, slots=True)
class FollowerCounts:
    """Follows and unfollows within the fit's window, anonymous ones included."""

    followed: int = 0
    left: int = 0
    used: int = 0
    """New followers of the whole history with two weeks on both sides."""
    known_before: float | None = None
    """`used` as a share of the new followers of the history."""
    without_history: float | None = None
    """Share of the new followers who had not been seen before the day of the follow."""
    silent: float | None = None
    """Share of the followers on the last day without an event for four weeks."""
    conversions: float = 0.0
    """Of the used followers, in both ranges."""
    size: float | None = None
    size_at_start: float | None = None


def count_followers(followers: Followers, design: Design) -> FollowerCounts:
    """Count follows, unfollows and followers; `conversions` stays 0."""
    spells, n_days = design.spells, design.n_days
    known, ended = spells.known, spells.ended
    window = slice(followers.window_start, None)
    followed = int((known & (spells.start >= followers.window_start)).sum())
    followed += int(np.nansum(followers.anonymous_follows[window]))
    left = int((ended & (spells.end >= followers.window_start)).sum())
    left += int(np.nansum(followers.anonymous_unfollows[window]))
    person = np.flatnonzero((design.follow_day >= 0) & (design.follow_day < n_days))
    used = int(around_follows(design).person.size)
    without = known_before = silent = None
    if person.size:
        unseen = followers.first_day[person] >= design.follow_day[person]
        without, known_before = float(unseen.mean()), used / person.size
    still = spells.person[~ended]
    if still.size:
        silent = float((followers.last_day[still] < n_days - SILENT_DAYS).mean())
    size = followers.sizes[window]
    size = size[np.isfinite(size)]
    ends = (float(size[-1]), float(size[0])) if size.size else (None, None)
    return FollowerCounts(followed, left, used, known_before, without, silent, 0.0, *ends)


def population_warnings(counts: FollowerCounts) -> tuple[str, ...]:
    """Warnings if many followers were never seen before the follow, or are silent now."""
    warnings = []
    if (counts.without_history or 0.0) > MOST_WITHOUT_HISTORY:
        warnings.append("followers_without_history")
    if (counts.silent or 0.0) > MOST_SILENT:
        warnings.append("silent_followers")
    return tuple(warnings)
