"""Rules that divide each conversion among the touches of its own path, by position or by age.

Journeys without a conversion do not matter. The rules do not estimate uncertainty, or whether a
touch caused anything; see `within_user` and `time_series` for that.
"""

from __future__ import annotations

import numpy as np

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.paths.journeys import Credit, Paths

FIRST_SHARE = 0.4
LAST_SHARE = 0.4
HALF_LIFE_DAYS = 7.0


def credit_first(paths: Paths) -> Credit:
    """Credit each conversion to the first touch of its path."""
    share = np.zeros(paths.kind.size)
    share[paths.start[:-1]] = 1.0
    return _credit("first", paths, share)


def credit_last(paths: Paths) -> Credit:
    """Credit each conversion to the last touch of its path."""
    share = np.zeros(paths.kind.size)
    share[paths.start[1:] - 1] = 1.0
    return _credit("last", paths, share)


def credit_linear(paths: Paths) -> Credit:
    """Credit each conversion evenly to all touches of its path."""
    return _credit("linear", paths, 1.0 / np.repeat(paths.length, paths.length))


def credit_position(
    paths: Paths, *, first: float = FIRST_SHARE, last: float = LAST_SHARE
) -> Credit:
    """Credit fixed shares to the first and the last touch, the rest evenly to those between them.

    Parameters
    ----------
    first, last : float
        Shares of the two ends. Without touches between them, they divide the conversion in
        proportion to their shares; a single touch gets all of it.

    Raises
    ------
    ValueError
        If a share is negative, or their sum is not in (0, 1].
    """
    if first < 0 or last < 0 or not 0 < first + last <= 1 + 1e-12:
        raise ValueError(f"shares of the ends must add up to more than 0, at most 1: {first, last}")
    length = paths.length
    if first + last >= 1:
        between = np.zeros(length.size)
    else:
        between = np.where(length > 2, (1.0 - first - last) / np.maximum(length - 2, 1), 0.0)
    scale = np.where(length > 2, 1.0, 1.0 / (first + last))
    share = np.repeat(between, length)
    share[paths.start[:-1]] = first * scale
    share[paths.start[1:] - 1] = last * scale
    share[paths.start[:-1][length == 1]] = 1.0
    return _credit("position", paths, share)


def credit_time_decay(paths: Paths, *, half_life_days: float = HALF_LIFE_DAYS) -> Credit:
    """Credit later touches more: half as much per half-life further back.

    `half_life_days`: above zero.

    Raises
    ------
    ValueError
        If the half-life is not above zero.
    """
    if not half_life_days > 0:
        raise ValueError(f"the half-life must be above zero days, not {half_life_days}")
    length = paths.length
    # only ratios within a path matter, so age counts from the last touch and cannot underflow
    age = np.repeat(paths.time[paths.start[1:] - 1], length) - paths.time
    decayed = np.exp2(-age / half_life_days)
    path = np.repeat(np.arange(length.size), length)
    total = np.bincount(path, decayed, minlength=length.size)
    return _credit("time_decay", paths, decayed / total[path])


def _credit(method: str, paths: Paths, share: Floats) -> Credit:
    """Credits from the share (M,) of its path's end that each touch gets."""

    def per_kind(amount: Floats) -> Floats:
        spread = share * np.repeat(amount * paths.weight, paths.length)
        return np.asarray(
            np.bincount(paths.kind, spread, minlength=paths.n_kinds), dtype=np.float64
        )

    return Credit(
        method=method,
        conversions=per_kind(paths.converted),
        value=per_kind(paths.value),
        uncredited=paths.uncredited,
        uncredited_value=paths.uncredited_value,
    )
