"""Shares in the end per share from outside: ``1 / (1 - R)`` (Watts, Peretti 2007)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.student import student_quantile
from chalicelib.attribution.virality.estimated import Estimated, Reproduction, amplify
from chalicelib.attribution.virality.offspring import Offspring
from chalicelib.attribution.virality.reproduction import LEAST_DEGREES


@dataclass(frozen=True, slots=True)
class ByContent:
    """Contents that differ in R."""

    shares: Floats
    """Shape (C,)."""
    from_outside: Floats
    """Shape (C,)."""
    largest_factor: float
    """Upper 97.5 % limit of the largest factor of a content."""


def amplify_contents(r: Reproduction, at_most: float | None, differ: ByContent | None) -> Estimated:
    """The amplification, with an interval.

    If contents differ, the mean of ``1 / (1 - R)`` over contents depends on those whose R is close
    to 1, and few contents decide it. The interval then also allows for the differences between
    contents, and has no upper end if R may be 1 for one of them.

    Parameters
    ----------
    r : Reproduction
    at_most : float or None
        Upper limit of R, with missing parents; None if there is none.
    differ : ByContent or None
        None if contents cannot be told apart.

    Returns
    -------
    Estimated
        No estimate if R is 1 or more; `ci_high` is None if R may be 1.
    """
    alike = amplify(r, at_most)
    estimate, low, high = alike.estimate, alike.ci_low, alike.ci_high
    if differ is None or low is None:
        return alike
    factor = _spread_factor(differ)
    if estimate is not None:
        low = min(low, max(estimate / factor, 1.0))
    endless = r.estimate * differ.largest_factor >= 1.0
    if high is None or estimate is None or endless:
        return Estimated(estimate, low, None)
    return Estimated(estimate, low, max(high, estimate * factor))


def _spread_factor(differ: ByContent) -> float:
    """Half-width of the interval of log(shares / shares from outside), contents as units."""
    outside, shares = float(differ.from_outside.sum()), float(differ.shares.sum())
    if outside <= 0 or differ.shares.size < 2:
        return math.inf
    ratio = shares / outside
    influence = (differ.shares - ratio * differ.from_outside) / shares
    spread = Offspring(ratio, math.inf, influence)
    degrees = max(spread.degrees, LEAST_DEGREES)
    return math.exp(min(student_quantile(0.975, degrees) * math.sqrt(spread.variance), 50.0))
