"""Sums over the shares of a day, from which R of any range of days follows.

A share has brought c children until the end of the data, by when a part f of all its children,
ever, has come. Over the shares of a range, ``R = sum c / sum f`` (a Poisson rate under right
truncation). Its variance takes each share as one unit, whatever the distribution of its children:
``sum (c - R f)^2 / (sum f)^2``. Degrees of freedom: Satterthwaite 1946; few, if few shares decide.

`sum_days` needs numpy; reading the sums is pure standard library, so answers can use it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.attribution.student import student_quantile
from chalicelib.attribution.virality.estimated import Reproduction

if TYPE_CHECKING:
    from chalicelib.attribution.arrays import Floats
    from chalicelib.attribution.virality.shares import Shares

SUMS = ("shares", "from_outside", "children", "seen", "cc", "cf", "ff", "fourth")
"""The sums of a day: numbers of shares; of c and f, their squares and product; and of the fourth
power of ``c - R f`` at the R of the whole window.
"""
FEWEST_SHARES = 30
FEWEST_CHILDREN = 5
LEAST_SEEN = 0.5


@dataclass(frozen=True, slots=True)
class RangeReproduction:
    """R of the shares of a range."""

    shares: int
    from_outside: int
    seen: float | None
    """Part of all children, ever, that the ages of the shares can show; None without shares."""
    reproduction: Reproduction | None
    reason: str | None
    """Why there is no estimate."""


def sum_days(shares: Shares, *, start: float, n_days: int, as_of: float) -> Floats:
    """Sums of the shares of each day and channel, shape (T, C, 8), in the order of `SUMS`.

    Parameters
    ----------
    shares : Shares
    start : float
        First day, in the unit of the times.
    n_days : int
    as_of : float
        Last moment of the data, in days.
    """
    import numpy as np

    from chalicelib.attribution.virality.reproduction import (
        delays_of,
        estimate_reproduction,
        gather,
    )
    from chalicelib.attribution.virality.share_edges import use_edges

    sums = np.zeros((n_days, shares.n_channels, len(SUMS)))
    edges = use_edges(shares, as_of=as_of)
    inside = (edges.time >= start) & (edges.time < start + n_days)
    if not inside.any():
        return sums
    cohort = gather(edges, inside, np.ones(edges.time.size, dtype=bool))
    delays = delays_of(cohort)
    found = estimate_reproduction(cohort, delays)
    children = np.bincount(cohort.parent, minlength=cohort.rows.size).astype(np.float64)
    seen = np.ones(cohort.rows.size) if delays is None else delays.share_until(cohort.age)
    over = children - (0.0 if found is None else found.estimate) * seen
    values = np.stack(
        [
            np.ones(children.size),
            (~edges.brought[cohort.rows]).astype(np.float64),
            children,
            seen,
            children**2,
            children * seen,
            seen**2,
            over**4,
        ],
        axis=1,
    )
    day = np.floor(edges.time[cohort.rows] - start).astype(np.int64)
    np.add.at(sums, (day, edges.channel[cohort.rows]), values)
    return sums


def reproduction_of(days: Iterable[Sequence[float]]) -> RangeReproduction:
    """R of the shares of some days and channels.

    Parameters
    ----------
    days : iterable of sequences, length 8 each
        As in `SUMS`.
    """
    total = [math.fsum(one) for one in zip(*days, strict=True)] or [0.0] * len(SUMS)
    shares, outside, children, seen, cc, cf, ff, fourth = total
    n = round(shares)

    from_outside, part = round(outside), seen / shares if shares else None

    def unknown(reason: str) -> RangeReproduction:
        return RangeReproduction(n, from_outside, part, None, reason)

    if n < FEWEST_SHARES:
        return unknown("too_few_shares")
    if children < FEWEST_CHILDREN:
        return unknown("too_few_children")
    if seen < LEAST_SEEN * shares:
        return unknown("too_young")
    estimate = children / seen
    squares = max(cc - 2.0 * estimate * cf + estimate**2 * ff, 0.0)
    spread = fourth - squares**2 / shares
    degrees = 2.0 * squares**2 / spread if spread > 0 else shares - 1.0
    degrees = min(max(degrees, 1.0), shares - 1.0)
    error = math.sqrt(squares * shares / (shares - 1.0)) / seen / estimate
    if error <= 0:
        return unknown("too_few_children")
    factor = math.exp(min(student_quantile(0.975, degrees) * error, 50.0))
    low, high = estimate / factor, estimate * factor
    found = Reproduction(estimate, low, high, error, degrees, n, round(children))
    return RangeReproduction(n, from_outside, part, found, None)
