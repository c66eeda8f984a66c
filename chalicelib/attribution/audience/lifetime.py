"""How long people follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.audience.follow_spells import Spells
from chalicelib.attribution.audience.followers import Followers
from chalicelib.attribution.audience.person_groups import GROUPS, Replicates, without_each

LEAST_AT_RISK = 25
"""Survival is known up to the last day of following with this many followers."""
_WEEKLY_DAYS, _STEP_DAYS, _LATE_STEP_DAYS = 182, 7, 28
"""Days followed are kept by week for half a year, then by four weeks; they change slowly."""
TODAY_DAYS = 90
"""Days over which the rate of unfollows of today's followers is taken, and for which it holds."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Survival of follows."""

    seen_days: int
    """Days of following up to which survival is known; 0: unknown."""
    grid: Ints
    """Days after the follow: 0, 7, 14, ..., and last `seen_days`. Shape (W,)."""
    passed: Floats
    """Mean days followed within the days of `grid`. Shape (G + 1, W)."""
    survival: Replicates
    """Share that still follows after `seen_days`. Shape (G + 1,)."""
    hazard: Replicates
    """Unfollows per day in the last third of `seen_days`. Shape (G + 1,)."""


def estimate_lifetime(spells: Spells, n_days: int, group: Ints) -> Lifetime:
    """Kaplan-Meier estimate over days of following (Kaplan, Meier 1958), with each group left out.

    Parameters
    ----------
    group : int array, shape (N,)
        Group of each person.
    """
    known = np.flatnonzero(spells.known)
    ended = spells.ended[known]
    until = np.where(ended, spells.end[known], n_days)
    length = np.clip(np.floor(until - spells.start[known]), 0, n_days).astype(np.int64)
    row = group[spells.person[known]]
    width = n_days + 1
    cells = GROUPS * width
    left = np.bincount((row * width + length)[ended], minlength=cells).reshape(GROUPS, width)
    gone = np.bincount(row * width + length, minlength=cells).reshape(GROUPS, width)
    at_risk = np.cumsum(gone[:, ::-1], axis=1)[:, ::-1].astype(np.float64)
    left_out, risk_out = without_each(left.astype(np.float64)), without_each(at_risk)
    seen = int((risk_out[0] >= LEAST_AT_RISK).sum())
    if seen == 0:
        nothing = np.full(GROUPS + 1, np.nan)
        start = np.zeros(1, dtype=np.int64)
        return Lifetime(0, start, np.zeros((GROUPS + 1, 1)), nothing, nothing)
    left_out, risk_out = left_out[:, :seen], np.maximum(risk_out[:, :seen], 1.0)
    survival = np.cumprod(1.0 - left_out / risk_out, axis=1).astype(np.float64)
    # on the day of a follow one follows; a follow that ends within its first day counts as none
    passed = np.concatenate([np.zeros((GROUPS + 1, 1)), np.cumsum(survival, axis=1)], axis=1)
    early = np.arange(0, min(seen, _WEEKLY_DAYS), _STEP_DAYS)
    grid = np.concatenate([early, np.arange(_WEEKLY_DAYS, seen, _LATE_STEP_DAYS), [seen]])
    late = slice(2 * seen // 3, seen)
    hazard: Floats = left_out[:, late].sum(axis=1) / risk_out[:, late].sum(axis=1)
    return Lifetime(seen, grid, passed[:, grid], survival[:, -1], hazard)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Unfollows of today's followers."""

    unfollows: float
    follower_days: float
    """Over the last 90 days with a known size."""


def leaving_today(followers: Followers, spells: Spells) -> Leaving:
    """Unfollows and follower-days of the last 90 days.

    If no unfollow is recorded, they are the follows minus the growth of the audience.
    """
    n_days = followers.n_days
    first = max(n_days - TODAY_DAYS, 0)
    size = followers.sizes
    known = np.isfinite(size)
    ended = spells.end[spells.ended]
    left = np.bincount(np.clip(ended, 0, n_days - 1).astype(np.int64), minlength=n_days)
    total = left + np.nan_to_num(followers.anonymous_unfollows)
    days = np.arange(n_days) >= first
    if total.sum() == 0 and known[first:].sum() >= 2:
        both = np.flatnonzero(known & days)
        grown = float(size[both[-1]] - size[both[0]])
        started = spells.start[spells.known]
        came = np.bincount(np.clip(started, 0, n_days - 1).astype(np.int64), minlength=n_days)
        follows = came + np.nan_to_num(followers.anonymous_follows)
        span = (np.arange(n_days) > both[0]) & (np.arange(n_days) <= both[-1])
        mean_size = float(size[both].mean())
        lost = max(float(follows[span].sum()) - grown, 0.0) if follows.sum() > 0 else np.nan
        return Leaving(lost, mean_size * float(both[-1] - both[0]))
    used = days & known & followers.covered
    if not used.any():
        return Leaving(np.nan, 0.0)
    return Leaving(float(total[used].sum()), float(size[used].sum()))
