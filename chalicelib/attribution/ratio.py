"""The ratio of two estimates: one engagement's value in terms of another.

The ratio is that of values, ``V_k / V_paid click``. A goal has one mean order value m
and ``V = delta * m``, so m and its error cancel: the ratio of conversions per engagement *is* the
ratio of values, and its interval is narrower.

Pure standard library, so that the API can use it without loading numpy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from chalicelib.attribution.student import degrees_of_freedom, student_cdf


@dataclass(frozen=True, slots=True)
class RatioInterval:
    """All values of the ratio that the data do not rule out (Fieller 1954)."""

    estimate: float | None
    """The quotient of the estimates; None if the set is unbounded on both sides, because then not
    even its sign is known.
    """
    low: float | None
    high: float | None
    """Ends of the set; None if it is unbounded on that side."""
    shape: str
    """``bounded``: the denominator differs significantly from zero. ``outside``: everything but an
    interval. ``everything``: no value is ruled out. ``unbounded_above`` and ``unbounded_below``:
    half-lines, if the denominator is on the border between the two.
    """
    excluded: tuple[float, float] | None = None
    """For ``outside``: the ends of the excluded interval; the ends themselves are not excluded."""

    def holds(self, ratio: float) -> bool:
        """Whether the set contains `ratio`."""
        if self.excluded is not None:
            return not self.excluded[0] < ratio < self.excluded[1]
        return (self.low is None or self.low <= ratio) and (self.high is None or ratio <= self.high)


EVERYTHING = RatioInterval(None, None, None, "everything")


def fieller(
    numerator: float,
    denominator: float,
    var_numerator: float,
    var_denominator: float,
    covariance: float,
    critical: float,
) -> RatioInterval:
    """Fieller's confidence set of ``numerator / denominator``.

    The set of r with ``(a - r b)^2 <= c^2 (v_a - 2 r v_ab + r^2 v_b)`` (Fieller 1954, JRSS B 16,
    eq. 9). If the denominator differs significantly from zero, it is an interval. Otherwise it is
    everything, or the outside of an interval, of which both halves are kept: the half with the
    other sign contains the truth if the denominator is truly negative, and without it the coverage
    would be far too low. The set contains the true ratio with the confidence of `critical` for
    every denominator; a ratio over zero counts as unbounded.

    Parameters
    ----------
    numerator, denominator : float
        Estimates a and b.
    var_numerator, var_denominator, covariance : float
        Of the two estimates.
    critical : float
        Two-sided quantile of the reference distribution, e.g. 1.96.
    """
    squared = critical * critical
    lead = denominator * denominator - squared * var_denominator
    middle = numerator * denominator - squared * covariance
    last = numerator * numerator - squared * var_numerator
    discriminant = middle * middle - lead * last
    if lead <= 0 and (discriminant <= 0 or middle == lead == 0):
        return EVERYTHING
    # the roots of lead r^2 - 2 middle r + last, avoiding a difference that would cancel
    larger = middle + math.copysign(math.sqrt(max(discriminant, 0.0)), middle)
    near = last / larger if larger != 0 else 0.0
    far = larger / lead if lead != 0 else math.inf
    if not math.isfinite(far):
        estimate = numerator / denominator
        if middle > 0:
            return RatioInterval(estimate, near, None, "unbounded_above")
        return RatioInterval(estimate, None, near, "unbounded_below")
    first, second = min(near, far), max(near, far)
    if lead > 0:
        return RatioInterval(numerator / denominator, first, second, "bounded")
    return RatioInterval(None, None, None, "outside", (first, second))


@dataclass(frozen=True, slots=True)
class EquivalenceTest:
    """Two one-sided tests (Schuirmann 1987)."""

    p_value: float
    """The larger of the two one-sided p-values: small means "inside the margin"."""
    equivalent: bool
    """Whether `p_value` is at most the significance level."""


def tost(
    numerator: float,
    denominator: float,
    var_numerator: float,
    var_denominator: float,
    covariance: float,
    margin: float,
    critical: float,
    alpha: float = 0.05,
) -> EquivalenceTest:
    """Test whether the ratio is within ``1 - margin`` and ``1 + margin``.

    Each bound r is tested as the linear hypothesis ``a - r b = 0``, which needs no division
    (Schuirmann 1987; for ratios: Hauschke, Steinijans, Diletti 1990). Between the two bounds the
    denominator can only be positive, so a comparison with a non-positive one is never equivalent.

    Parameters
    ----------
    numerator, denominator, var_numerator, var_denominator, covariance : float
        As in `fieller`.
    critical : float
        Two-sided 95 % quantile of the estimates; the tests use the same distribution.
    alpha : float
        Level of each of the tests, and so of both together.
    """
    degrees = degrees_of_freedom(critical)
    p_values = []
    for bound, side in ((1.0 - margin, 1.0), (1.0 + margin, -1.0)):
        difference = numerator - bound * denominator
        variance = var_numerator - 2 * bound * covariance + bound * bound * var_denominator
        if variance <= 0:
            return EquivalenceTest(1.0, False)
        p_values.append(student_cdf(-side * difference / math.sqrt(variance), degrees))
    return EquivalenceTest(max(p_values), max(p_values) <= alpha)
