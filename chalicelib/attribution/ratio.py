"""What one engagement is worth in another: the ratio of two estimates.

Pure standard library: the API answers with it without loading numpy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class RatioInterval:
    """All values of the ratio that the data do not rule out (Fieller 1954).

    Attributes
    ----------
    estimate : float or None
        The quotient of the estimates; None where the set is unbounded on both sides.
    low, high : float or None
        Ends of the set; None where it has no end on that side.
    shape : str
        ``bounded``; ``unbounded_above`` or ``unbounded_below``, where the denominator's interval
        reaches zero and the remaining set is a half-line on the side of the estimate;
        ``everything``, where nothing can be ruled out on either side.
    """

    estimate: float | None
    low: float | None
    high: float | None
    shape: str


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
    eq. 9).  Where the denominator is told from zero it is an interval; else it is everything, or
    the outside of an interval.  Of the latter, a marketer can act on neither half alone, unless one
    half lies where the denominator would have to be negative; that half is dropped (an engagement's
    worth in clicks that do harm means nothing), which only a numerator told from zero allows.

    Parameters
    ----------
    numerator, denominator : float
        Estimates a and b.
    var_numerator, var_denominator, covariance : float
        Of the two estimates.
    critical : float
        Quantile of the reference distribution, e.g. 1.96.
    """
    squared = critical * critical
    lead = denominator * denominator - squared * var_denominator
    middle = numerator * denominator - squared * covariance
    last = numerator * numerator - squared * var_numerator
    discriminant = middle * middle - lead * last
    estimate = numerator / denominator if denominator != 0 else None
    if lead > 0:
        half = math.sqrt(max(discriminant, 0.0))
        return RatioInterval(estimate, (middle - half) / lead, (middle + half) / lead, "bounded")
    if discriminant <= 0 or last <= 0 or lead == 0:
        return RatioInterval(None, None, None, "everything")
    half = math.sqrt(discriminant)
    first, second = sorted(((middle - half) / lead, (middle + half) / lead))
    if numerator > 0 and denominator > 0:
        return RatioInterval(estimate, second, None, "unbounded_above")
    if numerator < 0 < denominator:
        return RatioInterval(estimate, None, first, "unbounded_below")
    return RatioInterval(None, None, None, "everything")


@dataclass(frozen=True, slots=True)
class EquivalenceTest:
    """Two one-sided tests (Schuirmann 1987).

    Attributes
    ----------
    p_value : float
        The larger of the two one-sided p-values: small means "inside the margin".
    equivalent : bool
        Whether `p_value` is at most the significance level.
    """

    p_value: float
    equivalent: bool


def tost(
    numerator: float,
    denominator: float,
    var_numerator: float,
    var_denominator: float,
    covariance: float,
    margin: float,
    alpha: float = 0.05,
) -> EquivalenceTest:
    """Is the ratio within ``1 - margin`` and ``1 + margin``?

    Each bound r is tested as the linear hypothesis ``a - r b = 0``, which needs no division
    (Schuirmann 1987; for ratios: Hauschke, Steinijans, Diletti 1990).
    """
    p_values = []
    for bound, side in ((1.0 - margin, 1.0), (1.0 + margin, -1.0)):
        difference = numerator - bound * denominator
        variance = var_numerator - 2 * bound * covariance + bound * bound * var_denominator
        if variance <= 0:
            return EquivalenceTest(1.0, False)
        p_values.append(1.0 - _NORMAL.cdf(side * difference / math.sqrt(variance)))
    if denominator <= 0:
        return EquivalenceTest(1.0, False)
    return EquivalenceTest(max(p_values), max(p_values) <= alpha)


def growth_until_settled(
    numerator: float,
    denominator: float,
    var_numerator: float,
    var_denominator: float,
    covariance: float,
    margin: float,
    critical: float,
    power: float = 0.8,
) -> float | None:
    """How many times the data are needed before the verdict would be settled.

    Were the estimates the truth, the ratio would be told from one (or shown to lie within the
    margin) with probability `power` once the standard error of ``a - r b`` has shrunk enough;
    variances shrink in proportion to the amount of data.

    Returns
    -------
    float or None
        At least 1; None if no amount of data of this kind would settle it.
    """
    if denominator <= 0:
        return None
    reach = _NORMAL.inv_cdf(power)
    needed = []
    distance = abs(numerator - denominator)
    variance = var_numerator - 2 * covariance + var_denominator
    if distance > 0:
        needed.append(variance * ((critical + reach) / distance) ** 2)
    ratio = numerator / denominator
    if abs(ratio - 1.0) < margin:
        nearest = 1.0 + math.copysign(margin, ratio - 1.0)
        gap = abs(numerator - nearest * denominator)
        spread = var_numerator - 2 * nearest * covariance + nearest**2 * var_denominator
        needed.append(spread * ((_NORMAL.inv_cdf(0.95) + reach) / gap) ** 2)
    if not needed:
        return None
    return max(1.0, min(needed))
