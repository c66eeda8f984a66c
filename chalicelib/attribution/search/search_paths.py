"""Bounds, instruments and verdicts of the path through search, from stored numbers.

Pure standard library, so that the API can use it without loading numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chalicelib.attribution.ratio import RatioInterval, fieller

PathVerdict = Literal[
    "may_come_through_search",
    "not_through_search",
    "through_search",
    "brings_visits_only",
    "effect_path_unknown",
    "no_effect_seen",
    "inconclusive",
    "not_estimable",
]
LITTLE = 0.25
"""A path below this share of the lower end of the total is not the path of the effect."""
CLEAR_OF_ZERO = 2.0
"""Half-widths of the interval by which the visits of an instrument must exceed zero."""


@dataclass(frozen=True, slots=True)
class Side:
    """An estimate per engagement."""

    estimate: float
    error: float
    critical: float
    """Standard error, and the two-sided 95 % quantile."""

    @property
    def half(self) -> float:
        """Half of the width of the interval."""
        return self.error * self.critical

    @property
    def low(self) -> float:
        return self.estimate - self.half

    @property
    def high(self) -> float:
        return self.estimate + self.half


def path_bound(total: Side | None, most: float | None) -> float | None:
    """The most that an engagement can do through search, at least 0; None if nothing bounds it.

    Parameters
    ----------
    total : Side or None
        Conversions per engagement.
    most : float or None
        97.5 % quantile of visits per engagement times conversions per visit.
    """
    bounds = [total.high] if total is not None else []
    bounds += [most] if most is not None else []
    return max(min(bounds), 0.0) if bounds else None


def is_strong(visits: Side | None) -> bool:
    """Whether a cause brings enough visits for the worth of a visit to be computed from it."""
    return visits is not None and visits.estimate > CLEAR_OF_ZERO * visits.half


def path_by_instrument(
    visits: Side, instrument_total: Side, instrument_visits: Side, covariance: float
) -> RatioInterval:
    """Conversions through search per engagement, if an instrument works through search alone.

    The worth of a visit is then the instrument's total over its visits (Wright 1928). The path is
    ``visits * total / instrument_visits``, a ratio whose numerator is a product of independent
    estimates (Goodman 1960), with the set of Fieller (1954). Errors of totals and of visits are
    taken as independent. Days with much demand raise both, which would narrow the interval.

    Parameters
    ----------
    covariance : float
        Of the visits of the two causes.
    """
    a, t, b = visits, instrument_total, instrument_visits
    numerator = a.estimate * t.estimate
    variance = (a.estimate * t.error) ** 2 + (t.estimate * a.error) ** 2 + (a.error * t.error) ** 2
    return fieller(
        numerator,
        b.estimate,
        variance,
        b.error**2,
        t.estimate * covariance,
        max(a.critical, t.critical, b.critical),
    )


def path_verdict(
    total: Side | None,
    visits: Side | None,
    at_most: float | None,
    through: RatioInterval | None,
    *,
    total_doubted: bool = False,
    visits_doubted: bool = False,
) -> PathVerdict:
    """The verdict on one cause.

    Parameters
    ----------
    through : RatioInterval or None
        The path by an instrument; None without one.
    total_doubted, visits_doubted : bool
        Whether a warning contradicts that the conversions, or the visits, are above zero.
    """
    if total is None and visits is None:
        return "not_estimable"
    visits_seen = visits is not None and visits.low > 0
    total_seen = total is not None and total.low > 0
    if total_doubted and total_seen:
        return "inconclusive"
    if through is not None and through.low is not None and through.low > 0 and not visits_doubted:
        return "through_search"
    if total is None or total.low <= 0 <= total.high:
        if visits_seen and visits_doubted:
            return "inconclusive"
        return "brings_visits_only" if visits_seen else "no_effect_seen"
    if total.high < 0 or visits is None or at_most is None:
        return "effect_path_unknown"
    if at_most < LITTLE * total.low:
        return "not_through_search"
    if visits_seen and not visits_doubted:
        return "may_come_through_search"
    return "effect_path_unknown"
